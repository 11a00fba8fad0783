// @ts-check
/** Danger that is forecast and not there yet, as tags above its gauges; always seen, the likeliest on top. */

/* global ol */
import { markCanvas, markSize } from './forecast-mark.js';
import { chanceText } from './forecast-words.js';
import { t } from './language.js';
import { LEADS_H, WARNED_H } from './level-forecast.js';
import { mapPalette } from './palette.js';

/** From the middle of a gauge to the tip of its tag [css px]. */
const LIFT = 13;

export class ForecastLayer {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.on = true;
    this.source = new ol.source.Vector();
    this.drawn = '';
    this.layer = new ol.layer.Vector({
      source: this.source,
      // Above the names, whose layer draws its symbols once more.
      zIndex: 37,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => a.get('chance') - b.get('chance'),
      style: (/** @type {any} */ feature) => style(feature.get('text')),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const tags = this.on ? this.#tags() : [];
    const key = tags.map(({ id, text, lon, lat }) => `${id}|${text}|${lon}|${lat}`).join('\n');
    if (key === this.drawn && !dirt.things.has('theme')) return;
    this.drawn = key;
    this.source.clear(true);
    this.source.addFeatures(tags.map(({ id, text, chance, lon, lat }) => {
      const feature = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat([lon, lat])) });
      feature.setId(id);
      feature.setProperties({ text, chance }, true);
      return feature;
    }));
  }

  #tags() {
    const tags = [];
    for (const { gauge } of this.desk.shown) {
      const outlook = this.desk.outlooks.get(String(gauge.id));
      if (!outlook?.alarm || !Number.isFinite(gauge.lon) || !Number.isFinite(gauge.lat)) continue;
      const chance = outlook.chances[LEADS_H.indexOf(WARNED_H)];
      tags.push({ id: String(gauge.id), text: t('forecast.mark', { chance: chanceText(chance) }), chance, lon: gauge.lon, lat: gauge.lat });
    }
    return tags;
  }

  /**
   * The gauge whose tag lies at a pixel of the map.
   * @param {any} map @param {number[]} pixel
   * @returns {string | null}
   */
  at(map, pixel) {
    const found = map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => feature.getId(),
      { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 2 });
    return found === undefined ? null : String(found);
  }
}

/** @param {string} text */
function style(text) {
  const canvas = markCanvas(text, mapPalette());
  const { height, scale } = markSize(canvas);
  return new ol.style.Style({
    image: new ol.style.Icon({ img: canvas, scale, displacement: [0, LIFT + height / 2], declutterMode: 'none' }),
  });
}
