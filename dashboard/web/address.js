// @ts-check
/** What the address bar holds: view, selection, language, theme, list, filter. Pure. */

/**
 * @typedef {object} Address
 * @property {{zoom: number, lat: number, lon: number} | null} map
 * @property {string | null} gauge
 * @property {string | null} shelter
 * @property {string | null} vehicle
 * @property {string | null} camera
 * @property {'ja' | 'en' | null} lang
 * @property {'dark' | 'light' | null} theme
 * @property {'danger' | 'forecast' | 'shelter' | 'order' | 'camera' | 'air' | 'photo'} order which list is seen
 * @property {import('./gauge-filter.js').Filter} filter
 * @property {import('./flood.js').FloodAddress | null} flood the simulated flood that is looked at
 */

import { emptyFilter } from './gauge-filter.js';

/** Lists beside that by danger. @type {('forecast' | 'shelter' | 'order' | 'camera' | 'air' | 'photo')[]} */
const LISTS = ['forecast', 'shelter', 'order', 'camera', 'air', 'photo'];

/**
 * Read an address; what cannot be read is left out, so that a mangled link still opens the map.
 * @param {string} hash `location.hash`, with or without `#`
 * @returns {Address}
 */
export function readAddress(hash) {
  const parts = new Map();
  for (const pair of hash.replace(/^#/, '').split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) parts.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const lang = parts.get('lang');
  const theme = parts.get('theme');
  return {
    map: readView(parts.get('map')),
    gauge: decoded(parts.get('gauge')) || null,
    shelter: decoded(parts.get('shelter')) || null,
    vehicle: decoded(parts.get('vehicle')) || null,
    camera: decoded(parts.get('camera')) || null,
    lang: lang === 'ja' || lang === 'en' ? lang : null,
    theme: theme === 'dark' || theme === 'light' ? theme : null,
    order: LISTS.find((name) => name === parts.get('list')) ?? 'danger',
    filter: readFilter(parts.get('filter')),
    flood: readFlood(parts.get('flood')),
  };
}

/**
 * Write an address.
 * @param {Address} address
 * @returns {string} with its leading `#`
 */
export function writeAddress({ map, gauge, shelter, vehicle, camera, lang, theme, order, filter, flood }) {
  const parts = [];
  if (map) parts.push(`map=${map.zoom.toFixed(2)}/${map.lat.toFixed(5)}/${map.lon.toFixed(5)}`);
  if (gauge) parts.push(`gauge=${encodeURIComponent(gauge)}`);
  if (shelter) parts.push(`shelter=${encodeURIComponent(shelter)}`);
  if (vehicle) parts.push(`vehicle=${encodeURIComponent(vehicle)}`);
  if (camera) parts.push(`camera=${encodeURIComponent(camera)}`);
  if (lang) parts.push(`lang=${lang}`);
  if (theme) parts.push(`theme=${theme}`);
  if (order !== 'danger') parts.push(`list=${order}`);
  if (flood) parts.push(`flood=${[flood.run, flood.member, flood.view, ...(flood.t_s === null ? [] : [flood.t_s])].map(encodeURIComponent).join('/')}`);
  const words = filterWords(filter);
  if (words.length > 0) parts.push(`filter=${words.join(',')}`);
  return `#${parts.join('&')}`;
}

/** @param {import('./gauge-filter.js').Filter} filter @returns {string[]} */
function filterWords(filter) {
  const words = [];
  if (filter.atLeast) words.push(`class:${encodeURIComponent(filter.atLeast)}`);
  if (filter.rising) words.push('rising');
  if (filter.untrusted) words.push('untrusted');
  if (filter.area) words.push(`area:${encodeURIComponent(filter.area)}`);
  if (filter.river) words.push(`river:${encodeURIComponent(filter.river)}`);
  if (filter.text) words.push(`q:${encodeURIComponent(filter.text)}`);
  return words;
}

/** @param {string | undefined} text @returns {import('./gauge-filter.js').Filter} */
function readFilter(text) {
  const filter = emptyFilter();
  for (const word of (text ?? '').split(',')) {
    const at = word.indexOf(':');
    const name = at < 0 ? word : word.slice(0, at);
    const value = at < 0 ? '' : decoded(word.slice(at + 1));
    if (name === 'rising') filter.rising = true;
    else if (name === 'untrusted') filter.untrusted = true;
    else if (name === 'class') filter.atLeast = value;
    else if (name === 'area') filter.area = value;
    else if (name === 'river') filter.river = value;
    else if (name === 'q') filter.text = value;
  }
  return filter;
}

/** @param {string | undefined} text */
function readView(text) {
  const numbers = (text ?? '').split('/').map(Number);
  if (numbers.length !== 3 || numbers.some((n) => !Number.isFinite(n))) return null;
  const [zoom, lat, lon] = numbers;
  if (zoom < 0 || zoom > 24 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { zoom, lat, lon };
}

/** @param {string | undefined} text @returns {import('./flood.js').FloodAddress | null} */
function readFlood(text) {
  const [run, member = 'median', view = 'depth', t_s] = (text ?? '').split('/').map(decoded);
  if (!run) return null;
  const seconds = t_s === undefined || t_s === '' ? NaN : Number(t_s);
  return { run, member, view, t_s: Number.isFinite(seconds) ? seconds : null };
}

/** @param {string | undefined} text @returns {string} */
function decoded(text) {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return '';
  }
}
