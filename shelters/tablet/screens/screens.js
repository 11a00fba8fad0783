// @ts-check
/** Which screen a route shows. */

import { rich } from '../language.js';
import { element } from '../live-map/element.js';
import { aidScreen } from './aid.js';
import { conflictsScreen } from './conflicts.js';
import { enrolmentScreen } from './enrolment.js';
import { homeScreen } from './home.js';
import { householdScreen } from './household.js';
import { peopleScreen } from './people.js';
import { registerScreen } from './register.js';
import { requestsScreen } from './requests.js';
import { statusScreen } from './status.js';
import { stockScreen } from './stock.js';
import { syncScreen } from './sync-state.js';

/** @type {Record<string, (app: any, rest: string) => (Node | null)[]>} */
const SCREENS = {
  '': homeScreen,
  people: peopleScreen,
  stock: stockScreen,
  requests: requestsScreen,
  aid: aidScreen,
  register: registerScreen,
  household: householdScreen,
  status: statusScreen,
  sync: syncScreen,
  conflicts: conflictsScreen,
  enrol: enrolmentScreen,
};
/** Screens that need nothing of the bundle. */
const WITHOUT_BUNDLE = new Set(['enrol', 'sync']);

/** @param {import('../app.js').App} app @param {string} route @returns {Node[]} */
export function screenOf(app, route) {
  const [name, ...rest] = route.split('/');
  const screen = SCREENS[name] ?? homeScreen;
  if (app.bundle === null && !WITHOUT_BUNDLE.has(name)) {
    return [element('p', { class: 'empty' }, rich('home.no-bundle'))];
  }
  return screen(app, decodeURIComponent(rest.join('/'))).filter((node) => node !== null);
}
