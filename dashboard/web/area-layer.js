// @ts-check
/** Municipalities, and the official warnings in force there: hatched by level, numbered, never colour alone. */

/* global ol */
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { shortPlace } from './place-name.js';
import { levelMark, worstByArea } from './warning-level.js';

const FAMILY = '"Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const NAME_FONT = `500 12px ${FAMILY}`;
const BADGE_FONT = `700 11px ${FAMILY}`;
/** Distance between hatch lines [css px] by level: the worse, the denser. */
const HATCH_GAP = { 2: 22, 3: 15, 4: 13, 5: 8 };
const HATCH_STRENGTH = 0.42;
/** Below this resolution [m/px] a badge has room for its hazards. */
const HAZARD_RESOLUTION = 110;

export class AreaLayer {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.warningsOn = true;
    this.namesOn = true;
    /** Worst warnings by municipality code. @type {Map<string, {level: number, numbered: boolean, hazards: string[]}>} */
    this.worst = new Map();
    /** @type {Map<string, any>} */ this.styles = new Map();
    this.source = new ol.source.VectorTile({
      format: new ol.format.MVT({ idProperty: 'code' }),
      url: '/tiles/areas/{z}/{x}/{y}.mvt',
      maxZoom: 14,
    });
    this.layer = new ol.layer.VectorTile({
      source: this.source,
      zIndex: 10,
      background: mapPalette().sea,
      style: (/** @type {any} */ feature) => this.#ground(String(feature.getId() ?? '')),
    });
    this.labels = new ol.source.Vector();
    this.labelLayer = new ol.layer.Vector({
      source: this.labels,
      declutter: true,
      zIndex: 25,
      renderOrder: (/** @type {any} */ a, /** @type {any} */ b) => this.#level(b) - this.#level(a),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#label(feature, resolution),
    });
    this.source.on('tileloadend', (/** @type {any} */ event) => this.#gather(event.tile.getFeatures()));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const warned = dirt.full || dirt.kinds.has('warning');
    const dressed = ['theme', 'language', 'rules', 'layers-shown'].some((thing) => dirt.things.has(thing));
    if (!warned && !dressed) return;
    this.worst = worstByArea(this.desk.picture.all('warning'));
    this.styles.clear();
    if (dirt.things.has('theme')) this.layer.setBackground(mapPalette().sea);
    this.layer.changed();
    this.labelLayer.changed();
  }

  /**
   * One label a municipality, in the largest piece of it that any tile has shown: tiles cut a
   * municipality into pieces, and a name in each of them would look like as many places.
   * @param {any[]} features
   */
  #gather(features) {
    for (const feature of features) {
      const code = String(feature.getId() ?? '');
      if (code === '' || !feature.getType().includes('Polygon')) continue;
      const [west, south, east, north] = feature.getExtent();
      const size = (east - west) * (north - south);
      const held = this.labels.getFeatureById(code);
      if (held && held.get('size') >= size) continue;
      const points = feature.getType() === 'Polygon' ? feature.getFlatInteriorPoint() : widest(feature.getFlatInteriorPoints());
      const place = new ol.geom.Point([points[0], points[1]]);
      if (held) {
        held.setProperties({ size }, true);
        held.setGeometry(place);
        continue;
      }
      const label = new ol.Feature({ geometry: place });
      label.setId(code);
      label.setProperties({ size, name: shortPlace(feature.get('name')) }, true);
      this.labels.addFeature(label);
    }
  }

  /** The name of a municipality, as far as a tile has told it. @param {string} code */
  nameOf(code) {
    return String(this.labels.getFeatureById(code)?.get('name') ?? '');
  }

  /** @param {any} feature */
  #level(feature) {
    return this.worst.get(String(feature.getId()))?.level ?? 0;
  }

  /** @param {string} code */
  #ground(code) {
    const known = this.styles.get(code);
    if (known) return known;
    const palette = mapPalette();
    const worst = this.warningsOn ? this.worst.get(code) : undefined;
    const styles = [new ol.style.Style({
      fill: new ol.style.Fill({ color: palette.land }),
      stroke: new ol.style.Stroke({ color: palette.border, width: 1 }),
    })];
    if (worst) {
      const { colour } = this.desk.rules.warningLevel(worst.level);
      styles.push(new ol.style.Style({
        fill: new ol.style.Fill({ color: hatchPattern(worst.level, colour) }),
        stroke: new ol.style.Stroke({ color: colour, width: worst.level >= 4 ? 2.5 : 1.5 }),
        zIndex: worst.level,
      }));
    }
    this.styles.set(code, styles);
    return styles;
  }

  /** @param {any} feature @param {number} resolution */
  #label(feature, resolution) {
    const code = String(feature.getId());
    const near = resolution < HAZARD_RESOLUTION;
    const key = `${code}|${near}`;
    const known = this.styles.get(key);
    if (known) return known;
    const worst = this.warningsOn ? this.worst.get(code) : undefined;
    const styles = [];
    if (worst) styles.push(new ol.style.Style({ text: this.#badge(worst, near) }));
    if (this.namesOn) styles.push(new ol.style.Style({ text: this.#name(feature.get('name'), worst !== undefined) }));
    this.styles.set(key, styles);
    return styles;
  }

  /** @param {string} name @param {boolean} below whether a badge stands above it */
  #name(name, below) {
    const palette = mapPalette();
    return new ol.style.Text({
      text: name,
      font: NAME_FONT,
      fill: new ol.style.Fill({ color: palette.name }),
      stroke: new ol.style.Stroke({ color: palette.halo, width: 3 }),
      offsetY: below ? 10 : 0,
    });
  }

  /** @param {{level: number, numbered: boolean, hazards: string[]}} worst @param {boolean} near */
  #badge(worst, near) {
    const rule = this.desk.rules.warningLevel(worst.level);
    const palette = mapPalette();
    // From level 4 on a filled badge; below it a framed one, or a night of warnings would drown the gauges.
    const loud = worst.level >= 4;
    return new ol.style.Text({
      text: t('map.official', { level: levelMark(worst.level, worst.numbered), hazard: near ? worst.hazards.join('・') : '' }).trim(),
      font: BADGE_FONT,
      fill: new ol.style.Fill({ color: loud ? rule.text_colour : palette.ink }),
      backgroundFill: new ol.style.Fill({ color: loud ? rule.colour : palette.land }),
      backgroundStroke: new ol.style.Stroke({ color: loud ? palette.outline : rule.colour, width: loud ? 1 : 1.5 }),
      padding: [2, 4, 1, 4],
      offsetY: -10,
    });
  }
}

/**
 * A hatch: lines for levels 2 and 3, crossed lines from level 4.
 * @param {number} level @param {string} colour
 * @returns {CanvasPattern | string}
 */
export function hatchPattern(level, colour) {
  const ratio = Math.max(1, Math.round(window.devicePixelRatio));
  const gap = (/** @type {any} */ (HATCH_GAP)[Math.min(level, 5)] ?? HATCH_GAP[2]) * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = gap;
  canvas.height = gap;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.strokeStyle = colour;
  context.globalAlpha = HATCH_STRENGTH;
  context.lineWidth = 1.3 * ratio;
  context.beginPath();
  for (const shift of [-gap, 0, gap]) {
    context.moveTo(shift - 2, gap + 2);
    context.lineTo(shift + gap + 2, -2);
    if (level >= 4) {
      context.moveTo(shift - 2, -2);
      context.lineTo(shift + gap + 2, gap + 2);
    }
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? colour;
}

/** The interior point in the widest polygon. @param {number[]} flat x, y, width, … @returns {number[]} x, y */
function widest(flat) {
  let best = 0;
  for (let i = 3; i < flat.length; i += 3) if (flat[i + 2] > flat[best + 2]) best = i;
  return flat.slice(best, best + 2);
}
