// @ts-check
/** What the page knows, and everything the screens may do with it. */

import { areaOf } from './ground.js';
import { forgetAll, keep, recalled } from './keeping.js';
import { standingOf } from './standing.js';

/**
 * @typedef {object} Place
 * @property {string} area code of the municipality
 * @property {string} areaName
 * @property {string | null} district
 * @property {[number, number] | null} point
 * @property {string} name what the person knows it by
 */

export class App {
  /** @type {Place | null} */ place = recalled('place');
  /** @type {{areas: any[], places: any[]} | null | 'failed'} what can be searched */ catalogue = null;
  /** @type {import('./shelter-choice.js').Needs} */ needs = recalled('needs') ?? {};
  /** @type {{outsideCollapse: any, aboveWater: any, endure: any}} */
  checks = recalled('checks') ?? { outsideCollapse: 'unknown', aboveWater: 'unknown', endure: 'unknown' };
  /** @type {any} the shelter this household told it goes to */ reservation = recalled('reservation');
  /** @type {any} the last word to the desk */ safety = recalled('safety');
  /** @type {string | null} area whose notices this device receives */ noticeArea = recalled('notices');
  /** @type {string[]} levels of the last picture, so that a change is spoken once */ spokenLevels = [];

  /**
   * @param {{line: import('./line.js').Line, now: () => number, redraw: () => void, fetch: typeof fetch}} parts
   */
  constructor(parts) {
    this.parts = parts;
    this.line = parts.line;
  }

  /** @returns {any} the last answer for the chosen place, null when none was ever received */
  get answer() {
    return this.place ? (this.line.kept?.answer ?? null) : null;
  }

  /** How old what is shown is, by the wall clock [ms]. */
  get ageMs() {
    const kept = this.line.kept;
    return kept ? Math.max(this.parts.now() - kept.fetchedAt, 0) + staleFor(kept.answer) : Infinity;
  }

  /** The incident's now [ms]: a drill may run by a clock of its own. */
  get nowMs() {
    const clock = this.answer?.clock;
    if (!clock) return this.parts.now();
    const elapsed = Math.max(this.parts.now() - Date.parse(clock.wall), 0) * clock.speed;
    return Math.min(Date.parse(clock.base) + elapsed, Date.parse(clock.end));
  }

  get standing() {
    return standingOf(this.answer, this.place ?? { point: null, district: null }, this.ageMs);
  }

  /** @param {Place} place */
  choose(place) {
    const other = place.area !== this.place?.area;
    this.place = place;
    keep('place', place);
    if (other) this.follow();
    this.parts.redraw();
  }

  /** Ask for the chosen area, beginning with what was kept of it. */
  follow() {
    if (!this.place) return;
    const kept = recalled(`area.${this.place.area}`);
    this.line.follow(`data/area/${encodeURIComponent(this.place.area)}.json`, kept);
  }

  /** @param {[number, number]} point @param {string} name @returns {Place | null} null = outside of what this page knows */
  placeAt(point, name) {
    if (this.catalogue === null || this.catalogue === 'failed') return null;
    const area = areaOf(point, this.catalogue.areas);
    return area ? { area: area.code, areaName: area.name, district: null, point, name: name || area.name } : null;
  }

  /** Keep a choice and draw. @param {'needs' | 'checks' | 'reservation' | 'safety' | 'noticeArea'} what @param {any} value */
  set(what, value) {
    /** @type {any} */ (this)[what] = value;
    keep(what === 'noticeArea' ? 'notices' : what, value);
    this.parts.redraw();
  }

  /** Forget everything on the device. */
  forget() {
    forgetAll();
    location.hash = '';
    location.reload();
  }

  /**
   * Send to the server, giving up on a line that hangs.
   * @param {string} address @param {any} body @returns {Promise<any>} the answer. Throws with `status` when it is refused
   */
  async send(address, body) {
    const answer = await this.parts.fetch(address, {
      method: 'POST', credentials: 'omit', signal: AbortSignal.timeout(15_000),
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw Object.assign(new Error(`${address}: ${answer.status}`), { status: answer.status });
    return answer.json();
  }
}

/** What the server itself says about how long it has heard nothing [ms]. @param {any} answer */
function staleFor(answer) {
  return answer?.stale && Number.isFinite(answer.stale_s) ? answer.stale_s * 1000 : 0;
}
