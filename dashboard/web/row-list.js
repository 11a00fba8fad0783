// @ts-check
/**
 * Rows of a table, one for each gauge: kept in order under changes, paged, one of them in reach of Tab, the
 * others by arrow keys; the keyboard stays with its gauge wherever the gauge moves.
 */

import { setAttribute } from './element.js';

/** Rows made at once; the most serious come first, the rest at the press of a button or by arrow key. */
const PAGE = 200;

/** @template {{tr: HTMLElement, open: HTMLElement}} Row */
export class RowList {
  /**
   * @param {HTMLElement} body whose rows carry `data-gauge`
   * @param {(id: string) => Row} make
   * @param {{open: (id: string) => void, more: () => void}} told `open` a gauge; `more` rows are wanted
   */
  constructor(body, make, told) {
    this.body = body;
    this.make = make;
    this.told = told;
    this.limit = PAGE;
    this.total = 0;
    /** @type {Map<string, Row>} */ this.rows = new Map();
    /** Row that Tab reaches. @type {string | null} */ this.current = null;
    body.addEventListener('click', (/** @type {MouseEvent} */ event) => this.#clicked(event));
    body.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    body.addEventListener('focusin', (/** @type {FocusEvent} */ event) => this.#focused(event));
  }

  /** How many are left to be shown. */
  get rest() {
    return Math.max(this.total - this.limit, 0);
  }

  /** Begin with one page again. */
  reset() {
    this.limit = PAGE;
  }

  more() {
    if (this.rest === 0) return;
    this.limit += PAGE;
    this.told.more();
  }

  /**
   * Show these gauges in this order.
   * @template Item
   * @param {Item[]} all
   * @param {(item: Item) => string} idOf
   * @param {(row: Row, item: Item) => void} fill
   */
  show(all, idOf, fill) {
    this.total = all.length;
    const shown = all.slice(0, this.limit);
    const ids = shown.map(idOf);
    const held = this.#heldFocus();
    const wanted = new Set(ids);
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.tr.remove();
      this.rows.delete(id);
    }
    let place = this.body.firstElementChild;
    shown.forEach((item, i) => {
      const row = this.#row(ids[i]);
      fill(row, item);
      if (row.tr === place) place = place.nextElementSibling;
      else this.body.insertBefore(row.tr, place);
    });
    this.#tabStop(ids, wanted);
    if (held !== null && document.activeElement !== this.rows.get(held)?.open) {
      this.rows.get(held)?.open.focus({ preventScroll: true });
    }
  }

  /** Empty the list while it is not seen; what Tab reaches is kept. */
  clear() {
    for (const row of this.rows.values()) row.tr.remove();
    this.rows.clear();
  }

  /** Move the keyboard into the list. */
  focus() {
    const id = this.current ?? this.rows.keys().next().value;
    if (id !== undefined && id !== null) this.rows.get(id)?.open.focus();
  }

  /** Bring a row into sight, without taking the keyboard. @param {string | null} id */
  reveal(id) {
    if (id !== null) this.rows.get(id)?.tr.scrollIntoView({ block: 'nearest' });
  }

  /** @param {string} id @returns {Row} */
  #row(id) {
    const known = this.rows.get(id);
    if (known) return known;
    const row = this.make(id);
    this.rows.set(id, row);
    return row;
  }

  /** @param {string[]} ids @param {Set<string>} wanted */
  #tabStop(ids, wanted) {
    if (this.current === null || !wanted.has(this.current)) this.current = ids[0] ?? null;
    for (const [id, row] of this.rows) setAttribute(row.open, 'tabindex', id === this.current ? '0' : '-1');
  }

  #heldFocus() {
    const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest?.('tr[data-gauge]') ?? null);
    return row && this.body.contains(row) ? row.dataset.gauge ?? null : null;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const id = /** @type {HTMLElement} */ (event.target).closest?.('tr')?.dataset.gauge;
    if (id) this.told.open(id);
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const id = /** @type {HTMLElement} */ (event.target).closest('tr')?.dataset.gauge;
    if (!id || id === this.current) return;
    this.rows.get(this.current ?? '')?.open.setAttribute('tabindex', '-1');
    this.current = id;
    this.rows.get(id)?.open.setAttribute('tabindex', '0');
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const from = /** @type {HTMLElement} */ (event.target).closest('tr');
    if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ArrowDown' && from.nextElementSibling === null) this.more();
    const to = {
      ArrowDown: from.nextElementSibling,
      ArrowUp: from.previousElementSibling,
      Home: this.body.firstElementChild,
      End: this.body.lastElementChild,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    /** @type {HTMLElement | null | undefined} */ (to?.querySelector('.row-open'))?.focus();
  }
}
