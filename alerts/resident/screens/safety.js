// @ts-check
/** "I am safe", "I need help": to the desk, with no more than the person wants to tell. */

import { element } from '../element.js';
import { rich, t } from '../language.js';
import { whenNode } from '../wording.js';

const WORDS = 400;

/** @param {import('../app.js').App} app @returns {HTMLElement[]} */
export function safetyScreen(app) {
  return [
    element('h1', {}, rich('safety.title')), element('p', { class: 'warn' }, rich('safety.lead')),
    app.place === null ? element('p', {}, element('a', { href: '#/place', class: 'button' }, rich('place.choose'))) : form(app),
    app.safety ? element('p', { class: 'going', role: 'status' }, rich(`safety.${app.safety.state}`), ' ',
      rich('safety.sent', { when: whenNode(app.safety.at, app.parts.now()) })) : element('p'),
  ];
}

/** @param {import('../app.js').App} app */
function form(app) {
  const said = element('p', { role: 'status', 'data-said': true });
  const send = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void submit(app, /** @type {HTMLFormElement} */ (event.target), said);
  };
  const state = (/** @type {string} */ value, /** @type {string} */ key) => element('label', { class: `choice big ${value}` },
    element('input', { type: 'radio', name: 'state', value, required: true, 'data-key': `safety-${value}` }), rich(key));
  return element('form', { class: 'part', onsubmit: send, 'data-busy': true, tabindex: -1 },
    element('fieldset', {}, element('legend', {}, rich('safety.title')), state('safe', 'safety.safe'), state('help', 'safety.help')),
    element('label', {}, rich('safety.people'), ' ', element('input', { type: 'number', name: 'people', min: 1, max: 99, value: 1, inputmode: 'numeric' })),
    element('label', {}, rich('safety.words'), element('textarea', { name: 'words', maxlength: WORDS, rows: 3 })),
    app.place?.point ? element('label', { class: 'choice' }, element('input', { type: 'checkbox', name: 'position' }), rich('safety.send-position')) : null,
    element('button', { type: 'submit', class: 'primary' }, t('safety.send')), said);
}

/** @param {import('../app.js').App} app @param {HTMLFormElement} filled @param {HTMLElement} said */
async function submit(app, filled, said) {
  const given = new FormData(filled);
  const body = {
    state: given.get('state'), area: app.place?.area, people: Number(given.get('people')) || 1, words: String(given.get('words') ?? '') || null,
    position: given.get('position') ? app.place?.point : null, token: app.safety?.token ?? null,
  };
  said.replaceChildren(rich('safety.sending'));
  try {
    const answer = await app.send('data/safety', body);
    app.set('safety', { state: body.state, at: app.parts.now(), token: answer.token ?? null });
    said.replaceChildren(rich('safety.sent', { when: whenNode(app.parts.now(), app.parts.now()) }));
  } catch (fault) {
    said.replaceChildren(rich(/** @type {any} */ (fault).status === 429 ? 'safety.too-many' : 'safety.failed'));
  }
}
