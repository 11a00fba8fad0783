// @ts-check
/**
 * Bringing tablet and server together: the outbox goes up in batches, changes come down, photos follow.
 * Whatever the answer, nothing in the outbox is lost and nothing blocks the rest.
 */

import { canonicalText, sha256Hex } from './canonical.js';
import { APP } from './journal.js';
import { fold } from './merge.js';

/** Operations in one request; fewer after a line broke in the middle. */
const BATCH = 200;
const SMALL_BATCH = 20;
/** How often to ask when nothing happens [ms]. */
const POLL_MS = 15_000;
const SOON_MS = 300;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** A slower answer tells the clock too badly [ms]. */
const SLOW_ANSWER_MS = 3_000;

/**
 * How long to wait before the next try: half to all of a wait that doubles, so that a hundred tablets
 * do not all knock at the moment the network is back.
 * @param {number} failures in a row, from 1
 * @param {() => number} random 0 to 1
 * @returns {number} [ms]
 */
export function waitMs(failures, random) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(longest * (0.5 + 0.5 * random()));
}

/** @typedef {{phase: 'idle' | 'busy' | 'failed', failures: number, error: any, next_ms: number | null}} SyncStatus */

export class Sync {
  /** @type {SyncStatus} */
  status = { phase: 'idle', failures: 0, error: null, next_ms: null };
  #journal;
  #transport;
  #now;
  #random;
  #later;
  #forget;
  #alone;
  /** @type {any} */ #timer = null;
  #again = false;
  #batch = BATCH;
  /** @type {() => void} */ #told;

  /**
   * @param {import('./journal.js').Journal} journal
   * @param {any} transport as `transport.js`
   * @param {{now?: () => number, random?: () => number, later?: (work: () => void, ms: number) => any, forget?: (timer: any) => void, alone?: (work: () => Promise<void>) => Promise<void>, told?: () => void}} [means]
   *   `alone`: does work unless another tab of this tablet is at it
   */
  constructor(journal, transport, means = {}) {
    this.#journal = journal;
    this.#transport = transport;
    this.#now = means.now ?? Date.now;
    this.#random = means.random ?? Math.random;
    this.#later = means.later ?? ((work, ms) => setTimeout(work, ms));
    this.#forget = means.forget ?? ((timer) => clearTimeout(timer));
    this.#alone = means.alone ?? ((work) => work());
    this.#told = means.told ?? (() => undefined);
  }

  /** Something new waits: send it soon, unless the line is known to be down and a wait is running. */
  nudge() {
    if (this.status.phase === 'busy') this.#again = true;
    else if (this.status.phase === 'idle') this.#schedule(SOON_MS);
  }

  /** The line may be back, or a person asks: try at once. */
  tryNow() {
    if (this.status.phase === 'busy') this.#again = true;
    else this.#schedule(0);
  }

  /** One pass; then the next one is planned. Never throws. */
  async pass() {
    if (this.status.phase === 'busy') return;
    this.#plan(null);
    this.#say({ phase: 'busy', next_ms: null });
    this.#again = false;
    try {
      await this.#alone(() => this.#exchange());
      this.#batch = BATCH;
      this.#say({ phase: 'idle', failures: 0, error: null });
      this.#schedule(this.#again ? SOON_MS : POLL_MS * (0.8 + 0.4 * this.#random()));
    } catch (error) {
      this.#batch = SMALL_BATCH;
      const failures = this.status.failures + 1;
      this.#say({ phase: 'failed', failures, error });
      const asked = /** @type {any} */ (error).retryAfterS;
      const least = asked ? asked * 1000 * (1 + 0.2 * this.#random()) : 0;
      this.#schedule(Math.max(least, waitMs(failures, this.#random)));
    }
  }

  async #exchange() {
    if (this.#journal.fact('enrolment') === null) return;
    if (this.#journal.fact('bundle') === null) await this.#loadBundle();
    await this.#send();
    await this.#receive();
    await this.#sendPhotos();
  }

  async #send() {
    for (;;) {
      const waiting = this.#journal.waiting;
      if (waiting.length === 0) return;
      await this.#sendBatch(waiting.slice(0, this.#batch), waiting);
    }
  }

  /** @param {import('./journal.js').Waiting[]} batch @param {import('./journal.js').Waiting[]} waiting */
  async #sendBatch(batch, waiting) {
    const sent_ms = this.#now();
    try {
      const answer = await this.#transport.operations({
        sent_ms, waiting: waiting.length, oldest_ms: waiting[0].made_ms, app: APP, operations: batch.map((one) => one.operation),
      });
      await this.#learn(answer.server_ms, sent_ms);
      await this.#journal.settle(answer.results);
      // An answer that says nothing of what was sent must not be asked for again and again.
      if (batch.every((one) => this.#journal.outbox.get(one.id)?.status === 'waiting')) {
        throw new Error('the server answered without a result');
      }
      if (answer.incident !== undefined && answer.incident !== this.#journal.fact('bundle').incident.id) await this.#loadBundle();
    } catch (error) {
      const status = /** @type {any} */ (error).status;
      if (status !== 413 && status !== 422) throw error;
      await this.#divide(batch, waiting, /** @type {any} */ (error));
    }
  }

  /** One operation spoils the whole body: find it, set it aside, send the others. @param {any[]} batch @param {any[]} waiting @param {any} error */
  async #divide(batch, waiting, error) {
    if (batch.length === 1) {
      await this.#journal.settle([{ id: batch[0].id, result: 'quarantined', reason: error.code, detail: error.detail }]);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await this.#sendBatch(batch.slice(0, half), waiting);
    await this.#sendBatch(batch.slice(half), waiting);
  }

  async #receive() {
    for (;;) {
      const sent_ms = this.#now();
      const answer = await this.#transport.changes(this.#journal.fact('position'));
      await this.#learn(answer.server_ms, sent_ms);
      if (answer.reset || answer.incident !== this.#journal.fact('bundle').incident.id) {
        await this.#loadBundle();
        return;
      }
      await this.#journal.take(answer.operations, { position: answer.position, expected: answer.expected });
      if (!answer.more) return;
    }
  }

  /** Read the bundle to its end before anything old is thrown away. @returns {Promise<void>} */
  async #loadBundle() {
    const sent_ms = this.#now();
    const { operations, position, more, expected, ...bundle } = await this.#transport.bundle();
    const all = [...operations];
    let end = { position, more, expected };
    while (end.more) {
      const answer = await this.#transport.changes(end.position);
      if (answer.reset) return this.#loadBundle();
      all.push(...answer.operations);
      end = answer;
    }
    const digest_differs =
      bundle.state_digest !== null && (await sha256Hex(canonicalText(fold(operations)))) !== bundle.state_digest;
    const facts = { bundle, position: end.position, expected: end.expected, digest_differs };
    await this.#journal.take(all, facts, { replace: true });
    await this.#learn(bundle.server_ms, sent_ms);
  }

  async #sendPhotos() {
    for (const { hash, status } of [...this.#journal.photos.values()]) {
      if (status !== 'waiting') continue;
      try {
        await this.#transport.photo(await this.#journal.photo(hash));
        await this.#journal.settlePhoto(hash, 'sent');
      } catch (error) {
        const { status: code, detail } = /** @type {any} */ (error);
        if (code !== 413 && code !== 422) throw error;
        await this.#journal.settlePhoto(hash, 'refused', detail);
      }
    }
  }

  /** Learn the server's clock from an answer, and note the contact. @param {number} server_ms @param {number} sent_ms */
  async #learn(server_ms, sent_ms) {
    const now = this.#now();
    const facts = /** @type {Record<string, any>} */ ({ contact_ms: now });
    const known = this.#journal.offsetMs !== null;
    if (Number.isFinite(server_ms) && (!known || now - sent_ms <= SLOW_ANSWER_MS)) {
      facts.offset_ms = Math.round((sent_ms + now) / 2 - server_ms);
    }
    await this.#journal.setFacts(facts);
  }

  /** @param {Partial<SyncStatus>} changed */
  #say(changed) {
    this.status = { ...this.status, ...changed };
    this.#told();
  }

  /** @param {number} ms */
  #schedule(ms) {
    this.#plan(this.#later(() => void this.pass(), ms));
    this.#say({ next_ms: this.#now() + ms });
  }

  /** @param {any} timer */
  #plan(timer) {
    if (this.#timer !== null) this.#forget(this.#timer);
    this.#timer = timer;
  }
}
