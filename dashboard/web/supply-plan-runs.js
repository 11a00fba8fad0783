// @ts-check
/** The runs of a plan: which truck takes what where and when; each line can be fixed, changed or forbidden. */

import { jst } from './clock.js';
import { byId, element, japanese } from './element.js';
import { language, named, t } from './language.js';
import { amountText, leavesAfterEnd } from './supply-plan.js';

/**
 * @typedef {object} RunActions
 * @property {(number: number, on: boolean) => void} choose
 * @property {(line: {depot: string, shelter: string, item: string}, amount: number) => void} pin
 * @property {(line: {depot: string, shelter: string, item: string}) => void} forbid
 * @property {() => void} order
 */

/** @param {any} plan @param {Set<number>} chosen @param {boolean} spent already ordered @param {RunActions} actions */
export function showRuns(plan, chosen, spent, actions) {
  const root = byId('plan-runs');
  root.hidden = false;
  root.replaceChildren(
    element('div', { class: 'part-head' },
      element('h2', { id: 'plan-runs-title' }, t('plan.runs', { count: plan.runs.length })),
      plan.runs.length === 0 ? null : element('button', {
        type: 'button', id: 'plan-order', class: 'plan-order', disabled: spent || chosen.size === 0, onclick: actions.order,
      }, spent ? t('plan.ordered-already') : t('plan.order', { count: chosen.size }))),
    plan.runs.length === 0 ? element('p', { class: 'empty' }, t(plan.needs === 0 ? 'plan.no-needs' : 'plan.no-runs')) : '',
    ...plan.runs.map((/** @type {any} */ run) => oneRun(plan, run, chosen.has(run.number), spent, actions)),
  );
}

/** @param {any} plan @param {any} run @param {boolean} on @param {boolean} spent @param {RunActions} actions */
function oneRun(plan, run, on, spent, actions) {
  const depot = plan.names.depots[run.depot]?.name ?? run.depot;
  const box = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', 'data-run': run.number }));
  box.checked = on;
  box.disabled = spent;
  box.addEventListener('change', () => actions.choose(run.number, box.checked));
  const facts = [
    t('plan.run-times', { departs: clock(run.departs), returns: clock(run.returns) }),
    t('plan.run-load', { km: amountText(run.km), kg: amountText(run.kg), fill: Math.round(run.fill * 100) }),
    run.estimated ? t('plan.run-estimated') : null,
    leavesAfterEnd(plan, run) ? t('plan.after-end') : run.overtime_min > 0 ? t('plan.overtime', { minutes: Math.ceil(run.overtime_min) }) : null,
  ].filter((one) => one !== null).join('　');
  return element('article', { class: 'plan-run', 'data-run': run.number },
    element('h3', {}, element('label', { class: 'check' }, box, element('span', {},
      t('plan.run', { number: run.number, kind: t(`plan.class-${run.truck_class}`) }), ' ', japanese(depot)))),
    element('p', { class: 'part-note' }, facts),
    element('ol', {}, ...run.order.stops.map((/** @type {any} */ stop, /** @type {number} */ at) => oneStop(plan, run, stop, run.stops[at], spent, actions))));
}

/** @param {any} plan @param {any} run @param {any} stop @param {any} told @param {boolean} spent @param {RunActions} actions */
function oneStop(plan, run, stop, told, spent, actions) {
  const name = plan.names.shelters[stop.shelter]?.name ?? stop.shelter;
  return element('li', {},
    element('p', {}, element('b', {}, t('plan.arrives', { time: clock(stop.eta_at) })), ' ', japanese(name),
      told?.late ? element('span', { class: 'plan-late' }, ` ${t('plan.late')}`) : null),
    element('ul', { class: 'plan-lines' }, ...stop.lines.map((/** @type {any} */ line) => oneLine(plan, run, stop, line, spent, actions))));
}

/** @param {any} plan @param {any} run @param {any} stop @param {any} line @param {boolean} spent @param {RunActions} actions */
function oneLine(plan, run, stop, line, spent, actions) {
  const item = plan.names.items[line.item];
  const what = named(item, line.item);
  const unit = language() === 'en' ? item?.unit_en ?? item?.unit : item?.unit;
  const key = { depot: run.depot, shelter: stop.shelter, item: line.item };
  const amount = /** @type {HTMLInputElement} */ (element('input', {
    type: 'number', min: 0, step: 'any', value: line.amount, 'aria-label': t('plan.amount-label', { item: what }),
  }));
  const tools = spent ? null : element('span', { class: 'plan-tools' }, amount,
    element('button', { type: 'button', 'aria-label': t('plan.pin-label', { item: what }), onclick: () => actions.pin(key, Number(amount.value)) }, t('plan.pin')),
    element('button', { type: 'button', 'aria-label': t('plan.forbid-label', { item: what }), onclick: () => actions.forbid(key) }, t('plan.forbid')));
  return element('li', {},
    element('span', {}, `${what} ${amountText(line.amount)} ${unit ?? ''} `,
      element('small', {}, line.line === undefined ? t('plan.pushed') : t('plan.requested'))), tools);
}

/** Hours and minutes, Japan time. @param {string} at */
export function clock(at) {
  const ms = Date.parse(at);
  const parts = jst(ms);
  return Number.isFinite(ms) ? `${parts.month}/${parts.day} ${parts.minute}` : '—';
}
