// @ts-check
/**
 * The list by probability: which gauge may pass its danger level next. Gauges of which nothing can be said stand
 * at its end with the reason, and are counted above it.
 */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { chanceText, crossingShort } from './forecast-words.js';
import { t } from './language.js';
import { byChance, LEADS_H, tally } from './level-forecast.js';
import { mapPalette } from './palette.js';
import { shortPlace } from './place-name.js';
import { RowList } from './row-list.js';
import { CLASSES } from './standing.js';
import { gaugeLook, paintSymbol } from './symbols.js';
import { ageText, marksOf, metres } from './wording.js';

/** Reasons for saying nothing, in the order in which they are told. */
const REASONS = ['old-reading', 'unheard', 'not-made', 'no-threshold'];

/** @typedef {{gauge: any, standing: import('./standing.js').Standing, outlook: import('./level-forecast.js').Outlook}} Item */
/** @typedef {{tr: HTMLElement, canvas: HTMLCanvasElement, level: Element, open: HTMLElement, place: Element, marks: HTMLElement,
 *   value: Element, chances: HTMLElement[], middle: Element, spread: Element, time: Element, age: Element}} Row */

export class ForecastList {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.scroll = byId('forecast-scroll');
    this.list = new RowList(byId('forecast-rows'), newRow, { open: (id) => desk.select(id), more: () => desk.touch('list') });
    /** Whether gauges that are over already are listed as well: what comes next is to stand at the top. */
    this.overListed = false;
    byId('forecast-over').addEventListener('click', () => {
      this.overListed = !this.overListed;
      desk.touch('list');
    });
    byId('forecast-more').addEventListener('click', () => this.list.more());
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.things.has('filter')) this.list.reset();
    const seen = this.desk.order === 'forecast';
    this.scroll.hidden = !seen;
    byId('forecast-tally').hidden = !seen;
    if (!seen) {
      this.list.clear();
      return;
    }
    if (dirt.things.has('language') || dirt.things.has('order')) {
      for (const head of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-within]'))) {
        setText(head, t('forecast.within', { hours: head.dataset.within ?? '' }));
      }
    }
    const all = this.#items();
    const over = all.filter(overNow);
    const items = this.overListed ? all : all.filter((item) => !overNow(item));
    this.#tally(all, over.length);
    const now = this.desk.now();
    this.list.show(items, ({ gauge }) => String(gauge.id), (row, item) => this.#fill(row, item, now));
    const more = byId('forecast-more');
    more.hidden = this.list.rest === 0;
    setText(more, t('list.more', { count: this.list.rest }));
    const none = byId('forecast-none');
    none.hidden = items.length > 0;
    setText(none, this.desk.known ? t('list.none') : t('list.none-known'));
    if (dirt.things.has('selection')) this.list.reveal(this.desk.selected);
  }

  /** Move the keyboard into the list. */
  focus() {
    this.list.focus();
  }

  /** @returns {Item[]} */
  #items() {
    const items = [];
    for (const { gauge, standing } of this.desk.shown) {
      const outlook = this.desk.outlooks.get(String(gauge.id));
      if (outlook) items.push({ gauge, standing, outlook });
    }
    return items.sort(byChance);
  }

  /** @param {Item[]} items @param {number} over */
  #tally(items, over) {
    const counts = tally(items);
    const silent = [...counts.silent.values()].reduce((sum, count) => sum + count, 0);
    const reasons = REASONS.filter((reason) => counts.silent.has(reason))
      .map((reason) => t(`forecast.silent-count-${reason}`, { count: counts.silent.get(reason) ?? 0 }));
    const parts = [
      t('forecast.tally-alarm', { count: counts.alarm }), t('forecast.tally-over', { count: counts.over }),
      counts.stale > 0 ? t('forecast.tally-stale', { count: counts.stale }) : '',
      counts.doubted > 0 ? t('forecast.tally-doubted', { count: counts.doubted }) : '',
      silent > 0 ? t('forecast.tally-silent', { count: silent, reasons: reasons.join(t('forecast.comma')) }) : '',
    ];
    const bar = byId('forecast-tally');
    setAttribute(bar, 'data-alarm', counts.alarm);
    setAttribute(bar, 'data-silent', silent);
    const text = this.desk.forecastsHeard ? parts.filter(Boolean).join('　') : t('forecast.unheard');
    setText(byId('forecast-counts'), this.desk.known ? text : '');
    const button = byId('forecast-over');
    button.hidden = over === 0;
    setAttribute(button, 'aria-expanded', String(this.overListed));
    setText(button, t(this.overListed ? 'forecast.over-hide' : 'forecast.over-show', { count: over }));
  }

  /** @param {Row} row @param {Item} item @param {number} now */
  #fill(row, { gauge, standing, outlook }, now) {
    setAttribute(row.tr, 'data-level', CLASSES[standing.rank]);
    setAttribute(row.tr, 'data-tier', outlook.tier);
    setAttribute(row.tr, 'data-state', outlook.state);
    setAttribute(row.tr, 'data-alarm', outlook.alarm ? 'true' : null);
    setAttribute(row.tr, 'aria-current', this.desk.selected === String(gauge.id) ? 'true' : null);
    paintSymbol(row.canvas, gaugeLook({ ...gauge, trend: '' }, standing, this.desk.rules, mapPalette(), true));
    setText(row.level, t(`class.${CLASSES[standing.rank]}`));
    setText(row.open, gauge.name);
    setText(row.place, [gauge.river, shortPlace(gauge.area_name)].filter(Boolean).join('・'));
    this.#marks(row.marks, [...marksOf(gauge, standing).map((mark) => `mark.${mark}`), ...forecastMarks(outlook)]);
    setText(row.value, metres(gauge.level_m));
    outlook.chances.forEach((chance, i) => {
      setText(row.chances[i].children[0], outlook.over && outlook.reason === '' ? t('forecast.over-short') : chanceText(chance));
      setAttribute(row.chances[i], 'data-chance', Number.isFinite(chance) ? chance : null);
      row.chances[i].style.setProperty('--chance-share', String(Number.isFinite(chance) ? chance : 0));
    });
    const { middle, spread } = this.#when(outlook, now);
    setText(row.middle, middle);
    setText(row.spread, spread);
    setText(row.time, Number.isFinite(outlook.originMs) ? momentText(outlook.originMs, now).split(' ').pop() ?? '' : '');
    setText(row.age, Number.isFinite(outlook.ageMs) ? t('list.age', { age: ageText(Math.max(outlook.ageMs, 0)) }) : '—');
  }

  /** @param {import('./level-forecast.js').Outlook} outlook @param {number} now */
  #when(outlook, now) {
    if (outlook.reason !== '') return { middle: t(`forecast.silent-short-${outlook.reason}`), spread: '' };
    if (outlook.over) return { middle: t('forecast.reached-short'), spread: '' };
    return outlook.crossing === null ? { middle: '—', spread: '' } : crossingShort(outlook.crossing, outlook.originMs, now);
  }

  /** @param {HTMLElement} root @param {string[]} keys */
  #marks(root, keys) {
    const words = keys.map((key) => t(key)).join(' ');
    if (root.textContent === words) return;
    root.replaceChildren(...keys.flatMap((key, i) => [
      i > 0 ? ' ' : '', element('span', { class: `mark ${key.replace('.', '-')}` }, t(key)),
    ]));
  }
}

/** @param {Item} item */
function overNow({ outlook }) {
  return outlook.over && outlook.reason === '' && !outlook.doubted;
}

/** @param {import('./level-forecast.js').Outlook} outlook @returns {string[]} keys of their texts */
function forecastMarks(outlook) {
  const marks = [];
  if (outlook.state === 'stale') marks.push('mark.stale');
  if (outlook.limit !== '') marks.push(`mark.${outlook.limit}`);
  return marks;
}

/** @param {string} id @returns {Row} */
function newRow(id) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'symbol', 'aria-hidden': 'true' }));
  const level = element('span', { class: 'row-class' });
  const open = element('button', { type: 'button', class: 'row-open', tabindex: '-1', lang: 'ja' });
  const place = japanese('', 'row-place');
  const marks = element('span', { class: 'row-marks' });
  const value = element('td', { role: 'cell', class: 'number row-value' });
  const chances = LEADS_H.map((lead) => element('td', { role: 'cell', class: 'number row-chance', 'data-lead': lead }, element('span', {})));
  const middle = element('span', { class: 'row-middle' });
  const spread = element('span', { class: 'row-spread' });
  const time = element('span', { class: 'row-time' });
  const age = element('span', { class: 'row-age' });
  const tr = element('tr', { role: 'row', 'data-gauge': id },
    element('td', { role: 'cell', class: 'row-level' }, canvas, level),
    element('th', { role: 'rowheader', scope: 'row', class: 'row-name' }, open, element('span', { class: 'row-under' }, marks, place)),
    value, ...chances,
    element('td', { role: 'cell', class: 'row-when' }, middle, spread),
    element('td', { role: 'cell', class: 'number row-observed' }, time, age));
  return { tr, canvas, level, open, place, marks, value, chances, middle, spread, time, age };
}
