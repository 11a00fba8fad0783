// @ts-check
/** The water of a simulated flood on the map: official colours, outlined, marked as a simulation; unknown ground hatched. */

/* global ol */
import { element } from './element.js';
import { arrivalRanks, borders, depthRanks, paint, ranksOf, rgba, unknownMask } from './flood-colour.js';
import { gridExtent } from './flood-field.js';
import { t } from './language.js';
import { ARRIVAL_COLOURS, ARRIVAL_LIMITS_MIN, floodPalette } from './palette.js';

/** Where the rules are not known, what counts as under water [m]. */
const WET_M = 0.05;
const OPACITY = 0.94;
/** From so many screen pixels a cell on, its borders are drawn as lines; below, as darker cells. */
const LINES_FROM_PX = 3;
const HATCH_PX = 9;
const WATERMARK_PX = { gap: 34, height: 84 };

export class FloodLayer {
  canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'flood-canvas' }));
  scratch = document.createElement('canvas');
  /** What was painted last, by field. @type {{key: string, field: any, ranks: Uint8Array, image: HTMLCanvasElement, edged: HTMLCanvasElement} | null} */
  painted = null;
  /** Unknown ground of a run. @type {{run: string, mask: HTMLCanvasElement | null} | null} */
  ground = null;
  /** @type {Map<string, HTMLCanvasElement>} */ tiles = new Map();

  /** @param {import('./flood.js').Flood} flood */
  constructor(flood) {
    this.flood = flood;
    this.layer = new ol.layer.Layer({ zIndex: 15, visible: false, render: (/** @type {any} */ frame) => this.#draw(frame) });
    this.drawn = '';
    // The library's own style sheet unsets everything on canvases of the map, but not what they carry themselves.
    Object.assign(this.canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%' });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { shown } = this.flood;
    const key = shown === null ? '' : this.#key(shown);
    const dressed = ['theme', 'language', 'rules'].some((thing) => dirt.things.has(thing));
    if (key === this.drawn && !dressed) return;
    if (dressed) {
      this.painted = null;
      this.tiles.clear();
    }
    this.drawn = key;
    // Without a flood the other layers share one canvas, as they did before.
    this.layer.setVisible(shown !== null);
    this.layer.changed();
  }

  /** @param {import('./flood.js').Shown} shown */
  #key({ run, member, view, t_s }) {
    return `${run}/${member}/${view}/${t_s}`;
  }

  /** @param {any} frame what OpenLayers tells of the map: size, view, pixel ratio */
  #draw(frame) {
    const ratio = frame.pixelRatio;
    const [width, height] = frame.size.map((/** @type {number} */ side) => Math.round(side * ratio));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    context.clearRect(0, 0, width, height);
    const { shown } = this.flood;
    if (shown === null) return this.canvas;
    const place = placeOn(shown.field.grid, frame, width, height);
    if (place.x > width || place.y > height || place.x + place.width < 0 || place.y + place.height < 0) return this.canvas;
    const painted = this.#painted(shown);
    const lines = place.cell >= LINES_FROM_PX * ratio;
    context.imageSmoothingEnabled = place.cell < 1;
    context.drawImage(lines ? painted.image : painted.edged, place.x, place.y, place.width, place.height);
    this.#mark(context, place, ratio, width, height);
    if (lines) this.#outline(context, painted.ranks, shown.field.grid, place, ratio, width, height);
    this.#unknown(context, shown, place, ratio, width, height);
    return this.canvas;
  }

  /** @param {import('./flood.js').Shown} shown */
  #painted(shown) {
    const key = this.#key(shown);
    if (this.painted?.key === key && this.painted.field === shown.field) return this.painted;
    const { depths } = this.flood.desk.rules;
    const arrival = shown.view === 'arrival';
    const limits = depths.length > 0 ? depths.map(({ from_m: from }) => from) : [WET_M];
    const table = arrival ? arrivalRanks(ARRIVAL_LIMITS_MIN) : depthRanks(limits);
    const hex = arrival ? ARRIVAL_COLOURS : limits.map((_, index) => depths[index]?.colour ?? floodPalette().unknown);
    const ranks = ranksOf(shown.field.codes, table);
    const { columns, rows } = shown.field.grid;
    const colours = hex.map((colour) => rgba(colour, OPACITY));
    const edges = { shore: rgba(floodPalette().shore, 1), inner: rgba(floodPalette().inner, OPACITY) };
    this.painted = {
      key, field: shown.field, ranks,
      image: canvasOf(paint(ranks, columns, colours, null), columns, rows),
      edged: canvasOf(paint(ranks, columns, colours, edges), columns, rows),
    };
    return this.painted;
  }

  /**
   * The word for a simulation over the water itself, so that no cut of the picture can pass for an observation.
   * @param {CanvasRenderingContext2D} context @param {Place} place @param {number} ratio @param {number} width @param {number} height
   */
  #mark(context, place, ratio, width, height) {
    const pattern = context.createPattern(this.#tile('mark', ratio), 'repeat');
    if (!pattern) return;
    // Held to the ground, so that it does not swim when the map is moved.
    pattern.setTransform(new DOMMatrix([1, 0, 0, 1, place.x, place.y]));
    context.globalCompositeOperation = 'source-atop';
    context.fillStyle = pattern;
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = 'source-over';
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {Uint8Array} ranks @param {import('./flood-field.js').Grid} grid
   * @param {Place} place @param {number} ratio @param {number} width @param {number} height
   */
  #outline(context, ranks, grid, place, ratio, width, height) {
    const across = place.width / grid.columns;
    const down = place.height / grid.rows;
    const window = {
      left: Math.max(0, Math.floor(-place.x / across)), right: Math.min(grid.columns, Math.ceil((width - place.x) / across)),
      top: Math.max(0, Math.floor(-place.y / down)), bottom: Math.min(grid.rows, Math.ceil((height - place.y) / down)),
    };
    const found = borders(ranks, grid.columns, window);
    const palette = floodPalette();
    for (const [lines, colour, px] of /** @type {[number[], string, number][]} */ ([[found.inner, palette.inner, 1], [found.shore, palette.shore, 2]])) {
      context.beginPath();
      for (let at = 0; at < lines.length; at += 4) {
        context.moveTo(place.x + lines[at] * across, place.y + lines[at + 1] * down);
        context.lineTo(place.x + lines[at + 2] * across, place.y + lines[at + 3] * down);
      }
      context.strokeStyle = colour;
      context.lineWidth = px * ratio;
      context.lineCap = 'square';
      context.stroke();
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {import('./flood.js').Shown} shown
   * @param {Place} place @param {number} ratio @param {number} width @param {number} height
   */
  #unknown(context, shown, place, ratio, width, height) {
    if (this.ground?.run !== shown.run) {
      const mask = unknownMask(shown.field.codes);
      this.ground = { run: shown.run, mask: mask === null ? null : canvasOf(mask, shown.field.grid.columns, shown.field.grid.rows) };
    }
    if (this.ground.mask === null) return;
    this.scratch.width = width;
    this.scratch.height = height;
    const over = /** @type {CanvasRenderingContext2D} */ (this.scratch.getContext('2d'));
    over.imageSmoothingEnabled = place.cell < 1;
    over.drawImage(this.ground.mask, place.x, place.y, place.width, place.height);
    over.globalCompositeOperation = 'source-in';
    const pattern = over.createPattern(this.#tile('hatch', ratio), 'repeat');
    pattern?.setTransform(new DOMMatrix([1, 0, 0, 1, place.x, place.y]));
    over.fillStyle = pattern ?? floodPalette().unknown;
    over.fillRect(0, 0, width, height);
    context.drawImage(this.scratch, 0, 0);
  }

  /** @param {'mark' | 'hatch'} name @param {number} ratio */
  #tile(name, ratio) {
    const key = `${name}|${ratio}`;
    let tile = this.tiles.get(key);
    if (tile === undefined) {
      tile = name === 'mark' ? markTile(t('flood.mark'), ratio) : hatchTile(ratio);
      this.tiles.set(key, tile);
    }
    return tile;
  }
}

/** @typedef {{x: number, y: number, width: number, height: number, cell: number}} Place where a grid lies on the canvas [px] */

/** @param {import('./flood-field.js').Grid} grid @param {any} frame @param {number} width @param {number} height @returns {Place} */
function placeOn(grid, frame, width, height) {
  const { center, resolution } = frame.viewState;
  const scale = frame.pixelRatio / resolution;
  const [west, south, east, north] = gridExtent(grid);
  return {
    x: width / 2 + (west - center[0]) * scale, y: height / 2 - (north - center[1]) * scale,
    width: (east - west) * scale, height: (north - south) * scale, cell: grid.cell_x * scale,
  };
}

/** @param {Uint8ClampedArray} pixels @param {number} columns @param {number} rows */
function canvasOf(pixels, columns, rows) {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext('2d')?.putImageData(new ImageData(/** @type {any} */ (pixels), columns, rows), 0, 0);
  return canvas;
}

/** @param {number} ratio */
export function hatchTile(ratio) {
  const side = Math.round(HATCH_PX * ratio);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const palette = floodPalette();
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = palette.hatch;
  context.lineWidth = 1.6 * ratio;
  for (const shift of [-side, 0, side]) {
    context.beginPath();
    context.moveTo(shift - 2, -2);
    context.lineTo(shift + side + 2, side + 2);
    context.stroke();
  }
  return canvas;
}

/** @param {string} word @param {number} ratio */
function markTile(word, ratio) {
  const canvas = document.createElement('canvas');
  const font = '700 15px "Noto Sans CJK JP","Noto Sans JP","Hiragino Sans","Yu Gothic UI",Meiryo,sans-serif';
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.font = font;
  const half = context.measureText(word).width + WATERMARK_PX.gap;
  canvas.width = Math.round(2 * half * ratio);
  canvas.height = Math.round(WATERMARK_PX.height * ratio);
  context.scale(ratio, ratio);
  // A canvas that was given a size has forgotten what it was told.
  context.font = font;
  context.fillStyle = floodPalette().mark;
  for (const [x, y] of [[8, 34], [half + 8, 76]]) {
    context.save();
    context.translate(x, y);
    context.rotate(-Math.PI / 9);
    context.fillText(word, 0, 0);
    context.restore();
  }
  return canvas;
}
