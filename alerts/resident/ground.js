// @ts-check
/** Where a place lies: boundaries, distances, bearings. Pure; a position never leaves the device. */

const EARTH_M = 6_371_000;
const RADIAN = Math.PI / 180;

/** @typedef {[number, number]} Point longitude, latitude [degrees, EPSG:4326] */

/**
 * Distance on a sphere [m] (Sinnott 1984, haversine); good to 0.5 %.
 * @param {Point} from @param {Point} to
 */
export function distanceM(from, to) {
  const dLat = (to[1] - from[1]) * RADIAN;
  const dLon = (to[0] - from[0]) * RADIAN;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(from[1] * RADIAN) * Math.cos(to[1] * RADIAN) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(h));
}

/** @param {Point} from @param {Point} to @returns {number} 0 = north … 7 = north-west */
export function eighth(from, to) {
  const east = (to[0] - from[0]) * Math.cos(from[1] * RADIAN);
  const bearing = Math.atan2(east, to[1] - from[1]) / RADIAN;
  return Math.round(((bearing + 360) % 360) / 45) % 8;
}

/**
 * Whether a point lies in a Polygon or MultiPolygon (even-odd rule).
 * @param {Point} point @param {any} geometry GeoJSON; null = no boundary is known
 */
export function within(point, geometry) {
  if (!geometry) return false;
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons.some((/** @type {any} */ rings) => rings.filter((/** @type {any} */ ring) => inRing(point, ring)).length % 2 === 1);
}

/** @param {Point} point @param {Point[]} ring */
function inRing([x, y], ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/**
 * The area that holds a point; the nearest centre within `nearM` where boundaries are too coarse for it.
 * @param {Point} point @param {any[]} areas `areas.json`: `{code, bounds, centre, geom}` @param {number} [nearM]
 * @returns {any | null}
 */
export function areaOf(point, areas, nearM = 2000) {
  const holds = areas.find(({ bounds, geom }) => inBounds(point, bounds) && within(point, geom));
  if (holds) return holds;
  const near = areas
    .map((area) => ({ area, away: edgeM(point, area.bounds) }))
    .filter(({ away }) => away <= nearM)
    .sort((a, b) => a.away - b.away);
  return near.length === 1 ? near[0].area : null;
}

/** @param {Point} point @param {number[] | null | undefined} bounds */
function inBounds([x, y], bounds) {
  return !bounds || (x >= bounds[0] && y >= bounds[1] && x <= bounds[2] && y <= bounds[3]);
}

/** @param {Point} point @param {number[] | null | undefined} bounds @returns {number} distance to a box [m] */
function edgeM(point, bounds) {
  if (!bounds) return Infinity;
  const near = /** @type {Point} */ ([Math.min(Math.max(point[0], bounds[0]), bounds[2]), Math.min(Math.max(point[1], bounds[1]), bounds[3])]);
  return distanceM(point, near);
}

/** Written alike: full-width letters, kana and spaces must not hide a name. @param {string} text */
export function folded(text) {
  const plain = text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
  return plain.replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

/**
 * Places whose name holds the words, those that begin with them first.
 * @param {string} words @param {{name: string, kana?: string | null}[]} places @param {number} [most]
 */
export function searched(words, places, most = 20) {
  const wanted = folded(words);
  if (wanted === '') return [];
  const rank = (/** @type {{name: string, kana?: string | null}} */ place) => {
    const names = [place.name, place.kana ?? ''].map(folded);
    if (names.some((name) => name.startsWith(wanted))) return 0;
    return names.some((name) => name.includes(wanted)) ? 1 : 2;
  };
  return places
    .map((place) => ({ place, order: rank(place) }))
    .filter(({ order }) => order < 2)
    .sort((a, b) => a.order - b.order || a.place.name.length - b.place.name.length)
    .slice(0, most)
    .map(({ place }) => place);
}
