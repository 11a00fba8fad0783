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
