// @ts-check
/**
 * How a shelter stands now, and which one needs somebody first. Pure. What nobody said is unknown and never counts
 * as good; a report that is overdue is called so here as well, so that it goes on while the line is cut.
 */

import { unanswered } from './aid.js';

/** A report may be late by so much [ms] before it counts (shelters/rules/silence.toml, `grace_min`). */
const GRACE_MS = 15 * 60_000;
/** Fuel for less than this [ms] is a need of its own: a refill takes that long to arrange and to drive. */
export const FUEL_SOON_MS = 3 * 3_600_000;
/** Stock for less than this [days] is a need of its own. */
export const COVER_LOW_DAYS = 1;

/**
 * Needs, in the order of the list: who calls for help that is not on its way, whom nobody hears or reaches, who runs out, who overflows, who is in the dark.
 * @type {readonly Need[]}
 */
export const NEEDS = ['aid', 'isolated', 'lost', 'cover', 'full', 'power', 'late', 'open', 'unknown', 'preparing', 'closed'];

/** @typedef {'aid' | 'isolated' | 'lost' | 'cover' | 'full' | 'power' | 'late' | 'open' | 'unknown' | 'preparing' | 'closed'} Need */
/** @typedef {'isolated' | 'lost' | 'late' | 'ok' | 'none'} Silence */

/**
 * @typedef {object} ShelterStanding
 * @property {Need} need the first reason to look at it
 * @property {Need[]} needs all of them, in order
 * @property {Silence} silence
 * @property {boolean} overdue whether this screen, not the server, called it late
 * @property {number} ageMs since its last report; NaN when it never reported
 * @property {number} fuelMs fuel left; NaN when unknown, negative when it should be used up
 * @property {number} days days of cover of the scarcest item; NaN when unknown
 * @property {string} congestion `free`, `some`, `crowded`, `full`, `unknown`
 * @property {boolean} closed whether nobody is to be sent there
 * @property {string} word key of the one word for it: how full it is; that there is room in a closed one is no news
 */

/**
 * @param {any} shelter a live value `shelter`
 * @param {number} now the incident's now [ms]
 * @returns {ShelterStanding}
 */
export function shelterStanding(shelter, now) {
  const { silence, overdue } = silenceNow(shelter, now);
  const fuelMs = Date.parse(shelter.fuel_until ?? '') - now;
  const days = shelter.cover_lowest?.days ?? NaN;
  const needs = /** @type {Need[]} */ ([
    (shelter.aids ?? []).some(unanswered) && 'aid',
    silence === 'isolated' && 'isolated',
    silence === 'lost' && 'lost',
    ...(closed(shelter) ? [] : [
      days < COVER_LOW_DAYS && 'cover',
      crowdedOut(shelter) && 'full',
      dark(shelter, fuelMs) && 'power',
      silence === 'late' && 'late',
    ]),
    stage(shelter),
  ].filter(Boolean));
  return {
    need: needs[0], needs, silence, overdue, fuelMs, days,
    ageMs: now - Date.parse(shelter.reported_at ?? ''),
    congestion: shelter.congestion ?? 'unknown',
    closed: closed(shelter),
    word: closed(shelter) || shelter.opening === 'preparing' ? `shelter.opening-${shelter.opening}` : `shelter.congestion-${shelter.congestion ?? 'unknown'}`,
  };
}

/** @param {any} shelter @param {number} now @returns {{silence: Silence, overdue: boolean}} */
function silenceNow(shelter, now) {
  const told = shelter.silence ?? 'none';
  const overdue = told === 'ok' && now > Date.parse(shelter.due_at ?? '') + GRACE_MS;
  return { silence: overdue ? 'late' : told, overdue };
}

/** @param {any} shelter */
function closed(shelter) {
  return shelter.opening === 'closed' || shelter.opening === 'not-open';
}

/** @param {any} shelter */
function crowdedOut(shelter) {
  return shelter.congestion === 'full' || shelter.near_full === true;
}

/** Whether its lights are out or soon will be. @param {any} shelter @param {number} fuelMs */
function dark(shelter, fuelMs) {
  return shelter.power === 'none' || (shelter.power !== 'mains' && fuelMs < FUEL_SOON_MS);
}

/** @param {any} shelter @returns {Need} */
function stage(shelter) {
  switch (shelter.opening) {
    case 'open':
    case 'permanent':
      return 'open';
    case 'preparing':
      return 'preparing';
    case 'closed':
    case 'not-open':
      return 'closed';
    default:
      return 'unknown';
  }
}

/** @typedef {{shelter: any, standing: ShelterStanding}} ShelterRow */

/**
 * Order of the list: by need; then scarcest stock, urgent requests, people, name.
 * @param {ShelterRow} a @param {ShelterRow} b
 */
export function byNeed(a, b) {
  return NEEDS.indexOf(a.standing.need) - NEEDS.indexOf(b.standing.need)
    || lowFirst(a.standing.days, b.standing.days)
    || (b.shelter.requests?.urgent ?? 0) - (a.shelter.requests?.urgent ?? 0)
    || (b.shelter.people ?? -1) - (a.shelter.people ?? -1)
    || String(a.shelter.name).localeCompare(String(b.shelter.name), 'ja');
}

/** @param {number} a @param {number} b */
function lowFirst(a, b) {
  return (Number.isNaN(a) ? Infinity : a) === (Number.isNaN(b) ? Infinity : b) ? 0
    : (Number.isNaN(a) ? Infinity : a) - (Number.isNaN(b) ? Infinity : b);
}

/** @typedef {{text: string, need: string, area: string}} ShelterFilter `need` is one of NEEDS, `silent`, `request` or empty */

/** @param {ShelterFilter} filter @param {ShelterRow} row */
export function passesShelter(filter, { shelter, standing }) {
  if (filter.area && shelter.area !== filter.area) return false;
  if (filter.need === 'silent' && !['isolated', 'lost', 'late'].includes(standing.silence)) return false;
  if (filter.need === 'request' && !(shelter.requests?.open > 0)) return false;
  if (NEEDS.includes(/** @type {any} */ (filter.need)) && !standing.needs.includes(/** @type {any} */ (filter.need))) return false;
  const text = filter.text.trim().toLowerCase();
  return !text || [shelter.name, shelter.kana, shelter.address, shelter.area_name].some((word) => String(word ?? '').toLowerCase().includes(text));
}

/**
 * How many shelters have each need; one may have several.
 * @param {ShelterRow[]} rows
 */
export function countNeeds(rows) {
  const counts = new Map(NEEDS.map((need) => [need, 0]));
  let people = 0;
  let uncounted = 0;
  for (const { shelter, standing } of rows) {
    for (const need of standing.needs) counts.set(need, (counts.get(need) ?? 0) + 1);
    if (Number.isFinite(shelter.people)) people += shelter.people;
    else if (standing.needs.includes('open') || standing.needs.includes('unknown')) uncounted += 1;
  }
  return { counts, people, uncounted };
}
