// @ts-check
/** Orders and estimates on the map: a solid double line for what is ordered, a dashed one for what we only estimate. */

/* global ol */
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { alive } from './order-standing.js';

const FONT = '700 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const DASH = [10, 7];

export class OrderLayer {
  /** @param {import('./order-room.js').OrderRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    /** What is drawn of each municipality. @type {Map<string, {ordered: number, estimated: number, drawn: boolean}>} */ this.marks = new Map();
    this.key = '';
    const { areas } = room.map;
    this.layer = new ol.layer.VectorTile({ source: areas.source, zIndex: 14, style: (/** @type {any} */ feature) => this.#border(String(feature.getId() ?? '')) });
    this.shapes = new ol.source.Vector();
    this.shapeLayer = new ol.layer.Vector({ source: this.shapes, zIndex: 15, style: (/** @type {any} */ feature) => lines(this.room, feature.get('level'), 'order') });
    this.labelLayer = new ol.layer.Vector({ source: areas.labels, zIndex: 27, declutter: true, style: (/** @type {any} */ feature) => this.#label(String(feature.getId())) });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const now = this.room.desk.now();
    const orders = this.room.desk.picture.all('order').filter(({ state }) => state === 'issued');
    const marks = new Map();
    for (const town of this.room.towns) {
      const estimated = Math.max(0, ...town.proposals.filter((one) => alive(one, now) && one.act !== 'lift').map(({ level }) => Number(level)));
      const whole = orders.filter((order) => order.area === town.area && !order.geometry);
      if (town.ordered > 0 || estimated > 0) marks.set(town.area, { ordered: town.ordered, estimated, whole: Math.max(0, ...whole.map(({ level }) => Number(level))) });
    }
    const key = `${this.on}|${JSON.stringify([...marks])}|${orders.map((order) => `${order.id}.${order.revision}`).join()}`;
    if (key === this.key && !['theme', 'language', 'rules'].some((thing) => dirt.things.has(thing))) return;
    this.key = key;
    this.marks = this.on ? marks : new Map();
    this.shapes.clear(true);
    if (this.on) this.shapes.addFeatures(orders.filter(({ geometry }) => geometry).map((order) => shapeOf(order)));
    this.layer.changed();
    this.labelLayer.changed();
    document.getElementById('map')?.setAttribute('data-orders', String([...this.marks.values()].filter(({ ordered }) => ordered > 0).length));
  }

  /** @param {string} area */
  #border(area) {
    const mark = /** @type {any} */ (this.marks.get(area));
    if (!mark) return null;
    return [...(mark.estimated > mark.ordered ? lines(this.room, mark.estimated, 'estimate') : []), ...(mark.whole > 0 ? lines(this.room, mark.whole, 'order') : [])];
  }

  /** @param {string} area */
  #label(area) {
    const mark = this.marks.get(area);
    if (!mark) return null;
    const palette = mapPalette();
    const ordered = mark.ordered > 0;
    const words = [ordered ? t('order.map-label-order', { level: mark.ordered }) : '', mark.estimated > mark.ordered ? t('order.map-label-estimate', { level: mark.estimated }) : ''];
    const { colour, text_colour } = this.room.desk.rules.warningLevel(ordered ? mark.ordered : mark.estimated);
    return new ol.style.Style({ text: new ol.style.Text({
      text: words.filter(Boolean).join(' '), font: FONT, offsetY: 28, padding: [2, 4, 1, 4],
      fill: new ol.style.Fill({ color: ordered ? text_colour : palette.estimate }),
      backgroundFill: new ol.style.Fill({ color: ordered ? colour : palette.land }),
      backgroundStroke: new ol.style.Stroke({ color: ordered ? palette.outline : palette.estimate, width: 2, lineDash: ordered ? undefined : [4, 3] }),
    }) });
  }
}

/** @param {import('./order-room.js').OrderRoom} room @param {number} level @param {'order' | 'estimate'} kind */
function lines(room, level, kind) {
  const palette = mapPalette();
  if (kind === 'estimate') return [new ol.style.Style({ stroke: new ol.style.Stroke({ color: palette.estimate, width: 3, lineDash: DASH }), zIndex: 1 })];
  const { colour } = room.desk.rules.warningLevel(level);
  return [
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: palette.outline, width: 7 }), zIndex: 2 }),
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: colour, width: 4 }), zIndex: 3 }),
  ];
}

/** @param {any} order */
function shapeOf(order) {
  const geometry = new ol.format.GeoJSON().readGeometry(order.geometry, { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' });
  const feature = new ol.Feature({ geometry });
  feature.setProperties({ level: Number(order.level) }, true);
  return feature;
}
