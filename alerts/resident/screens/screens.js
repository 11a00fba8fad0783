// @ts-check
/** Which screen an address opens. */

import { levelsScreen } from './levels.js';
import { nowScreen } from './now.js';
import { placeScreen } from './place.js';
import { safetyScreen } from './safety.js';
import { settingsScreen } from './settings.js';
import { sheltersScreen } from './shelters.js';

/** @type {Record<string, (app: import('../app.js').App) => HTMLElement[]>} */
const SCREENS = {
  '': nowScreen, place: placeScreen, shelters: sheltersScreen, safety: safetyScreen, levels: levelsScreen, settings: settingsScreen,
};

/** @param {import('../app.js').App} app @param {string} route @returns {HTMLElement[]} */
export function screenOf(app, route) {
  const name = route.split('/')[0] ?? '';
  if (app.place === null && (name === '' || name === 'shelters')) return placeScreen(app);
  return (SCREENS[name] ?? nowScreen)(app);
}
