// @ts-check
/** One tile of the wall: a thumbnail, whence, how old, where, why it is needed, and why it does not play. */

import { element, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { mapAddress } from './wall-need.js';
import { faultText, OLD_MS, pictureAge, placeText, reasonsText, sourceText } from './wall-words.js';

/** A river camera's picture is old after so many of its intervals. */
const OLD_INTERVALS = 3;

export class WallTile {
  /**
   * @param {string} id
   * @param {{select: (id: string) => void, move: (id: string, step: number) => void}} actions
   */
  constructor(id, actions) {
    this.id = id;
    /** @type {import('./wall-thumbnails.js').Shot | null} */ this.shot = null;
    /** Why no thumbnail came last. @type {string | null} */ this.thumbnailFault = null;
    this.image = /** @type {HTMLImageElement} */ (element('img', { alt: '', hidden: true }));
    // The words below the picture say the same to who does not see it.
    this.empty = element('span', { class: 'tile-empty', 'aria-hidden': 'true' });
    this.open = element('button', { type: 'button', class: 'tile-open', onclick: () => actions.select(id) }, this.image);
    this.name = element('h3', { lang: 'ja' });
    this.mark = element('span', { class: 'tile-synthetic' });
    this.age = element('p', { class: 'tile-age' });
    this.source = element('p', { class: 'tile-source' });
    this.place = element('p', { class: 'tile-place' });
    this.need = element('p', { class: 'tile-need' });
    this.fault = element('p', { class: 'tile-fault' });
    this.map = element('a', { class: 'quiet tile-map' });
    this.before = element('button', { type: 'button', class: 'quiet', onclick: () => actions.move(id, -1) }, '◀');
    this.after = element('button', { type: 'button', class: 'quiet', onclick: () => actions.move(id, 1) }, '▶');
    this.root = element('li', { class: 'tile', 'data-tile': id }, element('div', { class: 'tile-frame' }, this.open, this.empty),
      element('div', { class: 'tile-words' }, element('div', { class: 'tile-name' }, this.name, this.mark), this.need, this.fault, this.age, this.source, this.place),
      element('div', { class: 'tile-tools' }, this.map, this.before, this.after));
  }

  /** Address of the still picture of a river camera, null for a stream. @param {any} camera */
  still(camera) {
    if (camera.frame === null || this.image.dataset.still === camera.frame.thumbnail) return;
    this.image.dataset.still = camera.frame.thumbnail;
    this.show(camera.frame.thumbnail);
  }

  /** @param {string} url */
  show(url) {
    this.image.src = url;
    this.image.hidden = false;
    this.empty.hidden = true;
  }

  /** @param {number} wallMs @param {number} incidentMs @param {import('./wall-need.js').Tile} tile */
  ageMs(tile, wallMs, incidentMs) {
    if (tile.kind === 'camera') return tile.value.frame === null ? NaN : incidentMs - Date.parse(tile.value.frame.observed_at);
    if (this.shot && Number.isFinite(this.shot.observedMs)) return wallMs - this.shot.observedMs;
    return tile.value.newest_at === null ? NaN : wallMs - Date.parse(tile.value.newest_at);
  }

  /**
   * @param {import('./wall-need.js').Tile} tile @param {import('./wall-need.js').Need} need
   * @param {{wallMs: number, incidentMs: number, selected: boolean, keeper: boolean, limits: any}} now
   */
  draw(tile, need, now) {
    const ageMs = this.ageMs(tile, now.wallMs, now.incidentMs);
    const old = !(ageMs <= (tile.kind === 'camera' ? OLD_INTERVALS * tile.value.interval_s * 1000 : OLD_MS));
    const fault = this.faultOf(tile);
    setText(this.name, tile.name);
    setText(this.mark, tile.value.synthetic ? t('wall.synthetic') : '');
    setText(this.need, reasonsText(need.reasons, tile, now.limits));
    setText(this.fault, fault);
    setText(this.age, pictureAge(ageMs));
    setText(this.source, sourceText(tile));
    setText(this.place, placeText(tile));
    setText(this.map, t('wall.map'));
    setText(this.empty, fault || t('wall.no-picture'));
    setAttribute(this.map, 'href', mapAddress(tile));
    setAttribute(this.map, 'aria-label', t('wall.map-of', { name: tile.name }));
    setAttribute(this.open, 'aria-label', t('wall.open', { name: tile.name }));
    setAttribute(this.open, 'aria-pressed', String(now.selected));
    setAttribute(this.before, 'aria-label', t('wall.before', { name: tile.name }));
    setAttribute(this.after, 'aria-label', t('wall.after', { name: tile.name }));
    this.before.hidden = this.after.hidden = !now.keeper;
    for (const node of [this.need, this.fault, this.mark]) node.hidden = node.textContent === '';
    setAttribute(this.root, 'data-rank', need.rank);
    setAttribute(this.root, 'data-old', String(old));
    setAttribute(this.root, 'data-fault', String(fault !== ''));
  }

  /** Why there is nothing of now to see, '' = there is. @param {import('./wall-need.js').Tile} tile */
  faultOf(tile) {
    if (tile.kind === 'camera') return tile.value.frame === null ? t('wall.no-picture') : '';
    if (tile.value.state !== 'playing') return faultText(tile.value.reason);
    return this.thumbnailFault ? t('wall.no-thumbnail', { reason: faultText(this.thumbnailFault) }) : '';
  }
}
