// @ts-check
/** The official table of five levels: level 5 stands apart behind a wavy line, nobody waits for it. */

import { element } from './element.js';
import { t } from './language.js';

/**
 * Number, name, action and pattern for every level; colour is never alone.
 * Source: 避難情報に関するガイドライン (内閣府), colours by 内閣府 2020-05-29.
 * @param {import('./rules.js').Rules} rules
 */
export function orderLegend(rules) {
  const row = (/** @type {number} */ level) => {
    const { colour, text_colour } = rules.warningLevel(level);
    const cell = element('th', { scope: 'row', class: 'five-level' }, String(level));
    cell.style.setProperty('--level-colour', colour);
    cell.style.setProperty('--level-text', text_colour);
    return element('tr', { 'data-level': level, class: level === 3 || level === 4 ? 'five-strong' : null },
      cell, element('td', {}, t(`order.action-${level}`)), element('td', {}, t(`order.called-${level}`)), element('td', {}, t(`order.issuer-${level}`)));
  };
  return element('div', {},
    element('div', { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': t('order.legend') },
      element('table', { class: 'five-levels' },
        element('caption', { class: 'unseen' }, t('order.legend')),
        element('thead', {}, element('tr', {}, ...['level-head', 'action-head', 'called-head', 'issuer-head'].map((key) => element('th', { scope: 'col' }, t(`order.${key}`))))),
        element('tbody', {}, row(5),
          element('tr', { class: 'five-wave' }, element('td', { colspan: '4' }, element('span', { 'aria-hidden': 'true' }, '〜〜〜〜 '), t('order.boundary'), element('span', { 'aria-hidden': 'true' }, ' 〜〜〜〜'))),
          row(4), row(3), row(2), row(1)))),
    element('p', { class: 'part-note' }, t('order.legend-note')),
    element('ul', { class: 'order-line-signs' }, ...['order', 'estimate'].map((kind) => element('li', {},
      element('span', { class: `order-line-sign order-line-sign-${kind}`, 'aria-hidden': 'true' }), t(`order.map-${kind}`)))));
}
