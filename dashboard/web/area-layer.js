// @ts-check
/** Municipalities, and the official warnings in force there: hatched by level, numbered, never colour alone. */

/* global ol */
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { shortPlace } from './place-name.js';

const NAME_FONT = '500 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
const BADGE_FONT = '700 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
/** Distance between hatch lines [css px] by level: the worse, the denser. */
const HATCH_GAP = { 2: 16, 3: 11, 4: 8, 5: 6 };

export class AreaLayer {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.warningsOn = true;
    this.namesOn = true;
    /** Worst warnings by municipality code. @type {Map<string, {level: number, hazards: string[]}>} */
    this.worst = new Map();
    /** @type {Map<string, any>} */ this.styles = new Map();
    this.source = new ol.source.VectorTile({
      format: new ol.format.MVT({ idProperty: 'code' }),
      url: '/tiles/areas/{z}/{x}/{y}.mvt',
      maxZoom: 14,
    });
    this.layer = new ol.layer.VectorTile({
      source: this.source,
      declutter: true,
      zIndex: 10,
      background: mapPalette().sea,
      style: (/** @type {any} */ feature) => this.#style(feature),
    });
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
  }

  /** @param {any} feature */
  #style(feature) {
    const code = String(feature.getId() ?? '');
    let style = this.styles.get(code);
    if (style === undefined) {
      style = this.#made(code, shortPlace(feature.get('name')));
      this.styles.set(code, style);
    }
    return style;
  }

  /** @param {string} code @param {string} name */
  #made(code, name) {
    const palette = mapPalette();
    const worst = this.warningsOn ? this.worst.get(code) : undefined;
    const styles = [new ol.style.Style({
      fill: new ol.style.Fill({ color: palette.land }),
      stroke: new ol.style.Stroke({ color: palette.border, width: 1 }),
      text: this.namesOn ? this.#name(name) : undefined,
    })];
    if (worst) {
      const { colour } = this.desk.rules.warningLevel(worst.level);
      styles.push(new ol.style.Style({
        fill: new ol.style.Fill({ color: hatchPattern(worst.level, colour) }),
        stroke: new ol.style.Stroke({ color: colour, width: worst.level >= 4 ? 2.5 : 1.5 }),
        text: this.#badge(worst),
        zIndex: worst.level,
      }));
    }
    return styles;
  }

  /** @param {string} name */
  #name(name) {
    const palette = mapPalette();
    return new ol.style.Text({
      text: name,
      font: NAME_FONT,
      fill: new ol.style.Fill({ color: palette.name }),
      stroke: new ol.style.Stroke({ color: palette.halo, width: 3 }),
      offsetY: 10,
    });
  }

  /** @param {{level: number, hazards: string[]}} worst */
  #badge(worst) {
    const rule = this.desk.rules.warningLevel(worst.level);
    return new ol.style.Text({
      text: t('map.official', { level: worst.level, hazard: worst.hazards.join('・') }),
      font: BADGE_FONT,
      fill: new ol.style.Fill({ color: rule.text_colour }),
      backgroundFill: new ol.style.Fill({ color: rule.colour }),
      backgroundStroke: new ol.style.Stroke({ color: mapPalette().outline, width: 1.5 }),
      padding: [3, 5, 2, 5],
      offsetY: -12,
    });
  }
}

/**
 * The highest level in force in each municipality, and of which hazards.
 * @param {any[]} warnings
 * @returns {Map<string, {level: number, hazards: string[]}>}
 */
export function worstByArea(warnings) {
  const worst = new Map();
  for (const warning of warnings) {
    const level = Number(warning.level);
    if (!(level >= 2)) continue;
    for (const code of warning.areas ?? []) {
      const held = worst.get(String(code));
      if (held === undefined || level > held.level) worst.set(String(code), { level, hazards: [warning.hazard] });
      else if (level === held.level && !held.hazards.includes(warning.hazard)) held.hazards.push(warning.hazard);
    }
  }
  return worst;
}

/**
 * A hatch: lines for levels 2 and 3, crossed lines from level 4.
 * @param {number} level @param {string} colour
 * @returns {CanvasPattern | string}
 */
export function hatchPattern(level, colour) {
  const ratio = Math.max(1, Math.round(window.devicePixelRatio));
  const gap = (/** @type {any} */ (HATCH_GAP)[Math.min(level, 5)] ?? 16) * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = gap;
  canvas.height = gap;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.strokeStyle = colour;
  context.globalAlpha = 0.8;
  context.lineWidth = (level >= 4 ? 1.6 : 1.3) * ratio;
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
