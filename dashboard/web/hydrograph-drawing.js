// @ts-check
/** What a hydrograph draws beyond its line: thresholds and doubtful readings. Columns and ranges are pure. */

import { fanAt } from './fan.js';
import { THRESHOLDS } from './standing.js';

const GOOD_FLAGS = [1, 2];
const SUSPECT_FLAG = 3;
const FAIL_FLAG = 4;
/** Readings further apart than this [s] are not joined: nobody knows what the river did between them. */
const JOIN_S = 3 * 3600;
const LABEL_FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP",sans-serif';

/** @typedef {{atS: number, reading: any, said: import('./fan.js').FanReading | null}} Point what can be pointed at */

/**
 * All moments at which something is known or said, in order: readings, and steps of a forecast.
 * @param {any[]} readings in order of time
 * @param {import('./fan.js').Fan | null} [fan]
 * @returns {Point[]}
 */
export function pointsOf(readings, fan = null) {
  const read = readings.map((reading) => ({ atS: Date.parse(reading.at) / 1000, reading }));
  const measured = new Set(read.map(({ atS }) => atS));
  const steps = (fan?.timesS ?? []).filter((atS) => !measured.has(atS)).map((atS) => ({ atS, reading: null }));
  return [...read, ...steps].sort((a, b) => a.atS - b.atS).map((point) => ({ ...point, said: fan && fanAt(fan, point.atS) }));
}

/**
 * The point nearest to a moment: a newer forecast has other steps, and what is being read stays in place.
 * @param {Point[]} points @param {number} atS [s since 1970]
 * @returns {number} its index, -1 without points
 */
export function nearestPoint(points, atS) {
  let best = -1;
  points.forEach((point, i) => {
    if (best < 0 || Math.abs(point.atS - atS) < Math.abs(points[best].atS - atS)) best = i;
  });
  return best;
}

/**
 * Columns for the plot: times [s], believed levels [m] for the line, all levels for the cursor.
 * A doubtful reading is `undefined` in the line, which passes it over; its mark is drawn apart.
 * @param {Point[]} points
 * @returns {(number | null | undefined)[][]}
 */
export function plotColumns(points) {
  return [
    points.map(({ atS }) => atS),
    points.map(({ reading }) => (reading && believed(reading) ? reading.level_m : undefined)),
    points.map(({ reading, said }) => (Number.isFinite(reading?.level_m) ? reading.level_m : said?.median ?? null)),
  ];
}

/**
 * Spans without a believed reading that are too long to draw a line across.
 * @param {(number | null | undefined)[][]} columns of `plotColumns`
 * @returns {[number, number][]} from, to [s since 1970]
 */
export function longSilences([times, levels]) {
  /** @type {[number, number][]} */
  const silences = [];
  let last = NaN;
  times.forEach((time, i) => {
    if (levels[i] === undefined) return;
    const s = /** @type {number} */ (time);
    if (s - last > JOIN_S) silences.push([last, s]);
    last = s;
  });
  return silences;
}

/**
 * Range of the level axis [m]: all believed readings, what is forecast, the thresholds passed and the next ones above.
 * @param {any[]} readings
 * @param {Record<string, number>} thresholds [m]
 * @param {number[]} [forecast] lowest and highest level forecast [m]
 * @returns {[number, number]}
 */
export function levelRange(readings, thresholds, forecast = []) {
  const levels = [...readings.filter((r) => r.flag !== FAIL_FLAG && Number.isFinite(r.level_m)).map((r) => r.level_m), ...forecast];
  const known = THRESHOLDS.map((name) => thresholds[name]).filter((v) => Number.isFinite(v));
  if (levels.length === 0 && known.length === 0) return [0, 1];
  const top = Math.max(...(levels.length > 0 ? levels : known));
  const above = known.filter((v) => v > top).sort((a, b) => a - b).slice(0, 2);
  const bottom = Math.min(...levels, ...known.filter((v) => v <= top));
  const low = Number.isFinite(bottom) ? bottom : top;
  const high = Math.max(top, ...above);
  const margin = Math.max((high - low) * 0.12, 0.1);
  return [low - margin, high + margin];
}

/**
 * Threshold lines with their names and levels.
 * @param {any} u the plot @param {any} gauge @param {import('./rules.js').Rules} rules
 * @param {{ink: string, halo: string, outline: string}} palette
 */
export function drawThresholds(u, gauge, rules, palette) {
  const { ctx, bbox } = u;
  const ratio = window.devicePixelRatio;
  ctx.save();
  ctx.font = LABEL_FONT.replace('12px', `${12 * ratio}px`);
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  for (const name of THRESHOLDS) {
    const level_m = gauge.thresholds?.[name];
    if (!Number.isFinite(level_m)) continue;
    const y = Math.round(u.valToPos(level_m, 'y', true));
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    stroke(ctx, bbox, y, palette.outline, 3.5 * ratio, []);
    stroke(ctx, bbox, y, rules.riverClass(name).colour, 2 * ratio, []);
    const text = `${rules.className(name, gauge.scheme)} ${level_m.toFixed(2)}`;
    ctx.lineWidth = 4 * ratio;
    ctx.strokeStyle = palette.halo;
    ctx.strokeText(text, bbox.left + 4 * ratio, y - 3 * ratio);
    ctx.fillStyle = palette.ink;
    ctx.fillText(text, bbox.left + 4 * ratio, y - 3 * ratio);
  }
  ctx.restore();
}

/**
 * Suspect readings as hollow circles, failed ones as crosses; those beyond the axis at its edge.
 * @param {any} u the plot @param {any[]} readings @param {{ink: string, halo: string}} palette
 */
export function drawDoubtful(u, readings, palette) {
  const { ctx, bbox } = u;
  const size = 4.5 * window.devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 2 * window.devicePixelRatio;
  for (const { at, level_m, flag } of readings) {
    if ((flag !== SUSPECT_FLAG && flag !== FAIL_FLAG) || !Number.isFinite(level_m)) continue;
    const x = u.valToPos(Date.parse(at) / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const y = Math.min(Math.max(u.valToPos(level_m, 'y', true), bbox.top + size), bbox.top + bbox.height - size);
    ctx.beginPath();
    if (flag === SUSPECT_FLAG) {
      ctx.arc(x, y, size, 0, 2 * Math.PI);
      ctx.fillStyle = palette.halo;
      ctx.fill();
    } else {
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x + size, y - size);
      ctx.lineTo(x - size, y + size);
    }
    ctx.strokeStyle = palette.ink;
    ctx.stroke();
  }
  ctx.restore();
}

/** @param {any} ctx @param {any} bbox @param {number} y @param {string} colour @param {number} width @param {number[]} dash */
function stroke(ctx, bbox, y, colour, width, dash) {
  ctx.beginPath();
  ctx.setLineDash(dash);
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

/** Whether a reading passed the checks. @param {any} reading */
export function believed(reading) {
  return GOOD_FLAGS.includes(reading.flag) && Number.isFinite(reading.level_m);
}
