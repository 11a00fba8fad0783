// @ts-check
/** Cards at several shelters that may be one person: a human decides, with a reason, and can take it back. */

import { byId, element, japanese } from './element.js';
import { t, tOr } from './language.js';
import { get, post } from './server.js';
import { refusalText } from './wording.js';

export class DuplicateCards {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('duplicates-dialog');
    this.opener = byId('duplicates-open');
    this.body = element('div', {});
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'duplicates-title', 'data-text': 'duplicates.title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('p', { class: 'note', 'data-text': 'duplicates.note' }), this.body);
    this.opener.addEventListener('click', () => {
      this.dialog.showModal();
      this.#read();
    });
    this.dialog.addEventListener('close', () => this.body.replaceChildren());
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.opener.hidden = !this.room.holds('duty_officer');
    if (dirt.things.has('language') && this.dialog.open) this.#read();
  }

  async #read() {
    try {
      const { proposals } = await get('/api/people/duplicates');
      this.body.replaceChildren(proposals.length > 0 ? element('ul', { class: 'duplicates' }, ...proposals.map((/** @type {any} */ one) => this.#proposal(one)))
        : element('p', { class: 'empty' }, t('duplicates.none')));
    } catch (error) {
      this.body.replaceChildren(element('p', { class: 'note', role: 'alert' }, refusalText(error)));
    }
  }

  /** @param {any} one */
  #proposal(one) {
    const reason = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: '1000', 'aria-label': t('duplicates.reason'), placeholder: t('duplicates.reason') }));
    const said = element('p', { class: 'note', role: 'alert', hidden: true });
    const decided = one.decision === 'linked' || one.decision === 'distinct';
    const buttons = (decided ? ['undone'] : ['linked', 'distinct']).map((decision) => element('button', {
      type: 'button', 'data-decision': decision, onclick: () => this.#decide(one, decision, reason.value.trim(), said),
    }, t(`duplicates.${decision}`)));
    return element('li', { 'data-pair': `${one.a.person}/${one.b.person}` },
      element('div', { class: 'duplicate-pair' }, card(one.a), element('span', { 'aria-hidden': 'true' }, '≟'), card(one.b)),
      element('p', {}, t('duplicates.because', { reasons: one.reasons.map((/** @type {string} */ code) => tOr(`duplicates.reason-${code}`, code)).join(t('forecast.comma')), score: Math.round(one.score * 100) })),
      decided ? element('p', {}, element('b', {}, t(`duplicates.was-${one.decision}`))) : null,
      element('div', { class: 'filter-row' }, reason, ...buttons), said);
  }

  /** @param {any} one @param {string} decision @param {string} reason @param {HTMLElement} said */
  async #decide(one, decision, reason, said) {
    said.hidden = reason !== '';
    if (reason === '') {
      said.textContent = t('duplicates.need-reason');
      return;
    }
    const key = (/** @type {any} */ side) => ({ shelter: side.shelter, person: side.person });
    try {
      await post('/api/people/links', { a: key(one.a), b: key(one.b), decision, reason });
      await this.#read();
    } catch (error) {
      said.hidden = false;
      said.textContent = refusalText(error);
    }
  }
}

/** @param {any} side */
function card(side) {
  return element('div', { class: 'duplicate-card' }, japanese(side.name ?? t('duplicates.unnamed'), 'refuge-name'),
    japanese([side.birth, side.shelter_name].filter(Boolean).join(' '), 'panel-place'));
}
