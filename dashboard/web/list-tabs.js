// @ts-check
/** The lists in one place: by danger as it stands, by the probability of what comes, shelters by need. */

import { setAttribute } from './element.js';

export class ListTabs {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-order]')]);
    for (const tab of this.tabs) {
      tab.addEventListener('click', () => desk.orderBy(/** @type {any} */ (tab.dataset.order)));
      tab.addEventListener('keydown', (event) => this.#key(event));
    }
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (!dirt.things.has('order')) return;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.order === this.desk.order;
      setAttribute(tab, 'aria-selected', String(chosen));
      setAttribute(tab, 'tabindex', chosen ? '0' : '-1');
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const at = this.tabs.findIndex((tab) => tab.dataset.order === this.desk.order);
    const step = event.key === 'ArrowRight' ? 1 : -1;
    const other = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.desk.orderBy(/** @type {any} */ (other?.dataset.order));
    other?.focus();
  }
}
