// @ts-check
/** Places on the map: those a simulated flood hits, as they stand at the moment shown; all facilities on request. */

/* global ol */
import { placeAt } from './impact.js';
import { mapPalette } from './palette.js';
import { signCanvas } from './place-sign.js';

const NAME_RESOLUTION = 9;
/** Facilities of a whole prefecture say nothing: shown below this resolution [m/px]. */
const FACILITY_RESOLUTION = 45;
const FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const ORDER = ['dry', 'unknown', 'wet', 'closed'];

export class ImpactLayer {
  /** @param {import('./flood.js').Flood} flood */
  constructor(flood) {
    this.flood = flood;
    this.on = true;
    this.facilitiesOn = false;
    this.drawn = '';
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 22, declutter: true,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => ORDER.indexOf(b.get('state')) - ORDER.indexOf(a.get('state')),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => style(feature.get('kind'), feature.get('state'), feature.get('name'), resolution),
    });
    this.facilities = new ol.layer.VectorTile({
      source: new ol.source.VectorTile({ format: new ol.format.MVT({ idProperty: 'id' }), url: '/tiles/facilities/{z}/{x}/{y}.mvt', maxZoom: 14 }),
      declutter: true, visible: false, maxResolution: FACILITY_RESOLUTION, zIndex: 21,
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => style(feature.get('kind'), 'plain', feature.get('name') ?? '', resolution),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const dressed = ['theme', 'language', 'layers-shown'].some((thing) => dirt.things.has(thing));
    if (dressed) {
      this.facilities.setVisible(this.facilitiesOn);
      this.facilities.changed();
    }
    const impact = this.on ? this.flood.document('impact') : undefined;
    const key = impact ? [this.flood.run, this.flood.member, this.#t_s()].join() : '';
    if (key === this.drawn && !dressed) return;
    this.drawn = key;
    this.source.clear(true);
    if (impact) this.source.addFeatures((impact.places ?? []).map((/** @type {any} */ place) => this.#feature(place, impact)));
  }

  /** The moment that places are shown at: of the depth, else the end. */
  #t_s() {
    const { shown } = this.flood;
    return shown?.view === 'depth' ? shown.t_s : Infinity;
  }

  /** @param {any} place @param {any} impact */
  #feature(place, impact) {
    const feature = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat([place.lon, place.lat])) });
    feature.setProperties({ kind: place.kind, name: place.name, state: placeAt(place, this.#t_s(), impact).state, place }, true);
    return feature;
  }
}

/** @param {string} kind @param {any} state @param {string} name @param {number} resolution */
function style(kind, state, name, resolution) {
  const palette = mapPalette();
  return new ol.style.Style({
    image: new ol.style.Icon({ img: signCanvas(kind, state), scale: state === 'unknown' ? 0.36 : 0.5, declutterMode: 'none' }),
    text: resolution < NAME_RESOLUTION ? new ol.style.Text({
      text: name, font: FONT, offsetY: 19, fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 4 }),
    }) : undefined,
    zIndex: ORDER.indexOf(state),
  });
}
