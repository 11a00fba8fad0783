// @ts-check
/** One photograph: the picture, what is known of it and how, its place, and its comparisons. */

import { byId, element, setText } from './element.js';
import { t } from './language.js';
import { PhotoCompare } from './photo-compare.js';
import { heightText, pairText, placeText, takenText } from './photo-words.js';
import { post } from './server.js';
import { refusalText } from './wording.js';

export class PhotoPanel {
  /** @param {import('./photo-room.js').PhotoRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('photo-dialog');
    this.compare = new PhotoCompare(room);
    /** What the dialog was built for. */ this.built = '';
    /** The comparison that is looked at. @type {number | null} */ this.pair = null;
    this.said = element('p', { role: 'status', class: 'part-note' });
    this.dialog.addEventListener('close', () => room.select(null));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const photo = this.room.chosen;
    if (photo === null) {
      this.built = '';
      this.pair = null;
      if (this.dialog.open) this.dialog.close();
      return;
    }
    if (!photo.pairs.some((/** @type {any} */ pair) => pair.id === this.pair)) this.pair = (photo.pairs.find((/** @type {any} */ pair) => pair.open > 0) ?? photo.pairs[0])?.id ?? null;
    const key = `${JSON.stringify(photo)} ${this.pair} ${this.room.judges}`;
    if (key !== this.built || dirt.things.has('language')) {
      const focused = document.activeElement?.id;
      this.built = key;
      this.compare.refocus = this.dialog.open && focused ? focused : null;
      this.#build(photo);
      // What is drawn anew keeps the key's place.
      if (focused && this.dialog.open) document.getElementById(focused)?.focus();
    }
    if (!this.dialog.open) {
      setText(this.said, '');
      this.dialog.showModal();
    }
  }

  /** @param {any} photo */
  #build(photo) {
    const title = photo.note || t('photo.untitled', { id: photo.id });
    const facts = [
      [t('photo.time'), takenText(photo)],
      [t('photo.source'), `${photo.author ?? '—'}（${t(`photo.by-${photo.by}`)}）`],
      [t('photo.place'), placeText(photo)],
      [t('photo.height'), heightText(photo)],
      [t('photo.ground'), t(`photo.ground-${photo.on_ground}`)],
    ];
    const pair = photo.pairs.find((/** @type {any} */ one) => one.id === this.pair) ?? null;
    this.dialog.replaceChildren(
      element('header', { class: 'panel-head' },
        element('h2', { id: 'photo-title' }, title),
        element('button', { type: 'button', class: 'close', 'aria-label': t('photo.close'), onclick: () => this.dialog.close() }, '✕')),
      ...(pair?.made && pair.reason === null ? [] : [element('figure', { class: 'photo-figure' }, element('img', { src: photo.picture, alt: t('photo.picture', { title }), width: photo.width_px, height: photo.height_px }))]),
      element('dl', { class: 'camera-facts' }, ...facts.flatMap(([name, words]) => [element('dt', {}, name), element('dd', {}, words)])),
      this.#actions(photo),
      this.said,
      element('h3', {}, t('photo.compare')),
      this.#pairs(photo),
      pair === null ? '' : this.compare.draw(photo, pair),
    );
  }

  /** @param {any} photo */
  #actions(photo) {
    const placed = Number.isFinite(photo.lon);
    return element('div', { class: 'camera-actions' },
      placed ? element('button', { type: 'button', class: 'quiet', id: 'photo-map', onclick: () => this.room.show(photo) }, t('photo.map')) : null,
      this.room.judges ? element('button', { type: 'button', class: 'quiet', id: 'photo-pin', onclick: () => this.#pin(photo) }, t(placed ? 'photo.pin-again' : 'photo.pin')) : null,
      this.room.judges ? this.#choice(photo) : null);
  }

  /** Earlier photographs that this one may be compared with. @param {any} photo */
  #choice(photo) {
    const known = new Set(photo.pairs.map((/** @type {any} */ pair) => pair.before));
    const earlier = this.room.photos.filter((other) => other.id !== photo.id && !known.has(other.id) && Date.parse(other.taken_at) <= Date.parse(photo.taken_at));
    if (earlier.length === 0) return null;
    const select = element('select', { id: 'photo-before', 'aria-label': t('photo.choose-before') },
      element('option', { value: '' }, t('photo.choose-before')),
      ...earlier.slice(0, 100).map((other) => element('option', { value: other.id }, `${other.note || t('photo.untitled', { id: other.id })} ${takenText(other)}`)));
    select.addEventListener('change', () => {
      const before = Number(/** @type {HTMLSelectElement} */ (select).value);
      if (before > 0) this.#do(() => post('/api/photos/pairs', { before, after: photo.id }), 'photo.asked');
    });
    return select;
  }

  /** @param {any} photo */
  #pairs(photo) {
    if (photo.pairs.length === 0) return element('p', { class: 'part-note' }, t(photo.on_ground === null ? 'photo.comparing' : 'photo.no-pair'));
    return element('ul', { class: 'photo-pairs' }, ...photo.pairs.map((/** @type {any} */ pair) => {
      const before = this.room.photos.find((other) => other.id === pair.before);
      const words = t('photo.with', { before: before ? takenText(before) : t('photo.untitled', { id: pair.before }) });
      return element('li', {}, element('button', {
        type: 'button', class: 'chip', id: `photo-pair-${pair.id}`, 'aria-pressed': String(pair.id === this.pair),
        onclick: () => {
          this.pair = pair.id;
          this.room.desk.touch('photo-selection');
        },
      }, `${words}：${pairText(pair)}`));
    }));
  }

  /** @param {any} photo */
  #pin(photo) {
    const { lon, lat } = this.room.map.view();
    this.#do(() => post(`/api/photos/${photo.id}/place`, { lon, lat }), 'photo.pinned');
  }

  /** @param {() => Promise<any>} act @param {string} done what is said then */
  async #do(act, done) {
    try {
      await act();
      setText(this.said, t(done));
    } catch (error) {
      setText(this.said, /** @type {any} */ (error).detail || refusalText(/** @type {any} */ (error)));
    }
  }
}
