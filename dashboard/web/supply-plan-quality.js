// @ts-check
/** How good a plan is and what it cannot bring: the proven gap, and a reason for every unit that does not come. */

import { byId, element, japanese } from './element.js';
import { language, named, t } from './language.js';
import { amountText, gapPercent, metPercent, unmetByWeight } from './supply-plan.js';

/** Rows of unmet needs shown at once. */
const SHOWN = 60;

/** @param {any} plan */
export function showQuality(plan) {
  const root = byId('plan-quality');
  const { summary } = plan;
  const met = metPercent(summary);
  root.hidden = false;
  root.replaceChildren(
    element('p', { class: 'plan-gap' }, element('b', {}, plan.needs === 0 ? t('plan.no-needs') : t('plan.gap', { percent: gapPercent(summary.gap) }))),
    element('p', { class: 'part-note' }, t('plan.gap-note', { seconds: plan.seconds })),
    element('dl', { class: 'plan-figures' }, ...[
      ['plan.met', met === null ? '—' : `${met} %`],
      ['plan.unmet-days', amountText(summary.unmet_person_days)],
      ['plan.trucks', amountText(summary.trucks)],
      ['plan.km', amountText(summary.km)],
      ['plan.late-stops', amountText(summary.late_stops)],
    ].map(([key, value]) => element('div', {}, element('dt', {}, t(key)), element('dd', {}, value)))),
    summary.runs_after_end > 0 ? element('p', { class: 'plan-late' }, t('plan.after-end-count', { count: summary.runs_after_end })) : '',
  );
}

/** @param {any} plan */
export function showUnmet(plan) {
  const root = byId('plan-unmet');
  const rows = unmetByWeight(plan);
  root.hidden = false;
  root.replaceChildren(
    element('h2', { id: 'plan-unmet-title' }, t('plan.unmet', { count: rows.length })),
    rows.length === 0 ? element('p', { class: 'empty' }, t(plan.needs === 0 ? 'plan.no-needs' : 'plan.all-met')) : element('div', { class: 'table-scroll', tabindex: 0, role: 'group', 'aria-labelledby': 'plan-unmet-title' },
      element('table', {},
        element('thead', {}, element('tr', {}, ...['plan.shelter', 'plan.item', 'plan.lacks', 'plan.why'].map((key) => element('th', { scope: 'col' }, t(key))))),
        element('tbody', {}, ...rows.slice(0, SHOWN).map((row) => oneRow(plan, row))))),
    rows.length > SHOWN ? element('p', { class: 'note' }, t('plan.unmet-more', { count: rows.length - SHOWN })) : '',
  );
}

/** @param {any} plan @param {any} row */
function oneRow(plan, row) {
  const item = plan.names.items[row.item];
  const unit = language() === 'en' ? item?.unit_en ?? item?.unit : item?.unit;
  return element('tr', { 'data-unmet': `${row.shelter} ${row.item}` },
    element('th', { scope: 'row' }, japanese(plan.names.shelters[row.shelter]?.name ?? row.shelter)),
    element('td', {}, named(item, row.item), row.quota ? ` ${t('plan.quota')}` : ''),
    element('td', { class: 'number' }, t('plan.lacks-of', { amount: amountText(row.amount), of: amountText(row.of), unit: unit ?? '' })),
    element('td', {}, element('ul', {}, ...row.reasons.map((/** @type {any} */ reason) => element('li', {},
      `${named(reason)}（${amountText(reason.amount)} ${unit ?? ''}）`)))));
}
