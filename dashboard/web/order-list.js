// @ts-check
/** Municipalities by urgency: three lines for each, what is ordered, announced, estimated, never made into one. */

import { momentText } from './clock.js';
import { byId, element, japanese, setText } from './element.js';
import { language, t } from './language.js';
import { orderLegend } from './order-legend.js';
import { alive, startOf, unanswered } from './order-standing.js';
import { levelBadge, orderName, placesText, startText } from './order-words.js';

export class OrderList {
  /** @param {import('./order-room.js').OrderRoom} room */
  constructor(room) {
    this.room = room;
    this.scroll = byId('order-scroll');
    this.list = byId('order-towns');
    this.legend = byId('order-legend-body');
    this.drawn = '';
    this.list.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const area = /** @type {HTMLElement} */ (event.target).closest('li')?.dataset.area;
      if (area) room.select(area);
    });
    this.list.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const seen = room.desk.order === 'order';
    this.scroll.hidden = !seen;
    if (seen) byId('filters').hidden = true;
    if (!seen) return;
    byId('filter-clear').hidden = true;
    if (dirt.things.has('language') || dirt.things.has('rules') || this.legend.childElementCount === 0) this.legend.replaceChildren(orderLegend(room.desk.rules));
    const gaps = room.towns.filter(({ gap }) => gap !== null).length;
    setText(byId('list-shown'), room.desk.known ? t('order.shown', { towns: room.towns.length, gaps }) : '');
    const none = byId('order-none');
    none.hidden = room.towns.length > 0;
    setText(none, t(room.desk.known ? 'order.none' : 'list.none-known'));
    this.#draw();
  }

  /** Move the keyboard into the list. */
  focus() {
    /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
  }

  #draw() {
    const now = this.room.desk.now();
    const rows = this.room.towns.map((town) => ({ town, item: this.#item(town, now) }));
    const key = `${language()}|${rows.map(({ item }) => item.outerHTML).join('')}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const held = /** @type {HTMLElement | null} */ (document.activeElement?.closest?.('#order-towns li') ?? null)?.dataset.area;
    this.list.replaceChildren(...rows.map(({ item }) => item));
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`li[data-area="${CSS.escape(held)}"] button`))?.focus({ preventScroll: true });
  }

  /** @param {import('./order-standing.js').Town} town @param {number} now */
  #item(town, now) {
    const overdue = town.gap !== null && startOf(town.gap) <= now;
    const item = element('li', {
      class: 'order-town', 'data-area': town.area, 'data-gap': String(town.gap !== null), 'data-overdue': String(overdue),
      'aria-current': this.room.selected === town.area ? 'true' : null,
    },
    element('div', { class: 'order-town-head' },
      element('button', { type: 'button', class: 'row-open', lang: 'ja' }, town.name),
      overdue ? element('span', { class: 'mark mark-overdue' }, t('order.overdue')) : null,
      town.gap !== null ? element('span', { class: 'mark' }, t('order.gap')) : null,
      unanswered(town) ? element('span', { class: 'mark mark-late' }, t('order.unanswered', { level: town.official?.level ?? '' })) : null,
      ...this.#waiting(town)),
    element('dl', { class: 'order-lines' },
      ...this.#line('order', this.#ordered(town, now)),
      ...this.#line('official', this.#official(town)),
      ...this.#line('estimate', this.#estimated(town, now))));
    return item;
  }

  /** @param {import('./order-standing.js').Town} town */
  #waiting(town) {
    const submitted = town.orders.some(({ pending }) => pending?.state === 'submitted');
    const returned = town.orders.some(({ pending }) => pending?.state === 'returned');
    const asked = town.advice.some(({ state }) => state === 'sent');
    return [['order.waits', submitted], ['order.was-returned', returned], ['order.advice-open', asked]]
      .filter(([, on]) => on).map(([key]) => element('span', { class: 'mark mark-daily' }, t(String(key))));
  }

  /** @param {'order' | 'official' | 'estimate'} kind @param {(Node | string)[]} words */
  #line(kind, words) {
    return [element('dt', { class: `order-kind order-kind-${kind}` }, t(`order.kind-${kind}`)), element('dd', { 'data-line': kind }, ...words)];
  }

  /** @param {import('./order-standing.js').Town} town @param {number} now */
  #ordered(town, now) {
    const { rules } = this.room.desk;
    const issued = town.orders.filter(({ state }) => state === 'issued');
    const drafts = town.orders.filter(({ state }) => state !== 'issued');
    const parts = issued.map((order) => element('p', { class: 'order-line' }, levelBadge(rules, order.level, 'order'),
      element('span', {}, element('b', {}, orderName(order.level)), ' ', japanese(placesText(order)), ' ',
        t('order.since', { time: momentText(Date.parse(order.issued_at), now) }),
        Date.parse(order.expires_at) <= now ? element('span', { class: 'mark mark-overdue' }, t('order.expired')) : null,
        order.origin === 'recorded' ? ` ${t('order.recorded')}` : '')));
    if (issued.length === 0) parts.push(element('p', { class: 'order-line order-nothing' }, t('order.not-ordered')));
    parts.push(...drafts.map((order) => element('p', { class: 'order-line order-draft' }, t('order.draft-line', { name: orderName(order.pending?.level ?? order.level), state: t(`order.state-${order.pending?.state ?? order.state}`) }))));
    return parts;
  }

  /** @param {import('./order-standing.js').Town} town */
  #official(town) {
    if (town.official === null) return [element('p', { class: 'order-line order-nothing' }, t(this.room.desk.warningsHeard ? 'order.not-announced' : 'order.official-unheard'))];
    return [element('p', { class: 'order-line' }, levelBadge(this.room.desk.rules, town.official.level, 'official', town.official.numbered), japanese(town.official.hazards.join('・')))];
  }

  /** @param {import('./order-standing.js').Town} town @param {number} now */
  #estimated(town, now) {
    const found = town.proposals.filter((one) => alive(one, now));
    if (found.length === 0) {
      const decided = town.proposals[0];
      return [element('p', { class: 'order-line order-nothing' }, t(decided ? `order.proposal-${alive(decided, now) ? decided.state : decided.state === 'rejected' ? 'rejected' : 'expired'}` : 'order.not-estimated'))];
    }
    return found.slice(0, 3).map((one) => element('p', { class: 'order-line' }, levelBadge(this.room.desk.rules, one.level, 'estimate'),
      element('span', {}, t(one.act === 'lift' ? 'order.considers-lift' : 'order.considers', { level: one.level, hazard: t(`order.hazard-${one.hazard}`) }),
        one.area?.kind === 'district' ? japanese(` ${one.area.name}`) : '', one.held ? ` ${t('order.held-mark')}` : '', one.state === 'taken' ? ` ${t('order.taken-mark')}` : '',
        one.act === 'lift' ? null : element('span', { class: 'order-start' }, ' ', startText(one, now)))));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const from = /** @type {HTMLElement} */ (event.target).closest('li');
    const to = { ArrowDown: from?.nextElementSibling, ArrowUp: from?.previousElementSibling }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    /** @type {HTMLElement | null | undefined} */ (to?.querySelector('button'))?.focus();
  }
}

