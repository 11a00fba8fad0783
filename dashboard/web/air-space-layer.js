// @ts-check
/** Airspaces on the map: told apart by line and hatching, named with their heights; those to come are dotted. */

/* global ol */
import { airColours } from './air-mark.js';
import { spacePhase } from './air-space-standing.js';
import { heightsText, spaceKindText, timesText } from './air-space-words.js';
import { language } from './language.js';
import { mapPalette } from './palette.js';

const FONT = '700 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
/** Above this resolution [m/px] their names would cover more than the spaces. */
const LABEL_RESOLUTION = 320;
const HATCH_PX = 12;
/** Width of the line and its dashes [css px], and whether the ground is hatched. @type {Record<string, {width: number, dash: number[], hatch: boolean}>} */
const LOOKS = {
  emergency: { width: 4, dash: [], hatch: true },
  'keep-out': { width: 3, dash: [], hatch: true },
  operation: { width: 2.5, dash: [12, 5, 3, 5], hatch: false },
  'keep-in': { width: 2.5, dash: [9, 6], hatch: false },
};

export class AirSpaceLayer {
  /** @param {import('./air-room.js').AirRoom} room */
  constructor(room) {
    this.room = room;
    this.on = true;
    this.drawn = '';
    this.source = new ol.source.Vector();
    this.format = new ol.format.GeoJSON();
    this.layer = new ol.layer.Vector({
      source: this.source, zIndex: 17, declutter: true, style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const touched = dirt.full || dirt.kinds.has('airspace') || ['tick', 'theme', 'language', 'layers-shown'].some((thing) => dirt.things.has(thing));
    if (!touched) return;
    const now = this.room.desk.now();
    const spaces = this.on ? this.room.desk.picture.all('airspace') : [];
    const key = `${language()}|${JSON.stringify(spaces.map((space) => [space.id, spacePhase(space, now), space.kind, space.name, space.floor_tp_m, space.ceiling_tp_m, space.from_at, space.to_at, space.geometry]))}`;
    if (key === this.drawn && !dirt.things.has('theme')) return;
    this.drawn = key;
    this.source.clear(true);
    for (const space of spaces) {
      const phase = spacePhase(space, now);
      if (phase === 'past') continue;
      const geometry = this.format.readGeometry(space.geometry, { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' });
      const feature = new ol.Feature({ geometry });
      const words = [`${spaceKindText(space.kind)} ${space.name}`, heightsText(space), phase === 'ahead' ? timesText(space, now) : ''].filter(Boolean);
      feature.setProperties({ space: String(space.id), kind: space.kind, phase, label: words.join('\n') }, true);
      this.source.addFeature(feature);
    }
    document.getElementById('map')?.setAttribute('data-airspaces', String(this.source.getFeatures().length));
  }

  /** Where an airspace lies, web mercator; null while it is not drawn. @param {string} id @returns {number[] | null} */
  extentOf(id) {
    const feature = this.source.getFeatures().find((/** @type {any} */ one) => one.get('space') === id);
    return feature ? feature.getGeometry().getExtent() : null;
  }

  /** @param {any} feature @param {number} resolution */
  #style(feature, resolution) {
    const { width, dash, hatch } = LOOKS[feature.get('kind')] ?? LOOKS.operation;
    const palette = mapPalette();
    const [west, , east, north] = feature.getGeometry().getExtent();
    const ahead = feature.get('phase') === 'ahead';
    const colour = hatch ? airColours().alarm : palette.ink;
    const line = (/** @type {string} */ color, /** @type {number} */ extra) => new ol.style.Style({
      stroke: new ol.style.Stroke({ color, width: width + extra, lineDash: ahead ? [2, 6] : dash, lineCap: 'butt' }),
    });
    const styles = [line(palette.halo, 3), line(colour, 0)];
    if (feature.get('kind') === 'emergency' && !ahead) styles.push(line(palette.halo, -2.5));
    if (hatch && !ahead) styles.unshift(new ol.style.Style({ fill: new ol.style.Fill({ color: hatching(colour) }) }));
    if (resolution > LABEL_RESOLUTION) return styles;
    styles.push(new ol.style.Style({
      // Above its northern edge: what flies is inside.
      geometry: new ol.geom.Point([(west + east) / 2, north]),
      text: new ol.style.Text({
        text: feature.get('label'), font: FONT, overflow: true, declutterMode: 'declutter', textBaseline: 'bottom', offsetY: -4,
        fill: new ol.style.Fill({ color: palette.ink }), stroke: new ol.style.Stroke({ color: palette.halo, width: 4 }),
      }),
    }));
    return styles;
  }
}

/** @type {Map<string, any>} */
const patterns = new Map();

/** Thin lines from the upper left to the lower right; warnings lean the other way. @param {string} colour */
function hatching(colour) {
  const known = patterns.get(colour);
  if (known) return known;
  const tile = document.createElement('canvas');
  tile.width = tile.height = HATCH_PX;
  const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext('2d'));
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.55;
  pen.lineWidth = 1.2;
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    pen.beginPath();
    pen.moveTo(shift, 0);
    pen.lineTo(shift + HATCH_PX, HATCH_PX);
    pen.stroke();
  }
  const made = pen.createPattern(tile, 'repeat');
  patterns.set(colour, made);
  return made;
}
