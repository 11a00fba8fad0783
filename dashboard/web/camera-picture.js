// @ts-check
/** The water line as it is drawn on pictures of cameras: yellow on black, seen on white board and dark water. */

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number][]} line [px]
 * @param {number} width of the picture [px]
 */
export function drawWaterline(pen, line, width) {
  if (line.length < 2) return;
  const path = new Path2D();
  line.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  for (const [colour, part] of /** @type {[string, number][]} */ ([['#000', 150], ['#FFE600', 320]])) {
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(1.5, width / part);
    pen.stroke(path);
  }
}
