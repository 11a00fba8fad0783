// @ts-check
/** A household's card: completed later, members, and what becomes of them. */

import { ask, askText } from '../ask.js';
import { conflictBox } from '../conflict-box.js';
import { rich, t } from '../language.js';
import { qrCode } from '../qr-drawing.js';
import { householdsOf, personsOf } from '../roll.js';
import { element } from '../live-map/element.js';
import { ulid } from '../ulid.js';
import { agoText, valueText } from '../wording.js';

const HOUSEHOLD_FIELDS = ['name', 'kana', 'count', 'needs', 'address', 'phone', 'home', 'stay', 'pets', 'plate', 'notify'];
const PERSON_FIELDS = ['name', 'kana', 'birth', 'sex', 'relation', 'phone', 'language', 'consent', 'protected'];
const HEALTH_FIELDS = ['allergy', 'medicine', 'condition', 'device', 'care', 'pregnancy', 'diet', 'note'].map((name) => `health.${name}`);
/** Fields that are chosen, with their values. @type {Record<string, any[]>} */
const CHOICES = {
  needs: [true, false],
  stay: ['shelter', 'car', 'tent', 'home', 'relative'],
  home: ['none', 'partial', 'half', 'full'],
  sex: ['m', 'f', 'x'],
  consent: ['none', 'safe', 'place', 'contact'],
  protected: [true, false],
};
const KINDS = { household: 'households', person: 'persons' };

/** @param {import('../app.js').App} app @param {string} rest household's id, or `person:ID` */
export function householdScreen(app, rest) {
  if (rest.startsWith('person:')) return personScreen(app, rest.slice(7));
  const household = householdsOf(app.state).find((one) => one.id === rest);
  if (household === undefined) return [element('p', { class: 'empty' }, rich('register.no-match')), back(app)];
  return [
    back(app),
    element('h1', { lang: 'ja' }, household.name || t('register.nameless')),
    presenceLine(app, household),
    presenceButtons(app, 'households', household),
    card(app, 'household', household.id, HOUSEHOLD_FIELDS, household.card),
    element('section', { class: 'part' }, element('h2', {}, rich('card.members')),
      ...household.members.map((/** @type {any} */ member) => element('button', { type: 'button', class: 'row', 'data-key': `m-${member.id}`, onclick: () => app.go(`household/person:${member.id}`) },
        element('span', { lang: 'ja' }, member.name || t('register.nameless')), element('span', { class: 'row-more' }, rich(`presence-now.${member.presence}`)))),
      element('button', { type: 'button', class: 'wide', 'data-do': 'add-member', 'data-key': 'add-member', onclick: () => addMember(app, household) }, rich('card.add-member'))),
  ];
}

/** @param {import('../app.js').App} app @param {string} id */
function personScreen(app, id) {
  const person = personsOf(app.state).find((one) => one.id === id);
  if (person === undefined) return [element('p', { class: 'empty' }, rich('register.no-match')), back(app)];
  const hidden = person.card.fields.protected?.value === true;
  return [
    back(app, person.household),
    element('h1', { lang: 'ja' }, person.name || (person.band ? t('register.band-of', { band: person.band }) : t('register.nameless'))),
    hidden ? element('p', { class: 'doubt' }, rich('card.is-protected')) : null,
    presenceLine(app, person),
    presenceButtons(app, 'persons', person),
    person.band ? element('div', { class: 'band' }, qrCode(`SONAE-BAND1:${person.band}`, t('register.band-of', { band: person.band })), element('strong', {}, person.band)) : null,
    card(app, 'person', id, PERSON_FIELDS, person.card),
    element('details', { class: 'part' }, element('summary', {}, rich('card.health')), card(app, 'person', id, HEALTH_FIELDS, person.card)),
  ].filter((node) => node !== null);
}

/** @param {import('../app.js').App} app @param {string | null} [household] */
function back(app, household = null) {
  return element('button', { type: 'button', class: 'back', 'data-key': 'back', onclick: () => app.go(household === null ? 'register' : `household/${household}`) }, '◀ ', rich('home.register'));
}

/** @param {import('../app.js').App} app @param {any} one */
function presenceLine(app, one) {
  const { register } = one;
  const destination = register?.value.destination;
  const place = destination?.text ?? app.bundle.shelters.find((/** @type {any} */ shelter) => shelter.id === destination?.shelter)?.name ?? '';
  return element('p', { class: 'presence', 'data-presence': one.presence }, element('strong', {}, rich(`presence-now.${one.presence}`)),
    register ? ` ${place} ${register.value.until ?? ''} ${register.value.note ?? ''} ・ ${register.actor} ${agoText(app.nowMs() - register.seen_ms)}` : '');
}

/** @param {import('../app.js').App} app @param {'households' | 'persons'} part @param {any} one */
function presenceButtons(app, part, one) {
  const kinds = one.presence === 'here' ? ['absence', 'move', 'leave', 'outside'] : ['arrive', 'move', 'leave'];
  const conflict = conflictBox(app, part, 'presence', one.id);
  return element('div', {}, element('div', { class: 'tile-buttons' }, ...kinds.map((kind) =>
    element('button', { type: 'button', 'data-presence-do': kind, 'data-key': `do-${kind}`, onclick: () => change(app, part, one, kind) }, rich(`presence.${kind}`)))), conflict);
}

/** @param {import('../app.js').App} app @param {string} part @param {any} one @param {string} kind */
async function change(app, part, one, kind) {
  const told = await details(app, kind);
  if (told === null) return;
  const register = one.card.presence;
  const after = register ? [register.op, ...register.conflicts.map((/** @type {any} */ other) => other.op)] : undefined;
  await app.act([{ kind, value: { [part]: [one.id], ...told }, ...(after && { after }) }], { key: `did.${kind}`, name: { text: one.name || one.band || '' } });
}

/** @param {import('../app.js').App} app @param {string} kind @returns {Promise<any>} what goes with it; null = given up */
async function details(app, kind) {
  if (kind === 'arrive') return {};
  if (kind === 'absence') {
    const until = await askText(t('presence.until'), { optional: true, ready: t('presence.until-words').split('|'), confirm: 'ask.save' });
    return until === null ? null : until === '' ? {} : { until };
  }
  if (kind === 'move') {
    const shelter = await chooseShelter(app);
    return shelter === null ? null : { destination: { shelter } };
  }
  const text = await askText(t(kind === 'leave' ? 'presence.where' : 'presence.outside-where'), { optional: true, ready: t(`presence.${kind}-words`).split('|') });
  return text === null ? null : text === '' ? {} : { destination: { text } };
}

/** @param {import('../app.js').App} app @returns {Promise<string | null>} */
function chooseShelter(app) {
  return ask(t('presence.which-shelter'), (close) => [element('div', { class: 'rows scroll' }, ...app.bundle.shelters.map((/** @type {any} */ shelter) =>
    element('button', { type: 'button', class: 'row', 'data-shelter': shelter.id, lang: 'ja', onclick: () => close(shelter.id) }, shelter.name)))]);
}

/** @param {import('../app.js').App} app @param {'household' | 'person'} kind @param {string} id @param {string[]} names @param {any} shown */
function card(app, kind, id, names, shown) {
  return element('section', { class: 'card-fields' }, ...names.map((name) => {
    const register = shown.fields[name];
    return element('div', { class: 'card-field', 'data-card-field': name },
      element('button', { type: 'button', class: 'row', 'data-key': `${id}-${name}`, onclick: () => edit(app, kind, id, name, register) },
        element('span', {}, rich(`card.${name}`)), element('strong', { lang: 'ja' }, cardText(name, register?.value))),
      register?.conflicts.length ? conflictBox(app, KINDS[kind], name, id) : null);
  }));
}

/** @param {string} name @param {any} value */
function cardText(name, value) {
  if (value === undefined) return t('card.later');
  return name in CHOICES && typeof value === 'string' ? t(`card.${name}.${value}`) : valueText(value);
}

/** @param {import('../app.js').App} app @param {'household' | 'person'} kind @param {string} id @param {string} name @param {any} register */
async function edit(app, kind, id, name, register) {
  const answer = name in CHOICES ? await chooseValue(name) : await enter(name, register?.value);
  if (answer === null) return;
  const after = register ? [register.op, ...register.conflicts.map((/** @type {any} */ one) => one.op)] : undefined;
  await app.act([{ kind, value: { [kind]: id, fields: { [name]: answer.value } }, ...(after && { after }) }],
    { key: 'did.card', name: { text: t(`card.${name}`) }, values: { value: answer.value } });
}

/** @param {string} name @returns {Promise<{value: any} | null>} */
function chooseValue(name) {
  return ask(t(`card.${name}`), (close) => [
    name === 'consent' ? element('p', { class: 'hint' }, rich('card.consent-words')) : name === 'protected' ? element('p', { class: 'hint' }, rich('card.protected-words')) : null,
    element('div', { class: 'amounts' }, ...[...CHOICES[name], null].map((value) =>
      element('button', { type: 'button', class: 'amount', 'data-choose': String(value), onclick: () => close({ value }) }, value === null ? t('value.unknown') : cardText(name, value)))),
  ]);
}

/** @param {string} name @param {any} given @returns {Promise<{value: any} | null>} */
function enter(name, given) {
  const type = name === 'birth' ? 'date' : name === 'count' ? 'number' : name === 'phone' ? 'tel' : 'text';
  return ask(t(`card.${name}`), (close) => {
    const field = /** @type {HTMLInputElement} */ (element('input', { type, maxlength: 500, 'aria-label': t(`card.${name}`), lang: 'ja', min: type === 'number' ? 0 : null }));
    field.value = given === undefined || given === null ? '' : String(given);
    const save = () => {
      const text = field.value.trim();
      if (text !== '') close({ value: type === 'number' ? Math.max(0, Math.floor(Number(text))) : text });
    };
    return [field, element('div', { class: 'ask-buttons' },
      element('button', { type: 'button', onclick: () => close({ value: null }) }, rich('value.unknown')),
      element('button', { type: 'button', class: 'primary', onclick: save }, rich('ask.save')))];
  });
}

/** @param {import('../app.js').App} app @param {any} household */
async function addMember(app, household) {
  const name = await askText(t('card.add-member'), {});
  if (name === null) return;
  const person = ulid(Date.now());
  await app.act([{ kind: 'person', value: { person, fields: { household: household.id, name: name.slice(0, 100) } } }], { key: 'did.registered', name: { text: name }, values: { count: 1 } });
}
