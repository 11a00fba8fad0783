// @ts-check
/** The gauges on the map: symbols that always show, danger on top; labels where there is room. */

/* global ol */
import { CLASSES } from './standing.js';
import { mapPalette } from './palette.js';
import { gaugeLook, symbolCanvas, symbolSize } from './symbols.js';
import { metres } from './wording.js';

/** Above this resolution [m/px] only serious gauges are labelled: names of quiet ones would hide the rest. */
const QUIET_LABEL_RESOLUTION = 40;
/** So many gauges, the first of the list, are labelled from afar. */
const MOST_LABELS = 150;
/** Above this resolution [m/px], a prefecture at a glance, symbols are drawn smaller by `FAR_SCALE`. */
const FAR_RESOLUTION = 170;
const FAR_SCALE = 0.8;
const LABEL_FONT = '600 13px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';

export class GaugeLayer {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.source = new ol.source.Vector({ useSpatialIndex: true });
    /** @type {Map<string, any>} */ this.features = new Map();
    /** Styles by look, and by look and label. @type {Map<string, any>} */ this.styles = new Map();
    // Symbols and labels are layers apart: what is drawn last lies on top, what is labelled first gets
    // the room; and keeping labels from each other costs too much to do it for thousands of symbols.
    this.layer = new ol.layer.Vector({
      source: this.source,
      zIndex: 30,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => a.get('weight') - b.get('weight'),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution, false),
    });
    this.labelLayer = new ol.layer.Vector({
      source: this.source,
      declutter: true,
      zIndex: 35,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => b.get('weight') - a.get('weight'),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution, true),
    });
    this.ring = new ol.Feature();
    this.ringLayer = new ol.layer.Vector({ source: new ol.source.Vector({ features: [this.ring] }), zIndex: 40 });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (dirt.things.has('theme') || dirt.things.has('rules')) this.styles.clear();
    const shown = new Set();
    this.desk.shown.forEach(({ gauge, standing }, order) => {
      if (!Number.isFinite(gauge.lon) || !Number.isFinite(gauge.lat)) return;
      shown.add(String(gauge.id));
      this.#place(gauge, standing, order < MOST_LABELS && serious(standing));
    });
    for (const [id, feature] of this.features) {
      if (shown.has(id)) continue;
      this.source.removeFeature(feature);
      this.features.delete(id);
    }
    this.#select();
  }

  /** @param {any} gauge @param {import('./standing.js').Standing} standing @param {boolean} named labelled also from afar */
  #place(gauge, standing, named) {
    const id = String(gauge.id);
    const look = gaugeLook(gauge, standing, this.desk.rules, mapPalette());
    const weight = (3 - standing.tier) * 100 + standing.rank * 10 + (standing.rising ? 5 : 0) - (standing.untrusted ? 1 : 0);
    const label = standing.rank > 0 && Number.isFinite(gauge.level_m) && standing.rank >= CLASSES.indexOf('start')
      ? `${gauge.name} ${metres(gauge.level_m)}` : String(gauge.name);
    const drawn = `${look.key}|${label}|${weight}|${named}`;
    let feature = this.features.get(id);
    if (feature === undefined) {
      feature = new ol.Feature({ geometry: new ol.geom.Point(ol.proj.fromLonLat([gauge.lon, gauge.lat])) });
      feature.setId(id);
      feature.setProperties({ look, label, weight, drawn, lon: gauge.lon, lat: gauge.lat, named }, true);
      this.features.set(id, feature);
      this.source.addFeature(feature);
      return;
    }
    if (feature.get('lon') !== gauge.lon || feature.get('lat') !== gauge.lat) {
      feature.getGeometry().setCoordinates(ol.proj.fromLonLat([gauge.lon, gauge.lat]));
      feature.setProperties({ lon: gauge.lon, lat: gauge.lat }, true);
    }
    if (feature.get('drawn') === drawn) return;
    feature.setProperties({ look, label, weight, drawn, named }, true);
    feature.changed();
  }

  /** @param {any} feature @param {number} resolution @param {boolean} labelling */
  #style(feature, resolution, labelling) {
    if (labelling && resolution >= QUIET_LABEL_RESOLUTION && !feature.get('named')) return undefined;
    const look = feature.get('look');
    const size = resolution > FAR_RESOLUTION ? FAR_SCALE : 1;
    const label = labelling ? feature.get('label') : '';
    const key = `${look.key}\n${label}\n${size}`;
    let style = this.styles.get(key);
    if (style === undefined) {
      style = this.#made(look, label, size);
      // Levels change for days; what was drawn last week need not be kept.
      if (this.styles.size > 20_000) this.styles.clear();
      this.styles.set(key, style);
    }
    return style;
  }

  /** @param {import('./symbols.js').Look} look @param {string} label @param {number} size */
  #made(look, label, size) {
    const palette = mapPalette();
    const { height, scale } = symbolSize(look);
    return new ol.style.Style({
      image: new ol.style.Icon({ img: symbolCanvas(look), scale: scale * size, declutterMode: label === '' ? 'none' : 'obstacle' }),
      text: label === '' ? undefined : new ol.style.Text({
        text: label,
        font: LABEL_FONT,
        offsetY: (height / 2) * size + 9,
        fill: new ol.style.Fill({ color: palette.ink }),
        stroke: new ol.style.Stroke({ color: palette.halo, width: 4 }),
        declutterMode: 'declutter',
      }),
    });
  }

  #select() {
    const id = this.desk.selected;
    const gauge = id === null ? undefined : this.desk.gauge(id);
    const palette = mapPalette();
    if (!gauge || !Number.isFinite(gauge.lon)) {
      this.ring.setGeometry(undefined);
      return;
    }
    this.ring.setGeometry(new ol.geom.Point(ol.proj.fromLonLat([gauge.lon, gauge.lat])));
    this.ring.setStyle([
      circle(24, palette.halo, 7),
      circle(24, palette.ink, 3),
    ]);
  }

  /**
   * The gauge at a pixel of the map, the most dangerous where several lie.
   * @param {any} map @param {number[]} pixel
   * @returns {string | null}
   */
  at(map, pixel) {
    let best = /** @type {any} */ (null);
    map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => {
      if (feature.getId() === undefined) return;
      if (best === null || feature.get('weight') > best.get('weight')) best = feature;
    }, { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 8 });
    return best === null ? null : String(best.getId());
  }
}

/** @param {import('./standing.js').Standing} standing */
function serious(standing) {
  return standing.tier <= 1 && standing.rank >= CLASSES.indexOf('caution') && !standing.doubted;
}

/** @param {number} radius @param {string} color @param {number} width */
function circle(radius, color, width) {
  return new ol.style.Style({
    image: new ol.style.Circle({ radius, stroke: new ol.style.Stroke({ color, width }) }),
  });
}
