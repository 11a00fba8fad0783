// @ts-check
/** Drawing a breach on the map: a press for its beginning, a press for its end; shown while the form is open. */

/* global ol */
import { mapPalette } from './palette.js';
import { distanceM } from './breach-request.js';
import { t } from './language.js';

const FONT = '700 14px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';

/** @typedef {import('./breach-request.js').Point} Point */

export class BreachDraw {
  /** @param {any} map the map of OpenLayers */
  constructor(map) {
    this.map = map;
    /** Which end the next press sets, null = presses are not ours. @type {'start' | 'end' | null} */ this.wants = null;
    /** @type {Point | null} */ this.start = null;
    /** @type {Point | null} */ this.end = null;
    /** @type {(end: 'start' | 'end', point: Point) => void} */ this.onPoint = () => {};
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({ source: this.source, zIndex: 55, style: (/** @type {any} */ feature) => style(feature) });
  }

  /** @param {'start' | 'end' | null} end which end presses set from now on */
  want(end) {
    this.wants = end;
    this.map.getTargetElement()?.classList.toggle('drawing', end !== null);
    if (end === null) this.#show(null);
  }

  /** @param {Point | null} start @param {Point | null} end */
  set(start, end) {
    this.start = start;
    this.end = end;
    this.#show(null);
  }

  /** A press on the map. @param {number[]} coordinate @returns {boolean} whether it was ours */
  press(coordinate) {
    if (this.wants === null) return false;
    const [lon, lat] = ol.proj.toLonLat(coordinate);
    this.onPoint(this.wants, { lon, lat });
    return true;
  }

  /** The pointer over the map: the line to where the next press would be. @param {number[] | null} coordinate */
  over(coordinate) {
    if (this.wants === 'end' && this.start && coordinate) {
      const [lon, lat] = ol.proj.toLonLat(coordinate);
      this.#show({ lon, lat });
    }
  }

  /** @param {Point | null} ahead */
  #show(ahead) {
    const end = ahead ?? this.end;
    const features = [];
    if (this.start && end) features.push(line(this.start, end));
    if (this.start) features.push(point(this.start, t('breach.start-short')));
    if (end && this.end) features.push(point(this.end, t('breach.end-short')));
    this.source.clear(true);
    this.source.addFeatures(features);
  }
}

/** @param {Point} place @param {string} name */
function point({ lon, lat }, name) {
  const made = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat([lon, lat])) });
  made.set('name', name, true);
  return made;
}

/** @param {Point} start @param {Point} end */
function line(start, end) {
  const ends = [start, end].map(({ lon, lat }) => ol.proj.fromLonLat([lon, lat]));
  const made = new ol.Feature({ geometry: new ol.geom.LineString(ends) });
  made.set('name', t('breach.length', { metres: Math.round(distanceM(start, end)) }), true);
  return made;
}

/** @param {any} feature */
function style(feature) {
  const palette = mapPalette();
  const isLine = feature.getGeometry().getType() === 'LineString';
  const text = new ol.style.Text({
    text: feature.get('name'), font: FONT, offsetY: isLine ? 22 : -18,
    fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 4 }),
  });
  if (!isLine) {
    const image = new ol.style.Circle({
      radius: 7, fill: new ol.style.Fill({ color: '#c01818' }), stroke: new ol.style.Stroke({ color: '#ffffff', width: 2 }),
    });
    return new ol.style.Style({ image, text });
  }
  return [
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: '#ffffff', width: 8 }) }),
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: '#c01818', width: 5, lineDash: [12, 6] }), text }),
  ];
}
