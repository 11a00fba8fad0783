// @ts-check
/** A counter: recounts and signed changes of several tablets (`shelters/counter.py`). −20 and −20 is −40. */

import { compareOrder, conflictList, winnerOf } from './field-register.js';

/** @typedef {import('./field-register.js').Entry} Entry */
/** @typedef {import('./field-register.js').Order} Order */
/** A change: its order, when by the incident's clock [ms], how much [thousandths]. @typedef {[Order, number, number]} Change */

/** @param {number} amount @returns {number} in whole thousandths: sums do not depend on their order */
export function thousandths(amount) {
  return Math.floor(amount * 1000 + 0.5);
}

/** @param {Entry[]} totals @param {Change[]} changes @returns {any} the counter's state */
export function resolveCounter(totals, changes) {
  const { winner: base, conflicts } = totals.length > 0 ? winnerOf(totals) : { winner: null, conflicts: [] };
  const counted = changes.filter(([order]) => base === null || compareOrder(order, base.order) > 0);
  const since = counted.reduce((sum, [, , amount]) => sum + amount, 0);
  const known = base === null || base.value !== null;
  const start = base !== null && base.value !== null ? thousandths(base.value) : 0;
  const moments = changes.map(([, seen_ms]) => seen_ms);
  if (base !== null) moments.push(base.seen_ms);
  return {
    base: base === null ? null : base.value,
    base_op: base === null ? null : base.order[3],
    conflicts: conflictList(conflicts),
    counted: base !== null && known,
    deltas: counted.length,
    negative: known && start + since < 0,
    seen_ms: moments.reduce((latest, moment) => Math.max(latest, moment)),
    since: plain(since / 1000),
    value: known ? plain((start + since) / 1000) : null,
  };
}

/** @param {number} number @returns {number} without a negative zero, which Python does not write */
export function plain(number) {
  return number === 0 ? 0 : number;
}
