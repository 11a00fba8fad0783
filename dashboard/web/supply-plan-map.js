// @ts-check
/** The runs on a map: straight lines from stop to stop, dashed: which truck goes where, not by which road. */

/* global ol */
import { byId } from './element.js';
import { mapPalette } from './palette.js';
import { themeColour } from './theme.js';

const FONT = '600 12px "Noto Sans CJK JP","Noto Sans JP",sans-serif';

export class SupplyPlanMap {
  constructor() {
    this.source = new ol.source.Vector();
    this.layer = new ol.layer.Vector({ source: this.source, declutter: true, style: (/** @type {any} */ feature) => this.#style(feature) });
    this.areas = new ol.layer.VectorTile({
      source: new ol.source.VectorTile({ format: new ol.format.MVT(), url: '/tiles/areas/{z}/{x}/{y}.mvt', maxZoom: 14 }),
      style: () => new ol.style.Style({ stroke: new ol.style.Stroke({ color: themeColour('line'), width: 1 }), fill: new ol.style.Fill({ color: themeColour('surface') }) }),
    });
    /** @type {any} */ this.map = null;
  }

  /** @param {any} plan @param {Set<number>} chosen */
  show(plan, chosen) {
    byId('plan-map').hidden = plan.runs.length === 0;
    if (plan.runs.length === 0) return;
    this.map ??= new ol.Map({ target: 'plan-map', layers: [this.areas, this.layer], view: new ol.View({ center: [0, 0], zoom: 8, maxZoom: 17, enableRotation: false }) });
    this.areas.setBackground(mapPalette().sea);
    const at = (/** @type {any} */ place) => ol.proj.fromLonLat([place.lon, place.lat]);
    const point = (/** @type {any} */ place, /** @type {string} */ kind) => new ol.Feature({ geometry: new ol.geom.Point(at(place)), kind, name: place.name });
    const used = new Map();
    const lines = plan.runs.map((/** @type {any} */ run) => {
      const depot = plan.names.depots[run.depot];
      const stops = run.order.stops.map((/** @type {any} */ stop) => plan.names.shelters[stop.shelter]);
      used.set(`depot ${run.depot}`, point(depot, 'depot'));
      run.order.stops.forEach((/** @type {any} */ stop, /** @type {number} */ number) => used.set(stop.shelter, point(stops[number], 'shelter')));
      return new ol.Feature({ geometry: new ol.geom.LineString([depot, ...stops].map(at)), kind: 'run', on: chosen.has(run.number) });
    });
    this.source.clear();
    this.source.addFeatures([...lines, ...used.values()]);
    this.map.updateSize();
    const extent = this.source.getExtent();
    if (this.source.getFeatures().length > 0) this.map.getView().fit(extent, { padding: [30, 30, 30, 30], maxZoom: 14 });
  }

  /** @param {any} feature */
  #style(feature) {
    const kind = feature.get('kind');
    const ink = themeColour('ink');
    if (kind === 'run') {
      const stroke = new ol.style.Stroke({ color: feature.get('on') ? themeColour('estimate') : themeColour('soft'), width: feature.get('on') ? 3 : 1, lineDash: [8, 6] });
      return new ol.style.Style({ stroke });
    }
    const fill = new ol.style.Fill({ color: kind === 'depot' ? themeColour('accent') : themeColour('surface') });
    const stroke = new ol.style.Stroke({ color: ink, width: 2 });
    const image = kind === 'depot'
      ? new ol.style.RegularShape({ points: 4, radius: 10, angle: Math.PI / 4, fill, stroke })
      : new ol.style.Circle({ radius: 6, fill, stroke });
    const text = new ol.style.Text({
      text: feature.get('name'), font: FONT, offsetY: 18, fill: new ol.style.Fill({ color: ink }), stroke: new ol.style.Stroke({ color: themeColour('ground'), width: 4 }),
    });
    return new ol.style.Style({ image, text });
  }
}
