// @ts-check
/** The reference picture with marks, fixed points and, when a trial is looked at, its water line. */

import { drawWaterline } from './camera-picture.js';

const INK = '#00E5FF';
const DARK = '#00202A';

export class CalibrationPicture {
  /** @param {HTMLCanvasElement} canvas @param {(x: number, y: number) => void} onPress picture's pixels */
  constructor(canvas, onPress) {
    this.canvas = canvas;
    /** @type {HTMLImageElement | null} */ this.image = null;
    /** @type {import('./camera-draft.js').Draft | null} */ this.draft = null;
    /** @type {[number, number][]} */ this.waterline = [];
    canvas.addEventListener('click', (event) => {
      if (this.image === null) return;
      const box = canvas.getBoundingClientRect();
      onPress(((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height);
    });
  }

  /** @param {string} address @returns {Promise<void>} */
  async load(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    this.image = image;
    this.canvas.width = image.naturalWidth;
    this.canvas.height = image.naturalHeight;
    this.draw();
  }

  draw() {
    const pen = this.canvas.getContext('2d');
    if (pen === null || this.image === null) return;
    pen.drawImage(this.image, 0, 0);
    drawWaterline(pen, this.waterline, this.canvas.width);
    const size = Math.max(10, this.canvas.width / 60);
    pen.font = `700 ${Math.round(size * 1.3)}px sans-serif`;
    this.draft?.fiducials.forEach((one, i) => {
      outlined(pen, size, () => pen.strokeRect(one.x_px, one.y_px, one.width_px, one.height_px));
      named(pen, `#${i + 1}`, one.x_px + 3, one.y_px - 4);
    });
    this.draft?.marks.forEach(({ x_px: x, y_px: y }, i) => {
      outlined(pen, size, () => {
        pen.beginPath();
        pen.moveTo(x - size, y);
        pen.lineTo(x + size, y);
        pen.moveTo(x, y - size);
        pen.lineTo(x, y + size);
        pen.stroke();
      });
      named(pen, String(i + 1), x + size * 0.4, y - size * 0.4);
    });
  }
}

/** @param {CanvasRenderingContext2D} pen @param {number} size @param {() => void} stroke */
function outlined(pen, size, stroke) {
  for (const [colour, width] of /** @type {[string, number][]} */ ([[DARK, size / 3], [INK, size / 8]])) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    stroke();
  }
}

/** @param {CanvasRenderingContext2D} pen @param {string} text @param {number} x @param {number} y */
function named(pen, text, x, y) {
  pen.strokeStyle = DARK;
  pen.lineWidth = 4;
  pen.strokeText(text, x, y);
  pen.fillStyle = INK;
  pen.fillText(text, x, y);
}
