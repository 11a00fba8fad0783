// @ts-check
/**
 * What stands for one place, of the three kinds that never mix, and the one sentence of what to do now. Pure.
 *
 * An order of the municipality comes first; an official announcement never becomes an order here, and an estimate
 * never tells anybody to leave. Missing information is told as missing, never as safety.
 */

import { within } from './ground.js';

/** An answer older than this [ms] is not spoken of as now. */
export const STALE_MS = 5 * 60_000;

/** @typedef {'yes' | 'no' | 'unknown'} Check */

/**
 * Whether an order is meant for a place.
 * @param {any} order @param {{point: [number, number] | null, district?: string | null}} place
 * @returns {'here' | 'elsewhere' | 'maybe'} maybe = it names districts and the place within the municipality is not known
 */
export function meantFor(order, place) {
  const whole = !order.districts?.length && !order.geom;
  if (whole) return 'here';
  if (place.district && order.districts?.some((/** @type {any} */ one) => one.name === place.district)) return 'here';
  if (order.geom && place.point) return within(place.point, order.geom) ? 'here' : 'elsewhere';
  return 'maybe';
}

/**
 * @param {any} answer of the area; null = none was ever received
 * @param {{point: [number, number] | null, district?: string | null}} place
 * @param {number} ageMs since the answer was true
 */
export function standingOf(answer, place, ageMs) {
  const inForce = (answer?.orders ?? []).filter((/** @type {any} */ order) => order.state !== 'lifted');
  const orders = inForce.map((/** @type {any} */ order) => ({ ...order, meant: meantFor(order, place) }));
  orders.sort((/** @type {any} */ a, /** @type {any} */ b) => nearness(a) - nearness(b) || b.level - a.level);
  const official = [...(answer?.official ?? [])].sort((a, b) => b.level - a.level);
  const estimates = [...(answer?.estimates ?? [])].sort((a, b) => b.level - a.level);
  const lifted = (answer?.orders ?? []).filter((/** @type {any} */ order) => order.state === 'lifted');
  const known = answer !== null && answer !== undefined;
  const fresh = known && !answer.stale && ageMs <= STALE_MS;
  return { orders, lifted, official, estimates, fresh, known, todo: todoOf({ orders, official, estimates, lifted, fresh, known }) };
}

/** @param {any} order */
function nearness(order) {
  return order.meant === 'elsewhere' ? 1 : 0;
}

/**
 * The one sentence, as the key of its text.
 * @param {{orders: any[], official: any[], estimates: any[], lifted: any[], fresh: boolean, known: boolean}} found
 * @returns {{key: string, level: number | null}}
 */
function todoOf({ orders, official, estimates, lifted, fresh, known }) {
  const order = orders.find(({ meant }) => meant !== 'elsewhere');
  if (order) return { key: `todo.order.${order.level}${order.meant === 'maybe' ? '.maybe' : ''}`, level: order.level };
  if (!known) return { key: 'todo.nothing-known', level: null };
  // One whose level cannot be read (0) is taken as a warning: it never means that there is none.
  const highest = Math.max(0, ...official.map(({ level }) => level || 3));
  if (highest >= 4) return { key: 'todo.official.high', level: null };
  if (!fresh) return { key: 'todo.stale', level: null };
  if (orders.length > 0) return { key: 'todo.elsewhere', level: null };
  if (highest === 3) return { key: 'todo.official.3', level: null };
  if (estimates.length > 0) return { key: 'todo.estimate', level: null };
  if (highest === 2) return { key: 'todo.official.2', level: null };
  return { key: lifted.length > 0 ? 'todo.lifted' : 'todo.none', level: null };
}

/**
 * Whether staying upstairs may be offered (屋内安全確保: guideline of the Cabinet Office). Only where all three
 * conditions are known to hold; what is unknown counts as not.
 * @param {{outsideCollapse: Check, aboveWater: Check, endure: Check}} checks
 * @returns {{offered: boolean, missing: string[]}} the conditions that do not hold, or are not known to
 */
export function upstairs(checks) {
  const missing = Object.entries(checks).filter(([, held]) => held !== 'yes').map(([name]) => name);
  return { offered: missing.length === 0, missing };
}

/**
 * The earliest moment by which one should have gone, over the estimates of a place: the cautious end of each.
 * @param {any[]} estimates @returns {{at: string, level: number, overdue: (nowMs: number) => boolean} | null}
 */
export function goBy(estimates) {
  const moments = estimates
    .map(({ latest_start: start, level }) => ({ at: start?.p10 ?? start?.p50 ?? null, level }))
    .filter(({ at }) => at !== null && Number.isFinite(Date.parse(at)));
  moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const first = moments[0];
  return first ? { ...first, overdue: (nowMs) => Date.parse(first.at) <= nowMs } : null;
}
