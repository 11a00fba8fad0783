// @ts-check
/** What two people said differently within minutes of each other: both values, and a press that settles it. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { t } from './language.js';
import { amountText } from './shelter-words.js';

/**
 * @param {import('./shelter-room.js').ShelterRoom} room
 * @param {any} state
 * @param {(operations: any[]) => void} write
 * @returns {HTMLElement | null} null when nothing contradicts
 */
export function conflictList(room, state, write) {
  const found = conflictsOf(state);
  if (found.length === 0) return null;
  return element('ul', { class: 'shelter-conflicts' }, ...found.map((conflict) => element('li', { 'data-conflict': conflict.name },
    element('p', {}, element('b', {}, title(room, conflict))),
    ...conflict.said.map((one, i) => element('p', { class: 'conflict-value' },
      element('span', {}, conflict.kind === 'set' ? room.words.value(conflict.name, one.value) : amountText(one.value), ' ',
        japanese([one.actor, momentText(one.seen_ms, room.desk.now())].filter(Boolean).join(' '), 'panel-place'), i === 0 ? ` ${t('shelter.conflict-now')}` : ''),
      room.writes ? element('button', {
        type: 'button', class: 'quiet', 'data-key': `conflict-${conflict.name}-${i}`,
        onclick: () => write([{ kind: conflict.kind, value: conflict.settle(one.value), after: conflict.said.map(({ op }) => op) }]),
      }, t('shelter.conflict-take')) : null)))));
}

/**
 * Registers and counters that hold a contradiction, the value in force first.
 * @param {any} state canonical state of a shelter
 */
export function conflictsOf(state) {
  /** @type {{kind: string, name: string, said: any[], settle: (value: any) => any}[]} */
  const found = [];
  for (const [name, register] of Object.entries(state.fields ?? {})) {
    if (register.conflicts?.length > 0) found.push({ kind: 'set', name, said: [register, ...register.conflicts], settle: (value) => ({ fields: { [name]: value } }) });
  }
  for (const [name, counter] of Object.entries(state.counts ?? {})) {
    if (counter.conflicts?.length > 0) found.push({ kind: 'count', name, said: [based(counter), ...counter.conflicts], settle: (value) => ({ field: name, total: value }) });
  }
  for (const [item, lots] of Object.entries(state.stock ?? {})) {
    for (const [lot, counter] of Object.entries(lots)) {
      if (counter.conflicts?.length > 0) found.push({ kind: 'stock', name: item, said: [based(counter), ...counter.conflicts], settle: (value) => ({ item, lot, total: value }) });
    }
  }
  return found;
}

/** The total in force of a counter, as its conflicts are told. @param {any} counter */
function based(counter) {
  return { value: counter.base, op: counter.base_op, seen_ms: counter.seen_ms, actor: '' };
}

/** @param {import('./shelter-room.js').ShelterRoom} room @param {{kind: string, name: string}} conflict */
function title(room, { kind, name }) {
  return kind === 'stock' ? `${t('shelter.stock')}: ${room.words.item(name)}` : room.words.field(name);
}
