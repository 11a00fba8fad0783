// @ts-check
/** Fields of simulated floods, fetched once and kept while there is room. */

import { Field, NEVER, tileCodes, tilesOf } from './flood-field.js';

/** Room for fields [bytes]: a day of frames of a small run, some frames of a large one. */
const ROOM_BYTES = 96 * 2 ** 20;

/**
 * @typedef {object} Wanted
 * @property {string} run
 * @property {string} member
 * @property {'depth' | 'peak' | 'arrival'} quantity
 * @property {number} t_s 0 for peak and arrival
 * @property {import('./flood-field.js').Grid} grid
 */

export class FloodStore {
  /** @type {Map<string, Promise<Field>>} */ #held = new Map();
  /** @type {Map<string, Field>} */ #whole = new Map();

  /** @param {(address: string) => Promise<ArrayBuffer | null>} fetchBytes null = 204 */
  constructor(fetchBytes) {
    this.fetchBytes = fetchBytes;
  }

  /**
   * A field, from here or from the server. What failed is asked for again the next time.
   * @param {Wanted} wanted
   * @returns {Promise<Field>}
   */
  field(wanted) {
    const key = keyOf(wanted);
    const held = this.#held.get(key);
    if (held) {
      this.#held.delete(key);
      this.#held.set(key, held);
      return held;
    }
    const asked = this.#fetch(wanted, key);
    this.#held.set(key, asked);
    asked.catch(() => this.#held.delete(key));
    return asked;
  }

  /** A field that is here already. @param {Wanted} wanted @returns {Field | undefined} */
  peek(wanted) {
    return this.#whole.get(keyOf(wanted));
  }

  /** @param {Wanted} wanted @param {string} key */
  async #fetch({ run, member, quantity, t_s, grid }, key) {
    const field = new Field(grid, quantity === 'arrival' ? NEVER : 0);
    await Promise.all(tilesOf(grid).map(async ({ row, column }) => {
      const bytes = await this.fetchBytes(`/api/inundations/${encodeURIComponent(run)}/${member}/${quantity}/${t_s}/${row}/${column}`);
      if (bytes !== null) field.put(row, column, tileCodes(bytes, grid.tile));
    }));
    this.#whole.set(key, field);
    this.#makeRoom(key);
    return field;
  }

  /** Give up what was not asked for the longest. @param {string} newest */
  #makeRoom(newest) {
    let used = [...this.#whole.values()].reduce((sum, field) => sum + field.codes.byteLength, 0);
    for (const key of [...this.#held.keys()]) {
      if (used <= ROOM_BYTES) return;
      const field = this.#whole.get(key);
      if (field === undefined || key === newest) continue;
      used -= field.codes.byteLength;
      this.#whole.delete(key);
      this.#held.delete(key);
    }
  }
}

/** @param {Wanted} wanted */
function keyOf({ run, member, quantity, t_s }) {
  return `${run}/${member}/${quantity}/${t_s}`;
}
