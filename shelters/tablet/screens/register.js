// @ts-check
/** Register: a card at the door, a QR card, a wristband, who is expected, and who is on the roll. */

import { ask } from '../ask.js';
import { readBand, readCard, returning, unsaid } from '../card.js';
import { rich, t } from '../language.js';
import { householdsOf, personsOf, rollCount } from '../roll.js';
import { scan } from '../scanner.js';
import { element } from '../live-map/element.js';
import { CROCKFORD, ulid } from '../ulid.js';

const DRAFT = 'sonae.tablet.card';
const ALSO_COUNT = 'sonae.tablet.also-count';
const MOST_ROWS = 60;

/** @param {import('../app.js').App} app @param {string} rest `expected` or nothing */
export function registerScreen(app, rest) {
  const { present, absent, outside, households } = rollCount(app.state);
  return [
    element('h1', {}, rich('home.register')),
    element('div', { class: 'wide-row' },
      element('button', { type: 'button', class: 'wide primary', 'data-do': 'card', 'data-key': 'card', onclick: () => newCard(app) }, rich('register.new')),
      element('button', { type: 'button', class: 'wide', 'data-do': 'scan', 'data-key': 'scan', onclick: () => scanCard(app) }, rich('register.scan')),
      element('button', { type: 'button', class: 'wide', 'data-do': 'band', 'data-key': 'band', onclick: () => newBand(app) }, rich('register.band'))),
    element('p', { class: 'hint' }, rich('register.roll', { present, absent, outside, households })),
    expectedList(app, rest === 'expected'),
    searchBox(app),
  ];
}

/** @param {import('../app.js').App} app @param {boolean} open */
function expectedList(app, open) {
  const all = app.expected;
  const households = new Set(all.filter((/** @type {any} */ one) => one.person === undefined).map((/** @type {any} */ one) => one.household));
  // Members arrive with their household; each stands alone where only they are expected.
  const rows = all.filter((/** @type {any} */ one) => one.person === undefined || !households.has(one.household));
  if (rows.length === 0) return null;
  return element('details', { class: 'part', open: open || null }, element('summary', {}, rich('register.expected', { count: rows.length })),
    ...rows.map((/** @type {any} */ one) => element('div', { class: 'row' },
      element('span', { lang: 'ja' }, `${one.name ?? t('register.nameless')} `, element('small', {}, typeof one.count === 'number' ? `${t('home.persons', { count: one.count })} ` : ''), element('small', {}, t('register.from', { place: one.from ?? '' }))),
      element('button', { type: 'button', 'data-key': `exp-${one.person ?? one.household}`, 'data-expected': one.person ?? one.household, onclick: () => arriveExpected(app, one) }, rich('register.arrived')))));
}

/** The same ids as at the other shelter: one person stays one person. @param {import('../app.js').App} app @param {any} one */
function arriveExpected(app, one) {
  const members = one.person === undefined ? app.expected.filter((/** @type {any} */ other) => other.person !== undefined && other.household === one.household) : [one];
  const persons = members.map((/** @type {any} */ member) => member.person);
  const households = one.person === undefined ? [one.household] : [];
  const told = (/** @type {Record<string, any>} */ fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
  return app.act([
    ...households.map((/** @type {string} */ household) => ({ kind: 'household', value: { household, fields: told({ name: one.name, count: one.count }) } })),
    ...members.map((/** @type {any} */ member) => ({ kind: 'person', value: { person: member.person, fields: told({ name: member.name, household: member.household }) } })),
    { kind: 'arrive', value: { persons, households } },
  ], { key: 'did.arrive', name: { text: one.name ?? '' } }, { undo: [{ kind: 'leave', value: { persons, households, note: '到着の取消' } }] });
}

/** @param {import('../app.js').App} app */
function searchBox(app) {
  const list = element('div', { class: 'rows' });
  const field = /** @type {HTMLInputElement} */ (element('input', { type: 'search', 'aria-label': t('register.search'), placeholder: t('register.search'), 'data-key': 'search' }));
  field.value = app.memory.search ?? '';
  const show = () => {
    app.memory.search = field.value;
    list.replaceChildren(...rows(app, field.value.trim()));
  };
  field.addEventListener('input', show);
  show();
  return element('section', { class: 'part' }, element('h2', {}, rich('register.list')), field, list);
}

/** @param {import('../app.js').App} app @param {string} wanted */
function rows(app, wanted) {
  const fits = (/** @type {any[]} */ ...texts) => wanted === '' || texts.some((text) => typeof text === 'string' && plain(text).includes(plain(wanted)));
  const households = householdsOf(app.state).filter((one) => fits(one.name, one.kana, one.card.fields.address?.value, ...one.members.flatMap((/** @type {any} */ member) => [member.name, member.kana, member.band])));
  const single = personsOf(app.state).filter((one) => one.household === null && fits(one.name, one.kana, one.band));
  const found = [...households.map((one) => householdRow(app, one)), ...single.map((one) => personRow(app, one))];
  if (found.length === 0) return [element('p', { class: 'empty' }, rich(wanted === '' ? 'register.nobody' : 'register.no-match'))];
  const more = found.length - MOST_ROWS;
  return more > 0 ? [...found.slice(0, MOST_ROWS), element('p', { class: 'hint' }, rich('register.more', { count: more }))] : found;
}

/** Width, case, blanks and kana of one form. @param {string} text */
function plain(text) {
  return text.normalize('NFKC').toLowerCase().replace(/[\s・]/g, '').replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

/** @param {import('../app.js').App} app @param {any} one */
function householdRow(app, one) {
  const number = one.people ?? one.members.length;
  return element('button', { type: 'button', class: 'row', 'data-household': one.id, 'data-presence': one.presence, 'data-key': `hh-${one.id}`, onclick: () => app.go(`household/${one.id}`) },
    element('span', { lang: 'ja' }, one.name || t('register.nameless'), one.kana ? element('small', {}, ` ${one.kana}`) : null),
    element('span', { class: 'row-more' }, number ? t('home.persons', { count: number }) : t('value.unknown'), one.needs === true ? element('b', { class: 'needs' }, rich('register.needs')) : null, element('em', {}, rich(`presence-now.${one.presence}`))));
}

/** @param {import('../app.js').App} app @param {any} one */
function personRow(app, one) {
  return element('button', { type: 'button', class: 'row', 'data-person': one.id, 'data-presence': one.presence, 'data-key': `p-${one.id}`, onclick: () => app.go(`household/person:${one.id}`) },
    element('span', { lang: 'ja' }, one.name || (one.band ? t('register.band-of', { band: one.band }) : t('register.nameless'))),
    element('span', { class: 'row-more' }, element('em', {}, rich(`presence-now.${one.presence}`))));
}

/** The least at the door: a name, how many, special needs or not. A draft survives everything. @param {import('../app.js').App} app */
async function newCard(app) {
  const given = readDraft();
  const answer = await ask(t('register.new'), (close) => {
    const name = /** @type {HTMLInputElement} */ (element('input', { type: 'text', id: 'card-name', maxlength: 100, autocomplete: 'off', lang: 'ja' }));
    name.value = given.name ?? '';
    const card = { name: name.value, count: given.count ?? 1, needs: given.needs ?? null };
    const keep = () => writeDraft(card);
    name.addEventListener('input', () => { card.name = name.value; keep(); });
    const also = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', id: 'card-also' }));
    also.checked = remembered(ALSO_COUNT) === 'yes';
    const save = () => close({ ...card, name: card.name.trim(), also: also.checked });
    return [
      element('label', { for: 'card-name' }, rich('card.name')), name,
      element('p', { class: 'label' }, rich('card.count')), numberChoice(card, keep),
      element('p', { class: 'label' }, rich('card.needs')), needsChoice(card, keep),
      element('label', { class: 'check' }, also, rich('register.also-count')),
      element('div', { class: 'ask-buttons' }, element('button', { type: 'button', class: 'primary', 'data-do': 'save-card', onclick: save }, rich('register.save'))),
    ];
  });
  if (answer === null) return;
  writeStored(ALSO_COUNT, answer.also ? 'yes' : 'no');
  const household = ulid(Date.now());
  const { name, count, needs, also } = answer;
  const drafts = [{ kind: 'household', value: { household, fields: { ...(name && { name }), count, needs } } }, ...(also ? [{ kind: 'count', value: { field: 'people', delta: count } }] : [])];
  if (await app.act(drafts, { key: 'did.registered', name: { text: name }, values: { count } })) writeStored(DRAFT, '');
}

/** @param {any} card @param {() => void} keep */
function numberChoice(card, keep) {
  const shown = element('output', {}, String(card.count));
  const change = (/** @type {number} */ delta) => () => {
    card.count = Math.min(99, Math.max(1, card.count + delta));
    shown.textContent = String(card.count);
    keep();
  };
  return element('div', { class: 'stepper' },
    element('button', { type: 'button', 'data-card': 'fewer', 'aria-label': t('card.fewer'), onclick: change(-1) }, '−'), shown,
    element('button', { type: 'button', 'data-card': 'more', 'aria-label': t('card.more'), onclick: change(1) }, '＋'));
}

/** @param {any} card @param {() => void} keep */
function needsChoice(card, keep) {
  const group = element('div', { class: 'choices', role: 'group', 'aria-label': t('card.needs') });
  for (const [value, key] of /** @type {[any, string][]} */ ([[true, 'value.yes'], [false, 'value.no'], [null, 'value.unknown']])) {
    group.append(element('button', { type: 'button', class: 'choice', 'data-needs': String(value), 'aria-pressed': String(card.needs === value), onclick: (/** @type {any} */ event) => {
      card.needs = value;
      for (const other of group.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
      keep();
    } }, rich(key)));
  }
  return group;
}

/** @param {import('../app.js').App} app */
async function scanCard(app) {
  const text = await scan(t('register.scan'), (found) => readCard(found, Date.now()) !== null || readBand(found) !== null);
  if (text === null) return;
  const card = readCard(text, Date.now());
  if (card !== null) {
    const known = card.household in app.state.households;
    const drafts = [...unsaid(app.state, card.drafts), ...returning(app.state, card.household)];
    if (drafts.length > 0) await app.act(drafts, { key: known ? 'did.card-again' : 'did.registered', name: { text: card.name }, values: { count: card.count } });
    app.go(`household/${card.household}`);
    return;
  }
  const band = readBand(text);
  const person = personsOf(app.state).find((one) => one.band === band);
  if (person !== undefined) app.go(person.household === null ? `household/person:${person.id}` : `household/${person.household}`);
  else if (band !== null) await registerBand(app, band);
}

/** Somebody without a name: a code for the wrist. @param {import('../app.js').App} app */
async function newBand(app) {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  await registerBand(app, Array.from(bytes, (byte) => CROCKFORD[byte % 32]).join(''));
}

/** @param {import('../app.js').App} app @param {string} band */
async function registerBand(app, band) {
  const person = ulid(Date.now());
  if (await app.act([{ kind: 'person', value: { person, fields: { band } } }], { key: 'did.band', values: { band } })) app.go(`household/person:${person}`);
}

/** @returns {any} */
function readDraft() {
  try {
    return JSON.parse(remembered(DRAFT) || '{}');
  } catch {
    return {};
  }
}

/** @param {any} card */
function writeDraft(card) {
  writeStored(DRAFT, JSON.stringify(card));
}

/** @param {string} key */
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
function writeStored(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Only the draft is not kept.
  }
}
