// @ts-check
/** Evacuation sites and shelters on the map, by hazard; off at first, since a flood picture comes first. */

/* global ol */
import { mapPalette } from './palette.js';

/** Thousands of points say nothing on a whole prefecture: shown below this resolution [m/px]. */
export const REFUGE_RESOLUTION = 60;
const NAME_RESOLUTION = 6;
const FONT = '500 12px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';

export class RefugeLayer {
  constructor() {
    this.kinds = { site: false, shelter: false };
    this.hazard = '';
    /** @type {Map<string, any>} */ this.styles = new Map();
    this.layer = new ol.layer.VectorTile({
      source: new ol.source.VectorTile({
        format: new ol.format.MVT({ idProperty: 'id' }),
        url: '/tiles/refuges/{z}/{x}/{y}.mvt',
        maxZoom: 14,
      }),
      declutter: true,
      visible: false,
      maxResolution: REFUGE_RESOLUTION,
      zIndex: 20,
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => this.#style(feature, resolution),
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (!dirt.things.has('theme') && !dirt.things.has('layers-shown')) return;
    this.styles.clear();
    this.layer.setVisible(this.kinds.site || this.kinds.shelter);
    this.layer.changed();
  }

  /**
   * What lies at a pixel.
   * @param {any} map @param {number[]} pixel
   * @returns {any | null} the properties of the tile's point
   */
  at(map, pixel) {
    let found = null;
    map.forEachFeatureAtPixel(pixel, (/** @type {any} */ feature) => {
      found ??= feature.getProperties();
    }, { layerFilter: (/** @type {any} */ layer) => layer === this.layer, hitTolerance: 6 });
    return found;
  }

  /** @param {any} feature @param {number} resolution */
  #style(feature, resolution) {
    const kind = feature.get('kind');
    if (!(/** @type {any} */ (this.kinds)[kind])) return undefined;
    const hazards = String(feature.get('hazards') ?? '').split(',');
    if (this.hazard !== '' && kind === 'site' && !hazards.includes(this.hazard)) return undefined;
    const name = resolution < NAME_RESOLUTION ? String(feature.get('name') ?? '') : '';
    const key = `${kind}|${name}`;
    let style = this.styles.get(key);
    if (style === undefined) {
      style = refugeStyle(kind, name);
      this.styles.set(key, style);
    }
    return style;
  }
}

/** @param {string} kind @param {string} name */
function refugeStyle(kind, name) {
  const palette = mapPalette();
  return new ol.style.Style({
    image: new ol.style.Icon({ img: refugeCanvas(kind), scale: 0.5, declutterMode: 'none' }),
    text: name === '' ? undefined : new ol.style.Text({
      text: name,
      font: FONT,
      offsetY: 15,
      fill: new ol.style.Fill({ color: palette.name }),
      stroke: new ol.style.Stroke({ color: palette.halo, width: 3 }),
    }),
  });
}

/** @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/**
 * Symbol of a refuge: a green square with an arrow to run into (site), a green house (shelter). 32 px = 16 css px.
 * @param {string} kind
 */
export function refugeCanvas(kind) {
  const known = drawn.get(kind);
  if (known) return known;
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 32;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.lineJoin = 'round';
  context.fillStyle = '#0a7d3c';
  context.strokeStyle = '#ffffff';
  context.lineWidth = 3;
  context.beginPath();
  if (kind === 'shelter') {
    for (const [x, y] of [[16, 3], [29, 15], [25, 15], [25, 28], [7, 28], [7, 15], [3, 15]]) context.lineTo(x, y);
    context.closePath();
  } else {
    context.rect(4, 4, 24, 24);
  }
  context.stroke();
  context.fill();
  context.fillStyle = '#ffffff';
  context.beginPath();
  if (kind === 'shelter') context.rect(13, 18, 6, 10);
  else for (const [x, y] of [[8, 13], [16, 13], [16, 8], [25, 16], [16, 24], [16, 19], [8, 19]]) context.lineTo(x, y);
  context.fill();
  drawn.set(kind, canvas);
  return canvas;
}
