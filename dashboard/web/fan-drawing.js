// @ts-check
/**
 * Drawing the fan of a forecast on the hydrograph: bands told apart by their edges and labels, not by colour
 * alone; hatched when stale; the moment of now, and of an earlier forecast, as labelled lines.
 */

import { bandsOf, fanEdges } from './fan.js';

const LABEL_FONT = '600 11px "Noto Sans CJK JP","Noto Sans JP",sans-serif';
/** Share of the colour in each band, widest first, and the dashes [css px] of its edges. */
const FILLS = [0.12, 0.16, 0.3];
/** @type {Record<number, number[]>} */
const DASHES = { 90: [1, 3], 80: [6, 3], 50: [] };
/** Labels closer to each other than this [css px] are left out, the widest band's first. */
const LABEL_GAP = 12;

/** @typedef {{ink: string, halo: string, estimate: string, name: string}} Palette */

/**
 * @param {any} u the plot
 * @param {import('./fan.js').Fan} fan
 * @param {{stale: boolean, middle: string}} told `middle` names the line of the median
 * @param {Palette} palette
 */
export function drawFan(u, fan, { stale, middle }, palette) {
  const { ctx, bbox } = u;
  const ratio = window.devicePixelRatio;
  const { timesS, edges } = fanEdges(fan);
  const x = timesS.map((s) => u.valToPos(s, 'x', true));
  const column = (/** @type {number} */ level) => edges[fan.levels.indexOf(level)].map((m) => u.valToPos(m, 'y', true));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const bands = bandsOf(fan).map((band) => ({ ...band, low: column(band.low), high: column(band.high) }));
  bands.forEach((band, i) => fillBand(ctx, x, band, stale ? hatch(palette.estimate, i, ratio) : palette.estimate, stale ? 1 : FILLS[i]));
  for (const { name, low, high } of bands) {
    for (const edge of [low, high]) line(ctx, x, edge, palette.estimate, 1.3 * ratio, DASHES[name].map((d) => d * ratio));
  }
  line(ctx, x, column(0.5), palette.halo, 5 * ratio, []);
  line(ctx, x, column(0.5), palette.estimate, 2.5 * ratio, [8 * ratio, 3 * ratio]);
  label(ctx, x[x.length - 1], [
    { text: middle, y: column(0.5) },
    ...bands.slice().reverse().flatMap(({ name, low, high }) => [{ text: `${name}%`, y: high }, { text: `${name}%`, y: low }]),
  ], palette, ratio);
  ctx.restore();
}

/**
 * A vertical line with its name at the top: now, or when an earlier forecast was made.
 * @param {any} u @param {number} atS [s since 1970] @param {string} text @param {string} colour @param {number[]} dash [css px]
 * @param {Palette} palette @param {number} [row] how many labels it stands below the top
 */
export function drawMoment(u, atS, text, colour, dash, palette, row = 0) {
  const { ctx, bbox } = u;
  const ratio = window.devicePixelRatio;
  const x = Math.round(u.valToPos(atS, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  line(ctx, [x, x], [bbox.top, bbox.top + bbox.height], palette.halo, 4 * ratio, []);
  line(ctx, [x, x], [bbox.top, bbox.top + bbox.height], colour, 1.6 * ratio, dash.map((d) => d * ratio));
  ctx.font = LABEL_FONT.replace('11px', `${11 * ratio}px`);
  ctx.textBaseline = 'top';
  const leftward = x + ctx.measureText(text).width + 6 * ratio > bbox.left + bbox.width;
  ctx.textAlign = leftward ? 'right' : 'left';
  outlined(ctx, text, x + (leftward ? -4 : 4) * ratio, bbox.top + (2 + 14 * row) * ratio, colour, palette.halo, ratio);
  ctx.restore();
}

/** @param {any} ctx @param {number[]} x @param {{low: number[], high: number[]}} band @param {any} fill @param {number} alpha */
function fillBand(ctx, x, { low, high }, fill, alpha) {
  ctx.beginPath();
  x.forEach((at, i) => ctx.lineTo(at, high[i]));
  for (let i = x.length - 1; i >= 0; i -= 1) ctx.lineTo(x[i], low[i]);
  ctx.closePath();
  ctx.globalAlpha = alpha;
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.globalAlpha = 1;
}

/** @param {any} ctx @param {number[]} x @param {number[]} y @param {string} colour @param {number} width @param {number[]} dash */
function line(ctx, x, y, colour, width, dash) {
  ctx.beginPath();
  ctx.setLineDash(dash);
  x.forEach((at, i) => ctx.lineTo(at, y[i]));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Names at the right end, the most telling first. @param {any} ctx @param {number} right @param {{text: string, y: number[]}[]} names @param {Palette} palette @param {number} ratio */
function label(ctx, right, names, palette, ratio) {
  ctx.font = LABEL_FONT.replace('11px', `${11 * ratio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  /** @type {number[]} */ const taken = [];
  for (const { text, y } of names) {
    const at = y[y.length - 1];
    if (taken.some((other) => Math.abs(other - at) < LABEL_GAP * ratio)) continue;
    taken.push(at);
    outlined(ctx, text, right + 4 * ratio, at, palette.estimate, palette.halo, ratio);
  }
}

/** @param {any} ctx @param {string} text @param {number} x @param {number} y @param {string} colour @param {string} halo @param {number} ratio */
function outlined(ctx, text, x, y, colour, halo, ratio) {
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * ratio;
  ctx.strokeStyle = halo;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/** Slanted lines; the inner bands slant the other way and lie closer. @param {string} colour @param {number} band @param {number} ratio */
function hatch(colour, band, ratio) {
  const gap = Math.round((band === 2 ? 6 : 10) * ratio);
  const canvas = document.createElement('canvas');
  canvas.width = gap;
  canvas.height = gap;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.strokeStyle = colour;
  context.globalAlpha = 0.5;
  context.lineWidth = ratio;
  context.beginPath();
  for (const shift of [-gap, 0, gap]) {
    context.moveTo(shift, band === 1 ? 0 : gap);
    context.lineTo(shift + gap, band === 1 ? gap : 0);
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? colour;
}
