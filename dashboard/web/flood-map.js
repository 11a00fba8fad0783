// @ts-check
/** All of a simulated flood that lies on the map: water, lines, places, the breach being drawn, the place asked about. */

/* global ol */
import { BreachDraw } from './breach-draw.js';
import { FloodLayer } from './flood-layer.js';
import { FloodLines } from './flood-lines.js';
import { FloodProbe } from './flood-probe.js';
import { wetExtent } from './flood-field.js';
import { ImpactLayer } from './impact-layer.js';

/** Around a breach at least so much is seen [m of EPSG:3857]. */
const AROUND_M = 600;

export class FloodMap {
  /** @param {import('./flood.js').Flood} flood @param {any} map the map of OpenLayers */
  constructor(flood, map) {
    this.flood = flood;
    this.map = map;
    this.water = new FloodLayer(flood);
    this.lines = new FloodLines(flood);
    this.places = new ImpactLayer(flood);
    this.draw = new BreachDraw(map);
    this.probe = new FloodProbe(flood, map);
    for (const layer of [this.water.layer, this.lines.layer, this.places.facilities, this.places.layer, this.draw.layer, this.probe.layer]) map.addLayer(layer);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.water.render(dirt);
    this.lines.render(dirt);
    this.places.render(dirt);
    this.probe.render();
    const target = this.map.getTargetElement();
    if (target) target.dataset.flood = this.flood.shown === null ? '' : `${this.flood.shown.run}/${this.flood.shown.member}/${this.flood.shown.view}/${this.flood.shown.t_s}`;
  }

  /** Whether it is known where the water comes to, as far as it will be. */
  get ready() {
    return this.flood.shown !== null && (!this.flood.computed || this.flood.whole('peak') !== undefined);
  }

  /**
   * What to look at: the water of the whole run, or as far as it is known, and the breach.
   * @returns {number[] | null} [m of EPSG:3857], null while nothing is known
   */
  extent() {
    const value = this.flood.value();
    if (!value?.breach) return null;
    const line = ol.proj.transformExtent(ol.extent.boundingExtent(value.breach.coordinates), 'EPSG:4326', 'EPSG:3857');
    const field = this.flood.whole('peak') ?? (this.flood.shown?.view === 'depth' ? this.flood.shown.field : undefined);
    const water = field ? wetExtent(field, this.flood.least_cm) : null;
    return ol.extent.extend(ol.extent.buffer(line, AROUND_M), water ?? line);
  }

  /** The pointer moved over the map. @param {number[] | null} coordinate */
  over(coordinate) {
    this.draw.over(coordinate);
    this.probe.over(coordinate);
  }

  /** A press that hit no gauge and no refuge. @param {number[]} coordinate @param {number[]} pixel */
  press(coordinate, pixel) {
    const place = this.#placeAt(pixel);
    if (place) this.probe.pin(place.getGeometry().getCoordinates(), place.get('name'));
    else this.probe.pin(this.flood.value() === undefined ? null : coordinate);
  }

  /** @param {number[]} pixel */
  #placeAt(pixel) {
    return this.map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => feature,
      { layerFilter: (/** @type {any} */ layer) => layer === this.places.layer, hitTolerance: 4 });
  }

  /** The facility at a pixel, of the layer of all of them. @param {number[]} pixel @returns {any} its properties */
  facilityAt(pixel) {
    return this.map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => feature.getProperties(),
      { layerFilter: (/** @type {any} */ layer) => layer === this.places.facilities, hitTolerance: 4 });
  }

  /** Mark a place as if it had been pressed. @param {number} lon @param {number} lat @param {string} name */
  mark(lon, lat, name) {
    this.probe.pin(ol.proj.fromLonLat([lon, lat]), name);
  }
}
