// @ts-check
/** Count: how many are here now; at the door, by recount, and of which kind. */

import { countRow } from '../count-row.js';
import { named, rich, t } from '../language.js';
import { countValue, fieldValue } from '../picture.js';
import { rollCount } from '../roll.js';
import { element } from '../live-map/element.js';
import { figure } from '../wording.js';

/** @param {import('../app.js').App} app */
export function peopleScreen(app) {
  const counts = app.rules.counts.filter((/** @type {any} */ count) => count.field !== 'people');
  const care = (/** @type {any} */ count) => count.field.startsWith('people.care.');
  const parts = {
    'count.part.who': counts.filter((/** @type {any} */ count) => count.group === 'people' && !care(count)),
    'count.part.care': counts.filter(care),
    'count.part.pets': counts.filter((/** @type {any} */ count) => count.group === 'pets'),
    'count.part.other': counts.filter((/** @type {any} */ count) => count.group !== 'people' && count.group !== 'pets'),
  };
  return [
    element('h1', {}, rich('home.count')),
    countRow(app, 'people', [-10, -5, -1, 1, 5, 10], 'count-main', 'h2'),
    occupancy(app),
    ...Object.entries(parts).filter(([, rows]) => rows.length > 0).map(([key, rows]) =>
      element('section', { class: 'part' }, element('h2', {}, rich(key)),
        element('div', { class: 'count-rows' }, ...rows.map((/** @type {any} */ count) => countRow(app, count.field, [-1, 1, 5]))))),
  ];
}

/** How full it is, beside the number on the roll. @param {import('../app.js').App} app */
function occupancy(app) {
  const people = countValue(app.state, 'people');
  const told = fieldValue(app.state, 'capacity');
  const capacity = (typeof told === 'number' ? told : null) ?? app.bundle.shelter?.capacity ?? null;
  const { present } = rollCount(app.state);
  const full = people === null || !capacity ? null : people / capacity;
  const { some, crowded, near_full, words } = app.rules.congestion;
  const band = full === null ? 'unknown' : full >= crowded ? 'crowded' : full >= some ? 'some' : 'free';
  const name = named(words.find((/** @type {any} */ one) => one.congestion === band));
  return element('div', { class: 'hint-row' },
    element('p', {}, full === null ? rich('count.no-capacity') : rich('count.full', { percent: Math.round(full * 100), capacity: figure(capacity), band: name })),
    full !== null && full >= near_full ? element('p', { class: 'doubt' }, rich('count.near-full')) : null,
    element('p', {}, rich('count.roll', { present })),
    element('button', { type: 'button', 'data-key': 'to-congestion', onclick: () => app.go('status/people') }, t('count.to-congestion')),
  );
}
