// @ts-check
/** The airspaces, those in force first: from where to where, from when to when, who is inside. */

import { spaceOrder, spacePhase } from './air-space-standing.js';
import { heightsText, spaceKindText, timesText } from './air-space-words.js';
import { AirSpaceForm } from './air-space-form.js';
import { element, japanese, setText } from './element.js';
import { language, t } from './language.js';

export class AirSpaceList {
  name = 'space';

  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
    this.list = element('ul', { class: 'air-spaces', 'data-label': 'air.part-space' });
    this.none = element('p', { class: 'empty' });
    this.form = new AirSpaceForm(room);
    this.add = element('button', { type: 'button', class: 'quiet', id: 'air-space-add', hidden: true, onclick: () => this.form.open(null) });
    this.root = element('section', { 'data-label': 'air.part-space' }, element('div', { class: 'air-space-tools' }, this.add), this.list, this.none);
  }

  title() {
    return t('air.part-space');
  }

  count() {
    return this.room.desk.picture.all('airspace').length;
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
  }

  render() {
    const { room } = this;
    this.add.hidden = !this.form.allowed;
    setText(this.add, t('air.form-title'));
    const now = room.desk.now();
    const spaces = room.desk.picture.all('airspace').sort(spaceOrder(now));
    const rows = spaces.map((space) => ({
      id: String(space.id), kind: space.kind, name: space.name, phase: spacePhase(space, now), source: space.source,
      words: [heightsText(space), timesText(space, now)],
      present: space.present.map((/** @type {any} */ one) => ({
        vehicle: String(one.vehicle), name: room.nameOf(String(one.vehicle)), notes: [one.exempt ? t('air.space-exempt') : '', one.horizontal_only ? t('air.space-flat') : ''].filter(Boolean).join('・'),
      })),
    }));
    const key = `${language()}|${this.form.allowed}|${room.desk.known}|${JSON.stringify(rows)}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    this.list.replaceChildren(...rows.map((row) => this.#row(row)));
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-key="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
    this.none.hidden = rows.length > 0;
    this.none.textContent = t(room.desk.known ? 'air.space-none' : 'list.none-known');
  }

  /** @param {any} row */
  #row(row) {
    return element('li', { 'data-space': row.id, 'data-kind': row.kind, 'data-phase': row.phase },
      element('button', { type: 'button', class: 'air-space-open', 'data-key': `space-${row.id}`, onclick: () => this.#show(row.id) },
        element('b', { class: `air-space-kind air-space-${row.kind}` }, spaceKindText(row.kind)), ' ', japanese(row.name), ' ',
        element('span', { class: 'part-note' }, t(`air.space-phase-${row.phase}`))),
      ...row.words.map((/** @type {string} */ text) => element('p', { class: 'air-space-words' }, text)),
      element('p', { class: 'part-note' }, t('air.space-source'), ' ', japanese(row.source)),
      this.form.allowed ? element('button', { type: 'button', class: 'quiet', 'data-key': `edit-${row.id}`, onclick: () => this.form.open(row.id) }, t('air.form-edit')) : null,
      row.present.length > 0 ? element('p', { class: 'air-space-inside' }, t('air.space-inside', { count: row.present.length })) : null,
      row.present.length > 0 ? element('ul', {}, ...row.present.map((/** @type {any} */ one) => element('li', {},
        element('button', { type: 'button', class: 'quiet', lang: 'ja', 'data-key': `in-${row.id}-${one.vehicle}`, onclick: () => this.room.select(one.vehicle) }, one.name),
        one.notes ? element('span', { class: 'part-note' }, ` ${one.notes}`) : null))) : null);
  }

  /** @param {string} id */
  #show(id) {
    const extent = this.room.spaces.extentOf(id);
    if (extent === null) return;
    document.body.dataset.view = 'map';
    this.room.desk.touch('view');
    this.room.map.showExtent(extent);
  }
}
