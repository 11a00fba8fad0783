// @ts-check
/**
 * The signs of vehicles: what it is by shape, how fresh it is by form. Helicopter: a rotor over a tail boom; aeroplane:
 * wings; drone: four rotors; team: a square; what is not known: a diamond. Live is filled, stale hollow and dashed,
 * lost grey and dotted, a cross beside it, without direction; signed off on the ground as lost, without the cross.
 */

import { theme } from './theme.js';

/** Half of a sign's side [css px]. */
export const REACH = 20;
const SHARPNESS = 2;

const HELICOPTER = new Path2D('M0 -9C5 -9 5 2 1.6 5L1.6 13L4.5 13L4.5 15.6L-4.5 15.6L-4.5 13L-1.6 13L-1.6 5C-5 2 -5 -9 0 -9Z');
const ROTOR = new Path2D('M-10.5 -12.5L10.5 8.5M10.5 -12.5L-10.5 8.5');
const STANDING_ROTOR = new Path2D('M-14 -2L14 -2M0 -16L0 12');
const CABIN = new Path2D('M0 -8a6 6 0 1 0 0.01 0Z');
const AEROPLANE = new Path2D('M0 -14C2.4 -14 2.4 -9 2.4 -6L14 2L14 5.4L2.4 2.2L1.8 9.4L5.4 12.6L5.4 15L0 13.4L-5.4 15L-5.4 12.6L-1.8 9.4L-2.4 2.2L-14 5.4L-14 2L-2.4 -6C-2.4 -9 -2.4 -14 0 -14Z');
const PLUS = new Path2D('M-2.4 -13L2.4 -13L2.4 -2.4L13 -2.4L13 2.4L2.4 2.4L2.4 13L-2.4 13L-2.4 2.4L-13 2.4L-13 -2.4L-2.4 -2.4Z');
const DRONE = new Path2D('M-3.5 -3.5L3.5 -3.5L3.5 3.5L-3.5 3.5Z');
const ARMS = new Path2D('M-8 -8L8 8M8 -8L-8 8');
const ROTORS = new Path2D('M-4 -8a4 4 0 1 1 -8 0a4 4 0 1 1 8 0ZM12 -8a4 4 0 1 1 -8 0a4 4 0 1 1 8 0ZM-4 8a4 4 0 1 1 -8 0a4 4 0 1 1 8 0ZM12 8a4 4 0 1 1 -8 0a4 4 0 1 1 8 0Z');
const NOSE = new Path2D('M0 -18L4.5 -11L-4.5 -11Z');
const TEAM = new Path2D('M-10 -10L10 -10L10 10L-10 10Z');
const PERSON = new Path2D('M0 -6.5a2.8 2.8 0 1 0 0.01 0ZM-5.5 7.5C-5.5 -2 5.5 -2 5.5 7.5Z');
const DIAMOND = new Path2D('M0 -12L12 0L0 12L-12 0Z');

/** Colours by kind, beside the shapes; none is that of a level. */
const COLOURS = {
  dark: { helicopter: '#ffffff', aeroplane: '#ffffff', drone: '#8dffcf', ground: '#ffdcb0', unknown: '#c9d2db', rim: '#06121c', lost: '#b4bec9', alarm: '#ff5a48', focus: '#ffd54a', trail: '#ffffff' },
  light: { helicopter: '#0b2f5c', aeroplane: '#0b2f5c', drone: '#00563f', ground: '#6b3d00', unknown: '#43515f', rim: '#ffffff', lost: '#55636f', alarm: '#b3160a', focus: '#b34700', trail: '#0b2f5c' },
};

/** @typedef {{kind: string, state: import('./air-standing.js').AirStanding['state'], headed: boolean}} AirLook */

/** @returns {typeof COLOURS.dark} */
export function airColours() {
  return COLOURS[theme()];
}

/** @param {string} kind @returns {string} */
export function kindColour(kind) {
  return (/** @type {Record<string, string>} */ (airColours())[kind]) ?? airColours().unknown;
}

/** Whether a sign of this kind turns with its heading. @param {string} kind */
export function turns(kind) {
  return ['helicopter', 'aeroplane', 'drone'].includes(kind);
}

/** @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/** A sign looking north; `2 * REACH` css px wide. @param {AirLook} look */
export function airSign(look) {
  const key = `${look.kind}|${look.state}|${look.headed}|${theme()}`;
  const known = drawn.get(key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 2 * REACH * SHARPNESS;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.scale(SHARPNESS, SHARPNESS);
  pen.translate(REACH, REACH);
  pen.lineJoin = pen.lineCap = 'round';
  paint(pen, look);
  drawn.set(key, canvas);
  return canvas;
}

/** The sign as an element of its own, turned. @param {HTMLCanvasElement} canvas @param {AirLook} look @param {number | null} heading_deg */
export function paintAir(canvas, look, heading_deg) {
  const key = `${look.kind}|${look.state}|${look.headed}|${theme()}|${heading_deg}`;
  if (canvas.dataset.look === key) return;
  canvas.dataset.look = key;
  canvas.width = canvas.height = 2 * REACH * SHARPNESS;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.translate(canvas.width / 2, canvas.height / 2);
  if (look.headed && turns(look.kind)) pen.rotate(((heading_deg ?? 0) * Math.PI) / 180);
  pen.drawImage(airSign(look), -canvas.width / 2, -canvas.height / 2);
}

/** @param {CanvasRenderingContext2D} pen @param {AirLook} look */
function paint(pen, { kind, state, headed }) {
  const colours = airColours();
  const colour = state === 'lost' || state === 'ended' ? colours.lost : kindColour(kind);
  const { bodies, lines } = shape(kind, headed);
  for (const path of [...lines, ...bodies]) outline(pen, path, colours.rim, 6);
  for (const path of lines) outline(pen, path, colour, state === 'live' ? 2.6 : 1.8);
  for (const path of bodies) {
    pen.fillStyle = state === 'live' ? colour : colours.rim;
    pen.fill(path);
    pen.setLineDash({ live: [], stale: [3, 2.5], lost: [0.1, 3.6], ended: [0.1, 3.6] }[state]);
    outline(pen, path, colour, state === 'live' ? 1 : 2);
    pen.setLineDash([]);
  }
  inner(pen, kind, state === 'live' ? colours.rim : colour);
  if (state !== 'lost') return;
  const cross = new Path2D('M-17.5 -17.5L-9.5 -9.5M-9.5 -17.5L-17.5 -9.5');
  outline(pen, cross, colours.rim, 8);
  outline(pen, cross, colours.alarm, 3.4);
}

/** @param {string} kind @param {boolean} headed */
function shape(kind, headed) {
  if (kind === 'helicopter') return { bodies: [headed ? HELICOPTER : CABIN], lines: [headed ? ROTOR : STANDING_ROTOR] };
  if (kind === 'aeroplane') return { bodies: [headed ? AEROPLANE : PLUS], lines: [] };
  if (kind === 'drone') return { bodies: [ROTORS, DRONE, ...(headed ? [NOSE] : [])], lines: [ARMS] };
  return { bodies: [kind === 'ground' ? TEAM : DIAMOND], lines: [] };
}

/** What stands inside a team's or an unknown sign. @param {CanvasRenderingContext2D} pen @param {string} kind @param {string} ink */
function inner(pen, kind, ink) {
  pen.fillStyle = ink;
  if (kind === 'ground') pen.fill(PERSON);
  if (['helicopter', 'aeroplane', 'drone', 'ground'].includes(kind)) return;
  pen.font = '900 15px sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText('?', 0, 1);
}

/** @param {CanvasRenderingContext2D} pen @param {Path2D} path @param {string} colour @param {number} width */
function outline(pen, path, colour, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(path);
}
