// @ts-check
/** What each channel would say of a revision, with what is wrong or doubtful about it. */

import { element, japanese } from './element.js';
import { language, t } from './language.js';

/** Channels whose words are for machines: their fitness is shown, not their bytes. */
const FOR_MACHINES = ['cap', 'l_alert'];

/**
 * @param {any} told answer of `/api/orders/…/preview`, null when it could not be read
 * @param {string} failure why it could not be read
 * @param {{order: number, number: number}} revision
 * @returns {Node[]}
 */
export function channelPreview(told, failure, revision) {
  if (told === null) return [element('p', { class: 'note', role: 'alert' }, t('order.channels-failed', { reason: failure }))];
  const english = language() === 'en';
  return [
    told.drill ? element('p', { class: 'note' }, t('order.channels-drill')) : null,
    element('p', { class: 'part-note' }, told.goes_to.length > 0 ? t('order.channels-to', { names: told.goes_to.map((/** @type {any} */ one) => one.name).join(t('forecast.comma')) }) : t('order.channels-nowhere')),
    ...told.channels.map((/** @type {any} */ channel) => element('div', { class: 'order-channel', 'data-channel': channel.channel },
      element('p', { class: 'order-sub' }, english ? channel.name_en : channel.name, ' ', element('span', { class: 'part-note' }, t('order.channel-recipients', { count: channel.recipients }))),
      ...channel.findings.map((/** @type {any} */ finding) => element('p', { class: 'note', 'data-finding': finding.severity }, t(`order.finding-${finding.severity}`), ' ', english ? finding.text_en : finding.text)),
      FOR_MACHINES.includes(channel.channel) ? null : element('p', { class: 'order-preview', lang: 'ja' }, channel.title ? japanese(channel.title, 'order-headline') : null, channel.title ? element('br') : null,
        ...channel.text.split('\n').flatMap((/** @type {string} */ line, /** @type {number} */ i) => [i > 0 ? element('br') : '', line])))),
    element('a', { class: 'quiet', href: `/api/orders/${revision.order}/revisions/${revision.number}/notice.pdf`, target: '_blank', rel: 'noopener' }, t('order.channel-notice')),
  ].filter((node) => node !== null);
}
