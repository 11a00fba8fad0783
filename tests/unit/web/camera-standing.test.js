import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byTrouble, cameraStanding } from '../../../dashboard/web/camera-standing.js';

const NOW = Date.parse('2026-06-03T00:00:00Z');
const camera = (change = {}) => ({
  id: 'c', interval_s: 300, flag: 1, level_m: 1.2, health: 'ok', comparison: null, accepted_at: '2026-06-02T23:56:00Z',
  frame: { observed_at: '2026-06-02T23:56:00Z' }, ...change,
});

test('an accepted level of now holds', () => {
  const standing = cameraStanding(camera(), NOW);
  assert.equal(standing.trouble, 'good');
  assert.equal(standing.levelHolds, true);
  assert.equal(standing.ageMs, 240_000);
});

test('a level is not held after three intervals, whatever its flag', () => {
  const standing = cameraStanding(camera({ frame: { observed_at: '2026-06-02T23:44:00Z' } }), NOW);
  assert.equal(standing.trouble, 'old');
  assert.equal(standing.levelHolds, false);
});

test('no frame, no health, no level are three different unknowns', () => {
  assert.equal(cameraStanding(camera({ frame: null, accepted_at: null }), NOW).trouble, 'none');
  assert.equal(cameraStanding(camera({ health: 'stuck', flag: 9, level_m: null }), NOW).trouble, 'blind');
  assert.equal(cameraStanding(camera({ flag: 9, level_m: null }), NOW).trouble, 'unread');
  assert.equal(cameraStanding(camera({ flag: 3 }), NOW).trouble, 'suspect');
});

test('who disagrees with the gauge comes first', () => {
  const rows = [camera({ id: 'a' }), camera({ id: 'b', comparison: { agrees: false } }), camera({ id: 'd', health: 'dark', flag: 9 })]
    .map((one) => ({ camera: one, standing: cameraStanding(one, NOW) }));
  assert.deepEqual(rows.sort(byTrouble).map(({ camera: { id } }) => id), ['b', 'd', 'a']);
});
