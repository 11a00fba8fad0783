// @ts-check
/** A comparison: both pictures under a slider that keys move, and the tiles to be checked with both crops. */

import { element, setText } from './element.js';
import { t } from './language.js';
import { get, post } from './server.js';
import { refusalText } from './wording.js';

/** Room around a tile in its crops, in its own size. */
const AROUND = 0.5;
const CROP_PX = 200;

export class PhotoCompare {
  /** @param {import('./photo-room.js').PhotoRoom} room */
  constructor(room) {
    this.room = room;
    /** Id of what had the keys before the panel was drawn anew. @type {string | null} */ this.refocus = null;
    /** How far the slider stands [%]; it stays where it was when a verdict is drawn. */ this.at = 50;
  }

  /** @param {any} photo the later one @param {any} pair @returns {HTMLElement} filled when the server has answered */
  draw(photo, pair) {
    const root = element('section', { class: 'photo-compare', 'aria-label': t('photo.compare') });
    if (!pair.made) return root;
    if (pair.reason !== null) {
      root.append(element('p', { class: 'camera-warn' }, t('photo.not-comparable', { reason: t(`photo.reason-${pair.reason}`) })));
      return root;
    }
    void this.#fill(root, photo, pair);
    return root;
  }

  /** @param {HTMLElement} root @param {any} photo @param {any} pair */
  async #fill(root, photo, pair) {
    try {
      const told = await get(`/api/photos/pairs/${pair.id}/result`);
      const [before, after] = await Promise.all([told.aligned, photo.picture].map(loaded));
      root.append(
        this.#slider(photo, told, before, after),
        element('p', { class: 'part-note' }, t('photo.note')),
        told.tiles.length === 0 ? element('p', {}, t('photo.no-difference')) : this.#tiles(told, before, after),
        element('p', { class: 'part-note' }, t('photo.measured', { inliers: told.inliers, correlation: told.correlation.toFixed(2), overlap: Math.round(told.overlap * 100), compared: told.compared, differing: told.differing })));
      // What is drawn anew gives the keys back to where they were.
      if (this.refocus !== null && root.isConnected && !root.contains(document.activeElement)) document.getElementById(this.refocus)?.focus();
      this.refocus = null;
    } catch (error) {
      root.append(element('p', { class: 'camera-warn' }, t('photo.no-result', { reason: /** @type {any} */ (error).detail || refusalText(/** @type {any} */ (error)) })));
    }
  }

  /** @param {any} photo @param {any} told @param {HTMLImageElement} before @param {HTMLImageElement} after */
  #slider(photo, told, before, after) {
    const stage = element('div', { class: 'photo-stage' });
    for (const [image, key] of /** @type {[HTMLImageElement, string][]} */ ([[after, 'photo.after'], [before, 'photo.before']])) image.alt = t(key);
    after.className = 'photo-after';
    before.className = 'photo-before';
    const boxes = told.tiles.map((/** @type {any} */ tile, /** @type {number} */ number) => {
      const box = element('span', { class: 'photo-box', 'data-verdict': tile.said?.verdict ?? 'open', 'aria-hidden': 'true' }, String(number + 1));
      for (const [name, value] of [['left', tile.x], ['top', tile.y], ['width', tile.width], ['height', tile.height]]) box.style.setProperty(String(name), `${value * 100}%`);
      return box;
    });
    const range = /** @type {HTMLInputElement} */ (element('input', { type: 'range', id: 'photo-slider', min: 0, max: 100, step: 1, value: this.at, 'aria-label': t('photo.slider') }));
    const move = () => {
      this.at = Number(range.value);
      stage.style.setProperty('--at', `${this.at}%`);
      range.setAttribute('aria-valuetext', t('photo.slider-value', { before: this.at }));
    };
    range.addEventListener('input', move);
    move();
    stage.append(after, before, ...boxes);
    return element('div', {}, stage, element('div', { class: 'photo-ends' }, element('span', {}, t('photo.before')), range, element('span', {}, t('photo.after'))));
  }

  /** @param {any} told @param {HTMLImageElement} before @param {HTMLImageElement} after */
  #tiles(told, before, after) {
    return element('ol', { class: 'photo-tiles', 'aria-label': t('photo.tiles') }, ...told.tiles.map((/** @type {any} */ tile, /** @type {number} */ number) => {
      const verdict = tile.said?.verdict ?? 'open';
      const said = element('span', { role: 'status' });
      const say = (/** @type {string} */ word) => this.#say(told.id, number, word, said);
      const words = tile.said ? t('photo.said-by', { author: tile.said.author }) : '';
      return element('li', { 'data-verdict': verdict },
        element('div', { class: 'photo-crops' }, crop(before, tile, t('photo.crop-before', { number: number + 1 })), crop(after, tile, t('photo.crop-after', { number: number + 1 }))),
        element('p', {}, element('b', {}, `${number + 1} ${t(`photo.verdict-${verdict}`)}`), ` ${t(`photo.by-${tile.by}`)} ${words}`),
        this.room.judges ? element('div', { class: 'camera-actions' },
          ...['confirmed', 'dismissed'].map((word) => element('button', { type: 'button', class: 'quiet', id: `photo-${word}-${number}`, 'aria-pressed': String(verdict === word), onclick: () => say(word) }, t(`photo.say-${word}`)))) : null,
        said);
    }));
  }

  /** @param {number} pair @param {number} tile @param {string} verdict @param {HTMLElement} said */
  async #say(pair, tile, verdict, said) {
    try {
      await post(`/api/photos/pairs/${pair}/tiles/${tile}`, { verdict });
    } catch (error) {
      setText(said, /** @type {any} */ (error).detail || refusalText(/** @type {any} */ (error)));
    }
  }
}

/** @param {string} address @returns {Promise<HTMLImageElement>} */
async function loaded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/** @param {HTMLImageElement} image @param {any} tile @param {string} label */
function crop(image, tile, label) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { role: 'img', 'aria-label': label, width: CROP_PX, height: CROP_PX }));
  const width = tile.width * (1 + 2 * AROUND) * image.naturalWidth;
  const height = tile.height * (1 + 2 * AROUND) * image.naturalHeight;
  const left = (tile.x - tile.width * AROUND) * image.naturalWidth;
  const top = (tile.y - tile.height * AROUND) * image.naturalHeight;
  canvas.getContext('2d')?.drawImage(image, left, top, width, height, 0, 0, CROP_PX, CROP_PX);
  return canvas;
}
