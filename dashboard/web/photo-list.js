// @ts-check
/** The list of photographs, those with something to be checked first; the map's equal for keys and screen readers. */

import { byId, element, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { pairsText, placeText, takenText } from './photo-words.js';

export class PhotoList {
  /** @param {import('./photo-room.js').PhotoRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const seen = room.desk.order === 'photo';
    byId('photo-scroll').hidden = !seen;
    byId('photo-bar').hidden = !seen;
    if (!seen) return;
    byId('filters').hidden = true;
    byId('filter-clear').hidden = true;
    setText(byId('list-shown'), room.desk.known ? t('photo.shown', { shown: room.photos.length }) : '');
    const none = byId('photo-none');
    none.hidden = room.photos.length > 0;
    setText(none, t(room.desk.known ? 'photo.none' : 'photo.none-known'));
    const rows = room.photos.map((photo) => ({
      id: String(photo.id), image: photo.thumbnail, title: photo.note || t('photo.untitled', { id: photo.id }), taken: takenText(photo),
      place: placeText(photo), unplaced: photo.place_source === null, pairs: pairsText(photo),
      open: photo.pairs.some((/** @type {any} */ pair) => pair.open > 0), author: photo.author ?? '',
    }));
    const key = JSON.stringify(rows);
    if (key === this.drawn && !dirt.things.has('language')) return;
    this.drawn = key;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.photo;
    byId('photo-rows').replaceChildren(...rows.map((row) => this.#row(row)));
    if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-photo="${CSS.escape(focused)}"]`))?.focus();
  }

  focus() {
    /** @type {HTMLElement | null} */ (document.querySelector('#photo-rows button') ?? byId('photo-file'))?.focus();
  }

  /** @param {any} row */
  #row(row) {
    const button = element('button', { type: 'button', class: 'camera-open', 'data-photo': row.id, onclick: () => this.room.select(row.id) },
      element('img', { src: row.image, alt: '', loading: 'lazy', width: 96, height: 72 }),
      element('span', { class: 'camera-words' },
        element('b', {}, row.title),
        element('span', {}, [row.taken, row.author].filter(Boolean).join('　')),
        element('span', { class: row.unplaced ? 'camera-warn' : '' }, row.place),
        element('span', { class: row.open ? 'camera-warn' : '' }, row.pairs)));
    setAttribute(button, 'aria-haspopup', 'dialog');
    return element('li', {}, button);
  }
}
