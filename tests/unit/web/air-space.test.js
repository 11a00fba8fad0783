import assert from 'node:assert/strict';
import { test } from 'node:test';

import { spaceRequest, typedMoment } from '../../../dashboard/web/air-space-request.js';
import { intrusion, spaceOrder, spacePhase } from '../../../dashboard/web/air-space-standing.js';

const typed = (change = {}) => ({
  kind: 'emergency', name: ' 吉野川 ', source: '国空航第1号', middle: '34.05, 134.33', radius: '2.5', corners: '', floor: '', ceiling: '300', from: '', to: '', exempt: [], ...change,
});

test('a circle, heights and times in Japanese time', () => {
  const request = spaceRequest(typed({ from: '2026-06-03T09:00', to: '2026-06-03T18:30' }), null);
  assert.deepEqual(request.circle, { lat: 34.05, lon: 134.33, radius_m: 2500 });
  assert.deepEqual([request.name, request.floor_tp_m, request.ceiling_tp_m], ['吉野川', null, 300]);
  assert.deepEqual([request.from_at, request.to_at], ['2026-06-03T00:00:00.000Z', '2026-06-03T09:30:00.000Z']);
  assert.equal(typedMoment('2026-06-03T00:00:00Z'), '2026-06-03T09:00');
});

test('corners are closed, longitude first; without a place it keeps what it has', () => {
  const { geometry } = spaceRequest(typed({ corners: '34, 134\n34 134.1\n\n34.1、134.1' }), null);
  assert.deepEqual(geometry.coordinates, [[[134, 34], [134.1, 34], [134.1, 34.1], [134, 34]]]);
  const held = { type: 'MultiPolygon', coordinates: [] };
  assert.equal(spaceRequest(typed({ middle: '' }), held).geometry, held);
});

test('what cannot be read is named', () => {
  const wrong = { name: { name: ' ' }, source: { source: '' }, middle: { middle: '134.33, x' }, radius: { radius: '' }, corners: { corners: '34,134\n34,135' }, floor: { floor: 'low' }, ceiling: { floor: '300' }, to: { from: '2026-06-03T09:00', to: '2026-06-03T08:00' } };
  for (const [name, change] of Object.entries(wrong)) assert.equal(spaceRequest(typed(change), null), name);
  assert.equal(spaceRequest(typed({ middle: '' }), null), 'middle');
});

test('an emergency airspace is shut for what flies without a pilot, an exempt one is told apart', () => {
  const present = [{ vehicle: 'd', exempt: false }, { vehicle: 'e', exempt: true }, { vehicle: 'h', exempt: false }];
  const emergency = [{ kind: 'emergency', present }];
  assert.equal(intrusion(emergency, { id: 'd', kind: 'drone' }), 'inside');
  assert.equal(intrusion(emergency, { id: 'd', kind: 'unknown' }), 'inside');
  assert.equal(intrusion(emergency, { id: 'e', kind: 'drone' }), 'exempt');
  assert.equal(intrusion(emergency, { id: 'h', kind: 'helicopter' }), '');
  assert.equal(intrusion([{ kind: 'keep-out', present }], { id: 'h', kind: 'helicopter' }), 'inside');
  assert.equal(intrusion([{ kind: 'operation', present }], { id: 'd', kind: 'drone' }), '');
});

test('what is in force stands first, the gravest kind before the others', () => {
  const now = Date.parse('2026-06-03T00:00:00Z');
  const space = (id, kind, from, to = null) => ({ id, kind, from_at: from, to_at: to });
  const spaces = [
    space(1, 'operation', '2026-06-02T00:00:00Z'), space(2, 'emergency', '2026-06-03T01:00:00Z'),
    space(3, 'emergency', '2026-06-02T00:00:00Z', '2026-06-02T12:00:00Z'), space(4, 'emergency', '2026-06-02T00:00:00Z'),
  ];
  assert.deepEqual(spaces.map((one) => spacePhase(one, now)), ['active', 'ahead', 'past', 'active']);
  assert.deepEqual(spaces.sort(spaceOrder(now)).map(({ id }) => id), [4, 1, 2, 3]);
});
