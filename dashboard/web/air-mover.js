// @ts-check
/**
 * Where a vehicle is drawn at a moment: carried on from its last position by the rule of reckoning while that holds,
 * then at its last position. What a new position corrects is made good within a moment, so that nothing jumps. Pure.
 */

import { reckon } from './air-reckoning.js';

const RADIUS_M = 6_378_137;
/** A correction is made good within this time [ms]. */
const BLEND_MS = 600;
/** A correction farther than this [m] is shown at once: gliding there would invent a way; a replay glides along all that it skips. */
export const FARTHEST_GLIDE_M = 1500;

/**
 * @typedef {object} Placed
 * @property {number} x of the sign, web mercator
 * @property {number} y
 * @property {number} lastX of the last position that was told
 * @property {number} lastY
 * @property {number} radius_m of the circle it may be in, NaN once that is no longer drawn
 * @property {boolean} held it stands at its last position and is not carried on
 * @property {number} speed_m_s at which the sign moves by itself
 * @property {number} glide_m_s at which a correction is made good
 */

export class Mover {
  /** @param {any} vehicle */
  constructor(vehicle) {
    this.vehicle = vehicle;
    this.blend = { x: 0, y: 0, fromMs: -Infinity };
    this.#locate();
  }

  /**
   * Take a new value.
   * @param {any} vehicle @param {import('./air-reckoning.js').ReckoningLimits | undefined} limits
   * @param {number} nowMs the incident's now @param {number} wallMs a timer that never jumps
   * @param {number} farthest_m a correction up to this is made good within a moment, a farther one at once
   */
  take(vehicle, limits, nowMs, wallMs, farthest_m) {
    const before = this.at(limits, nowMs, wallMs);
    this.vehicle = vehicle;
    this.blend.fromMs = -Infinity;
    this.#locate();
    const after = this.at(limits, nowMs, wallMs);
    const [x, y] = [before.x - after.x, before.y - after.y];
    if (Math.hypot(x, y) / this.stretch < farthest_m) this.blend = { x, y, fromMs: wallMs };
  }

  /**
   * @param {import('./air-reckoning.js').ReckoningLimits | undefined} limits of its kind; undefined while they are not known: nothing is carried on
   * @param {number} nowMs the incident's now @param {number} wallMs a timer that never jumps
   * @returns {Placed}
   */
  at(limits, nowMs, wallMs) {
    const { vehicle, x: lastX, y: lastY } = this;
    const last = { lastX, lastY };
    const left = Math.max(0, 1 - (wallMs - this.blend.fromMs) / BLEND_MS);
    const glide = left > 0 ? { x: this.blend.x * left, y: this.blend.y * left } : { x: 0, y: 0 };
    const glide_m_s = left > 0 ? Math.hypot(this.blend.x, this.blend.y) / this.stretch / (BLEND_MS / 1000) : 0;
    const found = limits === undefined || vehicle.on_ground === true ? null : reckon(vehicle, (nowMs - this.observedMs) / 1000, limits);
    if (found === null || !found.moving) {
      return { ...last, x: lastX + glide.x, y: lastY + glide.y, radius_m: found === null ? vehicle.uncertainty_m ?? NaN : NaN, held: true, speed_m_s: 0, glide_m_s };
    }
    return {
      ...last, x: lastX + found.east_m * this.stretch + glide.x, y: lastY + found.north_m * this.stretch + glide.y,
      radius_m: found.radius_m, held: false, speed_m_s: vehicle.ground_speed_m_s ?? 0, glide_m_s,
    };
  }

  #locate() {
    const { vehicle } = this;
    [this.x, this.y] = mercator(vehicle.lon, vehicle.lat);
    /** Units of web mercator in a metre there. */
    this.stretch = 1 / Math.cos((vehicle.lat * Math.PI) / 180);
    this.observedMs = Date.parse(vehicle.observed_at);
    this.trail = (vehicle.trail ?? []).map((/** @type {[number, number]} */ [lon, lat]) => mercator(lon, lat));
  }
}

/** @param {number} lon @param {number} lat @returns {[number, number]} */
export function mercator(lon, lat) {
  return [RADIUS_M * (lon * Math.PI) / 180, RADIUS_M * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))];
}
