// @ts-check
/**
 * Where a vehicle may be since it was last seen: the rule of `sensors/motion/reckoning.py` with the same numbers
 * (`/api/rules/motion`). A straight one is carried on for half a minute, a turning one half as long, a drone for
 * a moment; beyond that only its last position holds. Pure.
 */

const RADIANS = Math.PI / 180;

/**
 * @typedef {object} ReckoningLimits as `/api/rules/motion` tells them for a kind
 * @property {number} straight_s
 * @property {number} turning_s
 * @property {number} turning_deg_per_s
 * @property {number} acceleration_m_s2
 * @property {number} fastest_m_s
 */

/**
 * @typedef {object} Reckoned
 * @property {number} east_m from its last position
 * @property {number} north_m
 * @property {number} radius_m of the circle it may be in
 * @property {boolean} moving still carried on: an arrow may be drawn
 */

/**
 * @param {any} vehicle its `ground_speed_m_s`, `course_deg`, `turn_deg_per_s`, `uncertainty_m`; without speed or course it is not moved
 * @param {number} silent_s since its last position; below nought counts as none
 * @param {ReckoningLimits} limits of its kind
 * @returns {Reckoned}
 */
export function reckon(vehicle, silent_s, limits) {
  const silent = Math.max(silent_s, 0);
  const turn = Number.isFinite(vehicle.turn_deg_per_s) ? vehicle.turn_deg_per_s : 0;
  const turning = Math.abs(turn) >= limits.turning_deg_per_s;
  const carried = Math.min(silent, turning ? limits.turning_s : limits.straight_s);
  const speed = Number.isFinite(vehicle.ground_speed_m_s) && Number.isFinite(vehicle.course_deg) ? vehicle.ground_speed_m_s : 0;
  const { east_m, north_m } = moved(speed, vehicle.course_deg ?? 0, turning ? turn : 0, carried);
  // A speed without its direction is a way all the same.
  const drift = (vehicle.ground_speed_m_s ?? 0) * (speed > 0 ? silent - carried : silent) + 0.5 * limits.acceleration_m_s2 * silent ** 2;
  return {
    east_m, north_m,
    radius_m: (vehicle.uncertainty_m ?? 0) + Math.min(drift, limits.fastest_m_s * silent),
    moving: silent <= carried,
  };
}

/** The way along an arc of constant rate of turn. @param {number} speed_m_s @param {number} course_deg @param {number} turn_deg_per_s @param {number} time_s */
function moved(speed_m_s, course_deg, turn_deg_per_s, time_s) {
  const east = speed_m_s * Math.sin(course_deg * RADIANS);
  const north = speed_m_s * Math.cos(course_deg * RADIANS);
  const rate = turn_deg_per_s * RADIANS;
  const angle = rate * time_s;
  const straight = Math.abs(angle) < 1e-6;
  const along = straight ? time_s : Math.sin(angle) / rate;
  const across = straight ? 0 : (1 - Math.cos(angle)) / rate;
  return { east_m: east * along + north * across, north_m: north * along - east * across };
}
