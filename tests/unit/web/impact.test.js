import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byArrival, csv, groupOf, hitAt, hitEver, momentIndex, placeAt } from '../../../dashboard/web/impact.js';

const impact = {
  times_s: [0, 600, 1200], classes: [0.05, 0.3],
  totals: { people: [0, 10, 25], households: [0, 4, 9], people_by_class: [[0, 0], [10, 0], [15, 10]], people_ever: 25, households_ever: 9 },
  places: [
    { kind: 'site', id: 'a', name: '丘', arrival_s: 700, closed_from_s: null, depth_m: [0, 0, 0.1], unknown: false },
    { kind: 'shelter', id: 'b', name: '校', arrival_s: 300, closed_from_s: 600, depth_m: [0, 0.3, 0.9], unknown: false },
    { kind: 'hospital', id: 'c', name: '院', arrival_s: null, closed_from_s: null, depth_m: [null, null, null], unknown: true },
  ],
  roads: [{ closed_from_s: 1200 }, { closed_from_s: null }],
};

test('a moment holds until the next', () => {
  assert.deepEqual([-1, 0, 599, 600, 5000, Infinity].map((t_s) => momentIndex(impact, t_s)), [-1, 0, 0, 1, 2, 2]);
  assert.equal(momentIndex(undefined, 0), -1);
});

test('who is in the water, and what is closed by then', () => {
  assert.deepEqual(hitAt(impact, 650), {
    people: 10, households: 4, byClass: [10, 0], closed: { shelter: 1, site: 0, facility: 0, underpass: 0 }, roads: 0, unknownPlaces: 1,
  });
  const ever = hitEver(impact);
  assert.deepEqual([ever.people, ever.roads, ever.closed.shelter, ever.closed.site], [25, 1, 1, 0]);
});

test('no population is not nobody', () => {
  const none = { ...impact, totals: { people: null, households: null, people_by_class: null } };
  assert.equal(hitAt(none, 600).people, null);
  assert.equal(hitEver(none).people, null);
  assert.equal(hitAt({ ...impact, totals: { ...impact.totals, households: null } }, 600).households, null);
});

test('how a place stands', () => {
  const [site, shelter, hospital] = impact.places;
  assert.deepEqual(placeAt(shelter, 0, impact), { state: 'dry', depth_m: 0 });
  assert.deepEqual(placeAt(shelter, 599, impact), { state: 'wet', depth_m: 0 });
  assert.deepEqual(placeAt(shelter, 600, impact), { state: 'closed', depth_m: 0.3 });
  assert.deepEqual(placeAt(site, Infinity, impact), { state: 'wet', depth_m: 0.1 });
  assert.deepEqual(placeAt(hospital, 1200, impact), { state: 'unknown', depth_m: null });
  assert.deepEqual(byArrival(impact.places).map(({ id }) => id), ['b', 'a', 'c']);
  assert.equal(groupOf('hospital'), 'facility');
});

test('a table for spreadsheets: unknown is empty, quotes are kept, formulas are not run', () => {
  assert.equal(csv([['名', 'a,"b"'], [null, 0], ['=1+1', -2]]), '\ufeff名,"a,""b"""\r\n,0\r\n\'=1+1,-2\r\n');
});
