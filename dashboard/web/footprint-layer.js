// @ts-check
/**
 * What cameras see now: the newest footprint of each as an outline, full while it is young, dashed when it is old.
 * One whose ground is not known is not drawn; its reason stands in the vehicle's panel and in the answers of "who saw".
 */

/* global ol */
import { mapPalette } from './palette.js';

/** A vehicle's footprint is of now until this age [ms], or so many of its own intervals (sensors/rules/footprint.toml). */
export const NOW_MS = 15_000;
export const INTERVALS = 2.5;
export const LONGEST_INTERVAL_MS = 60_000;
/** It is drawn until this age [ms]. */
export const DRAWN_MS = 600_000;
const LABEL_RESOLUTION = 12;
const FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const COLOURS = { light: '#7B2FB5', dark: '#CF9BFF' };

/** Colour of everything that tells of footprints. */
export function footprintColour() {
  return mapPalette().light ? COLOURS.light : COLOURS.dark;
}

/** How a footprint is drawn at an age: `now`, `old`, or not at all. @param {any} footprint @param {number} now [ms since 1970] @returns {'now' | 'old' | null} */
export function drawnAs(footprint, now) {
  if (!footprint.geometry) return null;
  // A fixed camera goes on looking as it was said to.
  if (footprint.camera_kind === 'fixed') return 'now';
  const age = now - Date.parse(footprint.observed_at);
  const rhythm = Math.min((footprint.interval_s ?? 0) * 1000, LONGEST_INTERVAL_MS);
  // A photograph sees nothing any more.
  if (footprint.camera_kind !== 'photo' && age <= Math.max(NOW_MS, INTERVALS * rhythm)) return 'now';
  return age <= DRAWN_MS ? 'old' : null;
}

export class FootprintLayer {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.on = true;
    /** The footprint that somebody asked to see: drawn strongly, however old. @type {string | null} */ this.chosen = null;
    /** The vehicle that is looked at: what its cameras see is drawn strongly too. @type {() => string | null} */ this.vehicle = () => null;
    /** What is drawn of each camera. @type {Map<string, string>} */ this.drawn = new Map();
    this.format = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 26, declutter: true,
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => outlineStyle(feature.get('look'), resolution < LABEL_RESOLUTION ? feature.get('label') : ''),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const due = dirt.full || ['tick', 'footprints', 'theme', 'air-selection', 'travelled'].some((thing) => dirt.things.has(thing)) || ['footprint', 'incident'].some((kind) => dirt.kinds.has(kind));
    if (!due) return;
    const now = this.desk.now();
    const wanted = new Map(this.desk.picture.all('footprint').map((one) => [String(one.id), { one, look: this.#look(one, now) }]));
    for (const id of this.drawn.keys()) if (!wanted.get(id)?.look) this.#remove(id);
    for (const [id, { one, look }] of wanted) {
      const key = `${one.observed_at}|${look}|${one.open}`;
      if (look && this.drawn.get(id) !== key) this.#put(id, key, one, look);
    }
    if (dirt.things.has('theme')) this.layer.changed();
    document.getElementById('map')?.setAttribute('data-footprints', String(this.drawn.size));
  }

  /** Show one footprint strongly, in the middle of the map; null shows none. @param {string | null} id @param {import('./map-view.js').MapView} map @returns {boolean} whether there is ground to show */
  show(id, map) {
    this.chosen = id;
    this.desk.touch('footprints');
    const geometry = id === null ? null : this.desk.picture.get('footprint', id)?.geometry;
    if (!geometry) return false;
    document.body.dataset.view = 'map';
    this.desk.touch('view');
    map.map.updateSize();
    map.map.getView().fit(this.format.readGeometry(geometry).getExtent(), { padding: [80, 80, 80, 80], maxZoom: 17 });
    return true;
  }

  /** @param {any} one @param {number} now @returns {'now' | 'old' | 'chosen' | null} */
  #look(one, now) {
    if (String(one.id) === this.chosen || (one.vehicle !== null && String(one.vehicle) === this.vehicle())) return one.geometry ? 'chosen' : null;
    return this.on ? drawnAs(one, now) : null;
  }

  /** @param {string} id */
  #remove(id) {
    this.drawn.delete(id);
    const feature = this.source.getFeatureById(id);
    if (feature) this.source.removeFeature(feature);
  }

  /** @param {string} id @param {string} key @param {any} footprint @param {string} look */
  #put(id, key, footprint, look) {
    this.#remove(id);
    const feature = new ol.Feature({ geometry: this.format.readGeometry(footprint.geometry) });
    feature.setId(id);
    feature.setProperties({ look: { as: look, open: footprint.open }, label: footprint.name }, true);
    this.source.addFeature(feature);
    this.drawn.set(id, key);
  }
}

/** @param {{as: string, open: boolean}} look @param {string} label */
export function outlineStyle(look, label) {
  const colour = footprintColour();
  const strong = look.as === 'chosen';
  const dash = look.as === 'old' ? [3, 6] : look.open ? [12, 5] : undefined;
  return new ol.style.Style({
    stroke: new ol.style.Stroke({ color: colour, width: strong ? 3.5 : look.as === 'old' ? 1.2 : 2, lineDash: dash }),
    fill: new ol.style.Fill({ color: `${colour}${strong ? '33' : look.as === 'old' ? '0A' : '1A'}` }),
    text: label === '' ? undefined : new ol.style.Text({
      text: label, font: FONT, overflow: true,
      fill: new ol.style.Fill({ color: mapPalette().ink }), stroke: new ol.style.Stroke({ color: mapPalette().halo, width: 3.5 }),
    }),
  });
}

/** A sign for the legend. @param {boolean} old */
export function footprintSign(old) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [34, 22];
  const pen = canvas.getContext('2d');
  if (pen === null) return canvas;
  pen.strokeStyle = footprintColour();
  pen.fillStyle = `${footprintColour()}1A`;
  pen.lineWidth = old ? 1.2 : 2;
  pen.setLineDash(old ? [3, 4] : []);
  const path = new Path2D('M4 4h26l-5 14h-16z');
  pen.fill(path);
  pen.stroke(path);
  return canvas;
}
