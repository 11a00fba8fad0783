// @ts-check
/** The moments of a simulated flood: which there are, which is shown, past, now or still to come. Pure. */

/** So near to the incident's clock [ms] a moment is called now. */
const NOW_MS = 5 * 60_000;
/** What a planner asks first of a flood that is to come: where is it in one hour? [s] */
const FIRST_LOOK_S = 3600;

/**
 * Times whose fields are there: every `frame_s` up to what was reached, and the last second of a stopped run.
 * @param {number} frame_s @param {number | undefined} reached_s undefined = nothing yet
 * @returns {number[]} [s], rising
 */
export function framesUpTo(frame_s, reached_s) {
  if (!Number.isFinite(reached_s) || !(frame_s > 0)) return [];
  const last = /** @type {number} */ (reached_s);
  const frames = Array.from({ length: Math.floor(last / frame_s) + 1 }, (_, index) => index * frame_s);
  if (frames[frames.length - 1] < last) frames.push(last);
  return frames;
}

/** @param {number[]} frames rising @param {number} t_s @returns {number} NaN without frames */
export function nearestFrame(frames, t_s) {
  return frames.reduce((best, frame) => (Math.abs(frame - t_s) < Math.abs(best - t_s) ? frame : best), frames[0] ?? NaN);
}

/** @param {number[]} frames rising @param {number} t_s @param {number} by steps @returns {number} */
export function stepFrame(frames, t_s, by) {
  const index = frames.indexOf(nearestFrame(frames, t_s));
  return frames[Math.min(Math.max(index + by, 0), frames.length - 1)] ?? NaN;
}

/**
 * Which frame a run is opened at: while it runs the newest; the incident's now if the run is on; before its
 * beginning one hour after it; after its end the last.
 * @param {{state: string, starts_at: string}} run @param {number[]} frames @param {number} nowMs
 */
export function openingFrame(run, frames, nowMs) {
  const last = frames[frames.length - 1] ?? NaN;
  if (run.state === 'running' || run.state === 'waiting') return last;
  const since_s = (nowMs - Date.parse(run.starts_at)) / 1000;
  if (since_s < FIRST_LOOK_S) return nearestFrame(frames, FIRST_LOOK_S);
  return since_s > last ? last : nearestFrame(frames, since_s);
}

/** @param {number} atMs @param {number} nowMs @returns {'past' | 'now' | 'forecast'} */
export function phaseOf(atMs, nowMs) {
  if (Math.abs(atMs - nowMs) <= NOW_MS) return 'now';
  return atMs < nowMs ? 'past' : 'forecast';
}

/**
 * Frames worth fetching beside the shown one: the next ones first when it plays.
 * @param {number[]} frames @param {number} t_s @param {boolean} playing
 */
export function neighbours(frames, t_s, playing) {
  const index = frames.indexOf(t_s);
  if (index < 0) return [];
  return (playing ? [1, 2, 3] : [1, -1, 2]).map((by) => frames[index + by]).filter((frame) => frame !== undefined);
}

/** @param {number} t_s @returns {{hours: number, minutes: number}} whole minutes */
export function sinceParts(t_s) {
  const minutes = Math.floor(t_s / 60);
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

/**
 * Where a moment lies on the slider.
 * @param {number} atMs @param {number} startMs @param {number} length_s
 * @returns {number} 0 … 1, below 0 or above 1 beyond its ends
 */
export function share(atMs, startMs, length_s) {
  return (atMs - startMs) / 1000 / length_s;
}
