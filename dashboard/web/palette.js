// @ts-check
/** Colours of the current theme for what is drawn on canvas. */

import { theme } from './theme.js';

const PALETTES = {
  dark: {
    sea: '#0a1017', land: '#18212c', border: '#46596d', name: '#a9bccd',
    outline: '#ffffff', rim: '#0a1017', light: false, ink: '#ffffff', grey: '#7d8894', halo: '#0a1017', grid: '#2b3947', line: '#7cc4ff', estimate: '#5fd6c4',
  },
  light: {
    sea: '#dbe6ee', land: '#f7f6f1', border: '#8795a3', name: '#3c4a57',
    outline: '#10161f', rim: '#55636f', light: true, ink: '#10161f', grey: '#a9b2bb', halo: '#ffffff', grid: '#d4dbe2', line: '#0b5ea8', estimate: '#00695c',
  },
};

/** @returns {typeof PALETTES.dark} */
export function mapPalette() {
  return PALETTES[theme()];
}

/**
 * Classes of arrival of a simulated flood: before so many minutes; the last has no limit. Ours, no official legend has
 * them: one hue, dark = soon, so that it is neither a level nor a depth.
 */
export const ARRIVAL_LIMITS_MIN = [30, 60, 120, 180, 360];
export const ARRIVAL_COLOURS = ['#00282c', '#005a60', '#138389', '#55b0b1', '#9cd5d3', '#d6f0ed'];

/** Signs of a simulated flood, on pale official colours and on both grounds. */
const FLOOD_PALETTES = {
  dark: { shore: '#4aa3ff', inner: '#a08a86', mark: 'rgba(20, 24, 60, 0.30)', ground: 'rgba(110, 118, 128, 0.20)', hatch: 'rgba(176, 186, 197, 0.55)', unknown: '#8a929b' },
  light: { shore: '#0b4ea8', inner: '#a08a86', mark: 'rgba(20, 24, 60, 0.30)', ground: 'rgba(120, 128, 138, 0.20)', hatch: 'rgba(84, 94, 105, 0.55)', unknown: '#8a929b' },
};

/** @returns {typeof FLOOD_PALETTES.dark} */
export function floodPalette() {
  return FLOOD_PALETTES[theme()];
}
