// @ts-check
/** The list beside the map: every gauge, most dangerous first, for eyes, keys and screen readers alike. */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { shortPlace } from './place-name.js';
import { RowList } from './row-list.js';
import { CLASSES, trendTold } from './standing.js';
import { gaugeLook, paintSymbol } from './symbols.js';
import { ageText, marksOf, metres, signedMetres, trendArrow } from './wording.js';

/** @typedef {{tr: HTMLElement, canvas: HTMLCanvasElement, level: Element, open: HTMLElement, place: Element, marks: Element,
 *   value: Element, danger: Element, arrow: Element, rate: Element, spoken: Element, time: Element, age: Element}} Row */

export class GaugeList {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.list = new RowList(byId('gauge-rows'), newRow, { open: (id) => desk.select(id), more: () => desk.touch('list') });
    byId('list-more').addEventListener('click', () => this.list.more());
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.things.has('filter')) this.list.reset();
    byId('list-scroll').hidden = this.desk.order !== 'danger';
    this.#notes();
    if (this.desk.order !== 'danger') {
      this.list.clear();
      return;
    }
    const now = this.desk.now();
    this.list.show(this.desk.shown, ({ gauge }) => String(gauge.id), (row, { gauge, standing }) => this.#fill(row, gauge, standing, now));
    const more = byId('list-more');
    more.hidden = this.list.rest === 0;
    setText(more, t('list.more', { count: this.list.rest }));
    if (dirt.things.has('selection')) this.list.reveal(this.desk.selected);
  }

  /** Move the keyboard into the list. */
  focus() {
    this.list.focus();
  }

  #notes() {
    const { ordered, shown, known } = this.desk;
    setText(byId('list-shown'), known ? t('list.shown', { shown: shown.length, total: ordered.length }) : '');
    const none = byId('list-none');
    none.hidden = shown.length > 0;
    setText(none, known ? t('list.none') : t('list.none-known'));
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
  }

  /** @param {Element} root @param {string[]} marks */
  #marks(root, marks) {
    const words = marks.map((mark) => t(`mark.${mark}`)).join(' ');
    if (root.textContent === words) return;
    root.replaceChildren(...marks.flatMap((mark, i) => [
      i > 0 ? ' ' : '', element('span', { class: `mark mark-${mark}` }, t(`mark.${mark}`)),
    ]));
  }
}

/** @param {any} gauge @param {import('./standing.js').Standing} standing */
function dangerText(gauge, standing) {
  if (Number.isNaN(standing.toDanger_m)) return Number.isFinite(gauge.thresholds?.danger) ? '—' : t('list.no-threshold');
  const value = metres(Math.abs(standing.toDanger_m));
  return standing.toDanger_m <= 0 ? t('list.over', { value }) : t('list.until', { value });
}

/** @param {string} id @returns {Row} */
function newRow(id) {
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
  return { tr, canvas, level, open, place, marks, value, danger, arrow, rate, spoken, time, age };
}
