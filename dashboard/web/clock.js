// @ts-check
/**
 * Time on a screen: the server's wall clock carried on by the browser's monotonic timer, the
 * incident's clock that follows from it, and Japan Standard Time. Pure: timers are arguments.
 */

const JST_OFFSET_MS = 9 * 3_600_000;
const WEEKDAYS = 7;
/** After so long [ms] an old best sample is given up, so that a corrected server clock is followed. */
const BEST_SAMPLE_MS = 60_000;

/**
 * The server's wall clock as a browser can best know it.
 *
 * Each message carries the server's `at`; the one that travelled fastest gives the best offset to the
 * monotonic timer. Between messages the larger of monotonic and wall elapsed time counts: a computer
 * that slept must not make data look younger than it is.
 */
export class WallClock {
  #offsetMs = NaN;
  #bestAtMs = -Infinity;
  #last = { monotonic: 0, date: 0 };
  /** @type {() => number} */ #monotonic;
  /** @type {() => number} */ #date;

  /**
   * @param {() => number} monotonic a timer that never jumps [ms]
   * @param {() => number} date the computer's own clock [ms since 1970]
   */
  constructor(monotonic, date) {
    this.#monotonic = monotonic;
    this.#date = date;
  }

  /** True once a message told the time. */
  get known() {
    return !Number.isNaN(this.#offsetMs);
  }

  /**
   * Learn from a message.
   * @param {number} atMs the server's wall clock in that message [ms since 1970]
   */
  observe(atMs) {
    if (!Number.isFinite(atMs)) return;
    const monotonic = this.#monotonic();
    const offset = atMs - monotonic;
    const outdated = monotonic - this.#bestAtMs > BEST_SAMPLE_MS;
    if (!this.known || outdated || offset > this.#offsetMs) {
      this.#offsetMs = offset;
      this.#bestAtMs = monotonic;
    }
    this.#last = { monotonic, date: this.#date() };
  }

  /** @returns {number} the server's wall clock now [ms since 1970]; the computer's own before any message */
  now() {
    if (!this.known) return this.#date();
    const elapsed = Math.max(
      this.#monotonic() - this.#last.monotonic,
      this.#date() - this.#last.date,
    );
    return this.#offsetMs + this.#last.monotonic + elapsed;
  }

  /** @returns {number} how far this computer's own clock is ahead of the server's [ms] */
  skewMs() {
    return this.known ? this.#last.date - (this.#offsetMs + this.#last.monotonic) : 0;
  }
}

/**
 * An incident's now.
 * @param {{base: string, wall: string, speed: number, end: string} | null | undefined} clock `incident.clock`
 * @param {number} wallMs the wall clock [ms since 1970]
 * @returns {number} [ms since 1970]
 */
export function incidentNow(clock, wallMs) {
  if (!clock) return wallMs;
  const base = Date.parse(clock.base);
  const elapsed = Math.max(wallMs - Date.parse(clock.wall), 0);
  return Math.min(base + elapsed * clock.speed, Date.parse(clock.end));
}

/**
 * Whether a replay has reached its last moment.
 * @param {{base: string, wall: string, speed: number, end: string} | null | undefined} clock
 * @param {number} wallMs
 */
export function replayEnded(clock, wallMs) {
  return Boolean(clock) && incidentNow(clock, wallMs) >= Date.parse(/** @type {any} */ (clock).end);
}

/**
 * Parts of a moment in Japan Standard Time (UTC+9, no summer time since 1951).
 * @param {number} ms [ms since 1970]
 */
export function jst(ms) {
  const shifted = new Date(ms + JST_OFFSET_MS);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay() % WEEKDAYS,
    date: `${shifted.getUTCFullYear()}-${two(shifted.getUTCMonth() + 1)}-${two(shifted.getUTCDate())}`,
    minute: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`,
    second: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}:${two(shifted.getUTCSeconds())}`,
  };
}

/**
 * A moment as a screen names it: hours and minutes today, with the date on another day.
 * @param {number} ms the moment [ms since 1970]
 * @param {number} nowMs the incident's now
 * @returns {string} `01:40`, `6/2 23:50`, `2022/5/21 06:02`
 */
export function momentText(ms, nowMs) {
  if (!Number.isFinite(ms)) return '—';
  const then = jst(ms);
  const now = jst(nowMs);
  if (then.date === now.date) return then.minute;
  const day = `${then.month}/${then.day}`;
  return then.year === now.year ? `${day} ${then.minute}` : `${then.year}/${day} ${then.minute}`;
}

/**
 * An age in the largest whole unit that tells enough.
 * @param {number} ms age [ms]
 * @returns {{unit: 'second'|'minute'|'hour'|'day'|'future'|'unknown', value: number}}
 */
export function age(ms) {
  if (!Number.isFinite(ms)) return { unit: 'unknown', value: 0 };
  const seconds = Math.floor(ms / 1000);
  if (seconds < -60) return { unit: 'future', value: -seconds };
  if (seconds < 60) return { unit: 'second', value: Math.max(seconds, 0) };
  // Minutes up to two hours: whether a flood reading is 65 or 115 minutes old matters.
  if (seconds < 7200) return { unit: 'minute', value: Math.floor(seconds / 60) };
  if (seconds < 48 * 3600) return { unit: 'hour', value: Math.floor(seconds / 3600) };
  return { unit: 'day', value: Math.floor(seconds / 86_400) };
}
