// @ts-check
/**
 * The forecasts of one gauge, the newest and earlier ones: which of them the hydrograph shows ("what we said
 * at 00:00"), fetched once each.
 */

import { momentText } from './clock.js';
import { element, setAttribute, setText } from './element.js';
import { fanOf } from './fan.js';
import { t } from './language.js';
import { STALE_MS } from './level-forecast.js';
import { get } from './server.js';
import { ageText, refusalText } from './wording.js';

/** Forecasts are asked for at most so often [ms]. */
const REFETCH_MS = 1500;
/** What could not be had is asked for again after so long [ms]. */
const AGAIN_MS = 10_000;
/** Earlier forecasts are offered so far back [ms]. */
const REACH_MS = 24 * 3_600_000;

export class ForecastHistory {
  root = element('div', { class: 'forecast-history', role: 'group', 'data-label': 'history.label', hidden: true });
  earlier = element('button', { type: 'button', class: 'chip', 'data-label': 'history.earlier' }, '◀');
  later = element('button', { type: 'button', class: 'chip', 'data-label': 'history.later' }, '▶');
  newest = element('button', { type: 'button', class: 'chip', 'data-text': 'history.newest' });
  slider = /** @type {HTMLInputElement} */ (element('input', { type: 'range', min: '0', step: '1', 'data-label': 'history.slider' }));
  said = element('span', { class: 'forecast-said' });

  /** @param {import('./desk.js').Desk} desk @param {() => void} changed called when another fan is to be drawn */
  constructor(desk, changed) {
    this.desk = desk;
    this.changed = changed;
    /** @type {string | null} */ this.gauge = null;
    /** Origins, oldest first. @type {string[]} */ this.origins = [];
    /** Origin of the earlier forecast that is shown, null = the newest. @type {string | null} */ this.chosen = null;
    /** What the picture holds of the newest. @type {any} */ this.live = undefined;
    /** Whole forecasts by origin. @type {Map<string, any>} */ this.wholes = new Map();
    /** @type {import('./fan.js').Fan | null} */ this.fan = null;
    this.failure = '';
    this.askedAt = -Infinity;
    /** @type {any} */ this.waiting = null;
    this.earlier.addEventListener('click', () => this.#step(-1));
    this.later.addEventListener('click', () => this.#step(1));
    this.newest.addEventListener('click', () => this.#choose(null));
    this.slider.addEventListener('input', () => this.#choose(this.origins[Number(this.slider.value)] ?? null));
    this.root.append(this.earlier, this.slider, this.later, this.newest, this.said);
  }

  /**
   * Follow a gauge.
   * @param {string} gauge @param {any} live its value of kind `forecast`, undefined when there is none
   */
  follow(gauge, live) {
    const other = gauge !== this.gauge;
    if (other) {
      this.gauge = gauge;
      this.origins = [];
      this.chosen = null;
      this.wholes.clear();
      this.fan = null;
    }
    if (other || live !== this.live) {
      this.live = live;
      // A clock that stands still gives a later reading the same origin.
      this.wholes.delete(live?.origin_at);
      // Until the whole forecast has come the one before it stays, with its own time; without one, what the
      // picture holds is shown: hourly, the 80 % band.
      if (this.chosen === null && (this.fan === null || live?.status === 'none' || live === undefined)) this.#show();
      this.#askSoon(other);
    } else if (this.failure !== '' && performance.now() - this.askedAt > AGAIN_MS) this.#askSoon(false);
    this.words();
  }

  /** Whether an earlier forecast is shown. */
  get looksBack() {
    return this.chosen !== null;
  }

  /** Whether the newest forecast is shown and too old to go by. */
  get stale() {
    return this.fan !== null && !this.looksBack && this.desk.now() - this.fan.originS * 1000 >= STALE_MS;
  }

  /** What is shown and how old it is, in words. */
  get title() {
    const originMs = this.fan === null ? Date.parse(this.chosen ?? '') : this.fan.originS * 1000;
    const words = { time: momentText(originMs, this.desk.now()), age: ageText(this.desk.now() - originMs) };
    if (this.fan === null) return t(this.looksBack ? 'history.past-none' : 'history.none', words);
    if (this.looksBack) return t('history.past', words);
    return t(this.stale ? 'history.stale' : 'history.now', words);
  }

  words() {
    const index = this.#index();
    this.root.hidden = this.live === undefined && this.origins.length === 0 && this.failure === '';
    for (const node of [this.earlier, this.slider, this.later, this.newest]) node.hidden = this.origins.length < 2;
    setAttribute(this.slider, 'max', String(Math.max(this.origins.length - 1, 0)));
    if (this.slider.value !== String(index)) this.slider.value = String(index);
    this.slider.setAttribute('aria-valuetext', this.title);
    /** @type {any} */ (this.earlier).disabled = index <= 0;
    /** @type {any} */ (this.later).disabled = index >= this.origins.length - 1;
    setAttribute(this.newest, 'aria-pressed', String(!this.looksBack));
    setText(this.said, [this.title, this.failure].filter(Boolean).join('　'));
  }

  #index() {
    return this.chosen === null ? this.origins.length - 1 : this.origins.indexOf(this.chosen);
  }

  /** @param {number} by */
  #step(by) {
    const to = Math.min(Math.max(this.#index() + by, 0), this.origins.length - 1);
    this.#choose(this.origins[to] ?? null);
  }

  /** @param {string | null} origin the last of all is the newest, and goes on being the newest */
  #choose(origin) {
    this.chosen = origin === this.origins[this.origins.length - 1] ? null : origin;
    this.#show();
    this.#ask();
  }

  #show() {
    const origin = this.chosen ?? this.live?.origin_at;
    this.fan = fanOf(this.wholes.get(origin) ?? (this.chosen === null ? this.live : undefined));
    this.words();
    this.changed();
  }

  /** @param {boolean} atOnce */
  #askSoon(atOnce) {
    if (this.waiting !== null && !atOnce) return;
    clearTimeout(this.waiting);
    const wait = atOnce ? 0 : Math.max(0, this.askedAt + REFETCH_MS - performance.now());
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.#askList();
      this.#ask();
    }, wait);
  }

  async #askList() {
    const { gauge } = this;
    this.askedAt = performance.now();
    const from = new Date(this.desk.now() - REACH_MS).toISOString();
    try {
      const { forecasts } = await get(`/api/gauges/${encodeURIComponent(gauge ?? '')}/forecasts?from=${from}`);
      if (gauge !== this.gauge) return;
      this.origins = forecasts.map((/** @type {any} */ one) => one.origin_at).reverse();
      if (this.chosen !== null && !this.origins.includes(this.chosen)) this.origins.unshift(this.chosen);
      this.failure = '';
    } catch (error) {
      if (gauge === this.gauge) this.failure = t('history.failed', { reason: refusalText(error) });
    }
    this.words();
  }

  async #ask() {
    const { gauge } = this;
    this.askedAt = performance.now();
    const origin = this.chosen ?? this.live?.origin_at;
    if (!origin || this.wholes.has(origin) || (this.chosen === null && this.live?.status === 'none')) return;
    try {
      const whole = await get(`/api/gauges/${encodeURIComponent(gauge ?? '')}/forecast?at=${encodeURIComponent(origin)}`);
      if (gauge !== this.gauge) return;
      this.wholes.set(origin, whole);
      this.failure = '';
      if (origin === (this.chosen ?? this.live?.origin_at)) this.#show();
    } catch (error) {
      if (gauge !== this.gauge) return;
      this.failure = t('history.failed', { reason: refusalText(error) });
      this.#show();
    }
  }
}
