// @ts-check
/** How a camera stands now: pure, from its live value and the incident's time. */

/** A frame is old after so many of its camera's own intervals. */
export const OLD_INTERVALS = 3;

/**
 * @typedef {'disagrees' | 'blind' | 'old' | 'none' | 'suspect' | 'unread' | 'good'} Trouble
 * @typedef {object} CameraStanding
 * @property {number} ageMs of the newest frame, NaN = there is none
 * @property {number} acceptedAgeMs of the newest accepted level, NaN = there is none
 * @property {boolean} old the newest frame no longer shows how it is
 * @property {boolean} levelHolds whether its level is accepted and of now
 * @property {Trouble} trouble the most serious, `good` = an accepted level of now
 */

/** In the order of the list. @type {Trouble[]} */
export const TROUBLES = ['disagrees', 'blind', 'old', 'suspect', 'none', 'unread', 'good'];

/**
 * @param {any} camera @param {number} nowMs the incident's now
 * @returns {CameraStanding}
 */
export function cameraStanding(camera, nowMs) {
  const ageMs = camera.frame === null ? NaN : nowMs - Date.parse(camera.frame.observed_at);
  const old = !(ageMs <= OLD_INTERVALS * camera.interval_s * 1000);
  const levelHolds = !old && camera.flag === 1 && Number.isFinite(camera.level_m);
  return {
    ageMs,
    acceptedAgeMs: camera.accepted_at === null ? NaN : nowMs - Date.parse(camera.accepted_at),
    old,
    levelHolds,
    trouble: troubleOf(camera, old, levelHolds),
  };
}

/** @param {any} camera @param {boolean} old @param {boolean} levelHolds @returns {Trouble} */
function troubleOf(camera, old, levelHolds) {
  if (camera.frame === null) return 'none';
  // what both said when they were last compared stands only as long as the picture does
  if (!old && camera.comparison && !camera.comparison.agrees) return 'disagrees';
  if (old) return 'old';
  if (camera.health !== 'ok') return 'blind';
  if (levelHolds) return 'good';
  return camera.flag === 3 ? 'suspect' : 'unread';
}

/** @param {{camera: any, standing: CameraStanding}} a @param {{camera: any, standing: CameraStanding}} b */
export function byTrouble(a, b) {
  const rank = TROUBLES.indexOf(a.standing.trouble) - TROUBLES.indexOf(b.standing.trouble);
  return rank || String(a.camera.id).localeCompare(String(b.camera.id));
}
