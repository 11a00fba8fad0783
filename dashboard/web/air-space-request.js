// @ts-check
/** What somebody typed of an airspace, as the server wants it, and back. Pure. */

const JST = '+09:00';
const JST_MS = 9 * 3_600_000;
const KM = 1000;

/** @typedef {{kind: string, name: string, source: string, middle: string, radius: string, corners: string, floor: string, ceiling: string, from: string, to: string, exempt: string[]}} Typed */

/**
 * @param {Typed} typed
 * @param {any} geometry what it has already, kept when no place is typed; null for a new one
 * @returns {any} the request, or the name of the field that cannot be read
 */
export function spaceRequest(typed, geometry) {
  if (typed.name.trim() === '') return 'name';
  if (typed.source.trim() === '') return 'source';
  const shape = shapeOf(typed, geometry);
  if (typeof shape === 'string') return shape;
  const [floor, ceiling] = [height(typed.floor), height(typed.ceiling)];
  if (floor === undefined) return 'floor';
  if (ceiling === undefined || (floor !== null && ceiling !== null && ceiling <= floor)) return 'ceiling';
  const [from, to] = [moment(typed.from), moment(typed.to)];
  if (from === undefined) return 'from';
  if (to === undefined || (from !== null && to !== null && Date.parse(to) <= Date.parse(from))) return 'to';
  return { kind: typed.kind, name: typed.name.trim(), source: typed.source.trim(), ...shape, floor_tp_m: floor, ceiling_tp_m: ceiling, from_at: from, to_at: to, exempt: typed.exempt };
}

/** @param {Typed} typed @param {any} geometry */
function shapeOf({ middle, radius, corners }, geometry) {
  const lines = corners.split('\n').map((line) => line.trim()).filter(Boolean);
  if (lines.length > 0) {
    const ring = lines.map(pair);
    if (ring.length < 3 || ring.includes(null)) return 'corners';
    const places = /** @type {[number, number][]} */ (ring).map(([lat, lon]) => [lon, lat]);
    return { geometry: { type: 'Polygon', coordinates: [[...places, places[0]]] } };
  }
  if (middle.trim() === '') return geometry === null ? 'middle' : { geometry };
  const place = pair(middle);
  if (place === null) return 'middle';
  const km = Number(radius);
  if (!(radius.trim() !== '' && km > 0 && km <= 300)) return 'radius';
  return { circle: { lat: place[0], lon: place[1], radius_m: km * KM } };
}

/** Latitude, longitude. @param {string} text @returns {[number, number] | null} */
export function pair(text) {
  const numbers = text.split(/[\s,、]+/).filter(Boolean).map(Number);
  const fine = numbers.length === 2 && numbers.every(Number.isFinite) && Math.abs(numbers[0]) <= 85 && Math.abs(numbers[1]) <= 180;
  return fine ? [numbers[0], numbers[1]] : null;
}

/** @param {string} text @returns {number | null | undefined} null = none, undefined = no number */
function height(text) {
  if (text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= -500 && value <= 30_000 ? value : undefined;
}

/** A moment typed in Japanese time. @param {string} text @returns {string | null | undefined} null = none, undefined = no moment */
export function moment(text) {
  if (text === '') return null;
  const ms = Date.parse(`${text}${JST}`);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}

/** As a field for date and time takes it, in Japanese time. @param {string | null} at */
export function typedMoment(at) {
  return at === null ? '' : new Date(Date.parse(at) + JST_MS).toISOString().slice(0, 16);
}
