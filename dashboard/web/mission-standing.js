// @ts-check
/** What missions and landing sites come to: which needs somebody first, until when a vehicle can stay, who stands where. Pure. */

const EARTH_M = 6_371_008.8;
/** The statuses of a mission, as they follow each other (geo/mission_status.py). */
export const STATUSES = ['requested', 'tasked', 'accepted', 'en-route', 'on-station', 'done', 'cancelled'];
const ENDED = new Set(['done', 'cancelled']);
/** The axis of time: so long before now and after it [ms]. */
export const BEFORE_MS = 2 * 3_600_000;
export const AFTER_MS = 3 * 3_600_000;

/** @param {any} mission */
export function isEnded(mission) {
  return ENDED.has(mission.status);
}

/** Whether a vehicle has it now. @param {any} mission */
export function isCarried(mission) {
  return mission.vehicle !== null && mission.status !== 'requested' && !isEnded(mission);
}

/** Those that nobody has come first, the most urgent and longest asked for on top; what has ended is last. @param {any} a @param {any} b */
export function missionOrder(a, b) {
  const rank = (/** @type {any} */ one) => (isEnded(one) ? 2 : one.vehicle === null ? 0 : 1);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (rank(a) === 2) return Date.parse(b.status_at) - Date.parse(a.status_at);
  return a.urgency - b.urgency || Date.parse(a.requested_at) - Date.parse(b.requested_at) || a.number - b.number;
}

/**
 * Until when a mission's vehicle can stay up, as the server judges it (sensors/motion/mission_check.py): the earlier of
 * what it told and what was typed, except that it was filled up when it had run out before somebody typed another.
 * @param {any} mission @param {any} vehicle undefined = not in the picture
 * @returns {number} [ms since 1970], NaN = nobody knows
 */
export function enduranceUntil(mission, vehicle) {
  const told = Date.parse(vehicle?.endurance_until ?? '');
  const typed = Date.parse(mission?.endurance_until ?? '');
  if (Number.isNaN(told) || Number.isNaN(typed)) return Number.isNaN(told) ? typed : told;
  return told <= Date.parse(mission.endurance_told_at) ? typed : Math.min(told, typed);
}

/**
 * One row for each vehicle that has or had a mission within the axis: its bars, and where its endurance ends.
 * @param {any[]} missions @param {Map<string, any>} vehicles by id @param {number} nowMs
 * @returns {{vehicle: string, bars: {number: number, id: string, fromMs: number, toMs: number, running: boolean}[], endMs: number}[]}
 */
export function timeline(missions, vehicles, nowMs) {
  /** @type {Map<string, any[]>} */ const byVehicle = new Map();
  for (const mission of missions) {
    if (mission.vehicle === null || mission.assigned_at === null) continue;
    const running = isCarried(mission);
    const bar = { number: mission.number, id: String(mission.id), fromMs: Date.parse(mission.assigned_at), toMs: running ? nowMs : Date.parse(mission.status_at), running };
    if (bar.toMs < nowMs - BEFORE_MS) continue;
    const vehicle = String(mission.vehicle);
    byVehicle.set(vehicle, [...byVehicle.get(vehicle) ?? [], { bar, mission }]);
  }
  const end = (/** @type {string} */ vehicle, /** @type {any[]} */ found) => enduranceUntil(found.find(({ bar }) => bar.running)?.mission, vehicles.get(vehicle));
  return [...byVehicle].map(([vehicle, found]) => ({ vehicle, bars: found.map(({ bar }) => bar).sort((a, b) => a.fromMs - b.fromMs), endMs: end(vehicle, found) }))
    .sort((a, b) => (Number.isNaN(a.endMs) ? Infinity : a.endMs) - (Number.isNaN(b.endMs) ? Infinity : b.endMs) || a.vehicle.localeCompare(b.vehicle));
}

/** Where a moment lies on the axis, from 0 to 1. @param {number} ms @param {number} nowMs */
export function onAxis(ms, nowMs) {
  return Math.min(Math.max((ms - nowMs + BEFORE_MS) / (BEFORE_MS + AFTER_MS), 0), 1);
}

/**
 * How a landing site stands: what was last said of it, and whether that is too old to fly by.
 * @param {any} site @param {number} nowMs @param {number} oldAfterS
 * @returns {'usable' | 'old' | 'unusable' | 'unknown'}
 */
export function siteStanding(site, nowMs, oldAfterS) {
  if (site.state !== 'usable') return site.state === 'unusable' ? 'unusable' : 'unknown';
  return nowMs - Date.parse(site.at) > oldAfterS * 1000 ? 'old' : 'usable';
}

/** The vehicles on the ground at a landing site. @param {any} site @param {any[]} vehicles @param {number} radiusM @returns {any[]} */
export function standingAt(site, vehicles, radiusM) {
  return vehicles.filter((vehicle) => vehicle.on_ground === true && distanceM(site, vehicle) <= radiusM);
}

/** @param {{lon: number, lat: number}} a @param {{lon: number, lat: number}} b */
function distanceM(a, b) {
  const rad = Math.PI / 180;
  const across = Math.sin((b.lon - a.lon) * rad / 2);
  const along = Math.sin((b.lat - a.lat) * rad / 2);
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(along * along + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * across * across)));
}

/**
 * What somebody typed of a mission, as the server wants it.
 * @param {Record<string, string>} typed
 * @param {{place: (text: string) => [number, number] | null, moment: (text: string) => string | null | undefined}} read
 * @param {any} held the mission that is changed: its area stays while no place is typed
 * @returns {any} the request, or the name of the field that cannot be read
 */
export function missionRequest(typed, read, held) {
  if (typed.place.trim() === '') return 'place';
  if (typed.requested_by.trim() === '') return 'requested_by';
  const at = read.place(typed.middle);
  if (at === null && (typed.middle.trim() !== '' || held === null)) return 'middle';
  const radius = typed.radius.trim() === '' ? null : Number(typed.radius);
  if (radius !== null && !(radius >= 0 && radius <= 50_000)) return 'radius';
  const until = read.moment(typed.endurance);
  if (until === undefined) return 'endurance';
  return {
    kind: typed.kind, urgency: Number(typed.urgency), place: typed.place.trim(), requested_by: typed.requested_by.trim(), note: typed.note.trim(),
    geometry: at === null ? held.geometry : { type: 'Point', coordinates: [at[1], at[0]] },
    radius_m: radius, landing_site: typed.landing_site || null, endurance_until: until,
    safety_id: held?.safety_id ?? null, request_id: held?.request_id ?? null,
  };
}
