// @ts-check
/** The list beside the map: every gauge, most dangerous first, for eyes, keys and screen readers alike. */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { shortPlace } from './place-name.js';
import { CLASSES, trendTold } from './standing.js';
import { gaugeLook, paintSymbol } from './symbols.js';
import { ageText, marksOf, metres, signedMetres, trendArrow } from './wording.js';

/** Rows made at once; the most dangerous come first, the rest at the press of a button or by arrow key. */
const PAGE = 200;

/** @typedef {{tr: HTMLElement, canvas: HTMLCanvasElement, level: Element, open: HTMLElement, place: Element, marks: Element,
 *   value: Element, danger: Element, arrow: Element, rate: Element, spoken: Element, time: Element, age: Element, gauge: any}} Row */

export class GaugeList {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.body = byId('gauge-rows');
    this.limit = PAGE;
    /** @type {Map<string, Row>} */ this.rows = new Map();
    /** Row that Tab reaches. @type {string | null} */ this.current = null;
    this.body.addEventListener('click', (/** @type {MouseEvent} */ event) => this.#clicked(event));
    this.body.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.body.addEventListener('focusin', (/** @type {FocusEvent} */ event) => this.#focused(event));
    byId('list-more').addEventListener('click', () => this.#more());
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.things.has('filter')) this.limit = PAGE;
    const shown = this.desk.shown.slice(0, this.limit);
    const held = this.#heldFocus();
    const now = this.desk.now();
    const wanted = new Set(shown.map(({ gauge }) => String(gauge.id)));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.tr.remove();
      this.rows.delete(id);
    }
    let place = this.body.firstElementChild;
    for (const { gauge, standing } of shown) {
      const row = this.#row(String(gauge.id));
      this.#fill(row, gauge, standing, now);
      if (row.tr === place) place = place.nextElementSibling;
      else this.body.insertBefore(row.tr, place);
    }
    this.#tabStop(shown);
    if (held !== null && document.activeElement !== this.rows.get(held)?.open) {
      this.rows.get(held)?.open.focus({ preventScroll: true });
    }
    this.#notes();
    if (dirt.things.has('selection')) this.#reveal();
  }

  /** Move the keyboard into the list. */
  focus() {
    const id = this.current ?? this.rows.keys().next().value;
    if (id !== undefined && id !== null) this.rows.get(id)?.open.focus();
  }

  #notes() {
    const { ordered, shown, known } = this.desk;
    setText(byId('list-shown'), known ? t('list.shown', { shown: shown.length, total: ordered.length }) : '');
    const none = byId('list-none');
    none.hidden = shown.length > 0;
    setText(none, known ? t('list.none') : t('list.none-known'));
    const more = byId('list-more');
    more.hidden = shown.length <= this.limit;
    setText(more, t('list.more', { count: shown.length - this.limit }));
  }

  /** @param {string} id @returns {Row} */
  #row(id) {
    const known = this.rows.get(id);
    if (known) return known;
    const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'symbol', 'aria-hidden': 'true' }));
    const level = element('span', { class: 'row-class' });
    const open = element('button', { type: 'button', class: 'row-open', tabindex: '-1', lang: 'ja' });
    const place = japanese('', 'row-place');
    const marks = element('span', { class: 'row-marks' });
    const value = element('td', { role: 'cell', class: 'number row-value' });
    const danger = element('td', { role: 'cell', class: 'number row-danger' });
    const arrow = element('span', { class: 'row-arrow', 'aria-hidden': 'true' });
    const spoken = element('span', { class: 'unseen' });
    const rate = element('span', { class: 'row-rate' });
    const time = element('span', { class: 'row-time' });
    const age = element('span', { class: 'row-age' });
    const tr = element('tr', { role: 'row', 'data-gauge': id },
      element('td', { role: 'cell', class: 'row-level' }, canvas, level),
      element('th', { role: 'rowheader', scope: 'row', class: 'row-name' }, open, element('span', { class: 'row-under' }, marks, place)),
      value, danger,
      element('td', { role: 'cell', class: 'row-trend' }, arrow, spoken, rate),
      element('td', { role: 'cell', class: 'number row-observed' }, time, age));
    const row = { tr, canvas, level, open, place, marks, value, danger, arrow, rate, spoken, time, age, gauge: null };
    this.rows.set(id, row);
    return row;
  }

  /** @param {Row} row @param {any} gauge @param {import('./standing.js').Standing} standing @param {number} now */
  #fill(row, gauge, standing, now) {
    const observed = gauge.observed_at ? Date.parse(gauge.observed_at) : NaN;
    setAttribute(row.tr, 'data-level', CLASSES[standing.rank]);
    setAttribute(row.tr, 'data-trend', gauge.trend);
    setAttribute(row.tr, 'data-silence', standing.silence);
    setAttribute(row.tr, 'data-flag', gauge.flag);
    setAttribute(row.tr, 'data-doubted', standing.doubted ? 'true' : null);
    setAttribute(row.tr, 'data-untrusted', standing.untrusted ? 'true' : null);
    setAttribute(row.tr, 'data-tier', standing.tier);
    setAttribute(row.tr, 'aria-current', this.desk.selected === String(gauge.id) ? 'true' : null);
    paintSymbol(row.canvas, gaugeLook({ ...gauge, trend: '' }, standing, this.desk.rules, mapPalette(), true));
    setText(row.level, t(`class.${CLASSES[standing.rank]}`));
    setText(row.open, gauge.name);
    setText(row.place, [gauge.river, shortPlace(gauge.area_name)].filter(Boolean).join('・'));
    this.#marks(row.marks, marksOf(gauge, standing));
    setText(row.value, metres(gauge.level_m));
    setText(row.danger, dangerText(gauge, standing));
    setAttribute(row.danger, 'data-over', standing.toDanger_m <= 0 ? 'true' : null);
    const trend = trendTold(gauge);
    setText(row.arrow, trendArrow(trend));
    setText(row.spoken, t(`trend.${trend}`));
    const unclear = trend === 'unclear' ? `±${metres(gauge.trend_sd_m_per_h)}` : '';
    setText(row.rate, unclear || (Number.isFinite(gauge.trend_m_per_h) ? signedMetres(gauge.trend_m_per_h) : ''));
    setText(row.time, momentText(observed, now).split(' ')[0]);
    setText(row.age, Number.isFinite(standing.ageMs) ? t('list.age', { age: ageText(standing.ageMs) }) : '');
    row.gauge = gauge;
  }

  /** @param {Element} root @param {string[]} marks */
  #marks(root, marks) {
    const words = marks.map((mark) => t(`mark.${mark}`)).join(' ');
    if (root.textContent === words) return;
    root.replaceChildren(...marks.flatMap((mark, i) => [
      i > 0 ? ' ' : '', element('span', { class: `mark mark-${mark}` }, t(`mark.${mark}`)),
    ]));
  }

  /** @param {{gauge: any}[]} shown */
  #tabStop(shown) {
    const ids = shown.map(({ gauge }) => String(gauge.id));
    if (this.current === null || !ids.includes(this.current)) this.current = ids[0] ?? null;
    for (const [id, row] of this.rows) setAttribute(row.open, 'tabindex', id === this.current ? '0' : '-1');
  }

  #heldFocus() {
    const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest?.('tr[data-gauge]') ?? null);
    return row && this.body.contains(row) ? row.dataset.gauge ?? null : null;
  }

  /** Bring the selected row into sight, without taking the keyboard. */
  #reveal() {
    const row = this.desk.selected === null ? undefined : this.rows.get(this.desk.selected);
    row?.tr.scrollIntoView({ block: 'nearest' });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest?.('tr');
    const id = row?.dataset.gauge;
    if (id) this.desk.select(id);
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const id = /** @type {HTMLElement} */ (event.target).closest('tr')?.dataset.gauge;
    if (!id || id === this.current) return;
    this.rows.get(this.current ?? '')?.open.setAttribute('tabindex', '-1');
    this.current = id;
    this.rows.get(id)?.open.setAttribute('tabindex', '0');
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const from = /** @type {HTMLElement} */ (event.target).closest('tr');
    if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ArrowDown' && from.nextElementSibling === null) this.#more();
    const to = {
      ArrowDown: from.nextElementSibling,
      ArrowUp: from.previousElementSibling,
      Home: this.body.firstElementChild,
      End: this.body.lastElementChild,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    to?.querySelector('.row-open')?.focus();
  }

  #more() {
    if (this.desk.shown.length <= this.limit) return;
    this.limit += PAGE;
    this.desk.touch('list');
  }
}

/** @param {any} gauge @param {import('./standing.js').Standing} standing */
function dangerText(gauge, standing) {
  if (Number.isNaN(standing.toDanger_m)) return Number.isFinite(gauge.thresholds?.danger) ? '—' : t('list.no-threshold');
  const value = metres(Math.abs(standing.toDanger_m));
  return standing.toDanger_m <= 0 ? t('list.over', { value }) : t('list.until', { value });
}
