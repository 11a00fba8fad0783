// @ts-check
/** Advice of the prefecture to a municipality: drafted here, signed by another person, acknowledged by the municipality. */

import { momentText } from './clock.js';
import { byId, element, japanese, setText } from './element.js';
import { t } from './language.js';
import { orderName, startText, whyRefused } from './order-words.js';
import { post } from './server.js';

export class AdviceForm {
  /** @param {import('./order-room.js').OrderRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('advice-dialog');
    this.area = '';
    /** @type {string | null} */ this.proposal = null;
    this.text = /** @type {HTMLTextAreaElement} */ (element('textarea', { id: 'advice-text', rows: '5', maxlength: '1000', required: true }));
    this.said = element('p', { role: 'status', id: 'advice-said' });
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'advice-title', 'data-text': 'order.advice-title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('p', { class: 'note', 'data-text': 'order.advice-note' }),
      element('form', { onsubmit: (/** @type {Event} */ event) => this.#send(event) },
        element('label', { for: 'advice-text', 'data-text': 'order.advice-text' }), this.text,
        element('button', { type: 'submit', class: 'wide', 'data-text': 'order.advice-draft' }), this.said));
  }

  /** Advice needs nothing drawn anew: what it shows was typed. @param {import('./desk.js').Dirt} _dirt */
  render(_dirt) {}

  /** @param {string} area @param {any} proposal what it is about, null for none */
  begin(area, proposal) {
    this.area = area;
    this.proposal = proposal?.id ?? null;
    const town = this.room.town(area);
    this.text.value = proposal === null ? '' : t('order.advice-words', {
      town: town?.name ?? '', place: proposal.area?.name ?? '', name: orderName(proposal.level), start: startText(proposal, this.room.desk.now()),
    });
    setText(this.said, '');
    this.dialog.showModal();
    this.text.focus();
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    try {
      await post('/api/advice', { area: this.area, text: this.text.value, proposal_id: this.proposal });
      this.dialog.close();
      this.room.panel.say(t('order.did-advice'));
    } catch (error) {
      setText(this.said, whyRefused(error));
    }
  }
}

/**
 * Advice to a municipality with what this officer may do about it.
 * @param {import('./order-room.js').OrderRoom} room @param {string} area @param {any[]} advice
 */
export function adviceList(room, area, advice) {
  const now = room.desk.now();
  const act = async (/** @type {string} */ path, /** @type {any} */ body, /** @type {string} */ done) => {
    try {
      await post(path, body);
      room.panel.say(t(done));
    } catch (error) {
      room.panel.say(whyRefused(error), true);
    }
  };
  const item = (/** @type {any} */ one) => {
    const answer = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: '1000', 'aria-label': t('order.advice-answer'), placeholder: t('order.advice-answer'), 'data-key': `answer-${one.id}` }));
    return element('li', { class: 'order-card', 'data-advice': one.id, 'data-state': one.state },
      element('p', {}, element('b', {}, t(`order.advice-${one.state}`)), ' ', element('span', { class: 'part-note' },
        t('order.advice-people', { author: one.author, approver: one.approver ?? '—', time: momentText(Date.parse(one.sent_at ?? ''), now) }))),
      element('p', { class: 'advice-words' }, japanese(one.text)),
      one.state === 'acknowledged' ? element('p', { class: 'note-daily note' }, t('order.advice-taken', { by: one.acknowledged_by ?? '—', time: momentText(Date.parse(one.acknowledged_at), now) }), one.answer ? japanese(` ${one.answer}`) : null) : null,
      one.state === 'draft' && room.advises ? element('button', { type: 'button', class: 'order-main', 'data-key': `send-${one.id}`, onclick: () => act(`/api/advice/${one.id}/send`, { text: one.text }, 'order.did-send') }, t('order.advice-send')) : null,
      one.state === 'sent' && room.drafts(area) ? element('div', { class: 'order-acts' }, answer,
        element('button', { type: 'button', class: 'order-main', 'data-key': `ack-${one.id}`, onclick: () => act(`/api/advice/${one.id}/acknowledge`, { answer: answer.value }, 'order.did-acknowledge') }, t('order.advice-acknowledge'))) : null);
  };
  return [
    element('h3', {}, t('order.heading-advice')),
    advice.length === 0 ? element('p', { class: 'order-nothing' }, t('order.no-advice')) : element('ul', {}, ...advice.map(item)),
    room.prefecture ? element('button', { type: 'button', class: 'quiet', 'data-key': 'advise', onclick: () => room.advice.begin(area, null) }, t('order.advise-free')) : '',
  ];
}
