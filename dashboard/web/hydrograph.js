// @ts-check
/**
 * The rise and fall at one gauge: readings, thresholds as labelled lines, what is not believed marked
 * and not joined; ahead of now the fan of the forecast, or an earlier one beside what came; every value to be
 * had by mouse, by keys, and in a table.
 */

import uPlot from './vendor/uplot-1.6.32/uPlot.esm.js';
import { momentText } from './clock.js';
import { element, setText } from './element.js';
import { fanRange, heldAgainst } from './fan.js';
import { drawFan, drawMoment } from './fan-drawing.js';
import { ForecastHistory } from './forecast-history.js';
import { ForecastTable } from './forecast-table.js';
import { chanceText, fanText } from './forecast-words.js';
import { believed, drawDoubtful, drawThresholds, levelRange, longSilences, nearestPoint, plotColumns, pointsOf } from './hydrograph-drawing.js';
import { t, tOr } from './language.js';
import { mapPalette } from './palette.js';
import { get } from './server.js';
import { metres, reasonsText, refusalText } from './wording.js';

const HOUR_MS = 3_600_000;
const SPANS_H = [6, 12, 24, 72];
/** Half a day behind and six hours ahead: since when it rises, and what comes. */
const USUAL_SPAN_H = 12;
const HEIGHT = 240;
/** So far ahead of now [h] the axis reaches while there is a forecast. */
const AHEAD_H = 6;
/** Share of the axis kept free at its end for the names of the bands. */
const NAMES_SHARE = 0.11;
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
  held = element('p', { class: 'hydrograph-held', role: 'status' });
  fanKey = ['middle', '50', '80', '90'].map((name) => element('span', { class: `fan-key fan-key-${name}`, 'data-text': `hydrograph.key-${name}` }));

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.spanH = USUAL_SPAN_H;
    /** @type {any} */ this.plot = null;
    /** @type {any} */ this.gauge = null;
    /** @type {any[]} */ this.readings = [];
    /** @type {import('./hydrograph-drawing.js').Point[]} */ this.points = [];
    this.history = new ForecastHistory(desk, () => this.#draw());
    this.forecastTable = new ForecastTable(desk);
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
    this.history.follow(String(gauge.id), this.desk.picture.get('forecast', String(gauge.id)));
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
      this.readings = answer.readings.filter((/** @type {any} */ reading) => Number.isFinite(Date.parse(reading.at)))
        .sort((/** @type {any} */ a, /** @type {any} */ b) => Date.parse(a.at) - Date.parse(b.at));
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
    const at = this.points[this.cursor]?.atS;
    this.points = pointsOf(this.readings, this.history.fan);
    this.cursor = at === undefined ? -1 : nearestPoint(this.points, at);
    this.#table();
    this.#words();
    if (this.points.length === 0) return;
    const width = this.frame.clientWidth;
    if (width === 0) return;
    this.plot = new /** @type {any} */ (uPlot)(this.#options(width), plotColumns(this.points), this.frame);
    if (this.cursor >= 0) this.#point(this.cursor);
  }

  /** @param {number} width [css px] */
  #options(width) {
    const palette = mapPalette();
    const now = () => this.desk.now() / 1000;
    const { fan } = this.history;
    const range = levelRange(this.readings, this.gauge.thresholds ?? {}, fan ? fanRange(fan) : []);
    const ahead = fan ? AHEAD_H * 3600 + (this.spanH + AHEAD_H) * 3600 * NAMES_SHARE : this.spanH * 36;
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
        x: { range: () => [now() - this.spanH * 3600, now() + ahead] },
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
        drawAxes: [(/** @type {any} */ u) => this.#drawForecast(u, palette), (/** @type {any} */ u) => drawThresholds(u, this.gauge, this.desk.rules, palette)],
        draw: [(/** @type {any} */ u) => drawDoubtful(u, this.readings, palette), (/** @type {any} */ u) => this.#drawMoments(u, palette)],
        setCursor: [(/** @type {any} */ u) => this.#hovered(u.cursor.idx)],
      },
    };
  }

  /** @param {any} u @param {ReturnType<typeof mapPalette>} palette */
  #drawForecast(u, palette) {
    const { fan, stale } = this.history;
    if (fan) drawFan(u, fan, { stale, middle: t('hydrograph.middle') }, palette);
  }

  /** @param {any} u @param {ReturnType<typeof mapPalette>} palette */
  #drawMoments(u, palette) {
    const { fan, looksBack, stale, title } = this.history;
    if (fan) drawMoment(u, this.desk.now() / 1000, t('hydrograph.now'), palette.ink, [], palette);
    if (fan && (looksBack || stale)) drawMoment(u, fan.originS, title, palette.estimate, [3, 3], palette, 1);
  }

  /** @param {number | null | undefined} index */
  #hovered(index) {
    if (index === null || index === undefined || index === this.cursor) return;
    this.cursor = index;
    this.#read();
  }

  /** Put the cursor on a moment. @param {number} index */
  #point(index) {
    this.cursor = index;
    const point = this.points[index];
    if (this.plot && point) {
      const level = point.reading?.level_m ?? point.said?.median ?? 0;
      this.plot.setCursor({ left: this.plot.valToPos(point.atS, 'x'), top: this.plot.valToPos(level, 'y') }, false);
    }
    this.#read();
  }

  #read() {
    const point = this.points[this.cursor];
    const text = point ? this.#pointText(point) : t('hydrograph.hint');
    setText(this.readout, text);
    this.frame.setAttribute('aria-valuetext', text);
    this.frame.setAttribute('aria-valuemax', String(Math.max(this.points.length - 1, 0)));
    this.frame.setAttribute('aria-valuenow', String(Math.max(this.cursor, 0)));
  }

  /** @param {import('./hydrograph-drawing.js').Point} point */
  #pointText({ atS, reading, said }) {
    const measured = reading ? this.#readingText(reading) : '';
    if (!said) return measured;
    const time = reading ? '' : momentText(atS * 1000, this.desk.now());
    const forecast = t('hydrograph.said', { time, level: fanText(said) }).trim();
    const chance = said.passing.danger;
    const passing = reading || !Number.isFinite(chance) ? ''
      : t('hydrograph.said-passing', { name: this.desk.rules.className('danger', this.gauge.scheme), chance: chanceText(chance) });
    return [measured, forecast, passing].filter(Boolean).join('　');
  }

  /** @param {any} reading */
  #readingText(reading) {
    const value = Number.isFinite(reading.level_m)
      ? t('hydrograph.value', { value: metres(reading.level_m) }) : t('hydrograph.no-value');
    return t('hydrograph.reading', { time: momentText(Date.parse(reading.at), this.desk.now()), value, flag: flagText(reading) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.points.length - 1;
    if (last < 0) return;
    // At first one step to the left is the newest reading, one to the right what is forecast next.
    const newest = this.points.findLastIndex(({ reading }) => reading !== null);
    const at = this.cursor >= 0 ? this.cursor : event.key === 'ArrowLeft' ? newest + 1 : newest;
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
    this.forecastTable.render(this.gauge, this.history.fan, this.history.title, this.readings.filter(believed));
  }

  #words() {
    this.frame.setAttribute('aria-label', t('hydrograph.label', { name: this.gauge?.name ?? '' }));
    setText(this.tableTitle, t('hydrograph.table', { count: this.readings.length }));
    this.spans.querySelectorAll('button').forEach((button, i) => {
      const hours = SPANS_H[i];
      setText(button, hours > 24 ? t('hydrograph.days', { value: hours / 24 }) : t('hydrograph.hours', { value: hours }));
      button.setAttribute('aria-pressed', String(hours === this.spanH));
    });
    setText(this.held, this.#heldText());
    for (const node of this.fanKey) node.hidden = this.history.fan === null;
    this.history.words();
    this.#read();
  }

  /** How often what came lay within the band of the earlier forecast that is shown. */
  #heldText() {
    const { fan, looksBack } = this.history;
    if (!fan || !looksBack) return '';
    const { count, within } = heldAgainst(fan, this.readings.filter(believed));
    return t(count === 0 ? 'history.not-yet' : 'history.held', { count, within });
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
      this.history.root,
      this.held,
      element('p', { class: 'hydrograph-key', 'aria-hidden': 'true' },
        ...['good', 'suspect', 'failed'].map((kind) => element('span', { 'data-text': `hydrograph.key-${kind}` })), ...this.fanKey),
      this.forecastTable.root,
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
