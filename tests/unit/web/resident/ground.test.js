import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaOf, distanceM, eighth, searched, within } from '../../../../alerts/resident/ground.js';
import { shelterOrder } from '../../../../alerts/resident/shelter-choice.js';

const ring = (w, s, e, n) => [[w, s], [e, s], [e, n], [w, n], [w, s]];
const area = (code, w, s, e, n) => ({ code, name: code, bounds: [w, s, e, n], geom: { type: 'MultiPolygon', coordinates: [[ring(w, s, e, n)]] } });

test('a hole of a boundary is outside', () => {
  const holed = { type: 'Polygon', coordinates: [ring(0, 0, 10, 10), ring(4, 4, 6, 6)] };
  assert.equal(within([1, 1], holed), true);
  assert.equal(within([5, 5], holed), false);
  assert.equal(within([11, 5], holed), false);
  assert.equal(within([5, 5], null), false);
});

test('a place on the edge of a coarse boundary belongs to the only near area, and to none of two', () => {
  const areas = [area('a', 134, 33, 134.1, 33.1), area('b', 134.2, 33, 134.3, 33.1)];
  assert.equal(areaOf([134.05, 33.05], areas).code, 'a');
  assert.equal(areaOf([134.105, 33.05], areas).code, 'a');
  assert.equal(areaOf([134.15, 33.05], areas, 5000), null);
  assert.equal(areaOf([140, 40], areas), null);
});

test('distance and direction', () => {
  assert.ok(Math.abs(distanceM([134, 34], [134, 35]) - 111_195) < 50);
  assert.deepEqual([[134, 35], [135, 34], [134, 33], [133, 34]].map((to) => eighth([134, 34], to)), [0, 2, 4, 6]);
});

test('a name is found however its letters are written', () => {
  const places = [{ name: '横瀬', kana: 'よこせ' }, { name: '東横瀬', kana: 'ヒガシヨコセ' }, { name: 'ＡＢＣ会館' }];
  assert.deepEqual(searched('ヨコセ', places).map(({ name }) => name), ['横瀬', '東横瀬']);
  assert.deepEqual(searched('abc', places).map(({ name }) => name), ['ＡＢＣ会館']);
  assert.deepEqual(searched('  ', places), []);
});

test('a full, closed, cut off or wrong house is never offered before an open one with room', () => {
  const at = (id, fields) => ({ id, name: id, lon: 134 + Number(id) * 0.001, lat: 34, hazards: ['flood'], open: 'open', congestion: 'free', pets: null, ...fields });
  const shelters = [at(1, { congestion: 'full' }), at(2, { open: 'closed' }), at(3, { cut_off: true }), at(4, { hazards: ['landslide'] }),
    at(5, { open: 'unknown', congestion: 'unknown' }), at(9, {}), at(8, { pets: true })];
  const ids = (needs) => shelterOrder(shelters, [134, 34], 'flood', needs).map(({ id }) => id);
  assert.deepEqual(ids({}).slice(0, 3), [8, 9, 5]);
  assert.equal(ids({}).includes(2) || ids({}).includes(3), false);
  assert.equal(ids({ pets: true })[0], 8);
  assert.deepEqual(shelterOrder(shelters, [134, 34], 'flood', { pets: true }).find(({ id }) => id === 9).unmet, ['pets.unknown']);
});
