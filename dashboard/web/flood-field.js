// @ts-check
/**
 * Fields of a simulated flood: tiles of codes put together, and what lies at a place. Pure.
 * Codes (docs/live.md, "Simulated floods"): depth [cm], arrival [min]; 65535 = unknown ground, arrival 65534 = never.
 */

export const UNKNOWN = 65535;
export const NEVER = 65534;
/** Radius of the sphere of EPSG:3857 [m]. */
const SPHERE_M = 6_378_137;

/**
 * @typedef {object} Grid
 * @property {number} west [m of EPSG:3857]
 * @property {number} north
 * @property {number} cell_x
 * @property {number} cell_y
 * @property {number} rows
 * @property {number} columns
 * @property {number} tile cells along the side of a tile
 */

/** A field that was sent in another form than agreed. */
export class UnreadableTile extends Error {}

/**
 * The codes of one tile, row by row from the top left.
 * @param {ArrayBuffer} bytes little-endian, already inflated by the browser
 * @param {number} side cells along its side
 * @throws {UnreadableTile} when it has another size
 */
export function tileCodes(bytes, side) {
  if (bytes.byteLength !== side * side * 2) throw new UnreadableTile(`a tile of ${bytes.byteLength} bytes, not ${side * side * 2}`);
  const view = new DataView(bytes);
  const codes = new Uint16Array(side * side);
  for (let at = 0; at < codes.length; at += 1) codes[at] = view.getUint16(2 * at, true);
  return codes;
}

/**
 * Rows and columns of a grid's tiles.
 * @param {Grid} grid
 * @returns {{row: number, column: number}[]}
 */
export function tilesOf(grid) {
  const found = [];
  for (let row = 0; row * grid.tile < grid.rows; row += 1) {
    for (let column = 0; column * grid.tile < grid.columns; column += 1) found.push({ row, column });
  }
  return found;
}

/** One quantity of one member at one time, over the whole grid. */
export class Field {
  /** @param {Grid} grid @param {number} nothing code of ground that stays dry: 0, of arrival 65534 */
  constructor(grid, nothing) {
    this.grid = grid;
    this.nothing = nothing;
    this.codes = new Uint16Array(grid.rows * grid.columns).fill(nothing);
  }

  /**
   * Put a tile in its place; what it has beyond the grid is left out.
   * @param {number} row of tiles @param {number} column of tiles @param {Uint16Array} codes
   */
  put(row, column, codes) {
    const { tile, rows, columns } = this.grid;
    const width = Math.min(tile, columns - column * tile);
    const height = Math.min(tile, rows - row * tile);
    for (let line = 0; line < height; line += 1) {
      const from = codes.subarray(line * tile, line * tile + width);
      this.codes.set(from, (row * tile + line) * columns + column * tile);
    }
  }

  /**
   * The code at a place, undefined beyond the grid.
   * @param {number} x [m of EPSG:3857] @param {number} y
   */
  at(x, y) {
    const { west, north, cell_x: width, cell_y: height, rows, columns } = this.grid;
    const column = Math.floor((x - west) / width);
    const row = Math.floor((north - y) / height);
    const inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? this.codes[row * columns + column] : undefined;
  }
}

/**
 * What a depth field comes to.
 * @param {Field} field of depth or peak [cm]
 * @param {number} least_cm from which a cell counts as under water
 * @returns {{wet_km2: number, deepest_cm: number, at: [number, number] | null}} `at` = x, y of the deepest cell
 */
export function extentOf(field, least_cm) {
  const { grid, codes } = field;
  let wet_km2 = 0;
  let deepest_cm = 0;
  let deepest = -1;
  for (let row = 0; row < grid.rows; row += 1) {
    let wet = 0;
    for (let at = row * grid.columns; at < (row + 1) * grid.columns; at += 1) {
      const code = codes[at];
      if (code < least_cm || code === UNKNOWN) continue;
      wet += 1;
      if (code > deepest_cm) {
        deepest_cm = code;
        deepest = at;
      }
    }
    // Lengths of the map are longer than on the ground by 1 / cos(latitude).
    const shrink = 1 / Math.cosh((grid.north - grid.cell_y * (row + 0.5)) / SPHERE_M);
    wet_km2 += (wet * grid.cell_x * grid.cell_y * shrink ** 2) / 1e6;
  }
  return { wet_km2, deepest_cm, at: deepest < 0 ? null : middle(grid, deepest) };
}

/**
 * The rectangle around all water.
 * @param {Field} field of depth or peak [cm] @param {number} least_cm
 * @returns {[number, number, number, number] | null} west, south, east, north [m of EPSG:3857], null when it is dry
 */
export function wetExtent({ grid, codes }, least_cm) {
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (let at = 0; at < codes.length; at += 1) {
    if (codes[at] < least_cm || codes[at] === UNKNOWN) continue;
    const column = at % grid.columns;
    const row = (at - column) / grid.columns;
    top = Math.min(top, row);
    bottom = row;
    left = Math.min(left, column);
    right = Math.max(right, column);
  }
  if (bottom < 0) return null;
  return [grid.west + grid.cell_x * left, grid.north - grid.cell_y * (bottom + 1), grid.west + grid.cell_x * (right + 1), grid.north - grid.cell_y * top];
}

/** @param {Grid} grid @param {number} at @returns {[number, number]} */
function middle(grid, at) {
  const row = Math.floor(at / grid.columns);
  return [grid.west + grid.cell_x * ((at % grid.columns) + 0.5), grid.north - grid.cell_y * (row + 0.5)];
}

/** @param {Grid} grid @returns {[number, number, number, number]} west, south, east, north [m of EPSG:3857] */
export function gridExtent(grid) {
  return [grid.west, grid.north - grid.cell_y * grid.rows, grid.west + grid.cell_x * grid.columns, grid.north];
}
