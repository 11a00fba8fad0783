// @ts-check
/**
 * What a gauge looks like, on the map, in the list and in the legend: one drawing for all. Danger is
 * told four times (number, shape, colour, size); distrust by hatching and hollowness.
 */

import { CLASSES, trendTold } from './standing.js';

/** Corner points of the shapes in a unit circle, y down; `circle`, `dot` and `ring` have none. */
const CORNERS = {
  square: polygon(4, 45, 1.08),
  diamond: polygon(4, 0, 1.18),
  triangle: polygon(3, -90, 1.32),
  pentagon: polygon(5, -90, 1.1),
  hexagon: polygon(6, 0, 1.08),
  octagon: polygon(8, 22.5, 1.06),
  star: star(5, 1.3, 0.62),
  bar: [[-1.25, -0.62], [1.25, -0.62], [1.25, 0.62], [-1.25, 0.62]],
  cross: cross(1.1, 0.36),
};

/** Radius [css px] by class, lowest first as `CLASSES`. */
const RADII = [6, 4.5, 6.5, 8, 12, 13, 14, 16];
/** Size of a symbol in the list, against the map's. */
const LIST_SIZE = 0.7;
/** How far the farthest corner of each shape reaches, in radii; 1.2 for those not named. */
const REACH = { triangle: 1.34, star: 1.32, bar: 1.42 };
const ARROW_WIDTH = 11;
const SHARPNESS = 2;

/**
 * @typedef {object} Look
 * @property {string} key equal keys look equal
 * @property {string} shape
 * @property {number} radius [css px]
 * @property {string} fill
 * @property {string} outline
 * @property {string} ink colour of `mark`
 * @property {string} mark number or `?`, may be empty
 * @property {boolean} hollow
 * @property {boolean} hatched
 * @property {string} arrow `rising`, `steady`, `falling` or empty
 * @property {boolean} light whether the ground is light
 */

/** @typedef {{outline: string, rim: string, ink: string, grey: string, light: boolean}} Palette */

/**
 * @param {any} gauge
 * @param {import('./standing.js').Standing} standing
 * @param {import('./rules.js').Rules} rules
 * @param {Palette} palette
 * @param {boolean} [listed] for the list: smaller, since its words stand beside it
 * @returns {Look}
 */
export function gaugeLook(gauge, standing, rules, palette, listed = false) {
  const river = rules.riverClass(gauge.class);
  const distrusted = standing.doubted || standing.suspect || standing.failed;
  const loud = standing.rank > CLASSES.indexOf('start');
  const look = {
    shape: river.shape,
    radius: (standing.doubted ? RADII[3] : RADII[standing.rank]) * (listed ? LIST_SIZE : 1),
    fill: standing.doubted ? palette.grey : river.colour,
    // A quiet gauge must not outshine a dangerous one.
    outline: loud || standing.doubted ? palette.outline : palette.rim,
    ink: distrusted ? palette.ink : river.text_colour,
    mark: standing.doubted ? '?' : river.level ? String(river.level) : '',
    hollow: distrusted && standing.rank > 0,
    hatched: standing.silence !== 'none' || standing.rank === 0,
    light: palette.light,
    arrow: standing.silence === 'none' && (loud || gauge.trend === 'rising') ? arrowOf(trendTold(gauge)) : '',
  };
  return { ...look, key: Object.values(look).join('|') };
}

/** Canvases already drawn, by the key of their look. @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/**
 * A canvas with the symbol in its middle, `SHARPNESS` times its size in css px; shared, do not draw on it.
 * @param {Look} look
 */
export function symbolCanvas(look) {
  const known = drawn.get(look.key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  const { width, height } = symbolSize(look);
  canvas.width = width * SHARPNESS;
  canvas.height = height * SHARPNESS;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.scale(SHARPNESS, SHARPNESS);
  context.translate(width / 2, height / 2);
  drawBody(context, look);
  if (look.mark) drawMark(context, look);
  if (look.arrow) drawArrow(context, look);
  drawn.set(look.key, canvas);
  return canvas;
}

/** @param {Look} look @returns {{width: number, height: number, scale: number}} size [css px], scale of its canvas */
export function symbolSize(look) {
  const half = Math.ceil(look.radius * (/** @type {any} */ (REACH)[look.shape] ?? 1.2)) + 2;
  const width = 2 * (half + (look.arrow ? ARROW_WIDTH : 0));
  return { width, height: 2 * half, scale: 1 / SHARPNESS };
}

/**
 * A canvas element of its own, for the list and the legend; `paintSymbol` redraws it.
 * @param {Look} look
 */
export function symbolElement(look) {
  const canvas = document.createElement('canvas');
  canvas.className = 'symbol';
  canvas.setAttribute('aria-hidden', 'true');
  paintSymbol(canvas, look);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {Look} look */
export function paintSymbol(canvas, look) {
  if (canvas.dataset.look === look.key) return;
  const source = symbolCanvas(look);
  canvas.width = source.width;
  canvas.height = source.height;
  canvas.style.width = `${source.width / SHARPNESS}px`;
  canvas.style.height = `${source.height / SHARPNESS}px`;
  canvas.getContext('2d')?.drawImage(source, 0, 0);
  canvas.dataset.look = look.key;
}

/** @param {CanvasRenderingContext2D} context @param {Look} look */
function drawBody(context, look) {
  const thick = look.radius > 10 ? 2 : 1.5;
  tracePath(context, look.shape, look.radius);
  context.lineJoin = 'round';
  context.lineWidth = thick + 2;
  context.strokeStyle = look.outline;
  context.stroke();
  context.fillStyle = look.fill;
  context.fill();
  if (look.hollow) {
    tracePath(context, look.shape, look.radius * 0.66);
    context.fillStyle = look.light ? '#ffffff' : '#10161f';
    context.fill();
  }
  if (look.hatched) hatch(context, look);
}

/** @param {CanvasRenderingContext2D} context @param {Look} look */
function hatch(context, look) {
  context.save();
  tracePath(context, look.shape, look.radius);
  context.clip();
  const reach = look.radius * 1.4;
  for (const [colour, shift] of /** @type {[string, number][]} */ ([['#10161f', 0], ['#ffffff', 2]])) {
    context.beginPath();
    for (let x = -2 * reach; x < 2 * reach; x += 5) {
      context.moveTo(x + shift - reach, reach);
      context.lineTo(x + shift + reach, -reach);
    }
    context.lineWidth = 1.6;
    context.strokeStyle = colour;
    context.stroke();
  }
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Look} look */
function drawMark(context, look) {
  context.font = `700 ${Math.round(look.radius * 1.2)}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const y = look.shape === 'triangle' ? look.radius * 0.22 : look.radius * 0.08;
  if (look.hatched) {
    context.lineWidth = 4;
    context.lineJoin = 'round';
    context.strokeStyle = look.hollow ? (look.light ? '#ffffff' : '#10161f') : look.fill;
    context.strokeText(look.mark, 0, y);
  }
  context.fillStyle = look.hollow ? (look.light ? '#10161f' : '#ffffff') : look.ink;
  context.fillText(look.mark, 0, y);
}

/** @param {CanvasRenderingContext2D} context @param {Look} look */
function drawArrow(context, look) {
  const x = Math.ceil(look.radius * 1.15) + 2 + ARROW_WIDTH / 2;
  const up = look.arrow === 'falling' ? -1 : 1;
  context.beginPath();
  if (look.arrow === 'steady') {
    context.rect(x - 4, -1.5, 8, 3);
  } else {
    context.moveTo(x, -8 * up);
    context.lineTo(x + 5, -1 * up);
    context.lineTo(x + 1.8, -1 * up);
    context.lineTo(x + 1.8, 7 * up);
    context.lineTo(x - 1.8, 7 * up);
    context.lineTo(x - 1.8, -1 * up);
    context.lineTo(x - 5, -1 * up);
    context.closePath();
  }
  context.lineJoin = 'round';
  context.lineWidth = 2.5;
  context.strokeStyle = look.light ? '#ffffff' : '#10161f';
  context.stroke();
  context.fillStyle = look.light ? '#10161f' : '#ffffff';
  context.fill();
}

/** @param {CanvasRenderingContext2D} context @param {string} shape @param {number} radius */
function tracePath(context, shape, radius) {
  const corners = /** @type {any} */ (CORNERS)[shape];
  context.beginPath();
  if (corners === undefined) {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    if (shape !== 'ring') return;
    context.moveTo(radius * 0.45, 0);
    context.arc(0, 0, radius * 0.45, 2 * Math.PI, 0, true);
    return;
  }
  for (const [x, y] of corners) context.lineTo(x * radius, y * radius);
  context.closePath();
}

/** @param {string} trend */
function arrowOf(trend) {
  return trend === 'rising' || trend === 'steady' || trend === 'falling' ? trend : '';
}

/** @param {number} corners @param {number} turnDeg @param {number} reach @returns {[number, number][]} */
function polygon(corners, turnDeg, reach) {
  return Array.from({ length: corners }, (_, i) => {
    const angle = ((i * 360) / corners + turnDeg) * (Math.PI / 180);
    return [reach * Math.cos(angle), reach * Math.sin(angle)];
  });
}

/** A cross lying on its side. @param {number} reach @param {number} half @returns {[number, number][]} */
function cross(reach, half) {
  const arm = [[reach, -half], [reach, half], [half, half]];
  return [0, 90, 180, 270].flatMap((turn) => arm.map(([x, y]) => {
    const angle = (turn + 45) * (Math.PI / 180);
    return /** @type {[number, number]} */ ([
      x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle),
    ]);
  }));
}

/** @param {number} points @param {number} outer @param {number} inner @returns {[number, number][]} */
function star(points, outer, inner) {
  return Array.from({ length: 2 * points }, (_, i) => {
    const angle = ((i * 180) / points - 90) * (Math.PI / 180);
    const reach = i % 2 === 0 ? outer : inner;
    return [reach * Math.cos(angle), reach * Math.sin(angle)];
  });
}
