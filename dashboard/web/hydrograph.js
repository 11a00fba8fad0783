// @ts-check
/**
 * The rise and fall at one gauge: readings, thresholds as labelled lines, what is not believed marked
 * and not joined; every value to be had by mouse, by keys, and in a table.
 */

import uPlot from './vendor/uplot-1.6.32/uPlot.esm.js';
import { momentText } from './clock.js';
import { element, setText } from './element.js';
import { drawDoubtful, drawThresholds, levelRange, longSilences, plotColumns } from './hydrograph-drawing.js';
import { t, tOr } from './language.js';
import { mapPalette } from './palette.js';
import { get } from './server.js';
import { metres, reasonsText, refusalText } from './wording.js';

const HOUR_MS = 3_600_000;
const SPANS_H = [6, 24, 72];
const HEIGHT = 210;
const AXIS_FONT = '12px "Noto Sans CJK JP","Noto Sans JP",sans-serif';
/** New readings of the shown gauge are fetched at most so often [ms]. */
const REFETCH_MS = 1500;
/** The time axis follows the clock so often [ms]. */
const MOVE_ON_MS = 5000;

export class Hydrograph {
  root = element('section', { class: 'hydrograph' });
  frame = element('div', {
    class: 'hydrograph-frame', tabindex: '0', role: 'slider', 'aria-valuemin': '0', 'aria-valuemax': '0', 'aria-valuenow': '0',
  });
  readout = element('output', { class: 'hydrograph-readout', 'aria-live': 'polite' });
  notice = element('span', { class: 'hydrograph-notice', role: 'status' });
  again = element('button', { type: 'button', class: 'quiet', hidden: true, 'data-text': 'hydrograph.again' });
  spans = element('div', { class: 'chips', role: 'group', 'data-label': 'hydrograph.span' });
  rows = element('tbody');
  tableTitle = element('summary');

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.spanH = 24;
    /** @type {any} */ this.plot = null;
    /** @type {any} */ this.gauge = null;
    /** @type {any[]} */ this.readings = [];
    this.cursor = -1;
    this.fetchedFor = '';
    this.fetchedAt = -Infinity;
    this.movedAt = -Infinity;
    /** @type {any} */ this.waiting = null;
    this.#build();
    new ResizeObserver(() => this.#resize()).observe(this.frame);
  }

  /** @param {any} gauge @param {boolean} opened @param {import('./desk.js').Dirt} dirt */
  render(gauge, opened, dirt) {
    this.gauge = gauge;
    if (opened) {
      this.readings = [];
      this.cursor = -1;
      this.#draw();
    }
    const wanted = [gauge.id, gauge.observed_at, gauge.flag, this.spanH].join('|');
    if (wanted !== this.fetchedFor) this.#fetchSoon(wanted, opened);
    if (dirt.things.has('theme') || dirt.things.has('rules')) this.#draw();
    if (dirt.things.has('language')) this.#words();
    this.#moveOn();
  }

  /** The right edge is now, also when nothing comes: a silence must be seen to grow. */
  #moveOn() {
    if (this.plot === null || performance.now() - this.movedAt < MOVE_ON_MS) return;
    this.movedAt = performance.now();
    this.plot.setData(this.plot.data);
  }

  /** @param {string} wanted @param {boolean} atOnce */
  #fetchSoon(wanted, atOnce) {
    if (this.waiting !== null && !atOnce) return;
    clearTimeout(this.waiting);
    const wait = atOnce ? 0 : Math.max(0, this.fetchedAt + REFETCH_MS - performance.now());
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.#fetch();
    }, wait);
    this.fetchedFor = wanted;
  }

  async #fetch() {
    const { gauge } = this;
    this.fetchedAt = performance.now();
    const to = this.desk.now();
    const from = new Date(to - this.spanH * HOUR_MS).toISOString();
    if (this.readings.length === 0) setText(this.notice, t('hydrograph.loading'));
    try {
      const answer = await get(`/api/gauges/${encodeURIComponent(gauge.id)}/readings?from=${from}`);
      if (this.gauge?.id !== gauge.id) return;
      const atCursor = this.readings[this.cursor]?.at;
      this.readings = answer.readings.filter((/** @type {any} */ reading) => Number.isFinite(Date.parse(reading.at)))
        .sort((/** @type {any} */ a, /** @type {any} */ b) => Date.parse(a.at) - Date.parse(b.at));
      this.cursor = this.readings.findIndex((reading) => reading.at === atCursor);
      this.again.hidden = true;
      setText(this.notice, this.readings.length === 0 ? t('hydrograph.empty') : '');
      this.#draw();
    } catch (error) {
      // What was drawn stays; it is old, and says so.
      setText(this.notice, t('hydrograph.failed', { reason: refusalText(error) }));
      this.again.hidden = false;
    }
  }

  #draw() {
    this.plot?.destroy();
    this.plot = null;
    this.#table();
    this.#words();
    if (this.readings.length === 0) return;
    const width = this.frame.clientWidth;
    if (width === 0) return;
    this.plot = new /** @type {any} */ (uPlot)(this.#options(width), plotColumns(this.readings), this.frame);
    if (this.cursor >= 0) this.#point(this.cursor);
  }

  /** @param {number} width [css px] */
  #options(width) {
    const palette = mapPalette();
    const now = () => this.desk.now() / 1000;
    const range = levelRange(this.readings, this.gauge.thresholds ?? {});
    const gaps = (/** @type {any} */ u) => longSilences(u.data)
      .map((span) => span.map((s) => Math.round(u.valToPos(s, 'x', true))));
    const axis = { stroke: palette.name, font: AXIS_FONT, grid: { stroke: palette.grid, width: 1 }, ticks: { stroke: palette.grid, width: 1 } };
    return {
      width,
      height: HEIGHT,
      tzDate: (/** @type {number} */ s) => uPlot.tzDate(new Date(s * 1000), 'Asia/Tokyo'),
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 9 } },
      scales: {
        x: { range: () => [now() - this.spanH * 3600, now() + this.spanH * 36] },
        y: { range: () => range },
      },
      axes: [
        { ...axis, space: 56, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map(axisTime) },
        { ...axis, size: 48, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map((v) => v.toFixed(1)) },
      ],
      series: [
        {},
        { stroke: palette.line, width: 2, gaps, points: { show: true, size: 6, fill: palette.line } },
        { stroke: palette.line, width: 0, paths: () => null, points: { show: false } },
      ],
      hooks: {
        drawAxes: [(/** @type {any} */ u) => drawThresholds(u, this.gauge, this.desk.rules, palette)],
        draw: [(/** @type {any} */ u) => drawDoubtful(u, this.readings, palette)],
        setCursor: [(/** @type {any} */ u) => this.#hovered(u.cursor.idx)],
      },
    };
  }

  /** @param {number | null | undefined} index */
  #hovered(index) {
    if (index === null || index === undefined || index === this.cursor) return;
    this.cursor = index;
    this.#read();
  }

  /** Put the cursor on a reading. @param {number} index */
  #point(index) {
    this.cursor = index;
    const reading = this.readings[index];
    if (this.plot && reading) {
      const level = Number.isFinite(reading.level_m) ? reading.level_m : 0;
      this.plot.setCursor({
        left: this.plot.valToPos(Date.parse(reading.at) / 1000, 'x'), top: this.plot.valToPos(level, 'y'),
      }, false);
    }
    this.#read();
  }

  #read() {
    const reading = this.readings[this.cursor];
    const text = reading ? this.#readingText(reading) : t('hydrograph.hint');
    setText(this.readout, text);
    this.frame.setAttribute('aria-valuetext', text);
    this.frame.setAttribute('aria-valuemax', String(Math.max(this.readings.length - 1, 0)));
    this.frame.setAttribute('aria-valuenow', String(Math.max(this.cursor, 0)));
  }

  /** @param {any} reading */
  #readingText(reading) {
    const value = Number.isFinite(reading.level_m)
      ? t('hydrograph.value', { value: metres(reading.level_m) }) : t('hydrograph.no-value');
    return t('hydrograph.reading', { time: momentText(Date.parse(reading.at), this.desk.now()), value, flag: flagText(reading) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.readings.length - 1;
    if (last < 0) return;
    const at = this.cursor < 0 ? last + 1 : this.cursor;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#point(Math.min(Math.max(to, 0), last));
  }

  #resize() {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    if (this.plot === null) this.#draw();
    else if (this.plot.width !== width) this.plot.setSize({ width, height: HEIGHT });
  }

  #table() {
    const now = this.desk.now();
    this.rows.replaceChildren(...[...this.readings].reverse().map((reading) => element('tr', { 'data-flag': reading.flag },
      element('th', { scope: 'row' }, momentText(Date.parse(reading.at), now)),
      element('td', { class: 'number' }, metres(reading.level_m)),
      element('td', {}, flagText(reading)))));
    setText(this.tableTitle, t('hydrograph.table', { count: this.readings.length }));
  }

  #words() {
    this.frame.setAttribute('aria-label', t('hydrograph.label', { name: this.gauge?.name ?? '' }));
    setText(this.tableTitle, t('hydrograph.table', { count: this.readings.length }));
    this.spans.querySelectorAll('button').forEach((button, i) => {
      const hours = SPANS_H[i];
      setText(button, hours > 24 ? t('hydrograph.days', { value: hours / 24 }) : t('hydrograph.hours', { value: hours }));
      button.setAttribute('aria-pressed', String(hours === this.spanH));
    });
    this.#read();
  }

  #build() {
    this.frame.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.again.addEventListener('click', () => this.#fetch());
    this.spans.append(...SPANS_H.map((hours) => element('button', {
      type: 'button', class: 'chip', 'data-span': hours, onclick: () => this.#span(hours),
    })));
    this.root.append(
      element('div', { class: 'part-head' }, element('h3', { 'data-text': 'hydrograph.title' }), this.spans),
      this.frame,
      element('p', { class: 'hydrograph-words' }, this.readout, this.notice, this.again),
      element('p', { class: 'hydrograph-key', 'aria-hidden': 'true' },
        ...['good', 'suspect', 'failed'].map((kind) => element('span', { 'data-text': `hydrograph.key-${kind}` }))),
      element('details', { class: 'hydrograph-table' }, this.tableTitle,
        element('table', {},
          element('thead', {}, element('tr', {},
            element('th', { scope: 'col', 'data-text': 'hydrograph.time' }),
            element('th', { scope: 'col', class: 'number', 'data-text': 'hydrograph.level' }),
            element('th', { scope: 'col', 'data-text': 'hydrograph.flag' }))),
          this.rows)));
  }

  /** @param {number} hours */
  #span(hours) {
    this.spanH = hours;
    this.fetchedFor = '';
    this.#words();
    this.desk.touch('hydrograph');
  }
}

/** @param {any} reading */
function flagText(reading) {
  return [tOr(`flag.${reading.flag}`, String(reading.flag)), reasonsText(reading.reasons)].filter(Boolean).join('：');
}

/** @param {number} s [s since 1970] @returns {string} hour, or the day at midnight, in Japan Standard Time */
function axisTime(s) {
  const parts = uPlot.tzDate(new Date(s * 1000), 'Asia/Tokyo');
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  if (parts.getHours() === 0 && parts.getMinutes() === 0) return `${parts.getMonth() + 1}/${parts.getDate()}`;
  return `${two(parts.getHours())}:${two(parts.getMinutes())}`;
}
