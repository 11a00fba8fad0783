// @ts-check
/** How a vehicle stands now, worked out here too, so that it goes on while the line is cut. Pure. */

/** Below this [min] until the end of its fuel a vehicle is pointed out: a planner's margin, no rule of flight. */
export const LOW_FUEL_MIN = { helicopter: 20, aeroplane: 20, drone: 5, ground: 0, unknown: 20 };
/** Below this share [%] a battery is pointed out where no time is told. */
export const LOW_BATTERY = 30;
/** From this severity on what a vehicle calls is an emergency; a medical flight, say, only tells what it is. */
export const ALARM_SEVERITY = 3;
export const STATES = ['live', 'stale', 'lost'];
/** What is counted above the list, the most serious first. */
export const NEEDS = ['emergency', 'lost', 'fuel-low', 'stale', 'fuel-unknown', 'height-unknown'];

/**
 * @typedef {object} AirStanding
 * @property {'live' | 'stale' | 'lost' | 'ended'} state the worse of what the server says and what the silence says; `ended` = it signed off on the ground: nobody misses it
 * @property {number} ageMs of its position
 * @property {number} silentMs since anything of it was heard
 * @property {number} fuelMs until its fuel ends, below nought = that moment has passed, NaN = not told
 * @property {'none' | 'unknown' | 'ok' | 'low' | 'over'} fuel `none` = it stands on the ground
 * @property {boolean} alarm it calls an emergency
 * @property {boolean} heightKnown
 * @property {string[]} needs of `NEEDS`
 */

/** @typedef {{vehicle: any, standing: AirStanding}} AirRow */

/** @typedef {{contact: any, reckoning: Record<string, import('./air-reckoning.js').ReckoningLimits>, hearing: {replay_least_s: number, deaf_s: number}, emergencies: Record<string, {ja: string, en: string, severity: number}>}} MotionLimits as `/api/rules/motion` tells them */

/**
 * Whether a silence is the vehicle's or ours.
 * @typedef {object} Hearing
 * @property {boolean} open the line, the intake and its broker are up
 * @property {number} sinceMs by the incident's clock, from when on the intake hears
 * @property {number} speed how many times faster the incident's clock runs
 */

/**
 * @param {any} vehicle @param {number} nowMs the incident's now
 * @param {MotionLimits | null} limits null while they could not be read
 * @param {Hearing} hearing
 * @returns {AirStanding}
 */
export function airStanding(vehicle, nowMs, limits, hearing) {
  const silentMs = nowMs - Date.parse(vehicle.received_at);
  const told = Math.max(STATES.indexOf(vehicle.state), 0);
  const ended = vehicle.goodbye === true && vehicle.on_ground === true;
  const state = /** @type {AirStanding['state']} */ (ended ? 'ended' : STATES[Math.max(told, contact(vehicle, nowMs, limits, hearing))]);
  const fuelMs = vehicle.endurance_until ? Date.parse(vehicle.endurance_until) - nowMs : NaN;
  const standing = {
    state, silentMs, fuelMs,
    ageMs: nowMs - Date.parse(vehicle.observed_at),
    fuel: fuelOf(vehicle, fuelMs),
    alarm: Boolean(vehicle.emergency) && (emergencyOf(vehicle, limits)?.severity ?? ALARM_SEVERITY) >= ALARM_SEVERITY,
    heightKnown: Number.isFinite(vehicle.altitude?.value_m) || vehicle.on_ground === true,
  };
  return { ...standing, needs: needsOf(vehicle, standing) };
}

/**
 * As the watch over the air decides (sensors/motion/contact.py, ingest/air_contact.py): nobody is lost while our own
 * ears are shut, only not heard; who is heard, but tells where he was long ago, is not live.
 * @param {any} vehicle @param {number} nowMs @param {MotionLimits | null} limits @param {Hearing} hearing
 * @returns {number} index into `STATES`
 */
function contact(vehicle, nowMs, limits, hearing) {
  if (vehicle.goodbye) return 2;
  if (limits === null) return 0;
  const { stale_intervals: stale, lost_intervals: lost, first_interval_s: first } = limits.contact;
  const least = hearing.speed > 1 ? Math.max(limits.contact.least_s, limits.hearing.replay_least_s * hearing.speed) : limits.contact.least_s;
  const rhythm = vehicle.interval_s ?? first;
  const [received, observed] = [Date.parse(vehicle.received_at), Date.parse(vehicle.observed_at)];
  const lostAfter = Math.max(lost * rhythm, 2 * least);
  const own = vehicle.stale_at ? Math.max((Date.parse(vehicle.stale_at) - observed) / 1000, least) : Infinity;
  if (hearing.open && nowMs - Math.max(received, hearing.sinceMs) > 1000 * Math.min(lostAfter, own)) return 2;
  const quiet = nowMs - received > 1000 * Math.max(stale * rhythm, least);
  return quiet || nowMs - observed > 1000 * lostAfter ? 1 : 0;
}

/** How its call is told and how grave it is; one that is not known counts as `other`, null while the rules could not be read. @param {any} vehicle @param {MotionLimits | null} limits */
export function emergencyOf(vehicle, limits) {
  return limits?.emergencies[vehicle.emergency] ?? limits?.emergencies.other ?? null;
}

/** @param {any} vehicle @param {number} fuelMs @returns {AirStanding['fuel']} */
function fuelOf(vehicle, fuelMs) {
  if (vehicle.on_ground === true || vehicle.kind === 'ground') return 'none';
  if (Number.isFinite(fuelMs)) {
    if (fuelMs <= 0) return 'over';
    return fuelMs < lowFuelMs(vehicle.kind) ? 'low' : 'ok';
  }
  if (!Number.isFinite(vehicle.battery_percent)) return 'unknown';
  return vehicle.battery_percent < LOW_BATTERY ? 'low' : 'ok';
}

/** @param {string} kind @returns {number} [ms] */
function lowFuelMs(kind) {
  return (/** @type {Record<string, number>} */ (LOW_FUEL_MIN)[kind] ?? LOW_FUEL_MIN.unknown) * 60_000;
}

/** @param {any} vehicle @param {{state: string, fuel: string, alarm: boolean, heightKnown: boolean}} standing @returns {string[]} */
function needsOf(vehicle, { state, fuel, alarm, heightKnown }) {
  const found = {
    emergency: alarm, lost: state === 'lost', stale: state === 'stale',
    'fuel-low': fuel === 'low' || fuel === 'over', 'fuel-unknown': fuel === 'unknown', 'height-unknown': !heightKnown && vehicle.kind !== 'ground',
  };
  return NEEDS.filter((need) => /** @type {Record<string, boolean>} */ (found)[need]);
}

/**
 * Which comes first in the list. An emergency stands first however it is sorted.
 * @param {'fuel' | 'silence' | 'callsign'} by
 * @returns {(a: AirRow, b: AirRow) => number}
 */
export function airOrder(by) {
  const compare = { fuel: byFuel, silence: bySilence, callsign: byCallsign }[by];
  return (a, b) => Number(b.standing.alarm) - Number(a.standing.alarm) || compare(a, b) || byCallsign(a, b);
}

/** Whose fuel ends first; then batteries; then the flying that told nothing; on the ground last. @param {AirRow} a @param {AirRow} b */
function byFuel(a, b) {
  const rank = (/** @type {AirRow} */ { standing, vehicle }) => {
    if (standing.fuel === 'none') return 3;
    if (standing.fuel === 'unknown') return 2;
    return Number.isFinite(standing.fuelMs) ? 0 : vehicle.battery_percent < LOW_BATTERY ? 0.5 : 1;
  };
  const [first, second] = [rank(a), rank(b)];
  if (first !== second) return first - second;
  if (first === 0) return a.standing.fuelMs - b.standing.fuelMs;
  return first < 2 ? a.vehicle.battery_percent - b.vehicle.battery_percent : 0;
}

/** The lost, then the late; the longest silence first. @param {AirRow} a @param {AirRow} b */
function bySilence(a, b) {
  return STATES.indexOf(b.standing.state) - STATES.indexOf(a.standing.state) || b.standing.silentMs - a.standing.silentMs;
}

/** @param {AirRow} a @param {AirRow} b */
function byCallsign(a, b) {
  return nameOf(a.vehicle).localeCompare(nameOf(b.vehicle), 'ja', { numeric: true }) || String(a.vehicle.id).localeCompare(String(b.vehicle.id));
}

/** What a vehicle is called by: its callsign, else its registration, else what it was heard as. @param {any} vehicle @returns {string} */
export function nameOf(vehicle) {
  return vehicle.callsign || vehicle.registration || vehicle.icao24 || String(vehicle.id);
}

/** @typedef {{text: string, kind: string, need: string}} AirFilter empty = all */

/** @param {AirFilter} filter @param {AirRow} row */
export function passesAir(filter, { vehicle, standing }) {
  if (filter.kind && vehicle.kind !== filter.kind) return false;
  if (filter.need && !standing.needs.includes(filter.need)) return false;
  const words = [vehicle.callsign, vehicle.registration, vehicle.icao24, vehicle.organisation, vehicle.id].join(' ').toLowerCase();
  return filter.text === '' || words.includes(filter.text.trim().toLowerCase());
}
