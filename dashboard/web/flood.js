// @ts-check
/**
 * The simulated flood that is looked at: run, member, what is shown of it, at which moment; and what of it
 * has come from the server. Parts of the screen read it and are told by `desk.touch('flood')`.
 */

import { framesUpTo, nearestFrame, neighbours, openingFrame, stepFrame } from './flood-time.js';

/** Members in the order of their river level. */
export const MEMBERS = ['low', 'median', 'high'];
export const VIEWS = ['depth', 'peak', 'arrival'];
/** Between two frames while it plays [ms]; for those who asked for less motion. */
const PLAY_MS = 700;
const PLAY_SLOWLY_MS = 2500;
/** What could not be had is asked for again after so long [ms]. */
const AGAIN_MS = 8000;

/** @typedef {{run: string, member: string, view: string, t_s: number | null}} FloodAddress */
/** @typedef {{run: string, member: string, view: string, t_s: number, field: import('./flood-field.js').Field}} Shown */

export class Flood {
  /** @type {any} */ #timer = null;
  /** What is being fetched, or was refused and when. @type {Map<string, number>} */ #asked = new Map();

  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./flood-store.js').FloodStore} store
   * @param {(address: string) => Promise<any>} get
   */
  constructor(desk, store, get) {
    this.desk = desk;
    this.store = store;
    this.get = get;
    /** Whether its panel is open. */ this.open = false;
    /** @type {string | null} */ this.run = null;
    this.member = 'median';
    this.view = 'depth';
    this.t_s = NaN;
    /** Whether the newest frame is followed while the run goes on. */ this.following = true;
    this.playing = false;
    /** What the map draws. @type {Shown | null} */ this.shown = null;
    /** Why what is wanted cannot be drawn, '' = it can. @type {any} */ this.failure = null;
    /** Grids of runs. @type {Map<string, any>} */ this.details = new Map();
    /** `lines` and `impact` by run and member; null = there is none. @type {Map<string, any>} */ this.documents = new Map();
  }

  /** All runs, newest first. */
  runs() {
    return this.desk.picture.all('inundation').sort((a, b) => Date.parse(b.requested_at) - Date.parse(a.requested_at) || Number(b.id) - Number(a.id));
  }

  /** The run that is looked at. @returns {any} undefined = none, or not in the picture */
  value() {
    return this.run === null ? undefined : this.desk.picture.get('inundation', this.run);
  }

  /** Times of the chosen member whose depth can be seen. */
  frames() {
    const value = this.value();
    return framesUpTo(value?.frame_s, value?.reached_s?.[this.member]);
  }

  /** Whether the chosen member was computed, so that peak, arrival, lines and impact are there. */
  get computed() {
    return Boolean(this.value()?.summary?.[this.member]);
  }

  /** @returns {import('./flood-field.js').Grid | undefined} */
  get grid() {
    return this.details.get(this.run ?? '')?.grid;
  }

  /** @returns {number} moment of t = 0 [ms since 1970] */
  get startMs() {
    return Date.parse(this.value()?.starts_at);
  }

  /** From which code of depth on a cell counts as under water [cm]. */
  get least_cm() {
    return Math.round((this.desk.rules.depths[0]?.from_m ?? 0.05) * 100);
  }

  /** @param {'lines' | 'impact'} kind @returns {any} undefined = not here (yet), null = there is none */
  document(kind) {
    return this.documents.get(`${this.run}/${this.member}/${kind}`);
  }

  /** A field of the chosen member that is here. @param {'peak' | 'arrival'} quantity */
  whole(quantity) {
    return this.grid && this.run !== null ? this.store.peek({ run: this.run, member: this.member, quantity, t_s: 0, grid: this.grid }) : undefined;
  }

  /** Whether something else is drawn than is chosen, because it has not come yet. */
  get waiting() {
    const { shown } = this;
    const same = shown !== null && shown.run === this.run && shown.member === this.member && shown.view === this.view
      && (this.view !== 'depth' || shown.t_s === this.t_s);
    return !same && this.frames().length > 0;
  }

  /** Look at a run, or at none. @param {string | null} run */
  select(run) {
    if (run !== null) this.open = true;
    if (this.run === run) return;
    this.pause();
    this.run = run;
    this.shown = null;
    this.failure = null;
    this.following = true;
    this.t_s = NaN;
    this.view = 'depth';
    this.#settle();
    this.desk.touch('flood-choice');
    this.desk.touch('flood');
  }

  /** Open or close the whole of it. @param {boolean} open */
  show(open) {
    this.open = open;
    if (!open) this.select(null);
    this.desk.touch('flood-choice');
    this.desk.touch('flood');
  }

  /** @param {{member?: string, view?: string}} choice */
  choose({ member = this.member, view = this.view }) {
    this.member = member;
    this.view = view;
    this.#settle();
    this.desk.touch('flood-choice');
    this.desk.touch('flood');
  }

  /** Show the moment nearest to `t_s` [s]. @param {number} t_s */
  seek(t_s) {
    const frames = this.frames();
    this.t_s = nearestFrame(frames, t_s);
    this.following = this.t_s === frames[frames.length - 1];
    this.desk.touch(this.view === 'depth' ? 'flood-time' : 'flood-choice');
    this.view = 'depth';
    this.desk.touch('flood');
  }

  /** @param {number} by steps */
  step(by) {
    this.seek(stepFrame(this.frames(), this.t_s, by));
  }

  play() {
    const frames = this.frames();
    if (frames.length < 2) return;
    if (this.t_s === frames[frames.length - 1] || this.view !== 'depth') this.seek(this.view === 'depth' ? frames[0] : this.t_s);
    this.playing = true;
    const slowly = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#advance(), slowly ? PLAY_SLOWLY_MS : PLAY_MS);
    this.desk.touch('flood');
  }

  pause() {
    clearInterval(this.#timer);
    this.playing = false;
    this.desk.touch('flood');
  }

  #advance() {
    const frames = this.frames();
    // A frame that has not come is waited for: a film that skips tells a wrong speed.
    if (this.waiting && this.failure === null) return;
    if (this.t_s === frames[frames.length - 1]) this.pause();
    else this.step(1);
  }

  /** What the address bar holds of it. @returns {FloodAddress | null} */
  address() {
    if (this.run === null) return null;
    return { run: this.run, member: this.member, view: this.view, t_s: Number.isFinite(this.t_s) && !this.following ? this.t_s : null };
  }

  /** @param {FloodAddress | null} address */
  go(address) {
    this.select(address?.run ?? null);
    if (address === null) {
      this.open = false;
    } else {
      this.member = MEMBERS.includes(address.member) ? address.member : 'median';
      this.view = VIEWS.includes(address.view) ? address.view : 'depth';
      this.following = address.t_s === null;
      this.t_s = address.t_s ?? NaN;
    }
    this.desk.touch('flood');
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.#openAlone(dirt);
    if (!(dirt.full || dirt.kinds.has('inundation') || ['flood', 'flood-choice', 'tick'].some((thing) => dirt.things.has(thing)))) return;
    if (this.run === null || this.value() === undefined) return;
    this.#settle();
    this.#askDocuments();
    this.#askField();
  }

  /** A picture of floods alone, without any gauge, opens with its newest one. @param {import('./desk.js').Dirt} dirt */
  #openAlone(dirt) {
    if (!dirt.full || this.run !== null || this.open || this.desk.picture.all('gauge').length > 0) return;
    const newest = this.runs()[0];
    if (newest) this.select(String(newest.id));
  }

  /** Bring the choice into what the run has. */
  #settle() {
    const value = this.value();
    if (value === undefined) return;
    const members = value.members ?? [];
    if (members.length > 0 && !members.includes(this.member)) this.member = members.includes('median') ? 'median' : members[0];
    if (this.view !== 'depth' && !this.computed) this.view = 'depth';
    const frames = this.frames();
    if (frames.length === 0) return;
    const going = value.state === 'running' || value.state === 'waiting';
    if (!Number.isFinite(this.t_s) || (this.following && going)) {
      this.t_s = openingFrame(value, frames, this.desk.now());
      this.following = going;
    } else this.t_s = nearestFrame(frames, this.t_s);
  }

  #askDocuments() {
    const run = /** @type {string} */ (this.run);
    if (!this.details.has(run)) this.#ask(`/api/inundations/${encodeURIComponent(run)}`, (found) => this.details.set(run, found));
    if (!this.computed) return;
    for (const kind of ['lines', 'impact']) {
      const key = `${run}/${this.member}/${kind}`;
      // What was not there may come yet: it is asked for again, not for ever believed absent.
      if (this.documents.get(key)) continue;
      this.#ask(`/api/inundations/${encodeURIComponent(run)}/${this.member}/${kind}`, (found) => this.documents.set(key, found),
        () => this.documents.set(key, null));
    }
  }

  /**
   * @param {string} address @param {(found: any) => void} take
   * @param {() => void} [absent] when the server has none
   */
  async #ask(address, take, absent) {
    if (performance.now() < (this.#asked.get(address) ?? -Infinity)) return;
    this.#asked.set(address, Infinity);
    try {
      take(await this.get(address));
    } catch (error) {
      if (/** @type {any} */ (error).status === 404 && absent) absent();
      else this.failure = error;
    }
    this.#asked.set(address, performance.now() + AGAIN_MS);
    this.desk.touch('flood');
  }

  async #askField() {
    const { run, member, view, grid } = this;
    if (run === null || !grid || !Number.isFinite(this.t_s)) return;
    const wanted = { run, member, quantity: /** @type {any} */ (view), t_s: view === 'depth' ? this.t_s : 0, grid };
    const here = this.store.peek(wanted);
    if (here !== undefined) {
      this.#take(wanted, here);
    } else if (this.#mayAsk(wanted)) {
      try {
        this.#take(wanted, await this.store.field(wanted));
      } catch (error) {
        this.#refused(wanted, error);
      }
    }
    if (this.waiting) return;
    const beside = view === 'depth' ? neighbours(this.frames(), this.t_s, this.playing) : [];
    for (const t_s of beside) this.#fetchQuietly({ ...wanted, t_s });
    if (this.computed) for (const quantity of ['peak', 'arrival']) this.#fetchQuietly({ ...wanted, quantity, t_s: 0 });
  }

  /** @param {any} wanted @param {import('./flood-field.js').Field} field */
  #take(wanted, field) {
    const same = wanted.run === this.run && wanted.member === this.member && wanted.quantity === this.view
      && (this.view !== 'depth' || wanted.t_s === this.t_s);
    if (!same || this.shown?.field === field) return;
    this.shown = { run: wanted.run, member: wanted.member, view: wanted.quantity, t_s: wanted.t_s, field };
    this.failure = null;
    this.desk.touch('flood');
  }

  /** @param {any} wanted */
  #mayAsk(wanted) {
    return performance.now() >= (this.#asked.get(JSON.stringify([wanted.run, wanted.member, wanted.quantity, wanted.t_s])) ?? -Infinity);
  }

  /** @param {any} wanted @param {unknown} error */
  #refused(wanted, error) {
    this.#asked.set(JSON.stringify([wanted.run, wanted.member, wanted.quantity, wanted.t_s]), performance.now() + AGAIN_MS);
    if (wanted.run !== this.run) return;
    this.failure = error;
    // What cannot be shown must not be taken for what was chosen.
    this.shown = null;
    this.desk.touch('flood');
  }

  /** @param {any} wanted */
  #fetchQuietly(wanted) {
    if (this.store.peek(wanted) !== undefined || !this.#mayAsk(wanted)) return;
    const key = JSON.stringify([wanted.run, wanted.member, wanted.quantity, wanted.t_s]);
    this.#asked.set(key, performance.now() + AGAIN_MS);
    this.store.field(wanted).then(() => {
      this.#asked.delete(key);
      if (wanted.quantity !== 'depth') this.desk.touch('flood');
    }, () => undefined);
  }
}
