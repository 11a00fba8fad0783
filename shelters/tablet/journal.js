// @ts-check
/**
 * The tablet's journal: the operations the server knows, the outbox, photos, and a few facts. Everything
 * is on the disk before anybody is told that it is kept; in memory stands a copy to draw from.
 */

import { hybridText, parseHybridTime, tick } from './hybrid-clock.js';
import { ulid } from './ulid.js';

/** @typedef {import('./database.js').Transaction} Transaction */
/** What is to be said; id, device and clock are given by `append`. @typedef {{kind: string, value: any, after?: string[], observed_at?: string}} Draft */
/**
 * An operation on its way. `carried` ones are another tablet's, read from its export.
 * @typedef {{id: string, operation: any, status: 'waiting' | 'refused' | 'carried', made_ms: number, reason?: string, detail?: string}} Waiting
 */

/** Marks the version of the operations this page makes. */
export const APP = '1.0';
/** Actions that can still be undone. */
const MOST_RECENT = 30;

export class Journal {
  /** @type {any} */ #database;
  /** @type {() => number} */ #now;
  /** @type {Map<string, any>} */ operations = new Map();
  /** @type {Map<string, Waiting>} */ outbox = new Map();
  /** Photos without their bytes. @type {Map<string, any>} */ photos = new Map();
  /** @type {Map<string, any>} */ #facts = new Map();
  /** @type {Set<() => void>} */ #listeners = new Set();

  /** @param {any} database @param {() => number} [now] this device's wall clock [ms] */
  constructor(database, now = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Read everything from the disk; again when another tab has written. */
  async load() {
    const [operations, outbox, photos, facts] = await Promise.all(
      ['operations', 'outbox', 'photos', 'facts'].map((store) => this.#database.all(store)),
    );
    this.operations = new Map(operations.map((/** @type {any} */ one) => [one.id, one]));
    this.outbox = new Map(outbox.map((/** @type {any} */ one) => [one.id, one]));
    this.photos = new Map(photos.map((/** @type {any} */ one) => [one.hash, withoutBytes(one)]));
    this.#facts = new Map(facts.map((/** @type {any} */ fact) => [fact.key, fact.value]));
    this.#told();
  }

  /** @param {() => void} listener called after each change */
  onChange(listener) {
    this.#listeners.add(listener);
  }

  /** @param {string} key `enrolment`, `bundle`, `position`, `clock`, `contact`, `actor`, … */
  fact(key) {
    return this.#facts.get(key) ?? null;
  }

  /** @param {Record<string, any>} facts */
  async setFacts(facts) {
    await this.#database.change(async (/** @type {Transaction} */ transaction) => putFacts(transaction, facts));
    this.#remember(facts);
    this.#told();
  }

  /** Device minus server [ms], null = not known. @returns {number | null} */
  get offsetMs() {
    return this.fact('offset_ms');
  }

  /** @returns {Waiting[]} what is still to be sent, oldest first */
  get waiting() {
    return [...this.outbox.values()]
      .filter((one) => one.status === 'waiting')
      .sort((one, other) => (one.operation.hlc < other.operation.hlc ? -1 : 1));
  }

  /** @returns {Waiting[]} what the centre keeps but could not understand */
  get refused() {
    return [...this.outbox.values()].filter((one) => one.status === 'refused');
  }

  /**
   * Append operations, all or none; afterwards they are on the disk.
   * @param {Draft[]} drafts
   * @param {{label?: any, undo?: Draft[] | null, photo?: {hash: string, type: string, bytes: ArrayBuffer, strip: boolean, preview?: ArrayBuffer}}} [with_]
   *   what the action was called and what would undo it; a photo that goes with it
   * @returns {Promise<any[]>} the operations
   */
  async append(drafts, { label, undo, photo } = {}) {
    const enrolment = this.fact('enrolment');
    if (enrolment === null) throw new Error('the tablet belongs to no shelter yet');
    const made = await this.#database.change(async (/** @type {Transaction} */ transaction) => {
      // Read within the transaction: another tab of this tablet uses the same clock.
      const clock = (await transaction.get('facts', 'clock'))?.value ?? null;
      const recent = (await transaction.get('facts', 'recent'))?.value ?? [];
      const { operations, last } = this.#operationsOf(drafts, enrolment, clock);
      const entries = operations.map((operation) => this.#entryOf(operation));
      for (const entry of entries) transaction.put('outbox', entry);
      if (photo !== undefined) transaction.put('photos', { ...photo, status: 'waiting', made_ms: this.#now() });
      const ids = operations.map((operation) => operation.id);
      const action = { ids, label: label ?? null, undo: undo ?? null, at_ms: this.#now(), undone: false };
      const facts = { clock: last, recent: label === undefined ? recent : [action, ...recent].slice(0, MOST_RECENT) };
      putFacts(transaction, facts);
      return { operations, entries, facts };
    });
    for (const entry of made.entries) this.outbox.set(entry.id, entry);
    if (photo !== undefined) this.photos.set(photo.hash, withoutBytes({ ...photo, status: 'waiting', made_ms: this.#now() }));
    this.#remember(made.facts);
    this.#told();
    return made.operations;
  }

  /**
   * Note that an action was undone (its counter-operations were appended).
   * @param {any} action of the fact `recent`
   */
  async markUndone(action) {
    const recent = (this.fact('recent') ?? []).map((/** @type {any} */ one) =>
      one.ids[0] === action.ids[0] ? { ...one, undone: true } : one,
    );
    await this.setFacts({ recent });
  }

  /**
   * Take in what the server said of operations that were sent. Unknown results leave them waiting.
   * @param {{id: string, result: string, reason?: string, detail?: string, stamp?: any}[]} results
   */
  async settle(results) {
    /** @type {any[]} */ const known = [];
    /** @type {Waiting[]} */ const refused = [];
    for (const { id, result, reason, detail, stamp } of results) {
      const entry = this.outbox.get(id);
      if (entry === undefined) continue;
      if (stamp !== undefined && (result === 'accepted' || result === 'duplicate')) known.push({ ...entry.operation, stamp });
      else if (result === 'quarantined') refused.push({ ...entry, status: 'refused', reason: reason ?? 'unknown', detail });
    }
    await this.#database.change(async (/** @type {Transaction} */ transaction) => {
      for (const operation of known) {
        if (!this.operations.has(operation.id)) transaction.put('operations', operation);
        transaction.remove('outbox', operation.id);
      }
      for (const entry of refused) transaction.put('outbox', entry);
    });
    for (const operation of known) {
      if (!this.operations.has(operation.id)) this.operations.set(operation.id, operation);
      this.outbox.delete(operation.id);
    }
    for (const entry of refused) this.outbox.set(entry.id, entry);
    this.#told();
  }

  /**
   * Take in operations of the server, and where they end.
   * @param {any[]} operations stamped
   * @param {Record<string, any>} facts `position` and what else was told
   * @param {{replace?: boolean}} [how] `replace`: throw away what the server told before
   */
  async take(operations, facts, { replace = false } = {}) {
    const own = this.fact('enrolment')?.device;
    const others = operations.filter((one) => one.device !== own).map((one) => one.stamp.at_ms);
    const newest = others.reduce((latest, at_ms) => Math.max(latest, at_ms), this.fact('seen_at_ms') ?? 0);
    const told = { ...facts, seen_at_ms: newest };
    await this.#database.change(async (/** @type {Transaction} */ transaction) => {
      if (replace) transaction.clear('operations');
      for (const operation of operations) {
        transaction.put('operations', operation);
        if (this.outbox.has(operation.id)) transaction.remove('outbox', operation.id);
      }
      putFacts(transaction, told);
    });
    if (replace) this.operations = new Map();
    for (const operation of operations) {
      this.operations.set(operation.id, operation);
      this.outbox.delete(operation.id);
    }
    this.#remember(told);
    this.#told();
  }

  /** @param {any[]} operations of another tablet, shown here and handed on by this one's export */
  async carry(operations) {
    const fresh = [...new Map(operations.map((one) => [one.id, one])).values()]
      .filter((one) => !this.operations.has(one.id) && !this.outbox.has(one.id))
      .map((operation) => ({ ...this.#entryOf(operation), status: /** @type {const} */ ('carried') }));
    await this.#database.change(async (/** @type {Transaction} */ transaction) => {
      for (const entry of fresh) transaction.put('outbox', entry);
    });
    for (const entry of fresh) this.outbox.set(entry.id, entry);
    this.#told();
    return fresh.length;
  }

  /** @param {string} hash @returns {Promise<any>} the photo with its bytes */
  photo(hash) {
    return this.#database.get('photos', hash);
  }

  /** @param {string} hash @param {'sent' | 'refused'} status @param {string} [reason] */
  async settlePhoto(hash, status, reason) {
    await this.#database.change(async (/** @type {Transaction} */ transaction) => {
      const photo = await transaction.get('photos', hash);
      if (photo === undefined) return;
      // The centre has it: here its bytes would only fill the storage; the small `preview` stays, to be looked at.
      const bytes = status === 'sent' ? new ArrayBuffer(0) : photo.bytes;
      transaction.put('photos', { ...photo, bytes, status, reason });
    });
    this.photos.set(hash, { ...this.photos.get(hash), status, reason });
    this.#told();
  }

  /** Throw away everything: the tablet belongs to no shelter afterwards (`moving-out.js` sees that nothing is lost). */
  async empty() {
    await this.#database.change(async (/** @type {Transaction} */ transaction) => {
      for (const store of /** @type {const} */ (['operations', 'outbox', 'photos', 'facts'])) transaction.clear(store);
    });
    await this.load();
  }

  /** @param {Draft[]} drafts @param {any} enrolment @param {string | null} clock */
  #operationsOf(drafts, enrolment, clock) {
    const offset_ms = this.offsetMs;
    const seenMs = (this.fact('seen_at_ms') ?? 0) + (offset_ms ?? 0);
    let last = clock === null ? null : parseHybridTime(clock);
    const incident = this.fact('bundle')?.incident?.id ?? enrolment.incident;
    const operations = drafts.map((draft) => {
      last = tick(last, this.#now(), enrolment.device, seenMs);
      const operation = {
        id: ulid(last.wall_ms),
        device: enrolment.device,
        actor: this.fact('actor') ?? '',
        shelter: enrolment.shelter,
        incident,
        hlc: hybridText(last),
        offset_ms,
        app: APP,
        ...draft,
      };
      return JSON.parse(JSON.stringify(operation));
    });
    return { operations, last: last === null ? null : hybridText(last) };
  }

  /** @param {any} operation @returns {Waiting} */
  #entryOf(operation) {
    return { id: operation.id, operation, status: 'waiting', made_ms: this.#now() };
  }

  /** @param {Record<string, any>} facts */
  #remember(facts) {
    for (const [key, value] of Object.entries(facts)) this.#facts.set(key, value);
  }

  #told() {
    for (const listener of this.#listeners) listener();
  }
}

/** @param {Transaction} transaction @param {Record<string, any>} facts */
function putFacts(transaction, facts) {
  for (const [key, value] of Object.entries(facts)) transaction.put('facts', { key, value });
}

/** @param {any} photo */
function withoutBytes({ bytes, preview: _preview, ...photo }) {
  return { ...photo, size: bytes?.byteLength ?? photo.size ?? 0 };
}
