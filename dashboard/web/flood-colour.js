// @ts-check
/** From codes to ranks, colours and edges of a simulated flood. Pure: no canvas, no DOM. */

import { NEVER, UNKNOWN } from './flood-field.js';

/** Rank of ground that nothing is known of; 0 is dry, 1 … n are the classes, lowest first. */
export const UNKNOWN_RANK = 255;

/**
 * Rank of every code of a depth.
 * @param {number[]} limits_m lower limits of the classes, rising
 * @returns {Uint8Array} by code
 */
export function depthRanks(limits_m) {
  const ranks = new Uint8Array(UNKNOWN + 1);
  limits_m.forEach((limit, index) => ranks.fill(index + 1, Math.round(limit * 100)));
  ranks[UNKNOWN] = UNKNOWN_RANK;
  return ranks;
}

/**
 * Rank of every code of an arrival: the first limit it comes before; the last rank has no limit.
 * @param {number[]} limits_min rising, without the last class
 * @returns {Uint8Array} by code; 0 = the water never comes
 */
export function arrivalRanks(limits_min) {
  const ranks = new Uint8Array(UNKNOWN + 1).fill(limits_min.length + 1);
  [...limits_min].reverse().forEach((limit, index) => ranks.fill(limits_min.length - index, 0, limit));
  ranks[NEVER] = 0;
  ranks[UNKNOWN] = UNKNOWN_RANK;
  return ranks;
}

/** @param {Uint16Array} codes @param {Uint8Array} table @returns {Uint8Array} */
export function ranksOf(codes, table) {
  const ranks = new Uint8Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) ranks[at] = table[codes[at]];
  return ranks;
}

/**
 * A colour as canvases hold it.
 * @param {string} hex `#RRGGBB` @param {number} alpha 0 … 1
 * @returns {number[]} red, green, blue, alpha, 0 … 255
 */
export function rgba(hex, alpha) {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255, Math.round(alpha * 255)];
}

/**
 * Paint ranks; dry and unknown ground stay clear.
 * @param {Uint8Array} ranks (rows × columns)
 * @param {number} columns
 * @param {number[][]} colours by rank from 1, red green blue alpha
 * @param {{shore: number[], inner: number[]} | null} edges colour of cells at the edge of the water, and at the edge of a class; null = none
 * @returns {Uint8ClampedArray} pixels
 */
export function paint(ranks, columns, colours, edges) {
  const pixels = new Uint8ClampedArray(ranks.length * 4);
  for (let at = 0; at < ranks.length; at += 1) {
    const rank = ranks[at];
    if (rank === 0 || rank === UNKNOWN_RANK) continue;
    const lowest = edges === null ? rank : lowestBeside(ranks, columns, at);
    const colour = lowest >= rank ? colours[rank - 1] : lowest === 0 ? /** @type {any} */ (edges).shore : /** @type {any} */ (edges).inner;
    pixels.set(colour, at * 4);
  }
  return pixels;
}

/** @param {Uint8Array} ranks @param {number} columns @param {number} at */
function lowestBeside(ranks, columns, at) {
  const column = at % columns;
  // Beyond the grid, and on unknown ground, no edge is known. UNKNOWN_RANK is above every class.
  const left = column > 0 ? ranks[at - 1] : UNKNOWN_RANK;
  const right = column < columns - 1 ? ranks[at + 1] : UNKNOWN_RANK;
  const above = at >= columns ? ranks[at - columns] : UNKNOWN_RANK;
  const below = at + columns < ranks.length ? ranks[at + columns] : UNKNOWN_RANK;
  return Math.min(left, right, above, below);
}

/**
 * Unknown ground as a mask.
 * @param {Uint16Array} codes
 * @returns {Uint8ClampedArray | null} pixels, null when all ground is known
 */
export function unknownMask(codes) {
  if (!codes.includes(UNKNOWN)) return null;
  const pixels = new Uint8ClampedArray(codes.length * 4);
  for (let at = 0; at < codes.length; at += 1) if (codes[at] === UNKNOWN) pixels[at * 4 + 3] = 255;
  return pixels;
}

/**
 * Borders between ranks within a window of the grid, as lines along cell borders, pieces in a row joined.
 * @param {Uint8Array} ranks @param {number} columns
 * @param {{top: number, left: number, bottom: number, right: number}} window first row and column, row and column after the last
 * @returns {{shore: number[], inner: number[]}} x0, y0, x1, y1, … in columns and rows
 */
export function borders(ranks, columns, { top, left, bottom, right }) {
  /** @type {{shore: number[], inner: number[]}} */ const found = { shore: [], inner: [] };
  const rank = (/** @type {number} */ row, /** @type {number} */ column) => ranks[row * columns + column];
  for (let row = top + 1; row < bottom; row += 1) {
    runs(left, right, (column) => kind(rank(row - 1, column), rank(row, column)), (name, from, to) => found[name].push(from, row, to, row));
  }
  for (let column = left + 1; column < right; column += 1) {
    runs(top, bottom, (row) => kind(rank(row, column - 1), rank(row, column)), (name, from, to) => found[name].push(column, from, column, to));
  }
  return found;
}

/** @param {number} one @param {number} other @returns {'' | 'shore' | 'inner'} */
function kind(one, other) {
  if (one === other || one === UNKNOWN_RANK || other === UNKNOWN_RANK) return '';
  return one === 0 || other === 0 ? 'shore' : 'inner';
}

/**
 * @param {number} begin @param {number} end
 * @param {(at: number) => '' | 'shore' | 'inner'} kindAt
 * @param {(kind: 'shore' | 'inner', from: number, to: number) => void} take
 */
function runs(begin, end, kindAt, take) {
  let from = begin;
  let held = /** @type {'' | 'shore' | 'inner'} */ ('');
  for (let at = begin; at <= end; at += 1) {
    const here = at < end ? kindAt(at) : '';
    if (here === held) continue;
    if (held !== '') take(held, from, at);
    held = here;
    from = at;
  }
}
