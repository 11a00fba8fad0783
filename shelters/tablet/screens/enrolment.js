// @ts-check
/** The tablet is let in: by the link of a QR code, or by typing its code. */

import { rich, t } from '../language.js';
import { scan } from '../scanner.js';
import { element } from '../live-map/element.js';
import { movingOut } from '../moving-out.js';
import { exportFile, languageButtons } from './sync-state.js';

/** @param {any} app */
export function enrolmentScreen(app) {
  const given = location.hash.startsWith('#code=') ? decodeURIComponent(location.hash.slice(6)) : (app.memory.taken?.code ?? '');
  const enrolled = app.journal.fact('enrolment');
  const code = input('enrol-code', given, 'characters');
  const actor = input('enrol-actor', app.journal.fact('actor') ?? '', 'off');
  const said = element('p', { class: 'doubt', role: 'alert' }, app.memory.taken ? rich('enrol.taken') : null);
  const submit = /** @type {HTMLButtonElement} */ (element('button', { type: 'submit', class: 'wide primary' }, rich('enrol.submit')));
  const form = element('form', { class: 'part enrol', onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    submit.disabled = true;
    said.replaceChildren();
    const fault = await enrol(app, code.value.trim(), actor.value.trim());
    submit.disabled = false;
    app.memory.taken = fault === 'enrol.taken' ? { code: code.value.trim() } : null;
    if (app.memory.taken) app.redraw();
    if (fault !== null) said.replaceChildren(rich(fault));
  } },
  element('label', { for: 'enrol-code' }, rich('enrol.code')), code,
  element('button', { type: 'button', class: 'wide', onclick: async () => {
    const link = await scan(t('enrol.scan'), (text) => /#code=/.test(text));
    if (link !== null) code.value = decodeURIComponent(link.split('#code=')[1]);
  } }, rich('enrol.scan')),
  element('label', { for: 'enrol-actor' }, rich('enrol.actor')), actor, said, submit);
  return [
    element('h1', {}, rich('enrol.title')), element('p', {}, rich('enrol.words')),
    enrolled === null ? null : element('p', { class: 'hint' }, rich('enrol.again', { count: app.journal.waiting.length })),
    taken(app), form, languageButtons(app),
  ];
}

/** The code is of another shelter than this tablet's: how it can be used there all the same. @param {any} app */
function taken(app) {
  if (!app.memory.taken || app.journal.fact('enrolment') === null) return null;
  return movingOut(app, {
    exportFile: () => exportFile(app),
    emptied: () => {
      // A refused code was not used up: the emptied tablet comes in by it.
      location.hash = `#code=${encodeURIComponent(app.memory.taken.code)}`;
      app.memory.taken = null;
      app.redraw();
    },
  });
}

/** @param {string} id @param {string} value @param {string} capitals */
function input(id, value, capitals) {
  const field = /** @type {HTMLInputElement} */ (element('input', { id, type: 'text', autocomplete: 'off', autocapitalize: capitals, spellcheck: 'false', maxlength: 80 }));
  field.value = value;
  return field;
}

/** @param {any} app @param {string} code @param {string} actor @returns {Promise<string | null>} the key of what went wrong */
async function enrol(app, code, actor) {
  if (code === '') return 'enrol.no-code';
  const { journal } = app;
  const device = journal.fact('enrolment')?.device ?? newDevice();
  try {
    const { token, shelter, incident, device: name } = await app.transport.enrol({ code, device, name: actor || device });
    await journal.setFacts({ enrolment: { token, shelter, incident, device: name }, actor });
  } catch (error) {
    return faultOf(/** @type {any} */ (error));
  }
  history.replaceState(null, '', '#/');
  void app.look();
  app.redraw();
  app.sync.tryNow();
  return null;
}

/** @param {any} error */
function faultOf(error) {
  if (error.status === 0) return 'enrol.unreachable';
  if (error.status === 401) return 'enrol.wrong';
  if (error.status === 409) return error.code === 'device-taken' ? 'enrol.taken' : 'alarm.no-incident';
  return error.status === 429 ? 'enrol.too-many' : 'enrol.failed';
}

function newDevice() {
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  return `t-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
