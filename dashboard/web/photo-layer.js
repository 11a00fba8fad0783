// @ts-check
/** Photographs on the map, where they were taken: a camera seen from the front; with a mark where something is to be checked. */

/* global ol */
import { t } from './language.js';
import { mapPalette } from './palette.js';

export class PhotoLayer {
  /** @param {import('./photo-room.js').PhotoRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    this.drawn = '';
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 32,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => a.get('open') - b.get('open'),
      style: (/** @type {any} */ feature) => this.#style(feature),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const shown = this.on ? this.room.photos.filter((photo) => Number.isFinite(photo.lon)) : [];
    const looks = shown.map((photo) => ({
      photo: String(photo.id), at: [photo.lon, photo.lat], yaw: photo.yaw_deg,
      open: photo.pairs.reduce((/** @type {number} */ sum, /** @type {any} */ pair) => sum + pair.open, 0),
    }));
    const key = JSON.stringify(looks);
    if (key === this.drawn && !dirt.things.has('theme') && !dirt.things.has('language')) return;
    this.drawn = key;
    this.source.clear(true);
    this.source.addFeatures(looks.map(({ at, ...rest }) => {
      const feature = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat(at)) });
      feature.setProperties(rest, true);
      return feature;
    }));
    document.getElementById('map')?.setAttribute('data-photos', String(looks.length));
  }

  /** @param {any} map @param {number[]} pixel @returns {string | null} */
  at(map, pixel) {
    /** @type {string | null} */ let found = null;
    map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => {
      found ??= String(feature.get('photo'));
    }, { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 4 });
    return found;
  }

  /** @param {any} feature */
  #style(feature) {
    const palette = mapPalette();
    const open = feature.get('open');
    return [
      new ol.style.Style({
        image: new ol.style.RegularShape({
          points: 4, radius: 11, angle: Math.PI / 4, declutterMode: 'none',
          fill: new ol.style.Fill({ color: open > 0 ? '#F2B84B' : '#C9D6E2' }), stroke: new ol.style.Stroke({ color: '#06121C', width: 2 }),
        }),
        text: open > 0 ? new ol.style.Text({
          text: t('photo.to-check', { count: open }), font: '600 12px "Noto Sans CJK JP","Noto Sans JP",sans-serif', offsetY: 19,
          fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 3.5 }),
        }) : undefined,
      }),
      new ol.style.Style({
        image: new ol.style.Circle({ radius: 4, fill: new ol.style.Fill({ color: '#06121C' }), declutterMode: 'none' }),
      }),
    ];
  }
}
