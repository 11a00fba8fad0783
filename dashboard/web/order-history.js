// @ts-check
/** The revisions of an order, the newest first, each with who wrote and signed it. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { t } from './language.js';
import { orderName, whyRefused } from './order-words.js';
import { get } from './server.js';

/**
 * @param {number} order @param {number} nowMs @param {(number: number) => void} open shows a revision
 * @returns {Promise<Node[]>}
 */
export async function historyOf(order, nowMs, open) {
  try {
    const { revisions } = await get(`/api/orders/${order}`);
    return [element('ol', {}, ...revisions.map((/** @type {any} */ one) => element('li', { 'data-revision': one.number, 'data-state': one.state },
      element('button', { type: 'button', class: 'quiet', onclick: () => open(one.number) }, t('order.revision', { number: one.number, act: t(`order.act-${one.act}`) })), ' ',
      orderName(one.level), ' ', t(`order.state-${one.state}`), ' ',
      element('span', { class: 'part-note' }, t('order.people-of', { author: one.author, edited_by: one.edited_by, approver: one.approver ?? '—', time: momentText(Date.parse(one.effective_at ?? one.drafted_at), nowMs) })),
      one.return_reason ? element('p', { class: 'note' }, t('order.return-reason'), ' ', japanese(one.return_reason)) : null)))];
  } catch (error) {
    return [element('p', { class: 'note', role: 'alert' }, whyRefused(error))];
  }
}
