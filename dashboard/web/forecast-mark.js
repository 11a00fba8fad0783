// @ts-check
/** The sign on the map that a gauge may pass its danger level soon: a dashed tag with its probability, never like a level. */

const SHARPNESS = 2;
const FONT = '700 12px "Noto Sans CJK JP","Noto Sans JP",sans-serif';
const HEIGHT = 19;
const PADDING = 5;
/** Room below the tag for the stem that ties it to its gauge. */
const STEM = 5;

/** Canvases already drawn, by text and theme. @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/**
 * A canvas with the tag, `SHARPNESS` times its size in css px; shared, do not draw on it.
 * @param {string} text
 * @param {{ink: string, halo: string, estimate: string, light: boolean}} palette
 */
export function markCanvas(text, palette) {
  const key = `${text}|${palette.light}`;
  const known = drawn.get(key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.font = FONT;
  const width = Math.ceil(context.measureText(text).width) + 2 * PADDING;
  canvas.width = width * SHARPNESS;
  canvas.height = (HEIGHT + STEM) * SHARPNESS;
  context.scale(SHARPNESS, SHARPNESS);
  tag(context, width);
  context.fillStyle = palette.halo;
  context.fill();
  context.lineWidth = 2;
  context.setLineDash([4, 2]);
  context.strokeStyle = palette.estimate;
  context.stroke();
  context.font = FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.ink;
  context.fillText(text, width / 2, HEIGHT / 2 + 1);
  drawn.set(key, canvas);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @returns {{height: number, scale: number}} height [css px], scale of the canvas */
export function markSize(canvas) {
  return { height: canvas.height / SHARPNESS, scale: 1 / SHARPNESS };
}

/** A canvas element of its own, for the legend. @param {string} text @param {Parameters<typeof markCanvas>[1]} palette */
export function markElement(text, palette) {
  const source = markCanvas(text, palette);
  const canvas = document.createElement('canvas');
  canvas.className = 'symbol';
  canvas.setAttribute('aria-hidden', 'true');
  canvas.width = source.width;
  canvas.height = source.height;
  canvas.style.width = `${source.width / SHARPNESS}px`;
  canvas.style.height = `${source.height / SHARPNESS}px`;
  canvas.getContext('2d')?.drawImage(source, 0, 0);
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {number} width */
function tag(context, width) {
  const middle = width / 2;
  const bottom = HEIGHT - 1;
  context.beginPath();
  context.moveTo(1, 1);
  context.lineTo(width - 1, 1);
  context.lineTo(width - 1, bottom);
  context.lineTo(middle + 4, bottom);
  context.lineTo(middle, bottom + STEM);
  context.lineTo(middle - 4, bottom);
  context.lineTo(1, bottom);
  context.closePath();
}
