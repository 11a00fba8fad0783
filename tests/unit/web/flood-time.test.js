import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesUpTo, nearestFrame, neighbours, openingFrame, phaseOf, share, sinceParts, stepFrame } from '../../../dashboard/web/flood-time.js';

const START = Date.UTC(2019, 9, 12, 19);
const FRAMES = framesUpTo(600, 21_600);

test('frames come every step, and at the second a run was stopped', () => {
  assert.deepEqual(framesUpTo(600, 1800), [0, 600, 1200, 1800]);
  assert.deepEqual(framesUpTo(600, 1500), [0, 600, 1200, 1500]);
  assert.deepEqual(framesUpTo(600, 0), [0]);
  assert.deepEqual(framesUpTo(600, undefined), []);
  assert.deepEqual(framesUpTo(0, 600), []);
});

test('a hand takes the nearest frame', () => {
  assert.equal(nearestFrame(FRAMES, 1199), 1200);
  assert.equal(nearestFrame(FRAMES, 99_999), 21_600);
  assert.ok(Number.isNaN(nearestFrame([], 0)));
});

test('steps stay within what is there', () => {
  assert.equal(stepFrame(FRAMES, 600, 1), 1200);
  assert.equal(stepFrame(FRAMES, 0, -1), 0);
  assert.equal(stepFrame(FRAMES, 21_600, 1), 21_600);
  assert.ok(Number.isNaN(stepFrame([], 0, 1)));
});

test('a run opens where the answer is', () => {
  const run = { state: 'done', starts_at: new Date(START).toISOString() };
  assert.equal(openingFrame(run, FRAMES, START - 3_600_000), 3600);
  assert.equal(openingFrame(run, FRAMES, START + 60_000), 3600);
  assert.equal(openingFrame(run, FRAMES, START + 2 * 3_600_000), 7200);
  assert.equal(openingFrame(run, FRAMES, START + 24 * 3_600_000), 21_600);
  assert.equal(openingFrame({ ...run, state: 'running' }, [0, 600], START), 600);
  assert.ok(Number.isNaN(openingFrame(run, [], START)));
});

test('past, now and still to come go by the incident’s clock', () => {
  assert.equal(phaseOf(START, START + 4 * 60_000), 'now');
  assert.equal(phaseOf(START, START + 6 * 60_000), 'past');
  assert.equal(phaseOf(START, START - 6 * 60_000), 'forecast');
});

test('neighbours are fetched, ahead of a film', () => {
  assert.deepEqual(neighbours(FRAMES, 1200, false), [1800, 600, 2400]);
  assert.deepEqual(neighbours(FRAMES, 21_000, true), [21_600]);
  assert.deepEqual(neighbours(FRAMES, 1, false), []);
});

test('times since the breach, and shares of the slider', () => {
  assert.deepEqual(sinceParts(4859), { hours: 1, minutes: 20 });
  assert.equal(share(START + 3_600_000, START, 7200), 0.5);
  assert.equal(share(START - 3_600_000, START, 7200), -0.5);
});
