// @ts-check
/** A call for help that no goods answer, through its states (`shelters/aid.py`): facts win over papers, and are flagged. */

import { compareOrder, resolveRegister } from './field-register.js';

/** @typedef {{order: import('./field-register.js').Order, seen_ms: number, actor: string, state: string | null}} AidStep */

/** States in their order. */
export const AID_FORWARD = ['asked', 'seen', 'on-the-way', 'done'];
/** Ends without help: withdrawn by who asked, or answered with "cannot". */
export const AID_ENDS = ['cancelled', 'declined'];
/** States in which somebody waits. */
export const AID_OPEN = new Set(AID_FORWARD.slice(0, 3));
const FACTS = new Set(['on-the-way', 'done']);

/**
 * @param {string | null} now state before, null = nothing yet
 * @param {string} then
 * @returns {[string | null, string[]]} the state afterwards and the flags of the step
 */
export function takeAidStep(now, then) {
  if (!AID_FORWARD.includes(then) && !AID_ENDS.includes(then)) return [now, ['unknown-state']];
  if (now !== null && AID_ENDS.includes(now)) {
    if (FACTS.has(then)) return [then, ['after-end']];
    return [now, then === now ? [] : ['illegal']];
  }
  if (AID_ENDS.includes(then)) return now === 'done' ? [now, ['illegal']] : [then, []];
  const back = now !== null && AID_FORWARD.indexOf(then) < AID_FORWARD.indexOf(now);
  return back ? [now, ['illegal']] : [then, []];
}

/**
 * @param {AidStep[]} steps at least one
 * @param {Map<string, import('./field-register.js').Entry[]>} fields what was written into each field
 */
export function resolveAid(steps, fields) {
  /** @type {string | null} */
  let state = null;
  const told = [];
  for (const step of [...steps].sort((one, other) => compareOrder(one.order, other.order))) {
    if (step.state === null) continue;
    const [after, flags] = takeAidStep(state, step.state);
    state = after;
    told.push({ actor: step.actor, device: step.order[2], flags, op: step.order[3], seen_ms: step.seen_ms, state: step.state });
  }
  /** @type {Record<string, any>} */
  const registers = Object.fromEntries([...fields].map(([name, entries]) => [name, resolveRegister(entries)]));
  return {
    fields: registers,
    flags: [...new Set(told.flatMap((step) => step.flags))].sort(),
    need: registers.need?.value ?? null,
    state,
    steps: told,
  };
}
