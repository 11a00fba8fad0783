// @ts-check
/**
 * The fan of a level forecast: quantiles over time, read at any moment, held against what came. Pure.
 */

/** Bands told by name: width [%] and the quantiles at their edges, widest first. */
export const BANDS = [
  { name: 90, low: 0.05, high: 0.95 },
  { name: 80, low: 0.1, high: 0.9 },
  { name: 50, low: 0.25, high: 0.75 },
];
const MIDDLE = 0.5;

/**
 * @typedef {object} Fan
 * @property {number} originS [s since 1970]
 * @property {number} observedS when the reading it starts from was taken [s since 1970], NaN = unknown
 * @property {number} newest_m that reading [m], NaN = unknown
 * @property {number[]} timesS [s since 1970], rising
 * @property {number[]} levels probabilities of the quantiles
 * @property {number[][]} level_m quantiles [m] by time
 * @property {Record<string, number[]>} passing probability of having reached a threshold, by time
 */

/** @typedef {{atS: number, median: number, bands: {name: number, low: number, high: number}[], passing: Record<string, number>}} FanReading */

/**
 * The fan of a whole forecast (`/api/gauges/{id}/forecast`), or of what the live picture holds of one.
 * @param {any} forecast
 * @returns {Fan | null} null when it holds no numbers
 */
export function fanOf(forecast) {
  if (!forecast || forecast.status === 'none') return null;
  const whole = Array.isArray(forecast.level_m) && Array.isArray(forecast.steps_s);
  const hours = forecast.hours ?? [];
  const stepsS = whole ? forecast.steps_s : hours.map((/** @type {number} */ h) => h * 3600);
  const level_m = whole ? forecast.level_m
    : hours.map((/** @type {number} */ _, /** @type {number} */ i) => [forecast.low_m?.[i], forecast.median_m?.[i], forecast.high_m?.[i]]);
  const originS = Date.parse(forecast.origin_at) / 1000;
  if (!Number.isFinite(originS) || stepsS.length === 0 || !level_m.every(complete)) return null;
  return {
    originS,
    observedS: forecast.observed_at ? Date.parse(forecast.observed_at) / 1000 : NaN,
    newest_m: Number.isFinite(forecast.newest_m) ? forecast.newest_m : NaN,
    timesS: stepsS.map((/** @type {number} */ s) => originS + s),
    levels: whole ? forecast.levels : [0.1, MIDDLE, 0.9],
    level_m,
    passing: (whole ? forecast.passing_steps : forecast.passing) ?? {},
  };
}

/**
 * Columns of the fan's edges, for drawing: from the reading it starts at, where all edges meet.
 * @param {Fan} fan
 * @returns {{timesS: number[], edges: number[][]}} `edges` by quantile
 */
export function fanEdges(fan) {
  const begins = Number.isFinite(fan.newest_m) && fan.observedS < fan.timesS[0];
  const edges = fan.levels.map((_, i) => [...(begins ? [fan.newest_m] : []), ...fan.level_m.map((row) => row[i])]);
  return { timesS: [...(begins ? [fan.observedS] : []), ...fan.timesS], edges };
}

/**
 * What the fan says of a moment, linear between its steps.
 * @param {Fan} fan
 * @param {number} atS [s since 1970]
 * @returns {FanReading | null} null outside of it
 */
export function fanAt(fan, atS) {
  const { timesS } = fan;
  if (!(atS >= timesS[0] && atS <= timesS[timesS.length - 1])) return null;
  const after = Math.max(timesS.findIndex((s) => s >= atS), 1);
  const single = timesS.length === 1;
  const from = single ? 0 : after - 1;
  const to = single ? 0 : after;
  const share = single ? 0 : (atS - timesS[from]) / (timesS[to] - timesS[from]);
  const mixed = (/** @type {number[]} */ column) => column[from] + share * (column[to] - column[from]);
  const quantile = (/** @type {number} */ level) => mixed(fan.level_m.map((row) => row[fan.levels.indexOf(level)]));
  return {
    atS,
    median: quantile(MIDDLE),
    bands: bandsOf(fan).map(({ name, low, high }) => ({ name, low: quantile(low), high: quantile(high) })),
    passing: Object.fromEntries(Object.entries(fan.passing).map(([name, column]) => [name, mixed(column)])),
  };
}

/** The bands that this fan can tell, widest first. @param {Fan} fan */
export function bandsOf(fan) {
  return BANDS.filter(({ low, high }) => fan.levels.includes(low) && fan.levels.includes(high));
}

/**
 * What was said beside what came: believed readings after the origin, and whether they lay within the 80 % band.
 * @param {Fan} fan
 * @param {{at: string, level_m: number}[]} readings believed ones
 * @returns {{count: number, within: number}}
 */
export function heldAgainst(fan, readings) {
  let count = 0;
  let within = 0;
  for (const { at, level_m } of readings) {
    const said = fanAt(fan, Date.parse(at) / 1000);
    const band = said?.bands.find(({ name }) => name === 80);
    if (!band) continue;
    count += 1;
    if (level_m >= band.low && level_m <= band.high) within += 1;
  }
  return { count, within };
}

/** The lowest and highest level that the widest band reaches [m]. @param {Fan} fan @returns {[number, number]} */
export function fanRange(fan) {
  const { edges } = fanEdges(fan);
  const { low, high } = bandsOf(fan)[0];
  return [Math.min(...edges[fan.levels.indexOf(low)]), Math.max(...edges[fan.levels.indexOf(high)])];
}

/** @param {any[]} row */
function complete(row) {
  return Array.isArray(row) && row.every(Number.isFinite);
}
