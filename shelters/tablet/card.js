// @ts-check
/** QR codes of people: the pre-filled household card and the wristband (docs/tablet.md). */

import { isUlid, ulid } from './ulid.js';

const CARD = 'SONAE-CARD1:';
const BAND = /^SONAE-BAND1:([0-9A-HJKMNP-TV-Z]{8})$/;
const SEXES = ['m', 'f', 'x'];

/** Operations of a card that was read. @typedef {{household: string, name: string, count: number, drafts: import('./journal.js').Draft[]}} Card */

/** @param {string} text @returns {string | null} the code of a wristband */
export function readBand(text) {
  return BAND.exec(text.trim().toUpperCase())?.[1] ?? null;
}

/**
 * @param {string} text of the QR code
 * @param {number} nowMs for ids that the card does not give
 * @returns {Card | null} null when it is no card
 */
export function readCard(text, nowMs) {
  if (!text.startsWith(CARD)) return null;
  /** @type {any} */ let card;
  try {
    card = JSON.parse(text.slice(CARD.length));
  } catch {
    return null;
  }
  if (card === null || typeof card !== 'object' || typeof card.n !== 'string' || card.n === '') return null;
  const household = isUlid(card.h) ? card.h : ulid(nowMs);
  const members = Array.isArray(card.m) ? card.m.filter((/** @type {any} */ one) => one && typeof one.n === 'string').slice(0, 30) : [];
  const count = Number.isInteger(card.c) && card.c > 0 && card.c < 1000 ? card.c : Math.max(1, members.length);
  const needs = card.d === 1 ? true : card.d === 0 ? false : null;
  const fields = pruned({ name: card.n, kana: card.k, address: card.a, phone: card.t, count, needs });
  const drafts = [{ kind: 'household', value: { household, fields } }];
  for (const member of members) drafts.push(personDraft(member, household, nowMs));
  return { household, name: card.n, count, drafts };
}

/** @param {any} member @param {string} household @param {number} nowMs @returns {any} */
function personDraft(member, household, nowMs) {
  const person = isUlid(member.p) ? member.p : ulid(nowMs);
  const birth = /^\d{4}-\d{2}-\d{2}$/.test(member.b ?? '') ? member.b : undefined;
  const sex = SEXES.includes(member.s) ? member.s : undefined;
  return { kind: 'person', value: { person, fields: pruned({ household, name: member.n, kana: member.k, birth, sex }) } };
}

/** @param {Record<string, any>} fields without what was not said @returns {any} */
function pruned(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}

/**
 * What of a card was not said yet: a printed card that is read again takes nothing back that was put right since.
 * @param {any} state @param {import('./journal.js').Draft[]} drafts of `readCard`
 * @returns {import('./journal.js').Draft[]}
 */
export function unsaid(state, drafts) {
  return drafts.flatMap((draft) => {
    const part = draft.kind === 'household' ? 'households' : 'persons';
    const id = draft.value[draft.kind];
    const known = state[part][id];
    if (known === undefined) return [draft];
    const fields = Object.fromEntries(Object.entries(draft.value.fields).filter(([name]) => !(name in known.fields)));
    return Object.keys(fields).length > 0 ? [{ ...draft, value: { ...draft.value, fields } }] : [];
  });
}

/**
 * A household that was away or had left shows its card: it is here again.
 * @param {any} state @param {string} household
 * @returns {import('./journal.js').Draft[]}
 */
export function returning(state, household) {
  const register = state.households[household]?.presence;
  if (!register || register.value.kind === 'arrive') return [];
  return [{ kind: 'arrive', value: { households: [household] }, after: [register.op, ...register.conflicts.map((/** @type {any} */ one) => one.op)] }];
}
