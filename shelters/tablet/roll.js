// @ts-check
/** Who is on the shelter's roll (`shelters/roll.py`): cards, present or not, and how many. */

import { cardValue } from './picture.js';

/** @typedef {'here' | 'away' | 'gone' | 'outside'} Presence */
/** @type {Record<string, Presence>} */
const PRESENCE = { arrive: 'here', absence: 'away', move: 'gone', leave: 'gone', outside: 'outside' };

/** The newest word about somebody; a household's holds for its members. @param {...any} registers */
export function presenceOf(...registers) {
  const told = registers.filter((register) => register !== null && register !== undefined);
  if (told.length === 0) return { presence: /** @type {Presence} */ ('here'), register: null };
  const register = told.reduce((best, one) =>
    one.seen_ms > best.seen_ms || (one.seen_ms === best.seen_ms && one.op > best.op) ? one : best,
  );
  return { presence: PRESENCE[register.value.kind] ?? 'here', register };
}

/** @param {any} state @returns {any[]} households, by kana or name */
export function householdsOf(state) {
  const members = membersByHousehold(state);
  return Object.entries(state.households)
    .map(([id, card]) => {
      const people = cardValue(card, 'count');
      return {
        id, card, ...presenceOf(card.presence), name: text(cardValue(card, 'name')), kana: text(cardValue(card, 'kana')),
        people: Number.isFinite(people) ? people : null, needs: cardValue(card, 'needs') ?? null, members: members.get(id) ?? [],
      };
    })
    .sort((one, other) => (one.kana || one.name).localeCompare(other.kana || other.name, 'ja'));
}

/** @param {any} state @returns {any[]} persons */
export function personsOf(state) {
  return Object.entries(state.persons).map(([id, card]) => {
    const household = text(cardValue(card, 'household')) || null;
    const shared = household === null ? null : state.households[household];
    return {
      id, card, household, ...presenceOf(card.presence, shared?.presence),
      name: text(cardValue(card, 'name')), kana: text(cardValue(card, 'kana')), band: text(cardValue(card, 'band')),
    };
  });
}

/** @param {any} state @returns {{present: number, absent: number, outside: number, households: number}} */
export function rollCount(state) {
  const total = { here: 0, away: 0, gone: 0, outside: 0 };
  const persons = personsOf(state);
  for (const { presence } of persons) total[/** @type {Presence} */ (presence)] += 1;
  const households = householdsOf(state);
  for (const { id, people, presence } of households) {
    const named = persons.filter((person) => person.household === id).length;
    total[/** @type {Presence} */ (presence)] += Math.max(0, (people ?? 0) - named);
  }
  return {
    present: total.here, absent: total.away, outside: total.outside,
    households: households.filter(({ presence }) => presence !== 'gone').length,
  };
}

/** @param {any} state */
function membersByHousehold(state) {
  /** @type {Map<string, any[]>} */
  const found = new Map();
  for (const person of personsOf(state)) {
    if (person.household !== null) found.set(person.household, [...(found.get(person.household) ?? []), person]);
  }
  return found;
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : '';
}
