// @ts-check
/** Drawing QR codes, on canvas, black on white in every theme: scanners need the quiet zone. */

import { element } from './live-map/element.js';
import { qrcode } from './vendor/qrcode-generator-2.0.4/qrcode.mjs';

const QUIET = 4;
const LEAST_PIXELS = 640;

/** @param {string} text @param {string} label @returns {HTMLElement} */
export function qrCode(text, label) {
  const code = qrcode(0, 'L');
  code.addData(text, 'Byte');
  code.make();
  const modules = code.getModuleCount() + 2 * QUIET;
  const size = Math.max(2, Math.ceil(LEAST_PIXELS / modules));
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'qr', role: 'img', 'aria-label': label, width: modules * size, height: modules * size }));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = '#000000';
  for (let row = 0; row < code.getModuleCount(); row += 1) {
    for (let column = 0; column < code.getModuleCount(); column += 1) {
      if (code.isDark(row, column)) pen.fillRect((column + QUIET) * size, (row + QUIET) * size, size, size);
    }
  }
  return canvas;
}
