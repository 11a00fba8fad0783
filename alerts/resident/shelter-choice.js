// @ts-check
/** Which shelters to show first: those meant for this hazard, open, with room, near. Pure. */

import { distanceM, eighth } from './ground.js';

/** What congestion adds to the way [m]: a full house is offered last, an unknown one after those known to have room. */
const CROWDING_M = /** @type {Record<string, number>} */ ({ free: 0, some: 400, unknown: 800, crowded: 2500, full: 50_000 });
/** Somebody is known to be there: before houses of which nobody has heard. [m] */
const NOT_OPEN_M = 30_000;
/** Designated, but not for this hazard [m]: behind every other. */
const WRONG_HAZARD_M = 200_000;

/** @typedef {{pets?: boolean, barrierFree?: boolean}} Needs */

/**
 * @param {any[]} shelters of the answer @param {[number, number] | null} point @param {string} hazard @param {Needs} needs
 * @returns {any[]} each with `away_m`, `direction`, `fits`, best first; those that are closed or cut off by water are left out
 */
export function shelterOrder(shelters, point, hazard, needs) {
  return shelters
    .filter(({ open, cut_off: cutOff }) => open !== 'closed' && !cutOff)
    .map((shelter) => described(shelter, point, hazard, needs))
    .sort((a, b) => a.cost - b.cost || String(a.name).localeCompare(String(b.name), 'ja'));
}

/** @param {any} shelter @param {[number, number] | null} point @param {string} hazard @param {Needs} needs */
function described(shelter, point, hazard, needs) {
  const to = /** @type {[number, number]} */ ([shelter.lon, shelter.lat]);
  const away = point && Number.isFinite(shelter.lon) ? distanceM(point, to) : null;
  const forHazard = shelter.hazards ? shelter.hazards.includes(hazard) : null;
  const unmet = [];
  if (needs.pets && shelter.pets !== true) unmet.push(shelter.pets === false ? 'pets.no' : 'pets.unknown');
  if (needs.barrierFree && shelter.barrier_free !== true) {
    unmet.push(shelter.barrier_free === false ? 'barrier-free.no' : 'barrier-free.unknown');
  }
  const cost = (away ?? 0) + CROWDING_M[shelter.congestion ?? 'unknown'] + (shelter.open === 'open' ? 0 : NOT_OPEN_M)
    + (forHazard === true ? 0 : WRONG_HAZARD_M) + unmet.length * CROWDING_M.full;
  return { ...shelter, away_m: away, direction: away === null ? null : eighth(/** @type {any} */ (point), to), forHazard, unmet, cost };
}
