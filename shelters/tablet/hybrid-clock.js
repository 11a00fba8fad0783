// @ts-check
/**
 * The hybrid logical clock of this tablet (`shelters/clock.py`): the wall clock as long as that runs
 * forward, counting on where it does not. It never goes back on one device, whatever somebody sets.
 */

/** @typedef {{wall_ms: number, counter: number, device: string}} HybridTime */

const FORM = /^([0-9]{13})-([0-9a-f]{4})-([a-z0-9-]{1,40})$/;
const MOST_COUNTER = 0xffff;

/** @param {string} text @returns {HybridTime} @throws {RangeError} naming the text */
export function parseHybridTime(text) {
  const match = FORM.exec(text);
  if (match === null) throw new RangeError(`${JSON.stringify(text)} is no reading of a hybrid clock`);
  return { wall_ms: Number(match[1]), counter: Number.parseInt(match[2], 16), device: match[3] };
}

/** @param {HybridTime} time @returns {string} texts of one device sort like the readings */
export function hybridText({ wall_ms, counter, device }) {
  return `${String(wall_ms).padStart(13, '0')}-${counter.toString(16).padStart(4, '0')}-${device}`;
}

/**
 * The next reading: greater than the last one and than what was seen of others.
 * @param {HybridTime | null} last previous reading of this device
 * @param {number} nowMs what the wall shows [ms]
 * @param {string} device
 * @param {number} [seenMs] newest time of others that was read, by this wall [ms]
 * @returns {HybridTime}
 */
export function tick(last, nowMs, device, seenMs = 0) {
  const floorMs = Math.max(seenMs, last === null ? -1 : last.wall_ms);
  if (nowMs > floorMs) return { wall_ms: nowMs, counter: 0, device };
  const counter = last !== null && last.wall_ms === floorMs ? last.counter + 1 : 1;
  if (counter > MOST_COUNTER) return { wall_ms: floorMs + 1, counter: 0, device };
  return { wall_ms: floorMs, counter, device };
}
