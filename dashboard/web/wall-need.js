// @ts-check
/** Which tiles the wall shows, and which of them are needed first: pure, from the live picture and the time. */

import { ALARM_SEVERITY, emergencyOf, nameOf } from './air-standing.js';

/** A gauge in alarm concerns what is seen within this distance [m]. */
export const ALARM_M = 2000;
/** A person who asks for help, or a blocked road, within this [m]. */
export const REPORT_M = 1000;
/** Motion stays new for so long [ms]. */
export const MOTION_MS = 60_000;

/**
 * @typedef {object} Tile
 * @property {string} id `video:ID` or `camera:ID`
 * @property {'video' | 'camera'} kind
 * @property {any} value the live `video` or `camera`
 * @property {any} owner the live `vehicle` or `camera` it belongs to, null = none known
 * @property {string} name
 * @property {[number, number] | null} place what it looks at [degrees], else where it is; null = nobody knows
 * @property {'seen' | 'owner' | 'own' | null} placeOf whose place that is
 *
 * @typedef {{code: 'emergency' | 'alarm' | 'motion' | 'report' | 'road' | 'ranked', values: Record<string, string | number>}} Reason `values` fill its words
 * @typedef {{rank: number, reasons: Reason[]}} Need
 *
 * @typedef {object} Context
 * @property {any[]} gauges
 * @property {any[]} disruptions
 * @property {import('./air-standing.js').MotionLimits | null} limits how grave a call is; null while not known
 * @property {{lon: number, lat: number}[]} reports people who wait for help; empty for who may not know
 * @property {Map<string, number>} motions when new motion was last seen by tile [ms]
 * @property {number} nowMs wall clock
 */

/** Rank of each reason, the most urgent first; without one a tile comes last. */
const RANKS = { emergency: 0, alarm: 1, motion: 2, report: 3, road: 3 };
const NOT_NEEDED = 4;

/**
 * Every stream, and every river camera without one, as tiles.
 * @param {{all: (kind: string) => any[], get: (kind: string, id: string) => any}} picture
 * @returns {Tile[]}
 */
export function tilesOf(picture) {
  const filmed = new Set();
  const footprints = new Map(picture.all('footprint').filter((one) => one.centre).map((one) => [String(one.vehicle ?? one.camera), one.centre]));
  const videos = picture.all('video').map((value) => {
    if (value.camera) filmed.add(String(value.camera));
    const owner = (value.vehicle ? picture.get('vehicle', String(value.vehicle)) : value.camera ? picture.get('camera', String(value.camera)) : null) ?? null;
    return { id: `video:${value.id}`, kind: /** @type {'video'} */ ('video'), value, owner, name: value.name, ...placed(value, owner, footprints) };
  });
  const cameras = picture.all('camera').filter((value) => !filmed.has(String(value.id))).map((value) => {
    return { id: `camera:${value.id}`, kind: /** @type {'camera'} */ ('camera'), value, owner: value, name: value.river ? `${value.river} ${value.name}` : value.name, ...placed({ camera: value.id }, value, footprints) };
  });
  return [...videos, ...cameras];
}

/** @param {any} value @param {any} owner @param {Map<string, [number, number]>} footprints @returns {Pick<Tile, 'place' | 'placeOf'>} */
function placed(value, owner, footprints) {
  const seen = footprints.get(String(value.vehicle ?? value.camera));
  if (seen) return { place: seen, placeOf: 'seen' };
  if (owner && Number.isFinite(owner.lon)) return { place: [owner.lon, owner.lat], placeOf: 'owner' };
  if (Number.isFinite(value.lon)) return { place: [value.lon, value.lat], placeOf: 'own' };
  return { place: null, placeOf: null };
}

/** Name of what carries the camera, null when nothing does or it is not known. @param {Tile} tile @returns {string | null} */
export function ownerName(tile) {
  if (tile.kind === 'camera' || tile.owner === null) return tile.kind === 'video' ? tile.value.vehicle ?? null : null;
  return tile.value.vehicle ? nameOf(tile.owner) : tile.owner.name;
}

/** Metres between two places not far apart [degrees]. @param {[number, number]} a @param {[number, number]} b */
export function metresBetween([lonA, latA], [lonB, latB]) {
  const degree = 111_320;
  return Math.hypot((lonB - lonA) * degree * Math.cos(((latA + latB) / 2) * (Math.PI / 180)), (latB - latA) * degree);
}

/** @param {Tile} tile @param {Context} context @returns {Need} */
export function needOf(tile, context) {
  const { place } = tile;
  /** @type {Reason[]} */ const reasons = [];
  if (tile.value.vehicle && calls(tile.owner, context.limits)) reasons.push({ code: 'emergency', values: {} });
  const own = tile.owner ? [tile.owner.gauge, tile.owner.compare_gauge].filter(Boolean).map(String) : [];
  const alarm = context.gauges.find((gauge) => gauge.alarm && (own.includes(String(gauge.id)) || near(place, gauge, ALARM_M)));
  if (alarm) reasons.push({ code: 'alarm', values: { gauge: alarm.river ? `${alarm.river} ${alarm.name}` : alarm.name } });
  const moved = context.nowMs - (context.motions.get(tile.id) ?? -Infinity);
  if (moved <= MOTION_MS) reasons.push({ code: 'motion', values: { seconds: Math.max(0, Math.round(moved / 1000)) } });
  const waiting = context.reports.filter((report) => near(place, report, REPORT_M)).length;
  if (waiting > 0) reasons.push({ code: 'report', values: { count: waiting } });
  const road = context.disruptions.find((one) => near(place, one, REPORT_M));
  if (road) reasons.push({ code: 'road', values: { label: road.label ?? '' } });
  return { rank: Math.min(NOT_NEEDED, ...reasons.map((reason) => RANKS[/** @type {keyof typeof RANKS} */ (reason.code)])), reasons };
}

/** Whether a vehicle calls an emergency. @param {any} vehicle @param {Context['limits']} limits */
function calls(vehicle, limits) {
  return Boolean(vehicle?.emergency) && (emergencyOf(vehicle, limits)?.severity ?? ALARM_SEVERITY) >= ALARM_SEVERITY;
}

/** @param {[number, number] | null} place @param {any} thing @param {number} within [m] */
function near(place, thing, within) {
  return place !== null && Number.isFinite(thing.lon) && metresBetween(place, [thing.lon, thing.lat]) <= within;
}

/**
 * Tiles in the order of the wall: as a person ranked them, the others by need; in a rank, what moves before what does not.
 * @param {{tile: Tile, need: Need}[]} tiles @param {string[] | null} ranking
 */
export function ordered(tiles, ranking) {
  const given = new Map((ranking ?? []).map((id, at) => [id, at]));
  const at = (/** @type {string} */ id) => given.get(id) ?? Infinity;
  return [...tiles].sort((a, b) => {
    const byHand = at(a.tile.id) - at(b.tile.id);
    if (byHand && !Number.isNaN(byHand)) return byHand;
    return a.need.rank - b.need.rank || shows(a.tile) - shows(b.tile) || a.tile.id.localeCompare(b.tile.id);
  });
}

/** What moves comes before a still picture, and that before nothing. @param {Tile} tile */
function shows(tile) {
  if (tile.kind === 'video') return tile.value.state === 'playing' ? 0 : 2;
  return tile.value.frame !== null ? 1 : 2;
}

/** Where the map shows a tile's owner and footprint. @param {Tile} tile @returns {string} */
export function mapAddress(tile) {
  const parts = tile.place ? [`map=15/${tile.place[1].toFixed(5)}/${tile.place[0].toFixed(5)}`] : [];
  if (tile.value.vehicle) parts.push(`vehicle=${encodeURIComponent(tile.value.vehicle)}`, 'list=air');
  else if (tile.kind === 'camera' || tile.value.camera) parts.push(`camera=${encodeURIComponent(tile.kind === 'camera' ? tile.value.id : tile.value.camera)}`);
  return `/#${parts.join('&')}`;
}

/** Where the wall shows a tile. @param {string} id `video:ID` or `camera:ID` */
export function wallAddress(id) {
  return `/wall#tile=${encodeURIComponent(id)}`;
}

/** The tile that an address names, null = none. @param {string} hash @returns {string | null} */
export function tileOfAddress(hash) {
  const part = hash.replace(/^#/, '').split('&').find((one) => one.startsWith('tile='));
  try {
    return part ? decodeURIComponent(part.slice('tile='.length)) || null : null;
  } catch {
    return null;
  }
}

/** Move a tile by one place: the ranking that all screens shall hold. @param {string[]} ids in their order now @param {string} id @param {number} step −1 or 1 */
export function moved(ids, id, step) {
  const from = ids.indexOf(id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= ids.length) return ids;
  const next = [...ids];
  [next[from], next[to]] = [next[to], next[from]];
  return next;
}
