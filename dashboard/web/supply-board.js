// @ts-check
/** The board of requests: columns by state or the same as a table; depots and trucks below; a press moves a line. */

import { allAids, unanswered } from './aid.js';
import { AidAnswers, aidBoard } from './aid-cards.js';
import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { t, tOr } from './language.js';
import { flagMarks } from './shelter-ledger.js';
import { tableOf } from './shelter-table.js';
import { amountText } from './shelter-words.js';
import { columns, ENDS, lineStanding } from './supply-line.js';
import { moveButtons, SupplyMove } from './supply-move.js';
import { depotTable, truckTable } from './supply-stores.js';
import { ageText } from './wording.js';

/** Lines that one column shows at once. */
const LISTED = 50;
const TYPING_MS = 150;

export class SupplyBoard {
  view = 'columns';
  urgentOnly = false;
  words = '';
  /** Columns whose every line is shown. @type {Set<string>} */ whole = new Set();

  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.move = new SupplyMove(room);
    this.answers = new AidAnswers(room);
    this.dialog = byId('supply-dialog');
    this.content = element('div', { class: 'supply-content' });
    this.text = /** @type {HTMLInputElement} */ (element('input', { type: 'search', id: 'supply-text', autocomplete: 'off', 'data-label': 'supply.search', 'data-placeholder': 'supply.search' }));
    this.urgent = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', id: 'supply-urgent' }));
    this.views = ['columns', 'aids', 'table', 'trucks', 'depots'].map((view) => element('button', {
      type: 'button', class: 'chip', 'data-supply-view': view, 'data-text': `supply.view-${view}`, onclick: () => this.#look(view),
    }));
    this.#build();
    byId('supply-open').addEventListener('click', () => this.open());
  }

  /** What waits longest for an answer is looked at first: calls for help before goods. */
  open() {
    if (this.#calls() > 0) this.view = 'aids';
    this.dialog.showModal();
    this.#draw();
  }

  #build() {
    let typing = /** @type {any} */ (null);
    this.text.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        this.words = this.text.value.trim().toLowerCase();
        this.#draw();
      }, TYPING_MS);
    });
    this.urgent.addEventListener('change', () => {
      this.urgentOnly = this.urgent.checked;
      this.#draw();
    });
    this.dialog.append(
      element('header', { class: 'panel-head' }, element('h2', { id: 'supply-title', 'data-text': 'supply.title' }),
        element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      element('div', { class: 'filter-row supply-bar' }, ...this.views, this.text,
        element('label', { class: 'check' }, this.urgent, element('span', { 'data-text': 'supply.urgent-only' }))),
      element('p', { id: 'supply-stale', class: 'note', role: 'status', 'data-text': 'supply.stale', hidden: true }),
      this.content);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.#count();
    if (!this.dialog.open) return;
    byId('supply-stale').hidden = this.room.desk.connection.state === 'live';
    const changed = dirt.full || ['request', 'truck', 'depot', ...(this.view === 'aids' ? ['shelter'] : [])].some((kind) => dirt.kinds.has(kind));
    if (changed || ['language', 'theme', 'session', 'supply-move', 'shelter-rules', 'connection'].some((thing) => dirt.things.has(thing))) this.#draw();
  }

  /** Calls for help of every shelter that nobody is on the way for. */
  #calls() {
    return allAids(this.room.desk.picture.all('shelter')).filter(unanswered).length;
  }

  #count() {
    const calls = this.#calls();
    const button = byId('supply-open');
    setAttribute(button, 'data-calls', this.room.desk.known ? calls : '');
    setText(button, calls > 0 ? t('supply.open-calls', { count: calls }) : t('supply.open'));
    const view = this.views.find((one) => one.dataset.supplyView === 'aids');
    if (view) setText(view, calls > 0 ? t('supply.view-aids-count', { count: calls }) : t('supply.view-aids'));
  }

  /** @param {string} view */
  #look(view) {
    this.view = view;
    this.#draw();
  }

  #draw() {
    for (const button of this.views) setAttribute(button, 'aria-pressed', String(button.dataset.supplyView === this.view));
    const held = /** @type {HTMLElement | null} */ (this.content.contains(document.activeElement) ? document.activeElement : null);
    const key = held?.dataset.key;
    const scrolled = this.content.firstElementChild?.scrollLeft ?? 0;
    const down = this.dialog.scrollTop;
    this.content.replaceChildren(this.#view());
    if (this.content.firstElementChild) this.content.firstElementChild.scrollLeft = scrolled;
    this.dialog.scrollTop = down;
    if (key) /** @type {HTMLElement | null} */ (this.content.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({ preventScroll: true });
  }

  #view() {
    if (!this.room.desk.known) return element('p', { class: 'empty' }, t('list.none-known'));
    if (this.view === 'aids') return aidBoard(this.room, this.answers, (id) => this.#show(id), this.words);
    if (this.view === 'trucks') return truckTable(this.room);
    if (this.view === 'depots') return depotTable(this.room);
    const found = columns(this.#lines());
    return this.view === 'table' ? this.#table([...found.values()].flat()) : this.#columns(found);
  }

  #lines() {
    return this.room.desk.picture.all('request').filter((line) => {
      if (this.urgentOnly && line.urgent !== true) return false;
      if (!this.words) return true;
      return [line.shelter_name, line.item_name, line.item_name_en, line.reason, line.truck].some((word) => String(word ?? '').toLowerCase().includes(this.words));
    });
  }

  /** @param {Map<string, any[]>} found */
  #columns(found) {
    const shown = [...found].filter(([state, lines]) => !ENDS.includes(state) || lines.length > 0);
    return element('div', { class: 'supply-columns', tabindex: '0', role: 'region', 'aria-label': t('supply.title') }, ...shown.map(([state, lines]) => {
      const listed = this.whole.has(state) ? lines : lines.slice(0, LISTED);
      return element('section', { class: 'supply-column', 'data-state': state, 'data-count': lines.length, 'aria-label': tOr(`supply.state-${state}`, state) },
        element('h3', {}, tOr(`supply.state-${state}`, state), ' ', element('b', {}, String(lines.length))),
        element('ul', {}, ...listed.map((line) => this.#card(line))),
        lines.length > listed.length ? element('button', {
          type: 'button', class: 'wide', 'data-key': `more-${state}`, onclick: () => {
            this.whole.add(state);
            this.#draw();
          },
        }, t('list.more', { count: lines.length - listed.length })) : null);
    }));
  }

  /** @param {any} line */
  #card(line) {
    const now = this.room.desk.now();
    const { overdue, neededMs, restMs, last } = lineStanding(line, now);
    const carried = [line.depot ? this.#depot(line.depot) : '', line.truck ? t('supply.by-truck', { truck: line.truck }) : ''].filter(Boolean).join(' → ');
    return element('li', { class: 'supply-card', 'data-line': line.id, 'data-urgent': line.urgent === true },
      element('p', { class: 'supply-what' },
        line.urgent === true ? element('span', { class: 'mark mark-urgent' }, t('supply.urgent')) : '',
        overdue ? element('span', { class: 'mark mark-overdue' }, t('supply.overdue')) : '',
        element('b', {}, `${this.#item(line)} ${amountText(line.amount)} ${this.room.words.unit(line.item, line.unit)}`)),
      element('button', { type: 'button', class: 'supply-where', lang: 'ja', 'data-key': `show-${line.id}`, onclick: () => this.#show(line.shelter) }, line.shelter_name ?? line.shelter),
      Number.isFinite(neededMs) ? element('p', {}, t('supply.needed', { time: momentText(neededMs, now) })) : null,
      line.reason ? japanese(line.reason, 'panel-place') : null,
      line.allergens_free?.length > 0 ? element('p', {}, t('supply.allergens', { list: line.allergens_free.join(t('forecast.comma')) })) : null,
      carried ? element('p', { class: 'panel-place' }, carried) : null,
      element('p', { class: 'supply-who' },
        Number.isFinite(restMs) ? t('supply.since', { age: ageText(Math.max(restMs, 0)) }) : '',
        last ? element('span', { lang: 'ja' }, ` ${last.actor ?? ''} ${momentText(Date.parse(last.at ?? ''), now)}`) : '', ' ', ...flagMarks(line.flags)),
      moveButtons(this.room, this.move, line));
  }

  /** @param {any[]} lines */
  #table(lines) {
    if (lines.length === 0) return element('p', { class: 'empty' }, t('supply.none'));
    const now = this.room.desk.now();
    return tableOf(t('supply.title'), ['supply.state', 'shelter.item', 'supply.amount', 'supply.shelter', 'supply.needed-head', 'supply.who', 'supply.move'], lines.map((line) => {
      const { overdue, neededMs, last } = lineStanding(line, now);
      return [
        element('span', { 'data-line': line.id, 'data-state': line.state }, tOr(`supply.state-${line.state}`, line.state), ' ', ...flagMarks(line.flags)),
        element('span', {}, line.urgent === true ? element('span', { class: 'mark mark-urgent' }, t('supply.urgent')) : '', ' ', this.#item(line)),
        `${amountText(line.amount)} ${this.room.words.unit(line.item, line.unit)}`, japanese(line.shelter_name ?? line.shelter),
        element('span', {}, Number.isFinite(neededMs) ? momentText(neededMs, now) : '—', ' ', overdue ? element('span', { class: 'mark mark-overdue' }, t('supply.overdue')) : ''),
        japanese(last ? `${last.actor ?? ''} ${momentText(Date.parse(last.at ?? ''), now)}` : '—'),
        moveButtons(this.room, this.move, line) ?? '',
      ];
    }));
  }

  /** @param {any} line */
  #item(line) {
    return this.room.words.loaded ? this.room.words.item(line.item) : line.item_name ?? line.item;
  }

  /** @param {string} id */
  #depot(id) {
    return this.room.desk.picture.get('depot', id)?.name ?? id;
  }

  /** @param {string} id */
  #show(id) {
    this.dialog.close();
    this.room.desk.orderBy('shelter');
    this.room.show(id);
  }
}
