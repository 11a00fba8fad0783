// @ts-check
/** Which two come near each other: shared awareness (参考情報), in words that nobody can take for collision avoidance. */

import { distanceText } from './air-words.js';
import { element, japanese } from './element.js';
import { language, t } from './language.js';
import { ageText } from './wording.js';

export class AirNear {
  name = 'near';

  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
    this.list = element('ul', { class: 'air-pairs', 'data-label': 'air.near' });
    this.none = element('p', { class: 'empty' });
    this.note = element('p', { class: 'air-note' });
    this.root = element('section', { 'data-label': 'air.near' }, this.note, this.list, this.none);
  }

  title() {
    return t('air.part-near');
  }

  count() {
    return this.room.watched() ? this.room.pairs.length : null;
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const now = room.desk.now();
    const rows = room.pairs.map((pair) => ({
      id: String(pair.id), vehicles: pair.vehicles.map(String), names: pair.vehicles.map((/** @type {string} */ id) => room.nameOf(id)), words: nearWords(pair, now),
    }));
    const key = `${language()}|${room.desk.known}|${room.watched()}|${JSON.stringify(rows)}`;
    if (key === this.drawn && !dirt.full) return;
    this.drawn = key;
    this.note.replaceChildren(element('b', { class: 'mark mark-air-reference' }, t('air.reference')), ' ', t('air.near-note'));
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.pair;
    this.list.replaceChildren(...rows.map((row) => this.#row(row)));
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-pair="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
    this.none.hidden = rows.length > 0;
    this.none.textContent = t(!room.desk.known ? 'list.none-known' : room.watched() ? 'air.near-none' : 'air.near-unwatched');
  }

  /** @param {{id: string, vehicles: string[], names: string[], words: string[]}} row */
  #row({ id, vehicles, names, words }) {
    return element('li', {}, element('button', { type: 'button', class: 'air-pair', 'data-pair': id, onclick: () => this.#show(vehicles) },
      element('span', { class: 'air-pair-names' }, japanese(names[0]), ' ↔ ', japanese(names[1])),
      ...words.map((text) => element('span', { class: 'air-pair-words' }, text))));
  }

  /** @param {string[]} vehicles */
  #show([first]) {
    this.room.select(first);
    this.room.show(first);
  }
}

/** @param {any} pair @param {number} nowMs @returns {string[]} when, how near, what is not known */
export function nearWords(pair, nowMs) {
  const entry = Date.parse(pair.entry_at) - nowMs;
  const closest = Date.parse(pair.closest_at) - nowMs;
  return [
    entry > 0 ? t('air.near-in', { time: ageText(entry) }) : t('air.near-now', { time: ageText(nowMs - Date.parse(pair.since)) }),
    t('air.near-closest', { time: closest > 0 ? t('air.near-after', { time: ageText(closest) }) : t('air.near-past'), apart: distanceText(pair.horizontal_m) }),
    pair.horizontal_only || !Number.isFinite(pair.vertical_m) ? t('air.near-flat') : t('air.near-vertical', { apart: distanceText(pair.vertical_m) }),
  ];
}
