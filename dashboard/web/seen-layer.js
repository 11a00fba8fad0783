// @ts-check
/** On the map: the place that was asked for, and the best picture of the chosen camera with its line of sight. */

/* global ol */
import { footprintColour, outlineStyle } from './footprint-layer.js';
import { mapPalette } from './palette.js';

export class SeenLayer {
  /** @param {import('./seen-room.js').SeenRoom} room */
  constructor(room) {
    this.room = room;
    this.drawn = '';
    this.format = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({ source: this.source, zIndex: 58, style: (/** @type {any} */ feature) => styleOf(feature) });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { place, shown } = this.room;
    const best = shown?.best ?? null;
    const key = JSON.stringify([place, best?.footprint]);
    document.getElementById('map')?.setAttribute('data-seen', best ? String(best.footprint) : place ? 'asked' : '');
    if (key === this.drawn && !dirt.things.has('theme')) return;
    this.drawn = key;
    this.source.clear(true);
    if (best?.geometry) {
      this.#add('outline', this.format.readGeometry(best.geometry), { open: best.open });
      const camera = ol.proj.fromLonLat([best.lon, best.lat]);
      if (best.centre) this.#add('line', new ol.geom.LineString([camera, ol.proj.fromLonLat(best.centre)]));
      this.#add('camera', new ol.geom.Point(camera));
    }
    if (place) this.#add('place', new ol.geom.Point(ol.proj.fromLonLat([place.lon, place.lat])));
  }

  /** @param {string} what @param {any} geometry @param {any} [more] */
  #add(what, geometry, more = {}) {
    const feature = new ol.Feature({ geometry });
    feature.setProperties({ what, ...more }, true);
    this.source.addFeature(feature);
  }
}

/** @param {any} feature */
function styleOf(feature) {
  const colour = footprintColour();
  const palette = mapPalette();
  switch (feature.get('what')) {
    case 'outline':
      return outlineStyle({ as: 'chosen', open: feature.get('open') }, '');
    case 'line':
      return new ol.style.Style({ stroke: new ol.style.Stroke({ color: colour, width: 1.5, lineDash: [2, 5] }) });
    case 'camera':
      return new ol.style.Style({ image: new ol.style.Circle({ radius: 6, fill: new ol.style.Fill({ color: colour }), stroke: new ol.style.Stroke({ color: palette.halo, width: 2 }) }) });
    default:
      return [[6, palette.halo], [3, colour]].map(([width, color]) => new ol.style.Style({
        image: new ol.style.RegularShape({ points: 4, radius: 13, radius2: 0, stroke: new ol.style.Stroke({ color, width: Number(width) }) }),
      }));
  }
}
