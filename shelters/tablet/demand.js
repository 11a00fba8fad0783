// @ts-check
/**
 * Demand and days of cover on the tablet, without a network, by the same norms and the same arithmetic as
 * `shelters/demand.py` and `shelters/status.py`. Unknown stays unknown.
 */

import { rollCount } from './roll.js';

/** People who are served without staying inside. */
const SERVED_OUTSIDE = ['stay.car', 'stay.home'];
const UNDER_WAY = new Set(['loaded', 'on-the-way']);

/**
 * @typedef {object} Cover
 * @property {string} item
 * @property {number | null} per_day need [units a day]
 * @property {number | null} once needed once [units]
 * @property {number | null} stock [units]
 * @property {number} coming on the way [units]
 * @property {number} handed_out [units]
 * @property {number | null} days days of cover
 * @property {number | null} short missing for the days asked for [units]
 */

/** @param {any} state @param {string} name @returns {number | null} */
function usable(state, name) {
  const counter = state.counts[name];
  return counter === undefined || counter.value === null || counter.negative ? null : counter.value;
}

/** @param {any} state @returns {{people: number | null, basis: 'count' | 'register' | 'unknown'}} everybody served */
export function servedPeople(state) {
  let inside = usable(state, 'people');
  /** @type {'count' | 'register' | 'unknown'} */
  let basis = 'count';
  if (inside === null) {
    const { present } = rollCount(state);
    inside = present > 0 ? present : null;
    basis = inside === null ? 'unknown' : 'register';
  }
  if (inside === null) return { people: null, basis };
  return { people: SERVED_OUTSIDE.reduce((sum, name) => sum + (usable(state, name) ?? 0), inside), basis };
}

/** @param {any} state @param {any} rules `bundle.rules` @param {number} [days] @returns {Cover[]} */
export function covers(state, rules, days = 3) {
  const { people } = servedPeople(state);
  return rules.norms
    .filter((/** @type {any} */ norm) => norm.profile === rules.profile)
    .map((/** @type {any} */ norm) => coverOf(state, rules, norm, people, days));
}

/** @param {any} state @param {any} rules @param {any} norm @param {number | null} people @param {number} days @returns {Cover} */
function coverOf(state, rules, norm, people, days) {
  const of = classSize(state, rules, norm.people, people);
  const per_day = need(norm.per_day, of);
  const once = need(norm.once, of);
  const { stock, coming, handed_out } = held(state, rules, norm.item);
  return {
    item: norm.item, per_day, once, stock, coming, handed_out,
    days: stock === null || per_day === null || per_day === 0 ? null : Math.max(stock, 0) / per_day,
    short: shortage(stock, coming, handed_out, per_day, once, days),
  };
}

/** @param {number} rate @param {number | null} of @returns {number | null} */
function need(rate, of) {
  if (rate === 0) return 0;
  return of === null ? null : rate * of;
}

/** @param {any} state @param {any} rules @param {string} name @param {number | null} people */
function classSize(state, rules, name, people) {
  if (name === 'everybody') return people;
  const counted = rules.counted[name] ? usable(state, rules.counted[name]) : null;
  if (counted !== null) return counted;
  return people === null ? null : people * rules.shares[name];
}

/**
 * @param {number | null} stock @param {number} coming @param {number} out
 * @param {number | null} per_day @param {number | null} once @param {number} days
 */
function shortage(stock, coming, out, per_day, once, days) {
  if (stock === null || per_day === null || once === null) return null;
  return Math.max(per_day * days + Math.max(once - out, 0) - Math.max(stock, 0) - coming, 0);
}

/** Stock, what is on the way and what was handed out; substitutes converted. @param {any} state @param {any} rules @param {string} item */
function held(state, rules, item) {
  /** @type {Map<string, number>} */
  const factors = new Map([[item, 1]]);
  for (const [other, [normed, factor]] of Object.entries(rules.substitutes ?? {})) {
    if (normed === item) factors.set(other, factor);
  }
  /** @type {number | null} */ let stock = null;
  let handed_out = 0;
  for (const [other, factor] of factors) {
    for (const counter of Object.values(/** @type {Record<string, any>} */ (state.stock[other] ?? {}))) {
      handed_out += factor * counter.handed_out;
      if (counter.value !== null) stock = (stock ?? 0) + factor * counter.value;
    }
  }
  let coming = 0;
  for (const line of Object.values(/** @type {Record<string, any>} */ (state.lines))) {
    const factor = factors.get(line.item);
    if (factor !== undefined && UNDER_WAY.has(line.state)) coming += factor * (line.amount ?? 0);
  }
  return { stock, coming, handed_out };
}
