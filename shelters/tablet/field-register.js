// @ts-check
/**
 * A register: one field that several tablets write, merged without an order of arrival
 * (`shelters/field_register.py`, docs/tablet.md).
 */

import { canonicalText } from './canonical.js';

/** Two values of one field within this time contradict each other [ms]. */
const CONFLICT_WITHIN_MS = 600_000;

/**
 * What one operation wrote into a register.
 * @typedef {object} Entry
 * @property {Order} order
 * @property {number} seen_ms by the incident's clock [ms]
 * @property {string} hlc
 * @property {string} actor
 * @property {string | null} observed_at
 * @property {Set<string>} after
 * @property {any} value
 */

/** The order of operations: corrected time [ms], counter, device, id. @typedef {[number, number, string, string]} Order */

/** @param {Order} left @param {Order} right @returns {number} */
export function compareOrder(left, right) {
  for (let part = 0; part < 4; part += 1) {
    if (left[part] < right[part]) return -1;
    if (left[part] > right[part]) return 1;
  }
  return 0;
}

/** @param {Entry[]} entries at least one @returns {Entry} the newest by order */
export function newest(entries) {
  return entries.reduce((best, entry) => (compareOrder(entry.order, best.order) > 0 ? entry : best));
}

/**
 * The entry whose value holds, and those that contradict it, oldest first.
 * @param {Entry[]} entries at least one
 * @returns {{winner: Entry, conflicts: Entry[]}}
 */
export function winnerOf(entries) {
  const left = uncovered(entries);
  const winner = newest(left);
  const held = canonicalText(winner.value);
  const conflicts = left
    .filter(
      (entry) =>
        entry.order[2] !== winner.order[2] &&
        winner.order[0] - entry.order[0] <= CONFLICT_WITHIN_MS &&
        canonicalText(entry.value) !== held,
    )
    .sort((one, other) => compareOrder(one.order, other.order));
  return { winner, conflicts };
}

/** @param {Entry[]} entries at least one @returns {any} the register's state */
export function resolveRegister(entries) {
  const { winner, conflicts } = winnerOf(entries);
  return {
    actor: winner.actor,
    conflicts: conflictList(conflicts),
    device: winner.order[2],
    observed_at: winner.observed_at,
    op: winner.order[3],
    seen_ms: winner.seen_ms,
    value: winner.value,
  };
}

/** @param {Entry[]} conflicts */
export function conflictList(conflicts) {
  return conflicts.map((entry) => ({
    actor: entry.actor,
    device: entry.order[2],
    op: entry.order[3],
    seen_ms: entry.seen_ms,
    value: entry.value,
  }));
}

/** Entries that nobody knowingly replaced, all of them when every one was. @param {Entry[]} entries */
function uncovered(entries) {
  /** @type {Set<string>} */
  const named = new Set();
  /** @type {Map<string, string>} */
  const last = new Map();
  for (const entry of entries) {
    const [, , device, op] = entry.order;
    for (const id of entry.after) if (id !== op) named.add(id);
    const before = last.get(device);
    if (before === undefined || entry.hlc > before) last.set(device, entry.hlc);
  }
  const left = entries.filter(
    ({ order, hlc }) => !named.has(order[3]) && hlc === last.get(order[2]),
  );
  return left.length > 0 ? left : entries;
}
