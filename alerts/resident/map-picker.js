// @ts-check
/** A small map of boundaries on which a mark is set; arrow keys move the mark. The list beside it does the same without a map. */

import { svg } from './element.js';
import { t } from './language.js';

const WIDTH = 1000;
const STEP_PX = 12;

/**
 * @param {any[]} areas `{code, name, bounds, geom, centre}` @param {[number, number] | null} point
 * @param {(point: [number, number]) => void} told
 */
export function mapPicker(areas, point, told) {
  const view = viewOf(areas);
  const mark = svg('g', { class: 'mark', visibility: 'hidden' },
    svg('circle', { r: 26, class: 'mark-ring' }), svg('path', { d: 'M-40 0H-14M14 0H40M0-40V-14M0 14V40', class: 'mark-cross' }));
  const shapes = areas.filter(({ geom }) => geom).map(({ geom, code }) => svg('path', { d: outline(geom, view), class: 'area', 'data-area': code }));
  const names = areas.filter(({ bounds }) => bounds).map(({ name, bounds }) => {
    const [x, y] = view.to([(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]);
    return svg('text', { x, y, class: 'area-name', lang: 'ja' }, shortName(name));
  });
  const map = svg('svg', {
    viewBox: `0 0 ${WIDTH} ${view.height}`, class: 'picker', tabindex: 0, role: 'application', 'data-key': 'picker', 'data-busy': true,
    'aria-label': t('place.map'), 'aria-describedby': 'map-help',
  }, ...shapes, ...names, mark);
  let at = view.to(point ?? view.middle);
  const set = (/** @type {[number, number]} */ next) => {
    at = [Math.min(Math.max(next[0], 0), WIDTH), Math.min(Math.max(next[1], 0), view.height)];
    mark.setAttribute('transform', `translate(${at[0]} ${at[1]})`);
    mark.setAttribute('visibility', 'visible');
    told(view.from(at));
  };
  if (point) set(at);
  map.addEventListener('click', (event) => set(pressed(/** @type {any} */ (map), /** @type {MouseEvent} */ (event))));
  map.addEventListener('keydown', (event) => {
    const step = STEPS[/** @type {KeyboardEvent} */ (event).key];
    if (!step) return;
    event.preventDefault();
    set([at[0] + step[0] * STEP_PX, at[1] + step[1] * STEP_PX]);
  });
  return map;
}

/** Without prefecture and county, which would cover the map. @param {string} name */
function shortName(name) {
  return name.replace(/^.+?[都道府県]/, '').replace(/^.{1,4}郡/, '');
}

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Enter: [0, 0], ' ': [0, 0] };

/** @param {SVGSVGElement} map @param {MouseEvent} event @returns {[number, number]} */
function pressed(map, event) {
  const matrix = map.getScreenCTM();
  if (matrix === null) return [0, 0];
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  return [x, y];
}

/** From degrees to the drawing and back: east-west shortened by the latitude. @param {any[]} areas */
function viewOf(areas) {
  const bounds = areas.map((area) => area.bounds).filter(Boolean);
  const west = Math.min(...bounds.map((b) => b[0]), Infinity);
  const south = Math.min(...bounds.map((b) => b[1]), Infinity);
  const east = Math.max(...bounds.map((b) => b[2]), -Infinity);
  const north = Math.max(...bounds.map((b) => b[3]), -Infinity);
  const [w, s, e, n] = Number.isFinite(west) ? [west, south, east, north] : [139, 35, 140, 36];
  const shorten = Math.cos(((s + n) / 2) * (Math.PI / 180));
  const scale = WIDTH / Math.max((e - w) * shorten, 1e-6);
  return {
    height: Math.max(Math.round((n - s) * scale), 200),
    middle: /** @type {[number, number]} */ ([(w + e) / 2, (s + n) / 2]),
    to: (/** @type {[number, number]} */ [lon, lat]) => /** @type {[number, number]} */ ([round((lon - w) * shorten * scale), round((n - lat) * scale)]),
    from: (/** @type {[number, number]} */ [x, y]) => /** @type {[number, number]} */ ([w + x / (shorten * scale), n - y / scale]),
  };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {any} geometry @param {{to: (point: [number, number]) => [number, number]}} view */
function outline(geometry, view) {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flat().map((/** @type {any} */ ring) => `M${ring.map(view.to).map((/** @type {any} */ xy) => xy.join(' ')).join('L')}Z`).join('');
}
