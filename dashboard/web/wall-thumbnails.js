// @ts-check
/** Thumbnails of streams: asked for at most once a second while they are seen; what fails is left alone for longer and returned to. */

/** A tile shows at most one picture in this time [ms]. */
export const EVERY_MS = 1000;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

/** How long to leave a stream alone after so many failures in a row. @param {number} failures from 1 @returns {number} [ms] */
export function waitMs(failures) {
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
}

/**
 * @typedef {object} Shot
 * @property {string} url address of the picture in this page
 * @property {number} observedMs [ms since 1970], NaN = not told
 * @property {boolean} newMotion
 *
 * @typedef {object} Slot
 * @property {string} address
 * @property {boolean} seen
 * @property {boolean} busy
 * @property {number} failures
 * @property {number} nextMs
 * @property {string} etag
 * @property {string} url
 */

export class Thumbnails {
  /** @type {Map<string, Slot>} */ #slots = new Map();
  /** How many pictures were fetched, for tests. */
  fetched = 0;

  /**
   * @param {() => number} monotonic [ms]
   * @param {(id: string, shot: Shot) => void} onShot
   * @param {(id: string, code: string | null) => void} onFault null = it is over
   * @param {typeof fetch} [ask]
   */
  constructor(monotonic, onShot, onFault, ask = (address, init) => fetch(address, init)) {
    this.monotonic = monotonic;
    this.onShot = onShot;
    this.onFault = onFault;
    this.ask = ask;
  }

  /** Say which streams there are. @param {Map<string, string>} addresses by tile */
  set(addresses) {
    for (const [id, slot] of this.#slots) {
      if (addresses.get(id) === slot.address) continue;
      if (slot.url) URL.revokeObjectURL(slot.url);
      this.#slots.delete(id);
    }
    for (const [id, address] of addresses) {
      if (!this.#slots.has(id)) this.#slots.set(id, { address, seen: true, busy: false, failures: 0, nextMs: 0, etag: '', url: '' });
    }
  }

  /** @param {string} id @param {boolean} seen whether the tile is on the screen */
  see(id, seen) {
    const slot = this.#slots.get(id);
    if (slot) slot.seen = seen;
  }

  /** Ask for what is due. */
  async tick() {
    const now = this.monotonic();
    const due = [...this.#slots].filter(([, slot]) => slot.seen && !slot.busy && slot.nextMs <= now);
    await Promise.all(due.map(([id, slot]) => this.#renew(id, slot)));
  }

  /** @param {string} id @param {Slot} slot */
  async #renew(id, slot) {
    slot.busy = true;
    slot.nextMs = this.monotonic() + EVERY_MS;
    try {
      const answer = await this.ask(slot.address, { credentials: 'same-origin' });
      if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.error ?? `http-${answer.status}`);
      await this.#take(id, slot, answer);
      if (slot.failures > 0) this.onFault(id, null);
      slot.failures = 0;
    } catch (error) {
      slot.failures += 1;
      slot.nextMs = this.monotonic() + waitMs(slot.failures);
      this.onFault(id, error instanceof TypeError ? 'unreachable' : /** @type {Error} */ (error).message);
    } finally {
      slot.busy = false;
    }
  }

  /** @param {string} id @param {Slot} slot @param {Response} answer */
  async #take(id, slot, answer) {
    const etag = answer.headers.get('ETag') ?? '';
    if (etag !== '' && etag === slot.etag) return;
    const picture = await answer.blob();
    if (this.#slots.get(id) !== slot) return;
    const before = slot.url;
    slot.etag = etag;
    slot.url = URL.createObjectURL(picture);
    this.fetched += 1;
    this.onShot(id, { url: slot.url, observedMs: Date.parse(answer.headers.get('X-Sonae-Observed-At') ?? ''), newMotion: answer.headers.get('X-Sonae-New-Motion') === '1' });
    if (before) URL.revokeObjectURL(before);
  }
}
