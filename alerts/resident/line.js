// @ts-check
/**
 * The line to the server, on a bad network: one question at a time, given up after a while, asked again later and
 * later, and the last answer kept. Timers and the fetching are arguments.
 */

const GIVE_UP_MS = 12_000;
const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;
/** While somebody looks, the server is asked this often; the answer is mostly "unchanged", a few hundred bytes. */
export const ASK_EVERY_MS = 4_000;

/** @typedef {{answer: any, fetchedAt: number}} Kept */

export class Line {
  /** @type {Kept | null} */ kept = null;
  /** @type {'waiting' | 'asking' | 'fresh' | 'failed'} */ state = 'waiting';
  /** How often in a row the server was not reached. */ failures = 0;
  /** @type {any} */ #timer = null;
  #round = 0;

  /**
   * @param {{
   *   fetch: (address: string, options: any) => Promise<any>, now: () => number, later: (work: () => void, ms: number) => any,
   *   cancel: (timer: any) => void, told: () => void, keep: (kept: Kept) => void, chance: () => number, asleep: () => boolean,
   * }} parts
   */
  constructor(parts) {
    this.parts = parts;
  }

  /** Begin to ask for an address; an earlier one is forgotten. @param {string} address @param {Kept | null} kept */
  follow(address, kept) {
    this.address = address;
    this.kept = kept;
    this.failures = 0;
    void this.ask();
  }

  /** Ask now; what is under way counts no more. */
  async ask() {
    this.parts.cancel(this.#timer);
    const round = ++this.#round;
    const address = /** @type {string} */ (this.address);
    this.state = 'asking';
    this.parts.told();
    const found = await this.#fetched(address).catch(() => null);
    if (round !== this.#round) return;
    this.failures = found === null ? this.failures + 1 : 0;
    this.state = found === null ? 'failed' : 'fresh';
    if (found !== null) {
      this.kept = found;
      this.parts.keep(found);
    }
    // A page that nobody looks at asks nothing: it asks at once when it is looked at again.
    this.#timer = this.parts.later(() => this.parts.asleep() || void this.ask(), this.#pauseMs());
    this.parts.told();
  }

  /** @returns {number} how long to wait before the next question [ms], spread so that not everybody asks at once */
  #pauseMs() {
    if (this.failures === 0) return ASK_EVERY_MS * (0.8 + 0.4 * this.parts.chance());
    const grown = Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), LONGEST_PAUSE_MS);
    return grown * (0.5 + 0.5 * this.parts.chance());
  }

  /** @param {string} address @returns {Promise<Kept>} */
  async #fetched(address) {
    const give = new AbortController();
    const timer = this.parts.later(() => give.abort(), GIVE_UP_MS);
    try {
      // The browser asks each time whether it has changed; caches on the way answer by their own age, at most 5 s.
      const answer = await this.parts.fetch(address, { signal: give.signal, credentials: 'omit', cache: 'no-cache' });
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      return { answer: await answer.json(), fetchedAt: this.parts.now() };
    } finally {
      this.parts.cancel(timer);
    }
  }
}
