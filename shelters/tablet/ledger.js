// @ts-check
/** A supply line through its states (`shelters/ledger.py`): facts win over papers, and are flagged. */

import { plain, thousandths } from './counter.js';
import { compareOrder, resolveRegister } from './field-register.js';

/** @typedef {import('./field-register.js').Order} Order */
/** @typedef {{order: Order, seen_ms: number, actor: string, state: string | null, amount: number | undefined}} Step */

/** States in their order. */
export const FORWARD = ['request', 'accepted', 'picked', 'loaded', 'on-the-way', 'arrived', 'handed-out'];
/** Ends without goods. */
export const ENDS = ['rejected', 'cancelled'];
/** States in which a line waits for somebody. */
export const OPEN = new Set(FORWARD.slice(0, 5));
const FACTS = new Set(['arrived', 'handed-out']);

/**
 * @param {string | null} now state before, null = nothing yet
 * @param {string} then
 * @returns {[string | null, string[]]} the state afterwards and the flags of the step
 */
export function takeStep(now, then) {
  if (!FORWARD.includes(then) && !ENDS.includes(then)) return [now, ['unknown-state']];
  if (now !== null && ENDS.includes(now)) {
    if (FACTS.has(then)) return [then, ['after-end']];
    return [now, then === now ? [] : ['illegal']];
  }
  const here = now === null ? -1 : FORWARD.indexOf(now);
  if (ENDS.includes(then)) {
    const limit = then === 'rejected' ? 1 : 3;
    return here <= limit ? [then, []] : [now, ['illegal']];
  }
  const there = FORWARD.indexOf(then);
  if (there < here) return [now, ['illegal']];
  return [then, there > (now === null ? 0 : here) + 1 ? ['skipped'] : []];
}

/**
 * @param {Step[]} steps at least one
 * @param {Map<string, import('./field-register.js').Entry[]>} fields what was written into each field
 */
export function resolveLine(steps, fields) {
  /** @type {string | null} */
  let state = null;
  const told = [];
  for (const step of [...steps].sort((one, other) => compareOrder(one.order, other.order))) {
    if (step.state === null) continue;
    const [after, flags] = takeStep(state, step.state);
    state = after;
    told.push(toldStep(step, flags));
  }
  /** @type {Record<string, any>} */
  const registers = Object.fromEntries([...fields].map(([name, entries]) => [name, resolveRegister(entries)]));
  const found = new Set(told.flatMap((step) => step.flags));
  const item = registers.item?.value ?? null;
  if (item === null) found.add('no-item');
  return {
    amount: registers.amount?.value ?? null,
    fields: registers,
    flags: [...found].sort(),
    item,
    lot: registers.lot?.value || '',
    state,
    steps: told,
  };
}

/**
 * What a line's arrival does to the stock, null while it has not arrived. It counts once.
 * @param {any} line @param {Step[]} steps
 * @returns {{item: string, lot: string, change: import('./counter.js').Change} | null}
 */
export function arrivalOf(line, steps) {
  const arrived = steps
    .filter((step) => step.state === 'arrived')
    .sort((one, other) => compareOrder(one.order, other.order));
  if (arrived.length === 0 || line.item === null) return null;
  const amounts = arrived.map((step) => step.amount).filter((amount) => amount !== undefined);
  const amount = amounts.length > 0 ? amounts[amounts.length - 1] : line.amount;
  if (amount === null || amount === undefined) return null;
  return { item: line.item, lot: line.lot, change: [arrived[0].order, arrived[0].seen_ms, thousandths(amount)] };
}

/** @param {Step} step @param {string[]} flags */
function toldStep(step, flags) {
  return {
    actor: step.actor,
    amount: step.amount === undefined ? null : plain(step.amount),
    device: step.order[2],
    flags,
    op: step.order[3],
    seen_ms: step.seen_ms,
    state: step.state,
  };
}
