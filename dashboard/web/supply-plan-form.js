// @ts-check
/** What a plan is asked for: hours, days, trucks, what a person has fixed or forbidden. */

import { byId, element, japanese, setText } from './element.js';
import { language, t } from './language.js';
import { amountText } from './supply-plan.js';

export class SupplyPlanForm {
  /** @param {() => void} onSend @param {(kind: 'pins' | 'forbids', at: number) => void} onDrop */
  constructor(onSend, onDrop) {
    this.onDrop = onDrop;
    this.send = byId('plan-send');
    this.said = byId('plan-said');
    this.hours = byId('plan-hours');
    this.days = byId('plan-days');
    byId('plan-form').addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      onSend();
    });
  }

  fields() {
    return { hours: this.hours.value, days: this.days.value, flood: byId('plan-flood').checked };
  }

  /** Only the numbers that somebody typed. @returns {{depot: string, class: string, count: string}[]} */
  fleet() {
    return [...byId('plan-fleet').querySelectorAll('input')].filter((input) => input.dataset.typed === 'yes')
      .map((input) => ({ depot: input.dataset.depot ?? '', class: input.dataset.class ?? '', count: input.value }));
  }

  /** @param {any} basis */
  showBasis(basis) {
    if (this.hours.value === '') this.hours.value = String(basis.hours);
    if (this.days.value === '') this.days.value = String(basis.days);
    const typed = new Map(this.fleet().map((row) => [`${row.depot} ${row.class}`, row.count]));
    const known = new Map(basis.fleet.map((/** @type {any} */ row) => [`${row.depot} ${row.class}`, row]));
    const head = element('tr', {}, element('th', { scope: 'col' }, t('plan.depot')),
      ...basis.classes.map((/** @type {string} */ name) => element('th', { scope: 'col' }, t(`plan.class-${name}`))));
    const rows = Object.entries(basis.names.depots).map(([depot, { name }]) => element('tr', {},
      element('th', { scope: 'row' }, japanese(name)),
      ...basis.classes.map((/** @type {string} */ kind) => {
        const key = `${depot} ${kind}`;
        return element('td', {}, this.#count(depot, name, kind, known.get(key), typed.get(key)));
      })));
    byId('plan-fleet').replaceChildren(rows.length === 0
      ? element('p', { class: 'empty' }, t('plan.no-depots'))
      : element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
  }

  /** @param {string} depot @param {string} name @param {string} kind @param {any} row @param {string | undefined} typed */
  #count(depot, name, kind, row, typed) {
    const input = /** @type {HTMLInputElement} */ (element('input', {
      type: 'number', min: 0, max: 999, step: 1, inputmode: 'numeric', 'data-depot': depot, 'data-class': kind,
      'data-typed': typed === undefined ? null : 'yes', 'aria-label': t('plan.count-label', { depot: name, kind: t(`plan.class-${kind}`) }),
      value: typed ?? String(row?.count ?? 0),
    }));
    input.addEventListener('input', () => { input.dataset.typed = 'yes'; });
    return input;
  }

  /** @param {import('./supply-plan.js').Wishes} wishes @param {any} names */
  showWishes(wishes, names) {
    const entries = /** @type {['pins' | 'forbids', any, number][]} */ ([
      ...wishes.pins.map((one, at) => ['pins', one, at]), ...wishes.forbids.map((one, at) => ['forbids', one, at]),
    ]);
    byId('plan-wishes').replaceChildren(...(entries.length === 0 ? [element('li', { class: 'note' }, t('plan.no-wishes'))]
      : entries.map(([kind, wish, at]) => {
        const item = names.items[wish.item];
        const values = {
          depot: names.depots[wish.depot]?.name ?? wish.depot, shelter: names.shelters[wish.shelter]?.name ?? wish.shelter,
          item: language() === 'en' ? item.en : item.ja, amount: wish.amount === undefined ? '' : `${amountText(wish.amount)} ${item.unit}`,
        };
        const text = t(kind === 'pins' ? 'plan.pinned' : 'plan.forbidden', values);
        return element('li', { 'data-wish': kind }, element('span', {}, text),
          element('button', { type: 'button', 'aria-label': t('plan.drop-label', { what: text }), onclick: () => this.onDrop(kind, at) }, t('plan.drop')));
      })));
  }

  /** @param {string} text @param {boolean} [bad] */
  say(text, bad = false) {
    setText(this.said, text);
    this.said.dataset.bad = String(bad);
  }

  /** @param {boolean} busy */
  wait(busy) {
    this.send.disabled = busy;
  }
}
