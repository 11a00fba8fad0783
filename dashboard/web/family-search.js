// @ts-check
/** Looking for somebody: the answer is what the person allowed, and nothing in every other case; so the screen says. */

import { byId, element, japanese } from './element.js';
import { t } from './language.js';
import { post } from './server.js';
import { refusalText } from './wording.js';

const WANTED = ['name', 'kana', 'birth', 'phone', 'address'];
const ASKER = ['asker', 'relation', 'contact'];
/** Who may ask (dashboard/api/people.py). */
export const SEARCHERS = ['duty_officer', 'shelter_staff', 'field'];

export class FamilySearch {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('family-dialog');
    this.opener = byId('family-open');
    this.answer = element('div', { id: 'family-answer', role: 'status' });
    this.send = /** @type {HTMLButtonElement} */ (element('button', { type: 'submit', class: 'wide', 'data-text': 'family.send' }));
    /** @type {Map<string, HTMLInputElement>} */
    this.fields = new Map([...WANTED, ...ASKER].map((name) => [name, /** @type {HTMLInputElement} */ (element('input', {
      name, type: name === 'birth' ? 'date' : 'text', maxlength: '200', autocomplete: 'off', required: ASKER.includes(name), id: `family-${name}`,
    }))]));
    this.form = element('form', { onsubmit: (/** @type {Event} */ event) => this.#ask(event) },
      element('fieldset', {}, element('legend', { 'data-text': 'family.wanted' }), ...WANTED.map((name) => this.#field(name))),
      element('fieldset', {}, element('legend', { 'data-text': 'family.asker' }), ...ASKER.map((name) => this.#field(name))),
      this.send);
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'family-title', 'data-text': 'family.title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('p', { class: 'note', 'data-text': 'family.note' }), this.form, this.answer);
    this.opener.addEventListener('click', () => this.dialog.showModal());
    // What was found about a person does not stay on a screen that others pass.
    this.dialog.addEventListener('close', () => {
      /** @type {HTMLFormElement} */ (this.form).reset();
      this.answer.replaceChildren();
    });
  }

  render() {
    this.opener.hidden = !this.room.holds(...SEARCHERS);
  }

  /** @param {string} name */
  #field(name) {
    return element('label', { class: 'form-row', for: `family-${name}` }, element('span', { 'data-text': name === 'asker' ? 'family.asker-name' : `family.${name}` }), this.fields.get(name));
  }

  /** @param {Event} event */
  async #ask(event) {
    event.preventDefault();
    const said = (/** @type {string} */ name) => this.fields.get(name)?.value.trim() || undefined;
    const wanted = Object.fromEntries(WANTED.map((name) => [name, said(name)]).filter(([, value]) => value));
    if ((!wanted.name && !wanted.kana) || (!wanted.birth && !wanted.phone && !wanted.address)) {
      this.answer.replaceChildren(element('p', { class: 'note' }, t('family.too-little')));
      return;
    }
    this.send.disabled = true;
    this.answer.replaceChildren(element('p', {}, t('hydrograph.loading')));
    try {
      const { found } = await post('/api/people/search', { ...wanted, asked_by: { name: said('asker'), relation: said('relation'), contact: said('contact') } });
      if (this.dialog.open) this.answer.replaceChildren(...(found.length > 0 ? found.map(foundText) : [element('p', { class: 'family-none' }, t('family.none'))]));
    } catch (error) {
      const failure = /** @type {any} */ (error);
      const wait = failure.retryAfterS === null || failure.retryAfterS === undefined ? '' : t('family.wait', { seconds: failure.retryAfterS });
      this.answer.replaceChildren(element('p', { class: 'note', role: 'alert' }, [refusalText(error), failure.status === 422 ? failure.detail : '', wait].filter(Boolean).join('　')));
    } finally {
      this.send.disabled = false;
    }
  }
}

/** @param {any} found */
function foundText(found) {
  return element('div', { class: 'family-found' }, element('p', {}, element('b', {}, t('family.safe'))),
    found.place ? element('p', {}, t('family.place'), ' ', japanese(found.place)) : null,
    found.contact ? element('p', {}, t('family.contact-told'), ' ', japanese(found.contact)) : null);
}
