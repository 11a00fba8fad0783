import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, incidentNow, jst, momentText, replayEnded, WallClock } from '../../../dashboard/web/clock.js';

const ms = (text) => Date.parse(text);

function clockAt(monotonic, date) {
  const now = { monotonic, date };
  return { now, clock: new WallClock(() => now.monotonic, () => now.date) };
}

test('the wall clock is the server\'s, whatever this computer believes', () => {
  const { now, clock } = clockAt(1000, ms('2001-01-01T00:00:00Z'));
  clock.observe(ms('2026-06-02T15:00:00Z'));
  now.monotonic += 5000;
  now.date += 5000;
  assert.equal(clock.now(), ms('2026-06-02T15:00:05Z'));
  assert.ok(clock.skewMs() < -20 * 365 * 86_400_000);
});

test('the message that travelled fastest sets the clock', () => {
  const { now, clock } = clockAt(0, 0);
  clock.observe(10_000);
  now.monotonic = now.date = 2000;
  clock.observe(11_500);
  assert.equal(clock.now(), 12_000);
  now.monotonic = now.date = 3000;
  clock.observe(13_200);
  assert.equal(clock.now(), 13_200);
});

test('a server clock that is set back is followed within a minute', () => {
  const { now, clock } = clockAt(0, 0);
  clock.observe(1_000_000);
  now.monotonic = now.date = 61_000;
  clock.observe(500_000);
  assert.equal(clock.now(), 500_000);
});

test('after sleep data is not younger than it is', () => {
  const { now, clock } = clockAt(0, 0);
  clock.observe(0);
  now.monotonic = 1000;
  now.date = 3_600_000;
  assert.equal(clock.now(), 3_600_000);
});

test('before any message the computer\'s own clock serves', () => {
  const { clock } = clockAt(5, 77);
  assert.equal(clock.known, false);
  assert.equal(clock.now(), 77);
  clock.observe(NaN);
  assert.equal(clock.known, false);
});

test('an incident\'s now follows its replay and stops at its end', () => {
  const clock = { base: '2026-06-02T15:00:00Z', wall: '2026-11-24T00:00:00Z', speed: 60, end: '2026-06-02T18:00:00Z' };
  const wall = ms(clock.wall);
  assert.equal(incidentNow(clock, wall + 60_000), ms('2026-06-02T16:00:00Z'));
  assert.equal(incidentNow(clock, wall - 60_000), ms(clock.base));
  assert.equal(incidentNow(clock, wall + 3_600_000), ms(clock.end));
  assert.equal(replayEnded(clock, wall + 60_000), false);
  assert.equal(replayEnded(clock, wall + 3_600_000), true);
  assert.equal(incidentNow(null, 42), 42);
  assert.equal(replayEnded(null, 42), false);
});

test('moments are told in Japan Standard Time', () => {
  const parts = jst(ms('2026-06-02T16:40:12Z'));
  assert.deepEqual([parts.date, parts.second, parts.weekday], ['2026-06-03', '01:40:12', 3]);
  const now = ms('2026-06-02T16:40:12Z');
  assert.equal(momentText(ms('2026-06-02T15:00:00Z'), now), '00:00');
  assert.equal(momentText(ms('2026-06-02T14:50:00Z'), now), '6/2 23:50');
  assert.equal(momentText(ms('2022-05-20T21:02:00Z'), now), '2022/5/21 06:02');
  assert.equal(momentText(NaN, now), '—');
});

test('ages', () => {
  const minute = 60_000;
  assert.deepEqual(age(59_999), { unit: 'second', value: 59 });
  assert.deepEqual(age(minute), { unit: 'minute', value: 1 });
  assert.deepEqual(age(119 * minute), { unit: 'minute', value: 119 });
  assert.deepEqual(age(120 * minute), { unit: 'hour', value: 2 });
  assert.deepEqual(age(48 * 60 * minute), { unit: 'day', value: 2 });
  assert.deepEqual(age(-500), { unit: 'second', value: 0 });
  assert.equal(age(-2 * minute).unit, 'future');
  assert.equal(age(NaN).unit, 'unknown');
});
