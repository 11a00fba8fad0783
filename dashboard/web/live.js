// @ts-check
/**
 * The line to the server: a websocket, server-sent events where websockets are blocked; notices
 * within five seconds that it is dead; comes back by itself, for ever. Timers, sockets and chance are arguments.
 */

/** Nothing heard for so long [ms]: the line is lost. Beats come every 2 s; shown before 5 s are over. */
export const SILENCE_MS = 4500;
/** A closed line that is back within this time [ms] is not worth a flicker. */
export const GRACE_MS = 1000;
/** First and longest wait between attempts [ms]. */
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_CAP_MS = 10_000;
/** A line that lived so long [ms] was a good one: the next wait starts small again. */
const GOOD_LINE_MS = 10_000;
const WATCH_MS = 250;

/**
 * Wait before an attempt: full jitter under a doubling, capped ceiling, so that two hundred screens
 * that lost the same server do not come back in the same instant.
 * @param {number} failures failed attempts so far, from 0
 * @param {number} chance uniform in [0, 1)
 * @returns {number} [ms]
 */
export function backoffMs(failures, chance) {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 16));
  return 100 + chance * (ceiling - 100);
}

/**
 * @typedef {object} LiveSetting
 * @property {(since: string | null) => string} socketAddress
 * @property {(since: string | null) => string} eventsAddress
 * @property {() => string | null} position where to resume, null = from a snapshot
 * @property {(message: any) => void} onMessage may throw: the line is then opened anew
 * @property {(state: 'connecting' | 'live' | 'lost') => void} onState
 * @property {() => void} onFailure an attempt ended without a message
 * @property {() => number} monotonic [ms]
 * @property {() => number} chance
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof EventSource} [EventSource]
 */

/** One screen's line. `start` opens it, `retry` tries at once, `stop` ends it. */
export class Live {
  /** @type {LiveSetting} */ #setting;
  /** @type {{close: () => void} | null} */ #wire = null;
  #heardAt = -Infinity;
  #startedAt = 0;
  #openedAt = 0;
  /** @type {number | null} */ #closedAt = null;
  #heardOnThisWire = false;
  #failures = 0;
  /** @type {'socket' | 'events'} */ #transport = 'socket';
  /** @type {'connecting' | 'live' | 'lost'} */ #state = 'connecting';
  /** @type {any} */ #timer = null;
  /** @type {any} */ #watch = null;

  /** @param {LiveSetting} setting */
  constructor(setting) {
    this.#setting = setting;
  }

  get state() {
    return this.#state;
  }

  get transport() {
    return this.#transport;
  }

  start() {
    this.#startedAt = this.#setting.monotonic();
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#open();
  }

  /** Try at once, e.g. when the browser says that the network is back, or on the officer's word. */
  retry() {
    if (this.#wire !== null && this.#heardOnThisWire && this.#state === 'live') return;
    this.#drop();
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#open();
  }

  stop() {
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#drop();
  }

  #open() {
    this.#heardOnThisWire = false;
    this.#openedAt = this.#setting.monotonic();
    const since = this.#setting.position();
    try {
      this.#wire = this.#transport === 'socket' ? this.#socket(since) : this.#events(since);
    } catch {
      this.#ended(null);
    }
  }

  /** @param {string | null} since */
  #socket(since) {
    const Socket = this.#setting.WebSocket ?? globalThis.WebSocket;
    const socket = new Socket(this.#setting.socketAddress(since));
    const wire = { close: () => socket.close() };
    socket.onmessage = (event) => this.#heard(wire, event.data);
    socket.onclose = () => this.#ended(wire);
    return wire;
  }

  /** @param {string | null} since */
  #events(since) {
    const Source = this.#setting.EventSource ?? globalThis.EventSource;
    const source = new Source(this.#setting.eventsAddress(since));
    const wire = { close: () => source.close() };
    source.onmessage = (event) => this.#heard(wire, event.data);
    source.onerror = () => {
      // The browser's own reconnecting knows neither our position nor our back-off.
      source.close();
      this.#ended(wire);
    };
    return wire;
  }

  /** @param {{close: () => void}} wire @param {string} text */
  #heard(wire, text) {
    if (this.#wire !== wire) return;
    const now = this.#setting.monotonic();
    try {
      this.#setting.onMessage(JSON.parse(text));
    } catch (error) {
      console.error('unreadable message, line opened anew', error);
      wire.close();
      this.#ended(wire);
      return;
    }
    this.#heardAt = now;
    this.#heardOnThisWire = true;
    this.#closedAt = null;
    if (now - this.#openedAt > GOOD_LINE_MS) this.#failures = 0;
    this.#say('live');
  }

  /** @param {{close: () => void} | null} wire */
  #ended(wire) {
    if (wire !== null && this.#wire !== wire) return;
    this.#wire = null;
    this.#closedAt ??= this.#setting.monotonic();
    if (this.#heardOnThisWire) {
      this.#transport = 'socket';
    } else {
      this.#transport = this.#transport === 'socket' ? 'events' : 'socket';
      this.#setting.onFailure();
    }
    const wait = backoffMs(this.#failures, this.#setting.chance());
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  #look() {
    const now = this.#setting.monotonic();
    const quietMs = now - Math.max(this.#heardAt, this.#heardOnThisWire ? 0 : this.#openedAt);
    if (this.#wire !== null && quietMs > SILENCE_MS) {
      const dead = this.#wire;
      this.#ended(dead);
      dead.close();
    }
    const closedLong = this.#closedAt !== null && now - this.#closedAt > GRACE_MS;
    const quiet = now - Math.max(this.#heardAt, this.#startedAt) > SILENCE_MS;
    if (closedLong || quiet) this.#say('lost');
  }

  #drop() {
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
  }

  /** @param {'connecting' | 'live' | 'lost'} state */
  #say(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#setting.onState(state);
  }
}
