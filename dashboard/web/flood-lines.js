// @ts-check
/** Lines of a simulated flood: its frame and breach, how far the water is by which hour, bands of the greatest depth. */

/* global ol */
import { momentText } from './clock.js';
import { extentOf, gridExtent } from './flood-field.js';
import { depthMetres, spanText } from './flood-words.js';
import { named, t } from './language.js';
import { mapPalette } from './palette.js';

const FAMILY = '"Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const INK = '#10161f';
const PAPER = '#ffffff';
const ARRIVAL = '#5a1fa8';
/** Shorter rings are islands and ponds of a few cells: left out, until one zooms in [css px]. */
const SHORTEST_PX = 200;
/** A band of depth is named from this size on [css px²]. */
const SMALLEST_PX2 = 2500;
/** Outlines follow every cell of the computation; on the map they may run this far beside it [css px]. */
const SIMPLER_PX = 4;

export class FloodLines {
  /** @param {import('./flood.js').Flood} flood */
  constructor(flood) {
    this.flood = flood;
    /** Whether lines of arrival are drawn. */ this.arrivalsOn = true;
    this.drawn = '';
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({
      source: this.source, declutter: true, zIndex: 16, style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const dressed = ['theme', 'language', 'rules', 'layers-shown'].some((thing) => dirt.things.has(thing));
    const { flood } = this;
    const { shown } = flood;
    const lines = flood.document('lines');
    const key = flood.value() === undefined ? '' : [flood.run, flood.member, flood.view, flood.grid !== undefined, Boolean(lines), shown?.view, shown?.t_s].join();
    if (key === this.drawn && !dressed) return;
    this.drawn = key;
    this.source.clear(true);
    if (key !== '') this.source.addFeatures(this.#features(lines));
  }

  /** @param {any} lines GeoJSON, undefined while it has not come */
  #features(lines) {
    const { flood } = this;
    const value = flood.value();
    const features = [];
    if (flood.grid) features.push(feature(ol.geom.Polygon.fromExtent(gridExtent(flood.grid)), { kind: 'frame' }));
    const format = new ol.format.GeoJSON({ dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' });
    if (value.breach) features.push(feature(format.readGeometry(value.breach), { kind: 'breach' }));
    for (const one of lines ? format.readFeatures(lines) : []) {
      const kind = one.get('kind');
      if (kind === 'arrival' && this.arrivalsOn && one.get('hours') * 3600 > this.#since()) features.push(...pieces(one), this.#farthest(one));
      if (kind === 'peak' && flood.view === 'peak') features.push(...names(one));
    }
    const deepest = this.#deepest();
    if (deepest) features.push(deepest);
    return features;
  }

  /** Lines up to here [s] are behind the water that is shown: only those still to come are drawn beside it. */
  #since() {
    const { shown } = this.flood;
    return shown?.view === 'depth' ? shown.t_s : -1;
  }

  /** How far the water has come by an hour: the place of a line that is the farthest from the breach. @param {any} one */
  #farthest(one) {
    const from = ol.proj.fromLonLat(this.flood.value().breach.coordinates[0]);
    const flat = one.getGeometry().getFlatCoordinates();
    let best = 0;
    for (let at = 2; at < flat.length; at += 2) {
      if (Math.hypot(flat[at] - from[0], flat[at + 1] - from[1]) > Math.hypot(flat[best] - from[0], flat[best + 1] - from[1])) best = at;
    }
    return feature(new ol.geom.Point([flat[best], flat[best + 1]]), { kind: 'front', hours: one.get('hours') });
  }

  #deepest() {
    const { shown } = this.flood;
    if (shown === null || shown.view === 'arrival') return null;
    const { deepest_cm: deepest, at } = extentOf(shown.field, this.flood.least_cm);
    if (at === null) return null;
    return feature(new ol.geom.Point(at), { kind: 'deepest', text: t('flood.deepest', { value: depthMetres(deepest / 100) }) });
  }

  /** @param {any} one @param {number} resolution */
  #style(one, resolution) {
    if (one.get('length') / resolution < SHORTEST_PX || one.get('area') / resolution ** 2 < SMALLEST_PX2) return undefined;
    switch (one.get('kind')) {
      case 'frame': return this.#frame();
      case 'breach': return this.#breach();
      case 'arrival': return this.#arrival(one, resolution);
      case 'front': return this.#front(one.get('hours'));
      case 'peak': return this.#band(one.get('from_m'));
      default: return new ol.style.Style({
        image: new ol.style.RegularShape({ points: 4, radius: 5, fill: new ol.style.Fill({ color: INK }), stroke: new ol.style.Stroke({ color: PAPER, width: 2 }) }),
        text: label(one.get('text'), { offsetY: -14, color: INK }), zIndex: 5,
      });
    }
  }

  #frame() {
    return new ol.style.Style({
      stroke: new ol.style.Stroke({ color: mapPalette().estimate, width: 2, lineDash: [10, 7] }),
    });
  }

  #breach() {
    const stroke = (/** @type {string} */ color, /** @type {number} */ width) => new ol.style.Style({ stroke: new ol.style.Stroke({ color, width, lineCap: 'butt' }), zIndex: 6 });
    const named = new ol.style.Style({ text: label(t('flood.breach-label'), { offsetY: -16, color: PAPER, halo: '#8a0f0f' }), zIndex: 7 });
    named.setGeometry((/** @type {any} */ one) => new ol.geom.Point(one.getGeometry().getCoordinateAt(0.5)));
    return [stroke(PAPER, 9), stroke('#c01818', 6), named];
  }

  /** @param {any} one @param {number} resolution */
  #arrival(one, resolution) {
    const geometry = one.getGeometry().simplify(SIMPLER_PX * resolution);
    const line = (/** @type {string} */ color, /** @type {number} */ width, /** @type {number} */ zIndex) => new ol.style.Style({
      geometry, zIndex, stroke: new ol.style.Stroke({ color, width, lineJoin: 'round' }),
    });
    return [line('rgba(255, 255, 255, 0.8)', 3.5, 3), line(ARRIVAL, 2, 4)];
  }

  /** @param {number} hours */
  #front(hours) {
    const { flood } = this;
    const moment = momentText(flood.startMs + hours * 3_600_000, flood.desk.now());
    return new ol.style.Style({
      image: new ol.style.Circle({ radius: 4, fill: new ol.style.Fill({ color: ARRIVAL }), stroke: new ol.style.Stroke({ color: PAPER, width: 1.5 }) }),
      text: new ol.style.Text({
        text: t('flood.arrival-label', { span: spanText(hours * 3600), clock: moment }), font: `700 13px ${FAMILY}`, offsetY: -14,
        fill: new ol.style.Fill({ color: PAPER }), backgroundFill: new ol.style.Fill({ color: ARRIVAL }), padding: [1, 4, 0, 4],
      }),
      zIndex: 8,
    });
  }

  /** Its outline is the water's own, which the colours carry; here stands its name. @param {number} from_m */
  #band(from_m) {
    const found = this.flood.desk.rules.depths.find((one) => one.from_m === from_m);
    return found ? new ol.style.Style({ text: label(named(found), { color: INK }), zIndex: 2 }) : undefined;
  }
}

/** The lines of a feature, one by one. @param {any} one @returns {any[]} */
function pieces(one) {
  const geometry = one.getGeometry();
  const { geometry: _, ...properties } = one.getProperties();
  const parts = geometry.getLineStrings?.() ?? [geometry];
  return parts.map((/** @type {any} */ part) => feature(part, { ...properties, length: part.getLength() }));
}

/** Where the polygons of a band are named: a place within each. @param {any} one @returns {any[]} */
function names(one) {
  const geometry = one.getGeometry();
  const { geometry: _, ...properties } = one.getProperties();
  const parts = geometry.getPolygons?.() ?? [geometry];
  return parts.map((/** @type {any} */ part) => feature(part.getInteriorPoint(), { ...properties, area: part.getArea() }));
}

/** @param {any} geometry @param {Record<string, any>} properties */
function feature(geometry, properties) {
  const made = new ol.Feature({ geometry });
  made.setProperties(properties, true);
  return made;
}

/** @param {string} text @param {{color: string, halo?: string, offsetY?: number}} look */
function label(text, { color, halo = PAPER, offsetY = 0 }) {
  return new ol.style.Text({
    text, offsetY, font: `700 13px ${FAMILY}`, fill: new ol.style.Fill({ color }), stroke: new ol.style.Stroke({ color: halo, width: 4 }),
  });
}
