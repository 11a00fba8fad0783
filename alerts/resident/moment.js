// @ts-check
/** Times and ages as the page says them: Japan Standard Time, 24 hours, 今日 and 明日. Pure. */

const JST_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** @param {number} ms @returns {{month: number, day: number, clock: string, dayNumber: number}} */
export function japanTime(ms) {
  const shifted = new Date(ms + JST_OFFSET_MS);
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  return {
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    clock: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`,
    dayNumber: Math.floor((ms + JST_OFFSET_MS) / DAY_MS),
  };
}

/**
 * What a moment is called beside now.
 * @param {string | number | null | undefined} moment RFC 3339 or [ms]
 * @param {number} nowMs
 * @returns {{word: 'today' | 'tomorrow' | 'yesterday' | 'date' | 'unknown', clock: string, month: number, day: number}}
 */
export function called(moment, nowMs) {
  const ms = typeof moment === 'number' ? moment : Date.parse(moment ?? '');
  if (!Number.isFinite(ms)) return { word: 'unknown', clock: '', month: 0, day: 0 };
  const then = japanTime(ms);
  const apart = then.dayNumber - japanTime(nowMs).dayNumber;
  const word = apart === 0 ? 'today' : apart === 1 ? 'tomorrow' : apart === -1 ? 'yesterday' : 'date';
  return { word, clock: then.clock, month: then.month, day: then.day };
}

/**
 * An age in the unit that tells enough; minutes up to two hours.
 * @param {number} ms
 * @returns {{unit: 'now' | 'minute' | 'hour' | 'day' | 'unknown', value: number}}
 */
export function age(ms) {
  if (!Number.isFinite(ms)) return { unit: 'unknown', value: 0 };
  if (ms < MINUTE_MS) return { unit: 'now', value: 0 };
  if (ms < 120 * MINUTE_MS) return { unit: 'minute', value: Math.floor(ms / MINUTE_MS) };
  if (ms < 2 * DAY_MS) return { unit: 'hour', value: Math.floor(ms / 3_600_000) };
  return { unit: 'day', value: Math.floor(ms / DAY_MS) };
}
