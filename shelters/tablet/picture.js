// @ts-check
/** What the screens show: the fold of what the server knows and what still waits here. */

import { parseHybridTime } from './hybrid-clock.js';
import { fold } from './merge.js';

/**
 * An operation of the outbox as it would stand in the log: stamped by the clock as this tablet knows it.
 * @param {any} operation
 * @param {number | null} offset_ms device minus server [ms]
 * @param {(wall_ms: number) => number} seen the incident's clock at a wall time [ms]
 */
export function provisional(operation, offset_ms, seen) {
  const at_ms = parseHybridTime(operation.hlc).wall_ms - (offset_ms ?? 0);
  return { ...operation, stamp: { at_ms, seen_ms: Math.round(seen(at_ms)) } };
}

/**
 * @param {import('./journal.js').Journal} journal
 * @param {(wall_ms: number) => number} seen
 * @returns {any} the canonical state; refused operations are not in it, as they are not at the centre
 */
export function stateOf(journal, seen) {
  const incident = journal.fact('bundle')?.incident?.id ?? journal.fact('enrolment')?.incident;
  const own = [...journal.outbox.values()]
    .filter(({ status, operation }) => status !== 'refused' && (operation.incident ?? incident) === incident)
    .map(({ operation }) => provisional(operation, journal.offsetMs, seen));
  return fold([...journal.operations.values(), ...own]);
}

/** @param {any} state @param {string} field @returns {any} what was said, null = unknown, undefined = never said */
export function fieldValue(state, field) {
  return state.fields[field]?.value;
}

/** @param {any} state @param {string} field @returns {number | null} a count, null when it is not known */
export function countValue(state, field) {
  return state.counts[field]?.value ?? null;
}

/** @param {Record<string, any>} card of a household or person @param {string} field */
export function cardValue(card, field) {
  return card.fields[field]?.value;
}

/**
 * All that contradicts itself, with what settles it.
 * @param {any} state
 * @returns {{part: string, owner: string, name: string, register: any, settle: (value: any) => import('./journal.js').Draft}[]}
 */
export function conflictsOf(state) {
  /** @type {any[]} */ const found = [];
  const note = (/** @type {string} */ part, /** @type {string} */ owner, /** @type {string} */ name, /** @type {any} */ register, /** @type {any} */ draft) => {
    if (!register || register.conflicts.length === 0) return;
    const after = [register.op ?? register.base_op, ...register.conflicts.map((/** @type {any} */ one) => one.op)];
    found.push({ part, owner, name, register, settle: (/** @type {any} */ value) => ({ ...draft(value), after }) });
  };
  for (const [name, register] of Object.entries(state.fields)) {
    note('fields', '', name, register, (/** @type {any} */ value) => ({ kind: 'set', value: { fields: { [name]: value } } }));
  }
  for (const [name, counter] of Object.entries(state.counts)) {
    note('counts', '', name, counter, (/** @type {any} */ total) => ({ kind: 'count', value: { field: name, total } }));
  }
  for (const [item, lots] of Object.entries(state.stock)) {
    for (const [lot, counter] of Object.entries(lots)) {
      note('stock', lot, item, counter, (/** @type {any} */ total) => ({ kind: 'stock', value: { item, lot, total } }));
    }
  }
  for (const kind of ['household', 'person']) {
    for (const [id, card] of Object.entries(state[`${kind}s`])) {
      for (const [name, register] of Object.entries(/** @type {any} */ (card).fields)) {
        note(`${kind}s`, id, name, register, (/** @type {any} */ value) => ({ kind, value: { [kind]: id, fields: { [name]: value } } }));
      }
      note(`${kind}s`, id, 'presence', /** @type {any} */ (card).presence, (/** @type {any} */ { kind: presence, ...told }) => ({
        kind: presence, value: { [`${kind}s`]: [id], ...told },
      }));
    }
  }
  for (const [line, { fields }] of Object.entries(/** @type {Record<string, any>} */ (state.lines))) {
    for (const [name, register] of Object.entries(fields)) {
      note('lines', line, name, register, (/** @type {any} */ value) => ({ kind: 'supply', value: { line, [name]: value } }));
    }
  }
  for (const [aid, { fields }] of Object.entries(/** @type {Record<string, any>} */ (state.aids))) {
    for (const [name, register] of Object.entries(fields)) {
      note('aids', aid, name, register, (/** @type {any} */ value) => ({ kind: 'aid', value: { aid, [name]: value } }));
    }
  }
  return found;
}
