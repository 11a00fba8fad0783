// @ts-check
/** Signs of places in a simulated flood: one character in a frame, whose form tells how the place stands. */

import { element } from './element.js';
import { t, tOr } from './language.js';
import { theme } from './theme.js';

const SIDE = 44;
const FAMILY = '"Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
/** Ground and ink by how a place stands; closed is also crossed, unknown also dashed. */
const LOOKS = {
  plain: { dark: ['#dfe7ee', '#10161f'], light: ['#ffffff', '#10161f'] },
  dry: { dark: ['#dfe7ee', '#10161f'], light: ['#ffffff', '#10161f'] },
  wet: { dark: ['#ffe08a', '#10161f'], light: ['#ffe08a', '#10161f'] },
  closed: { dark: ['#8a0f0f', '#ffffff'], light: ['#8a0f0f', '#ffffff'] },
  unknown: { dark: ['#8a929b', '#10161f'], light: ['#c3c9d0', '#10161f'] },
};

/** @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/**
 * A sign, 22 css px.
 * @param {string} kind of place @param {'plain' | 'dry' | 'wet' | 'closed' | 'unknown'} state
 */
export function signCanvas(kind, state) {
  const letter = tOr(`sign.${kind}`, t('sign.other'));
  const key = `${letter}|${state}|${theme()}`;
  const known = drawn.get(key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const [ground, ink] = LOOKS[state][theme()];
  context.lineWidth = 3;
  context.strokeStyle = '#10161f';
  context.fillStyle = ground;
  if (state === 'unknown') context.setLineDash([5, 4]);
  context.beginPath();
  context.roundRect(4, 4, SIDE - 8, SIDE - 8, state === 'closed' ? 0 : 9);
  context.fill();
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = ink;
  context.font = `700 25px ${FAMILY}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(letter, SIDE / 2, SIDE / 2 + 2);
  if (state === 'closed') {
    context.strokeStyle = '#ffffff';
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(7, SIDE - 7);
    context.lineTo(SIDE - 7, 7);
    context.stroke();
  }
  drawn.set(key, canvas);
  return canvas;
}

/** The sign as an element of its own. @param {string} kind @param {'plain' | 'dry' | 'wet' | 'closed' | 'unknown'} state */
export function signElement(kind, state) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'place-sign', width: SIDE, height: SIDE, 'aria-hidden': 'true' }));
  canvas.getContext('2d')?.drawImage(signCanvas(kind, state), 0, 0);
  return canvas;
}

/** @param {import('./rules.js').Rules} rules @param {string} kind @returns {string} */
export function kindName(rules, kind) {
  return rules.facilityName(kind) || tOr(`refuges.${kind}`, kind);
}
