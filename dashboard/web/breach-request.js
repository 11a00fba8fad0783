// @ts-check
/** What is asked of the server when a breach is drawn, and what is wrong with it, field by field. Pure. */

const EARTH_M = 6_371_008.8;
/** Limits of the fields; the server has the last word (docs/live.md, "Simulated floods"). */
export const LIMITS = {
  m3_s: [0, 25_000], hours: [0.1, 72], manning: [0.01, 0.3], sill_m: [-20, 3800], width_m: [1, 2000], bed_slope: [0.000001, 0.1],
};
export const LONGEST_M = 5000;

/** Fields of the form that a field of the request belongs to, the longest beginning first. */
const FIELDS = [
  ['breach', 'line'], ['terrain', 'line'], ['discharge.m3_s', 'm3_s'], ['discharge.gauge', 'gauge'], ['discharge.sill_m', 'sill_m'],
  ['discharge.width_m', 'width_m'], ['discharge.bed_slope', 'bed_slope'], ['hours', 'hours'], ['manning', 'manning'], ['title', 'title'],
];

/** What the server says most often, as codes of our own texts. @type {[RegExp, string][]} */
const FAULTS = [
  [/no terrain is registered/, 'no-terrain'],
  [/outside the terrain|leaves the terrain|not under this line/, 'outside-terrain'],
  [/unknown in this terrain|unknown on both sides/, 'unknown-ground'],
  [/heights are above/, 'datum'],
  [/no level forecast/, 'no-forecast'],
  [/forecast of .* is old/, 'old-forecast'],
  [/stays below the sill/, 'below-sill'],
  [/its own zero/, 'gauge-zero'],
];

/** @typedef {{lon: number, lat: number}} Point [degrees] */

/**
 * @typedef {object} Fields what stands in the form, as typed
 * @property {string} start `latitude, longitude`
 * @property {string} end
 * @property {'constant' | 'gauge'} source
 * @property {string} m3_s @property {string} gauge @property {string} sill_m @property {string} width_m @property {string} bed_slope
 * @property {string} hours @property {string} manning @property {string} title
 */

/**
 * Read a place as people write it: latitude, longitude; also with full-width signs.
 * @param {string} text
 * @returns {Point | null}
 */
export function readPoint(text) {
  const parts = text.normalize('NFKC').trim().split(/[\s,、]+/).filter(Boolean);
  if (parts.length !== 2) return null;
  const [lat, lon] = parts.map(Number);
  return Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

/** @param {Point} point @returns {string} `36.686300, 138.275600` */
export function writePoint({ lon, lat }) {
  return `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
}

/** Great-circle distance [m] on a sphere. @param {Point} one @param {Point} other */
export function distanceM(one, other) {
  const radians = (/** @type {number} */ degrees) => (degrees * Math.PI) / 180;
  const half = (/** @type {number} */ angle) => Math.sin(angle / 2) ** 2;
  const a = half(radians(other.lat - one.lat)) + Math.cos(radians(one.lat)) * Math.cos(radians(other.lat)) * half(radians(other.lon - one.lon));
  return 2 * EARTH_M * Math.asin(Math.sqrt(Math.min(a, 1)));
}

/**
 * Gauges nearest to a place, those without a usable forecast behind all others.
 * @param {any[]} gauges @param {Point} place @param {(id: string) => boolean} forecast whether one can be used
 * @param {number} count
 * @returns {{gauge: any, distance_m: number, forecast: boolean}[]}
 */
export function nearestGauges(gauges, place, forecast, count) {
  return gauges.filter(({ lon, lat }) => Number.isFinite(lon) && Number.isFinite(lat))
    .map((gauge) => ({ gauge, distance_m: distanceM(place, gauge), forecast: forecast(String(gauge.id)) }))
    .sort((a, b) => Number(b.forecast) - Number(a.forecast) || a.distance_m - b.distance_m)
    .slice(0, count);
}

/**
 * Check a form and make the request of it.
 * @param {Fields} fields
 * @returns {{body: any, faults: Record<string, string>}} faults by field, as codes of texts; `body` null when there are any
 */
export function requestOf(fields) {
  /** @type {Record<string, string>} */ const faults = {};
  const start = readPoint(fields.start);
  const end = readPoint(fields.end);
  if (start === null) faults.start = fields.start.trim() === '' ? 'missing' : 'no-place';
  if (end === null) faults.end = fields.end.trim() === '' ? 'missing' : 'no-place';
  if (start && end) {
    const length = distanceM(start, end);
    if (length === 0) faults.end = 'same-place';
    else if (length > LONGEST_M) faults.end = 'too-long';
  }
  const number = (/** @type {keyof typeof LIMITS} */ name, /** @type {boolean} */ optional) => numberOf(fields[name], name, optional, faults);
  const hours = number('hours', false);
  const manning = number('manning', false);
  /** @type {any} */ let discharge;
  if (fields.source === 'constant') {
    discharge = { kind: 'constant', m3_s: number('m3_s', false) };
    if (discharge.m3_s === 0) faults.m3_s = 'zero';
  } else {
    if (fields.gauge === '') faults.gauge = 'missing';
    discharge = { kind: 'gauge', gauge: fields.gauge, sill_m: number('sill_m', true), width_m: number('width_m', true), bed_slope: number('bed_slope', true) };
  }
  if (Object.keys(faults).length > 0) return { body: null, faults };
  const coordinates = [start, end].map((point) => [/** @type {Point} */ (point).lon, /** @type {Point} */ (point).lat]);
  const title = fields.title.trim();
  return { body: { breach: { type: 'LineString', coordinates }, hours, manning, discharge, terrain: null, ...(title ? { title } : {}) }, faults };
}

/**
 * @param {string} text @param {keyof typeof LIMITS} name @param {boolean} optional @param {Record<string, string>} faults
 * @returns {number | null}
 */
function numberOf(text, name, optional, faults) {
  const trimmed = text.normalize('NFKC').trim();
  if (trimmed === '' && optional) return null;
  const value = trimmed === '' ? NaN : Number(trimmed);
  const [least, most] = LIMITS[name];
  if (trimmed === '') faults[name] = 'missing';
  else if (!Number.isFinite(value)) faults[name] = 'no-number';
  else if (value < 0 && least >= 0) faults[name] = 'negative';
  else if (value < least || value > most) faults[name] = 'limits';
  return value;
}

/**
 * What the server refused, as a field of the form.
 * @param {string} detail `field: words`
 * @returns {{field: string, code: string | null, words: string}} field '' = the whole; code of our own text, if there is one
 */
export function refusedField(detail) {
  const [, named, words] = /^([a-z0-9_.[\]]+): ([\s\S]*)$/i.exec(detail) ?? [null, '', detail];
  const field = FIELDS.find(([begin]) => named.startsWith(begin))?.[1] ?? '';
  return { field, code: FAULTS.find(([pattern]) => pattern.test(words))?.[1] ?? null, words };
}
