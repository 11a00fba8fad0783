import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AFTER_MS, BEFORE_MS, enduranceUntil, missionOrder, missionRequest, onAxis, siteStanding, standingAt, timeline } from '../../../dashboard/web/mission-standing.js';

const NOW = Date.parse('2026-06-02T12:00:00Z');
const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
const mission = (changed) => ({
  id: 1, number: 1, status: 'tasked', status_at: at(-10), vehicle: 'h1', urgency: 2, requested_at: at(-30), assigned_at: at(-10),
  endurance_until: null, endurance_told_at: null, ...changed,
});

test('what nobody has comes first, then by urgency, and what has ended is last', () => {
  const all = [
    mission({ id: 1, status: 'done' }), mission({ id: 2, urgency: 1 }), mission({ id: 3, vehicle: null, status: 'requested', urgency: 3 }),
    mission({ id: 4, vehicle: null, status: 'requested', urgency: 1 }), mission({ id: 5, status: 'cancelled', status_at: at(-1) }),
  ];
  assert.deepEqual(all.sort(missionOrder).map(({ id }) => id), [4, 3, 2, 5, 1]);
});

test('the earlier endurance counts, except after it was filled up', () => {
  const told = { endurance_until: at(60) };
  assert.ok(Number.isNaN(enduranceUntil(mission(), undefined)));
  assert.equal(enduranceUntil(mission({ endurance_until: at(30), endurance_told_at: at(0) }), told), NOW + 30 * 60_000);
  assert.equal(enduranceUntil(mission({ endurance_until: at(90), endurance_told_at: at(0) }), told), NOW + 60 * 60_000);
  assert.equal(enduranceUntil(mission({ endurance_until: at(90), endurance_told_at: at(0) }), { endurance_until: at(-5) }), NOW + 90 * 60_000);
});

test('the axis of time shows who ends first on top, and nothing that ended before it', () => {
  const vehicles = new Map([['h1', { endurance_until: at(90) }], ['h2', { endurance_until: at(20) }], ['h3', {}]]);
  const rows = timeline([
    mission({ id: 1 }), mission({ id: 2, vehicle: 'h2', number: 2 }), mission({ id: 3, vehicle: 'h3', number: 3 }),
    mission({ id: 4, number: 4, status: 'done', assigned_at: at(-60), status_at: at(-20) }),
    mission({ id: 5, number: 5, status: 'done', assigned_at: at(-400), status_at: at(-300) }),
    mission({ id: 6, number: 6, vehicle: null, assigned_at: null, status: 'requested' }),
  ], vehicles, NOW);
  assert.deepEqual(rows.map(({ vehicle, bars }) => [vehicle, bars.map(({ number }) => number)]), [['h2', [2]], ['h1', [4, 1]], ['h3', [3]]]);
  assert.deepEqual([rows[1].bars[0].toMs, rows[1].bars[1].toMs], [NOW - 20 * 60_000, NOW]);
  assert.deepEqual([onAxis(NOW - BEFORE_MS * 2, NOW), onAxis(NOW + AFTER_MS, NOW)], [0, 1]);
});

test('a landing site is usable only while somebody said so lately', () => {
  const site = { lon: 134.36, lat: 34.085, state: 'usable', at: at(-60) };
  assert.equal(siteStanding(site, NOW, 7200), 'usable');
  assert.equal(siteStanding(site, NOW, 1800), 'old');
  assert.equal(siteStanding({ ...site, state: 'unusable' }, NOW, 1800), 'unusable');
  assert.equal(siteStanding({ ...site, state: 'unknown', at: null }, NOW, 1800), 'unknown');
  const near = { id: 'a', lon: 134.3605, lat: 34.085, on_ground: true };
  assert.deepEqual(standingAt(site, [near, { ...near, id: 'b', on_ground: false }, { ...near, id: 'c', lon: 134.4 }], 100).map(({ id }) => id), ['a']);
});

test('what is typed becomes a request or names its field', () => {
  const read = { place: (text) => (text === 'x' ? [34, 134] : null), moment: (text) => (text === 'bad' ? undefined : text || null) };
  const typed = { kind: 'rescue', urgency: '1', place: ' bridge ', middle: 'x', radius: '', requested_by: 'fire', landing_site: '', endurance: '', note: '' };
  assert.deepEqual(missionRequest(typed, read, null).geometry, { type: 'Point', coordinates: [134, 34] });
  assert.equal(missionRequest(typed, read, null).place, 'bridge');
  for (const [wrong, name] of [[{ place: ' ' }, 'place'], [{ middle: '' }, 'middle'], [{ radius: '-1' }, 'radius'], [{ requested_by: '' }, 'requested_by'], [{ endurance: 'bad' }, 'endurance']]) {
    assert.equal(missionRequest({ ...typed, ...wrong }, read, null), name);
  }
  const area = { type: 'Polygon', coordinates: [] };
  assert.equal(missionRequest({ ...typed, middle: '' }, read, { geometry: area }).geometry, area);
});
