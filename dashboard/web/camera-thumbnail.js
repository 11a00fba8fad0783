// @ts-check
/** A camera's newest picture as it lies on the map from near by: small, its water line drawn in, its age below. */

import { drawWaterline } from './camera-picture.js';
import { mapPalette } from './palette.js';

/** Size of the picture and the line of words below it [css px]. */
const WIDTH = 168;
const WORDS = 20;
const SHARPNESS = 2;
const FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
/** Pictures that are kept; those that were not drawn for the longest time go. */
const MOST_KEPT = 40;

/** @typedef {{address: string, width_px: number, height_px: number, waterline: [number, number][], words: string, warned: boolean}} Shot */

export class CameraThumbnails {
  /** Pictures by address, null while they are being read. @type {Map<string, HTMLImageElement | null>} */
  #images = new Map();

  /** @param {() => void} ready told when a picture has come */
  constructor(ready) {
    this.ready = ready;
  }

  /** The picture as it is drawn, null while it is not here. @param {Shot} shot @returns {HTMLCanvasElement | null} */
  canvas(shot) {
    const image = this.#image(shot.address);
    if (image === null) return null;
    const height = Math.round((WIDTH * shot.height_px) / shot.width_px);
    const palette = mapPalette();
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH * SHARPNESS;
    canvas.height = (height + WORDS) * SHARPNESS;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    pen.scale(SHARPNESS, SHARPNESS);
    pen.fillStyle = palette.halo;
    pen.fillRect(0, 0, WIDTH, height + WORDS);
    pen.drawImage(image, 0, 0, WIDTH, height);
    const scale = WIDTH / shot.width_px;
    drawWaterline(pen, shot.waterline.map(([x, y]) => [x * scale, y * scale]), WIDTH);
    if (shot.warned) veil(pen, height, palette.halo);
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.setLineDash(shot.warned ? [5, 4] : []);
    pen.strokeRect(1, 1, WIDTH - 2, height + WORDS - 2);
    pen.fillStyle = palette.ink;
    pen.font = FONT;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(shot.words, WIDTH / 2, height + WORDS / 2, WIDTH - 8);
    return canvas;
  }

  /** @param {string} address @returns {HTMLImageElement | null} */
  #image(address) {
    const known = this.#images.get(address);
    if (known !== undefined) {
      this.#images.delete(address);
      this.#images.set(address, known);
      return known;
    }
    this.#images.set(address, null);
    for (const [old] of this.#images) {
      if (this.#images.size <= MOST_KEPT) break;
      this.#images.delete(old);
    }
    this.#read(address);
    return null;
  }

  /** @param {string} address */
  async #read(address) {
    const image = new Image();
    image.src = address;
    try {
      await image.decode();
    } catch {
      // Asked for again when it is drawn again; the sign with its words stands there meanwhile.
      this.#images.delete(address);
      return;
    }
    this.#images.set(address, image);
    this.ready();
  }
}

/** What is old must not look like now. @param {CanvasRenderingContext2D} pen @param {number} height @param {string} colour */
function veil(pen, height, colour) {
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, WIDTH, height);
  pen.clip();
  pen.globalAlpha = 0.55;
  pen.strokeStyle = colour;
  pen.lineWidth = 3;
  pen.beginPath();
  for (let x = -height; x < WIDTH; x += 12) {
    pen.moveTo(x, height);
    pen.lineTo(x + height, 0);
  }
  pen.stroke();
  pen.restore();
}
