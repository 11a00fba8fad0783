// @ts-check
/** How far an order has got on its way to people: sent, accepted, opened, acknowledged, failed. */

import { element } from './element.js';
import { t } from './language.js';

const STEPS = ['waiting', 'sent', 'accepted', 'opened', 'acknowledged', 'failed'];

/** @param {Record<string, number> | null} delivery sums of the newest publication, null while there is none */
export function funnel(delivery) {
  if (!delivery) return element('p', { class: 'part-note', 'data-funnel': 'none' }, t('order.funnel-none'));
  const most = Math.max(1, ...STEPS.map((step) => delivery[step] ?? 0));
  return element('dl', { class: 'order-funnel', 'data-funnel': 'some', 'aria-label': t('order.funnel') }, ...STEPS.flatMap((step) => {
    const count = delivery[step] ?? 0;
    const bar = element('span', { class: 'order-funnel-bar', 'aria-hidden': 'true' });
    bar.style.width = `${(count / most) * 100}%`;
    return [element('dt', {}, t(`order.funnel-${step}`)), element('dd', { 'data-step': step, 'data-count': count }, bar, element('b', {}, count.toLocaleString('ja-JP')))];
  }));
}
