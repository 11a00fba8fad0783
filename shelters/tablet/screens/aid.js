// @ts-check
/** Help that no goods answer: rescue, a doctor, police, a power truck; who saw the call, and whether it has left this tablet. */

import { AID_FORWARD, AID_OPEN } from '../aid.js';
import { ask, askYes } from '../ask.js';
import { conflictBox } from '../conflict-box.js';
import { named, rich, t } from '../language.js';
import { element } from '../live-map/element.js';
import { ulid } from '../ulid.js';
import { agoText, figure } from '../wording.js';

/** How many people it is about, by one press; more are typed. */
const PEOPLE = [1, 2, 3, 5, 10, 20];
/** Needs of which nothing is known without words. */
const IN_WORDS = 'other';
const ENDED = 20;

/** @param {import('../app.js').App} app */
export function aidScreen(app) {
  const aids = aidsOf(app);
  const open = aids.filter(({ state }) => state === null || AID_OPEN.has(state));
  const ended = aids.filter((aid) => !open.includes(aid));
  return [
    element('h1', {}, rich('aid.title')),
    element('p', { class: 'hint' }, rich('aid.phone')),
    element('button', { type: 'button', class: 'wide sos', 'data-do': 'aid', 'data-key': 'aid', onclick: () => call(app) }, rich('aid.call')),
    element('section', { class: 'part' }, element('h2', {}, rich('aid.open')),
      open.length === 0 ? element('p', { class: 'empty' }, rich('aid.none')) : null, ...open.map((aid) => aidCard(app, aid))),
    ended.length === 0 ? null : element('section', { class: 'part' }, element('h2', {}, rich('aid.ended')), ...ended.slice(0, ENDED).map((aid) => aidCard(app, aid))),
  ];
}

/** Calls that wait: what the home screen must tell. @param {import('../app.js').App} app */
export function aidsWaiting(app) {
  return aidsOf(app).filter(({ state }) => state === null || AID_OPEN.has(state));
}

/** The name of a state of a call. @param {import('../app.js').App} app @param {string | null} state */
export function aidState(app, state) {
  return named(app.rules.aid?.states.find((/** @type {any} */ one) => one.state === state), t('value.unknown'));
}

/** @param {import('../app.js').App} app @param {string | null} need */
export function aidName(app, need) {
  return named(app.rules.aid?.needs.find((/** @type {any} */ one) => one.need === need), need ?? t('value.unknown'));
}

/** @param {import('../app.js').App} app @returns {any[]} what has not left this tablet, then the newest first */
function aidsOf(app) {
  return Object.entries(app.state.aids)
    .map(([id, aid]) => ({ id, ...aid, unsent: notSent(app, aid), changed_ms: aid.steps.at(-1)?.seen_ms ?? 0 }))
    .sort((one, other) => Number(other.unsent) - Number(one.unsent) || other.changed_ms - one.changed_ms);
}

/** Whether the whole call still lies here: nobody at the centre knows of it. @param {import('../app.js').App} app @param {any} aid */
function notSent(app, aid) {
  return aid.steps.length > 0 && aid.steps.every((/** @type {any} */ step) => app.journal.outbox.has(step.op));
}

/** @param {import('../app.js').App} app @param {any} aid */
function aidCard(app, aid) {
  const told = (/** @type {string} */ name) => aid.fields[name]?.value;
  const contested = Object.entries(aid.fields).filter(([, register]) => /** @type {any} */ (register).conflicts.length > 0).map(([name]) => name);
  const at = AID_FORWARD.indexOf(aid.state);
  const need = app.rules.aid?.needs.find((/** @type {any} */ one) => one.need === aid.need);
  return element('article', { class: 'line aid', 'data-aid': aid.id, 'data-need': aid.need, 'data-state': aid.state ?? 'none', 'data-sent': aid.unsent ? 'no' : 'yes' },
    element('div', { class: 'field-head' }, element('h3', {}, aidName(app, aid.need)), element('strong', { class: 'line-state' }, aidState(app, aid.state))),
    aid.unsent ? element('p', { class: 'doubt', role: 'status' }, rich('aid.not-sent')) : null,
    at < 0 ? null : element('ol', { class: 'stages stages-aid', 'aria-hidden': 'true' }, ...AID_FORWARD.map((state, stage) => element('li', { 'data-done': stage <= at ? 'yes' : null }, aidState(app, state)))),
    element('p', {}, [
      told('people') === undefined || told('people') === null ? '' : t('home.persons', { count: figure(told('people')) }), told('place'), told('note'),
    ].filter(Boolean).join(' ・ ')),
    told('answer') ? element('p', { class: 'told' }, t('aid.answer'), element('span', { lang: 'ja' }, String(told('answer')))) : null,
    need?.to_ja && at >= 0 && at < 2 ? element('p', { class: 'hint' }, t('aid.to'), element('span', { lang: document.documentElement.lang }, document.documentElement.lang === 'en' ? need.to_en : need.to_ja)) : null,
    element('ul', { class: 'steps-told' }, ...aid.steps.slice(-5).map((/** @type {any} */ step) =>
      element('li', {}, aidState(app, step.state), `　${step.actor || step.device} ・ ${agoText(app.nowMs() - step.seen_ms)}`,
        step.flags.length > 0 ? element('span', { class: 'doubt' }, ` ${t('line.odd')}`) : null))),
    ...contested.map((name) => conflictBox(app, 'aids', name, aid.id)),
    aidButtons(app, aid));
}

/** @param {import('../app.js').App} app @param {any} aid */
function aidButtons(app, aid) {
  if (aid.state === 'done' || aid.state === 'cancelled') return null;
  const name = aidName(app, aid.need);
  const step = (/** @type {string} */ state) => app.act([{ kind: 'aid', value: { aid: aid.id, state } }], { key: `did.aid-${state}`, name: { text: name }, values: {} }, { undo: null });
  return element('div', { class: 'tile-buttons' },
    element('button', { type: 'button', 'data-do': 'aid-done', 'data-key': `aid-done-${aid.id}`, onclick: () => step('done') }, rich('aid.done')),
    aid.state === 'declined'
      ? element('button', { type: 'button', 'data-do': 'aid-again', 'data-key': `aid-again-${aid.id}`, onclick: () => askFor(app, aid) }, rich('aid.again'))
      : element('button', { type: 'button', 'data-do': 'aid-cancel', 'data-key': `aid-cancel-${aid.id}`, onclick: async () => {
        if (await askYes(t('aid.cancel'), name, 'aid.cancel')) await step('cancelled');
      } }, rich('aid.cancel')));
}

/** @param {import('../app.js').App} app */
async function call(app) {
  const need = await chooseNeed(app);
  if (need !== null) await askFor(app, { need, fields: {} });
}

/** @param {import('../app.js').App} app @returns {Promise<string | null>} */
function chooseNeed(app) {
  return ask(t('aid.call'), (close) => [element('div', { class: 'amounts items' }, ...(app.rules.aid?.needs ?? []).map((/** @type {any} */ one) =>
    element('button', { type: 'button', class: 'amount', 'data-need': one.need, onclick: () => close(one.need) }, named(one))))]);
}

/** The details, none of which is needed but the words of what has no name. @param {import('../app.js').App} app @param {any} from */
async function askFor(app, from) {
  const name = aidName(app, from.need);
  const details = await askDetails(name, from);
  if (details === null) return;
  const value = { aid: ulid(Date.now()), state: 'asked', need: from.need, ...details };
  await app.act([{ kind: 'aid', value }], { key: 'did.aid-asked', name: { text: name }, values: {} },
    { undo: [{ kind: 'aid', value: { aid: value.aid, state: 'cancelled' } }] });
}

/** @param {string} name @param {any} from @returns {Promise<any>} */
function askDetails(name, from) {
  return ask(name, (close) => {
    /** @type {Record<string, any>} */ const told = {};
    const people = element('div', { class: 'chips', role: 'group', 'aria-label': t('aid.people') }, ...PEOPLE.map((count) =>
      element('button', { type: 'button', class: 'chip', 'data-people': String(count), 'aria-pressed': 'false', onclick: (/** @type {any} */ event) => {
        const on = event.currentTarget.getAttribute('aria-pressed') !== 'true';
        for (const other of people.children) other.setAttribute('aria-pressed', String(on && other === event.currentTarget));
        told.people = on ? count : undefined;
      } }, t('home.persons', { count }))));
    const place = field('aid.place', from.fields.place?.value);
    const note = field(from.need === IN_WORDS ? 'aid.note-needed' : 'aid.note', from.fields.note?.value);
    const said = element('p', { class: 'doubt', role: 'alert' });
    const send = () => {
      if (from.need === IN_WORDS && note.value.trim() === '') {
        said.replaceChildren(rich('aid.say-what'));
        note.focus();
        return;
      }
      close({ ...(told.people && { people: told.people }), ...(place.value.trim() && { place: place.value.trim() }), ...(note.value.trim() && { note: note.value.trim() }) });
    };
    return [element('h3', {}, rich('aid.people')), people, place, note, said,
      element('div', { class: 'ask-buttons' }, element('button', { type: 'button', class: 'primary', 'data-do': 'aid-send', onclick: send }, rich('aid.send')))];
  });
}

/** @param {string} key @param {any} given @returns {HTMLInputElement} */
function field(key, given) {
  const made = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: 300, 'aria-label': t(key), placeholder: t(key), 'data-field': key }));
  made.value = typeof given === 'string' ? given : '';
  return made;
}
