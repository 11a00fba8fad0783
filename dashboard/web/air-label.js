// @ts-check
/** The words beside the signs of vehicles: pictures made once, and placed where they cover no other. */

import { theme } from './theme.js';

const FAMILY = '"Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const FIRST = `700 13px ${FAMILY}`;
const SECOND = `600 12px ${FAMILY}`;
const LINE = 15;
const MARGIN = 3;
/** Ages change for days; what was written an hour ago need not be kept. */
const MOST_KEPT = 1500;

/** @typedef {{picture: HTMLCanvasElement, width: number, height: number}} Label css px */

/** @type {Map<string, Label>} */
const kept = new Map();

/** @param {[string, string]} lines @param {string} ink @param {string} halo @param {number} ratio device px in a css px @returns {Label} */
export function airLabel([first, second], ink, halo, ratio) {
  const key = `${first}\n${second}\n${theme()}\n${ratio}\n${ink}`;
  const known = kept.get(key);
  if (known) return known;
  const picture = document.createElement('canvas');
  const pen = /** @type {CanvasRenderingContext2D} */ (picture.getContext('2d'));
  const widths = [[FIRST, first], [SECOND, second]].map(([font, text]) => {
    pen.font = font;
    return pen.measureText(text).width;
  });
  const width = Math.ceil(Math.max(...widths)) + 2 * MARGIN;
  const height = (second ? 2 : 1) * LINE + 2 * MARGIN;
  picture.width = Math.ceil(width * ratio);
  picture.height = Math.ceil(height * ratio);
  pen.scale(ratio, ratio);
  pen.lineJoin = 'round';
  pen.textBaseline = 'middle';
  pen.textAlign = 'center';
  pen.lineWidth = 4;
  pen.strokeStyle = halo;
  pen.fillStyle = ink;
  for (const [row, font, text] of /** @type {[number, string, string][]} */ ([[0, FIRST, first], [1, SECOND, second]])) {
    pen.font = font;
    const y = MARGIN + LINE * (row + 0.5);
    pen.strokeText(text, width / 2, y);
    pen.fillText(text, width / 2, y);
  }
  if (kept.size > MOST_KEPT) kept.clear();
  const made = { picture, width, height };
  kept.set(key, made);
  return made;
}

/** Places tried for a label, from the sign's middle: below, right, left, above. @type {[number, number][]} */
const PLACES = [[0, 1], [1, 0], [-1, 0], [0, -1]];

/** Room on the map: the boxes that are taken. */
export class LabelRoom {
  /** @type {[number, number, number, number][]} */ taken = [];

  /** @param {number} x @param {number} y @param {number} reach half of the sign's side */
  sign(x, y, reach) {
    this.taken.push([x - reach, y - reach, x + reach, y + reach]);
  }

  /**
   * Where a label finds room beside a sign; where it stood before is tried first, so that it does not hop.
   * @param {number} x of the sign @param {number} y @param {number} reach @param {Label} label @param {number} before index of the place it stood at
   * @param {boolean} must whether it is shown even where it covers another
   * @returns {{x: number, y: number, place: number} | null} its upper left corner
   */
  place(x, y, reach, { width, height }, before, must) {
    for (let i = 0; i < PLACES.length; i += 1) {
      const place = (before + i) % PLACES.length;
      const [dx, dy] = PLACES[place];
      const left = x + dx * (reach + width / 2) - width / 2;
      const top = y + dy * (reach + height / 2) - height / 2;
      const box = /** @type {[number, number, number, number]} */ ([left, top, left + width, top + height]);
      if (this.taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      this.taken.push(box);
      return { x: left, y: top, place };
    }
    if (!must) return null;
    return { x: x - width / 2, y: y + reach, place: 0 };
  }
}
