import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { LabelRoom } from '../../../dashboard/web/air-label.js';
import { Mover, mercator } from '../../../dashboard/web/air-mover.js';
import { reckon } from '../../../dashboard/web/air-reckoning.js';
import { airOrder, airStanding, passesAir } from '../../../dashboard/web/air-standing.js';

const CASES = JSON.parse(readFileSync(new URL('reckoning-cases.json', import.meta.url), 'utf8'));
const HELICOPTER = { straight_s: 30, turning_s: 15, turning_deg_per_s: 1, acceleration_m_s2: 3, fastest_m_s: 120 };
const LIMITS = {
  contact: { stale_intervals: 2.5, lost_intervals: 6, least_s: 5, first_interval_s: 30 },
  hearing: { replay_least_s: 3, deaf_s: 10 },
  emergencies: { general: { ja: '緊急事態', en: 'emergency', severity: 5 }, lifeguard: { ja: '救急搬送中', en: 'medical flight', severity: 1 }, other: { ja: '緊急通報', en: 'emergency call', severity: 4 } },
  reckoning: {
    helicopter: HELICOPTER, aeroplane: { ...HELICOPTER, fastest_m_s: 260 }, unknown: { ...HELICOPTER, fastest_m_s: 260 },
    ground: { ...HELICOPTER, fastest_m_s: 45 }, drone: { ...HELICOPTER, straight_s: 5, turning_s: 5, fastest_m_s: 40 },
  },
};
const EARS = { open: true, sinceMs: -Infinity, speed: 1 };
const NOW = Date.parse('2026-06-03T00:00:00Z');
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();
const vehicle = (id, change = {}) => ({
  id, kind: 'helicopter', callsign: id, received_at: at(-1), observed_at: at(-1), state: 'live', interval_s: 1, stale_at: null, goodbye: false,
  altitude: { value_m: 300 }, on_ground: false, endurance_until: null, battery_percent: null, emergency: null, ...change,
});
const row = (id, change) => ({ vehicle: vehicle(id, change), standing: airStanding(vehicle(id, change), NOW, LIMITS, EARS) });
const state = (change, limits = LIMITS, ears = EARS) => airStanding(vehicle('a', change), NOW, limits, ears).state;

test('a vehicle is carried on as the server does it', () => {
  for (const { silent_s, east_m, north_m, radius_m, moving, kind, ...told } of CASES) {
    const found = reckon(told, silent_s, LIMITS.reckoning[kind]);
    for (const [name, value] of Object.entries({ east_m, north_m, radius_m })) assert.ok(Math.abs(found[name] - value) < 2e-3, `${kind} ${silent_s}: ${name} ${found[name]}`);
    assert.equal(found.moving, moving);
  }
});

test('without a course nothing is moved, but the circle grows by the way', () => {
  const found = reckon({ ground_speed_m_s: 50, course_deg: null, uncertainty_m: 10 }, 4, HELICOPTER);
  assert.deepEqual([found.east_m, found.north_m], [0, 0]);
  assert.equal(found.radius_m, 10 + 200 + 24);
});

test('silence makes stale and lost by the own rhythm, also when the server is not heard', () => {
  assert.equal(state({}), 'live');
  assert.equal(state({ received_at: at(-6) }), 'stale');
  assert.equal(state({ received_at: at(-11) }), 'lost');
  assert.equal(state({ received_at: at(-200), interval_s: 120 }), 'live');
  assert.equal(state({ received_at: at(-301), interval_s: 120 }), 'stale');
  assert.equal(state({ received_at: at(-20), interval_s: 120, stale_at: at(-1) }), 'lost');
  assert.equal(state({ goodbye: true }), 'lost');
  assert.equal(state({ goodbye: true, on_ground: true, state: 'lost' }), 'ended');
  assert.equal(state({ state: 'lost' }), 'lost');
  assert.equal(state({ received_at: at(-900), state: 'stale' }, null), 'stale');
  assert.equal(state({ observed_at: at(-90) }), 'stale');
});

test('nobody is lost while our own ears are shut, nor for the way through the chain in a replay', () => {
  const silent = { received_at: at(-60), observed_at: at(-60) };
  assert.equal(state(silent, LIMITS, { ...EARS, open: false }), 'stale');
  assert.equal(state(silent, LIMITS, { ...EARS, sinceMs: NOW - 3000 }), 'stale');
  assert.equal(state(silent, LIMITS, { ...EARS, sinceMs: NOW - 30_000 }), 'lost');
  assert.equal(state(silent, LIMITS, { ...EARS, speed: 60 }), 'live');
  assert.equal(state({ received_at: at(-400) }, LIMITS, { ...EARS, speed: 60 }), 'lost');
});

test('fuel that is not told is unknown, never enough', () => {
  const fuel = (change) => airStanding(vehicle('a', change), NOW, LIMITS, EARS).fuel;
  assert.equal(fuel({}), 'unknown');
  assert.equal(fuel({ endurance_until: at(19 * 60) }), 'low');
  assert.equal(fuel({ endurance_until: at(21 * 60) }), 'ok');
  assert.equal(fuel({ endurance_until: at(-1) }), 'over');
  assert.equal(fuel({ kind: 'drone', endurance_until: at(10 * 60) }), 'ok');
  assert.equal(fuel({ kind: 'drone', battery_percent: 12 }), 'low');
  assert.equal(fuel({ on_ground: true, endurance_until: at(-1) }), 'none');
  assert.deepEqual(airStanding(vehicle('a', { altitude: null }), NOW, LIMITS, EARS).needs, ['fuel-unknown', 'height-unknown']);
});

test('a medical flight is no emergency, a word that nobody knows is one', () => {
  const alarm = (emergency, limits = LIMITS) => airStanding(vehicle('a', { emergency }), NOW, limits, EARS).alarm;
  assert.deepEqual([alarm(null), alarm('lifeguard'), alarm('general'), alarm('ditching'), alarm('lifeguard', null)], [false, false, true, true, true]);
});

test('whose fuel ends first stands first, an emergency before all, the untold before the ground', () => {
  const rows = [
    row('ground', { on_ground: true }), row('untold'), row('late', { endurance_until: at(7200) }), row('soon', { endurance_until: at(600) }),
    row('battery', { kind: 'drone', battery_percent: 70 }), row('mayday', { emergency: 'general' }),
  ];
  const sorted = (by) => [...rows].sort(airOrder(by)).map(({ vehicle: one }) => one.id);
  assert.deepEqual(sorted('fuel'), ['mayday', 'soon', 'late', 'battery', 'untold', 'ground']);
  assert.deepEqual(sorted('callsign'), ['mayday', 'battery', 'ground', 'late', 'soon', 'untold']);
  const silent = [row('a'), row('lost', { received_at: at(-60) }), row('longer', { received_at: at(-90) }), row('stale', { received_at: at(-7) })];
  assert.deepEqual(silent.sort(airOrder('silence')).map(({ vehicle: one }) => one.id), ['longer', 'lost', 'stale', 'a']);
});

test('the filter asks for kind, need and words', () => {
  const one = row('RESCUE 1', { organisation: 'Kochi' });
  assert.ok(passesAir({ text: 'rescue', kind: '', need: '' }, one));
  assert.ok(passesAir({ text: 'kochi', kind: 'helicopter', need: 'fuel-unknown' }, one));
  assert.ok(!passesAir({ text: '', kind: 'drone', need: '' }, one));
  assert.ok(!passesAir({ text: '', kind: '', need: 'lost' }, one));
});

test('a mover carries on, makes corrections good within a moment, and goes back to the last position', () => {
  const told = vehicle('a', { lon: 134, lat: 34, observed_at: at(0), ground_speed_m_s: 50, course_deg: 90, turn_deg_per_s: null, uncertainty_m: 10, trail: [[133.9, 34]] });
  const mover = new Mover(told);
  const [x, y] = mercator(134, 34);
  const later = mover.at(HELICOPTER, NOW + 10_000, 0);
  assert.ok(Math.abs((later.x - x) / mover.stretch - 500) < 0.01);
  assert.ok(Math.abs(later.y - y) < 0.01);
  assert.equal(later.held, false);
  const held = mover.at(HELICOPTER, NOW + 31_000, 0);
  assert.deepEqual([held.x, held.y, held.held, held.radius_m], [x, y, true, NaN]);
  assert.equal(mover.at(undefined, NOW + 1000, 0).held, true);
  // a new position 20 m beside: no jump, made good in 600 ms
  mover.take({ ...told, lat: 34 + 20 / 111_320, observed_at: at(1) }, HELICOPTER, NOW + 1000, 5000, 1500);
  const before = mover.at(HELICOPTER, NOW + 1000, 5000);
  assert.ok(Math.abs(before.y - y) < 0.01);
  assert.ok(Math.abs(mover.at(HELICOPTER, NOW + 1000, 5100).glide_m_s - Math.hypot(20, 50) / 0.6) < 60);
  const after = mover.at(HELICOPTER, NOW + 1000, 5600);
  assert.ok(Math.abs((after.y - y) / mover.stretch - 20) < 0.1);
  // too far to have been flown: shown at once
  mover.take({ ...told, lat: 34.1, observed_at: at(2) }, HELICOPTER, NOW + 2000, 9000, 1500);
  assert.equal(mover.at(HELICOPTER, NOW + 2000, 9001).glide_m_s, 0);
});

test('labels take the room that is free and keep their place', () => {
  const room = new LabelRoom();
  const label = { picture: null, width: 40, height: 20 };
  assert.deepEqual(room.place(100, 100, 20, label, 0, false), { x: 80, y: 120, place: 0 });
  assert.equal(room.place(100, 100, 20, label, 0, false).place, 1);
  assert.equal(room.place(100, 100, 20, label, 3, false).place, 3);
  assert.equal(room.place(100, 100, 20, label, 0, false).place, 2);
  assert.equal(room.place(100, 100, 20, label, 0, false), null);
  assert.notEqual(room.place(100, 100, 20, label, 0, true), null);
});
