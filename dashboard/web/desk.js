// @ts-check
/**
 * What lies on the officer's desk: the picture, the clock, what is chosen and filtered. Parts of the
 * screen register here and are drawn together, at most once a frame, with what changed since.
 */

import { incidentNow } from './clock.js';
import { emptyFilter, passes } from './gauge-filter.js';
import { outlook } from './level-forecast.js';
import { byDanger, standing } from './standing.js';

/** Wait [ms] before drawing where no frames come, i.e. in a tab that is not seen. */
const HIDDEN_FRAME_MS = 500;
/** New data is drawn at most this share of the time: an old computer must keep room for the officer's hand. */
const DATA_SHARE = 0.3;
/** However slow the computer: new data is not held back longer than this [ms]. */
const LONGEST_WAIT_MS = 800;

/**
 * @typedef {object} Dirt what changed since the last drawing
 * @property {boolean} full the whole picture was replaced
 * @property {Map<string, Set<string>>} kinds changed ids by kind
 * @property {Set<string>} things `tick`, `selection`, `filter`, `order`, `language`, `theme`, `rules`, `connection`, `layers`, `session`
 */

/** @typedef {{render: (dirt: Dirt) => void}} Part */

export class Desk {
  /** @type {Part[]} */ #parts = [];
  /** @type {Dirt} */ #dirt = clean();
  /** What is waited for: nothing, a frame, or a pause between drawings of data. @type {'' | 'frame' | 'pause'} */
  #waiting = '';
  /** @type {any} */ #pause = null;
  #drawnAt = -Infinity;
  #costMs = 0;

  /**
   * @param {import('./picture.js').Picture} picture
   * @param {import('./clock.js').WallClock} wall
   * @param {import('./rules.js').Rules} rules
   */
  constructor(picture, wall, rules) {
    this.picture = picture;
    this.wall = wall;
    this.rules = rules;
    /** @type {string | null} */ this.selected = null;
    this.filter = emptyFilter();
    /** Which list is seen: by danger as it stands, by the forecast's probability, the shelters, the orders, the cameras, or the air. @type {'danger' | 'forecast' | 'shelter' | 'order' | 'camera' | 'air' | 'photo'} */
    this.order = 'danger';
    /** @type {{state: 'connecting' | 'live' | 'lost' | 'signed-out', transport: string, heardAtMs: number | null}} */
    this.connection = { state: 'connecting', transport: 'socket', heardAtMs: null };
    /** @type {any} */ this.session = null;
    /** Answer of `/api/layers`, null while unknown. @type {any[] | null} */
    this.layers = null;
    this.layersFailed = false;
    /** @type {Map<string, import('./standing.js').Standing>} */ this.standings = new Map();
    /** What the newest forecast says of each gauge. @type {Map<string, import('./level-forecast.js').Outlook>} */ this.outlooks = new Map();
    /** @type {{gauge: any, standing: import('./standing.js').Standing}[]} */ this.ordered = [];
    /** @type {{gauge: any, standing: import('./standing.js').Standing}[]} */ this.shown = [];
  }

  /** @param {Part} part drawn in the order of registration */
  add(part) {
    this.#parts.push(part);
  }

  /** @returns {any} the incident, undefined while unknown */
  incident() {
    return this.picture.all('incident')[0];
  }

  /** @returns {number} the incident's now [ms since 1970] */
  now() {
    return incidentNow(this.incident()?.clock, this.wall.now());
  }

  /** Whether any picture has arrived; before it nothing may be counted. */
  get known() {
    return this.picture.position !== null;
  }

  /** Whether official warnings have been heard of at all: silence of their source is not "none in force". */
  get warningsHeard() {
    const layer = this.layers?.find(({ layer: name }) => name === 'warning' || name === 'warnings');
    return this.picture.all('warning').length > 0 || Boolean(layer?.newest_at);
  }

  /** Whether any forecast has been heard of: silence of the forecaster is not "no danger ahead". */
  get forecastsHeard() {
    return this.picture.all('forecast').length > 0;
  }

  /** @param {string} id */
  gauge(id) {
    return this.picture.get('gauge', id);
  }

  /** @param {import('./picture.js').Changed} changed */
  changed(changed) {
    this.#dirt.full ||= changed.full;
    for (const [kind, ids] of changed.kinds) {
      const all = this.#dirt.kinds.get(kind) ?? new Set();
      for (const id of ids) all.add(id);
      this.#dirt.kinds.set(kind, all);
    }
    if (this.#waiting !== '') return;
    const wait = this.#drawnAt + Math.min(this.#costMs / DATA_SHARE, LONGEST_WAIT_MS) - performance.now();
    if (wait <= 0) {
      this.#schedule();
      return;
    }
    this.#waiting = 'pause';
    this.#pause = setTimeout(() => this.#schedule(), wait);
  }

  /** @param {string} thing */
  touch(thing) {
    this.#dirt.things.add(thing);
    this.#schedule();
  }

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    this.touch('selection');
  }

  /** @param {'danger' | 'forecast' | 'shelter' | 'order' | 'camera' | 'air' | 'photo'} order which list is seen */
  orderBy(order) {
    if (this.order === order) return;
    this.order = order;
    this.touch('order');
  }

  /** @param {Partial<import('./gauge-filter.js').Filter>} change */
  narrow(change) {
    Object.assign(this.filter, change);
    this.touch('filter');
  }

  #schedule() {
    if (this.#waiting === 'frame') return;
    clearTimeout(this.#pause);
    this.#waiting = 'frame';
    const draw = () => {
      const began = performance.now();
      this.#waiting = '';
      this.#draw();
      this.#drawnAt = performance.now();
      // The map draws itself in the frame after; only what comes after that one tells the whole cost.
      requestAnimationFrame(() => setTimeout(() => {
        this.#costMs = performance.now() - began;
        this.#drawnAt = performance.now();
      }));
    };
    if (document.hidden) setTimeout(draw, HIDDEN_FRAME_MS);
    else requestAnimationFrame(draw);
  }

  #draw() {
    const dirt = this.#dirt;
    this.#dirt = clean();
    this.#judge(dirt);
    for (const part of this.#parts) {
      try {
        part.render(dirt);
      } catch (error) {
        // One broken part must not stop the clock and the list beside it.
        console.error('a part of the screen could not be drawn', error);
      }
    }
  }

  /** @param {Dirt} dirt */
  #judge(dirt) {
    if (!(dirt.full || ['gauge', 'forecast', 'incident'].some((kind) => dirt.kinds.has(kind))
      || ['tick', 'filter'].some((thing) => dirt.things.has(thing)))) return;
    const now = this.now();
    this.standings.clear();
    this.outlooks.clear();
    this.ordered = this.picture.all('gauge').map((gauge) => {
      const judged = standing(gauge, now);
      this.standings.set(String(gauge.id), judged);
      this.outlooks.set(String(gauge.id), outlook(gauge, this.picture.get('forecast', String(gauge.id)), now));
      return { gauge, standing: judged };
    });
    this.ordered.sort(byDanger);
    this.shown = this.ordered.filter((row) => passes(this.filter, row.gauge, row.standing));
  }
}

/** @returns {Dirt} */
function clean() {
  return { full: false, kinds: new Map(), things: new Set() };
}
