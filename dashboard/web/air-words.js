// @ts-check
/** What is said of a vehicle, in the screen's language. */

import { momentText } from './clock.js';
import { emergencyOf } from './air-standing.js';
import { named, t, tOr } from './language.js';
import { ageText, agoText } from './wording.js';

const FIGURES = new Intl.NumberFormat('en-US');
const FEET_PER_M = 3.28084;
const KNOTS_PER_M_S = 1.943844;
const KM_H_PER_M_S = 3.6;
/** Slower than this [m/s] it neither climbs nor sinks. */
const LEVEL_M_S = 1;

/** @param {any} vehicle @returns {string} `612 m`, on the ground, or that it is not known; never a height without its datum beside it */
export function heightText(vehicle) {
  if (vehicle.on_ground === true) return t('air.on-ground');
  const value = vehicle.altitude?.value_m;
  if (Number.isFinite(value)) return t('air.height', { value: whole(value) });
  return vehicle.kind === 'ground' ? '—' : t('air.height-unknown');
}

/** @param {any} vehicle @returns {string} how its height was found and how sure it is; empty where there is none */
export function wayText(vehicle) {
  const height = vehicle.altitude;
  if (!Number.isFinite(height?.value_m)) return '';
  const sure = Number.isFinite(height.uncertainty_m) ? ` ±${whole(height.uncertainty_m)} m` : '';
  return `${tOr(`air.way-${String(height.way).replace(' + ', '-').replaceAll(' ', '-')}`, height.way ?? '')}${sure}`;
}

/** @param {number} value_m @returns {string} */
export function feetText(value_m) {
  return `${whole(value_m * FEET_PER_M)} ft`;
}

/** @param {{value_m: number, reference: string, accuracy_m?: number | null}} told @returns {string} */
export function toldHeight({ value_m: value, reference, accuracy_m: accuracy }) {
  const sure = Number.isFinite(accuracy) ? ` ±${whole(/** @type {number} */ (accuracy))} m` : '';
  return `${whole(value)} m（${feetText(value)}）${sure} ${tOr(`air.reference-${reference.replaceAll(' ', '-')}`, reference)}`;
}

/** @param {any} vehicle @returns {string} */
export function speedText(vehicle) {
  const speed = vehicle.ground_speed_m_s;
  return Number.isFinite(speed) ? `${whole(speed * KM_H_PER_M_S)} km/h（${whole(speed * KNOTS_PER_M_S)} kt）` : '—';
}

/** @param {number | null} degrees @returns {string} */
export function bearingText(degrees) {
  return Number.isFinite(degrees) ? `${String(Math.round(/** @type {number} */ (degrees)) % 360).padStart(3, '0')}°` : '—';
}

/** @param {any} vehicle @returns {string} an arrow, empty when it is level or nothing is told */
export function climbArrow(vehicle) {
  if (vehicle.on_ground === true || !Number.isFinite(vehicle.climb_m_s) || Math.abs(vehicle.climb_m_s) < LEVEL_M_S) return '';
  return vehicle.climb_m_s > 0 ? '↑' : '↓';
}

/** @param {any} vehicle @param {import('./air-standing.js').AirStanding} standing @returns {string} how long it can stay up */
export function fuelText(vehicle, standing) {
  if (standing.fuel === 'none') return vehicle.kind === 'ground' ? '—' : t('air.fuel-ground');
  if (standing.fuel === 'over') return t('air.fuel-over', { time: ageText(-standing.fuelMs) });
  if (Number.isFinite(standing.fuelMs)) return t('air.fuel-left', { time: ageText(standing.fuelMs) });
  return Number.isFinite(vehicle.battery_percent) ? batteryText(vehicle) : t('air.fuel-unknown');
}

/** @param {any} vehicle */
export function batteryText(vehicle) {
  return Number.isFinite(vehicle.battery_percent) ? t('air.battery', { share: Math.round(vehicle.battery_percent) }) : '—';
}

/** @param {any} vehicle @param {number} nowMs @returns {string} when its fuel ends */
export function fuelUntil(vehicle, nowMs) {
  return vehicle.endurance_until ? momentText(Date.parse(vehicle.endurance_until), nowMs) : '';
}

/** @param {any} vehicle */
export function kindText(vehicle) {
  return tOr(`air.kind-${vehicle.kind}`, vehicle.kind);
}

/** What it calls, in the words of the rules; its own word while they could not be read. @param {any} vehicle @param {import('./air-standing.js').MotionLimits | null} limits */
export function emergencyText(vehicle, limits) {
  const known = limits?.emergencies[vehicle.emergency];
  return known ? named(known) : `${named(emergencyOf(vehicle, limits), t('air.mark-emergency'))} ${vehicle.emergency}`;
}

/**
 * The two lines beside its sign on the map.
 * @param {string} name @param {any} vehicle @param {import('./air-standing.js').AirStanding} standing
 * @param {boolean} held whether it stands at its last position, no longer carried on
 * @param {number} nowMs
 * @param {number} freshMs a position older than this is told with its age
 * @returns {[string, string]}
 */
export function mapLabel(name, vehicle, standing, held, nowMs, freshMs) {
  const made = vehicle.synthetic ? t('air.mark-synthetic') : '';
  const before = [standing.alarm ? t('air.mark-emergency') : '', name.includes(made) ? '' : made].filter(Boolean);
  const last = standing.state === 'lost' || (held && vehicle.on_ground !== true && standing.ageMs > freshMs);
  const when = standing.state === 'ended' ? t('air.ended', { time: momentText(Date.parse(vehicle.received_at), nowMs) }) : last ? t('air.last-seen', { time: momentText(Date.parse(vehicle.observed_at), nowMs) }) : standing.ageMs > freshMs ? agoText(standing.ageMs) : '';
  const height = Number.isFinite(vehicle.altitude?.value_m) && vehicle.on_ground !== true ? `${vehicle.altitude.datum} ${heightText(vehicle)}` : vehicle.kind === 'ground' ? '' : heightText(vehicle);
  return [[...before, name].join(' '), [`${height}${climbArrow(vehicle)}`, when].filter(Boolean).join('　')];
}

/** @param {number} value @returns {string} */
function whole(value) {
  return FIGURES.format(Math.round(value)).replace('-', '−');
}

/** @param {number} metres @returns {string} `340 m`, `12.4 km` */
export function distanceText(metres) {
  return metres < 1000 ? `${whole(metres)} m` : `${(metres / 1000).toFixed(metres < 10_000 ? 1 : 0)} km`;
}

/** Why a position is doubted. @param {any} vehicle @returns {string} */
export function doubtsText(vehicle) {
  return (vehicle.reasons ?? []).map((/** @type {string} */ reason) => tOr(`air.reason-${reason}`, tOr(`reason.${reason}`, reason))).join('、');
}
