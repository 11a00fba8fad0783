// @ts-check
/**
 * Signs of shelters, depots and trucks. How full a house is drawn is how full it is; the silent wear a badge of their
 * own shape with a letter: colour says nothing that shape and word do not say.
 */

import { element } from './element.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';

const SIZE = 60;
/** Share of the house that is filled. */
const FILL = { free: 0.15, some: 0.45, crowded: 0.75, full: 1, unknown: 0 };
const COLOUR = { free: '#2f9e6b', some: '#d9a400', crowded: '#e0701a', full: '#b3201c', unknown: '#7d8894' };
/** Badges of silence and of need. */
const BADGE = { aid: '#d4001a', isolated: '#b0006d', lost: '#101418', late: '#5b6672', cover: '#b3201c', full: '#b3201c', power: '#101418' };

/** @typedef {{congestion: string, badge: string, closed: boolean}} ShelterLook */

/** @param {import('./shelter-standing.js').ShelterStanding} standing @returns {ShelterLook} */
export function shelterLook(standing) {
  return {
    congestion: standing.congestion in FILL ? standing.congestion : 'unknown',
    badge: standing.need in BADGE ? standing.need : '',
    closed: standing.closed,
  };
}

/** @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/** @param {ShelterLook} look @returns {HTMLCanvasElement} drawn at twice its size of 30 css px */
export function shelterCanvas(look) {
  const palette = mapPalette();
  const letter = look.badge ? t(`shelter.sign-${look.badge}`) : '';
  const key = `${look.congestion}|${look.badge}|${letter}|${look.closed}|${palette.outline}`;
  const known = drawn.get(key);
  if (known) return known;
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { width: SIZE, height: SIZE }));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.lineJoin = 'round';
  house(pen);
  pen.fillStyle = palette.light ? '#ffffff' : '#1c2733';
  pen.fill();
  fill(pen, look);
  house(pen);
  pen.setLineDash(look.congestion === 'unknown' ? [6, 4] : []);
  pen.strokeStyle = palette.outline;
  pen.lineWidth = 3;
  pen.stroke();
  pen.setLineDash([]);
  if (look.closed) crossed(pen, palette.outline);
  else if (look.congestion === 'unknown') middle(pen, '?', palette.ink);
  if (letter) badge(pen, look.badge, letter);
  drawn.set(key, canvas);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {ShelterLook} look */
export function paintShelter(canvas, look) {
  const from = shelterCanvas(look);
  const key = `${look.congestion}|${look.badge}|${look.closed}|${mapPalette().outline}|${document.documentElement.lang}`;
  if (canvas.dataset.look === key) return;
  canvas.dataset.look = key;
  canvas.width = SIZE;
  canvas.height = SIZE;
  canvas.style.width = '30px';
  canvas.style.height = '30px';
  canvas.getContext('2d')?.drawImage(from, 0, 0);
}

/** A sign of its own, for the legend. @param {ShelterLook} look @returns {HTMLCanvasElement} */
export function shelterSign(look) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'symbol', 'aria-hidden': 'true' }));
  paintShelter(canvas, look);
  return canvas;
}

/** @param {'depot' | 'truck' | 'disruption'} kind @param {string} letter @returns {HTMLCanvasElement} */
export function signCanvas(kind, letter) {
  const palette = mapPalette();
  const key = `${kind}|${letter}|${palette.outline}`;
  const known = drawn.get(key);
  if (known) return known;
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { width: 48, height: 48 }));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.lineJoin = 'round';
  pen.beginPath();
  if (kind === 'depot') pen.rect(5, 5, 38, 38);
  else if (kind === 'truck') pen.roundRect(2, 10, 44, 28, 14);
  else for (const [x, y] of [[24, 3], [45, 42], [3, 42]]) pen.lineTo(x, y);
  pen.closePath();
  pen.fillStyle = { depot: '#3b4f9e', truck: '#0b5ea8', disruption: '#ffc247' }[kind];
  pen.fill();
  pen.strokeStyle = palette.outline;
  pen.lineWidth = 3;
  pen.stroke();
  pen.fillStyle = kind === 'disruption' ? '#10161f' : '#ffffff';
  pen.font = '700 22px "Noto Sans CJK JP","Noto Sans JP",sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(letter, 24, kind === 'disruption' ? 31 : 25);
  drawn.set(key, canvas);
  return canvas;
}

/** @param {CanvasRenderingContext2D} pen */
function house(pen) {
  pen.beginPath();
  for (const [x, y] of [[28, 6], [52, 27], [45, 27], [45, 55], [11, 55], [11, 27], [4, 27]]) pen.lineTo(x, y);
  pen.closePath();
}

/** @param {CanvasRenderingContext2D} pen @param {ShelterLook} look */
function fill(pen, look) {
  const share = /** @type {any} */ (FILL)[look.congestion];
  pen.save();
  house(pen);
  pen.clip();
  pen.fillStyle = /** @type {any} */ (COLOUR)[look.congestion];
  pen.fillRect(0, 55 - share * 49, SIZE, SIZE);
  pen.restore();
}

/** @param {CanvasRenderingContext2D} pen @param {string} text @param {string} colour */
function middle(pen, text, colour) {
  pen.fillStyle = colour;
  pen.font = '700 26px sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, 28, 38);
}

/** @param {CanvasRenderingContext2D} pen @param {string} colour */
function crossed(pen, colour) {
  pen.strokeStyle = colour;
  pen.beginPath();
  pen.moveTo(13, 53);
  pen.lineTo(43, 23);
  pen.stroke();
}

/** @param {CanvasRenderingContext2D} pen @param {string} kind @param {string} letter */
function badge(pen, kind, letter) {
  pen.beginPath();
  if (kind === 'aid') for (const [x, y] of [[36, 1], [52, 1], [60, 16], [52, 31], [36, 31], [28, 16]]) pen.lineTo(x, y);
  else if (kind === 'isolated') for (const [x, y] of [[44, 0], [60, 16], [44, 32], [28, 16]]) pen.lineTo(x, y);
  else if (kind === 'lost' || kind === 'late') pen.rect(30, 2, 28, 28);
  else pen.arc(44, 16, 15, 0, 2 * Math.PI);
  pen.closePath();
  pen.fillStyle = /** @type {any} */ (BADGE)[kind];
  pen.fill();
  pen.strokeStyle = '#ffffff';
  pen.lineWidth = 2.5;
  pen.stroke();
  pen.fillStyle = '#ffffff';
  pen.font = '700 19px "Noto Sans CJK JP","Noto Sans JP",sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(letter, 44, 17);
}
