// @ts-check
/** The map's side of photographs from the field: which there are, which is looked at, how one is brought. */

import { byId, setText } from './element.js';
import { t } from './language.js';
import { PhotoLayer } from './photo-layer.js';
import { PhotoList } from './photo-list.js';
import { PhotoPanel } from './photo-panel.js';
import { byNeed } from './photo-words.js';
import { postFile } from './server.js';
import { refusalText } from './wording.js';

/** Who may pin photographs and say what a difference is (dashboard/api/photos.py). */
const OFFICERS = ['duty_officer', 'approver', 'field', 'administrator'];

export class PhotoRoom {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./map-view.js').MapView} map
   */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    /** @type {string | null} */ this.selected = null;
    /** @type {any[]} */ this.photos = [];
    this.layer = new PhotoLayer(this);
    this.list = new PhotoList(this);
    this.panel = new PhotoPanel(this);
    map.addPhotos(this.layer);
    const choice = /** @type {HTMLInputElement} */ (byId('photo-file'));
    choice.addEventListener('change', () => this.#bring(choice));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.full || dirt.kinds.has('photo')) this.photos = this.desk.picture.all('photo').sort(byNeed);
    for (const part of [this.layer, this.list, this.panel]) part.render(dirt);
  }

  /** @returns {any} */
  get chosen() {
    return this.photos.find((photo) => String(photo.id) === this.selected) ?? null;
  }

  /** Whether this officer may say what he sees. */
  get judges() {
    return (this.desk.session?.roles ?? []).some((/** @type {string} */ role) => OFFICERS.includes(role));
  }

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    this.desk.touch('photo-selection');
  }

  /** @param {any} photo */
  show(photo) {
    this.select(null);
    document.body.dataset.view = 'map';
    this.desk.touch('view');
    this.map.centre(photo.lon, photo.lat, 16);
  }

  /** Send the files that were chosen, one after another, and say what became of them. @param {HTMLInputElement} choice */
  async #bring(choice) {
    const files = [...(choice.files ?? [])];
    const said = byId('photo-said');
    let done = 0;
    const refused = [];
    for (const file of files) {
      setText(said, t('photo.sending', { done, all: files.length }));
      try {
        await postFile('/api/photos', file, file.type || 'application/octet-stream');
        done += 1;
      } catch (error) {
        const words = /** @type {any} */ (error).detail || refusalText(/** @type {any} */ (error));
        refused.push(t('photo.refused', { name: file.name, reason: words }));
      }
    }
    choice.value = '';
    setText(said, [t('photo.sent', { count: done }), ...refused].join('　'));
  }
}
