import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandsOf, fanAt, fanEdges, fanOf, fanRange, heldAgainst } from '../../../dashboard/web/fan.js';
import { levelRange, nearestPoint, plotColumns, pointsOf } from '../../../dashboard/web/hydrograph-drawing.js';

const ORIGIN = Date.UTC(2026, 5, 2, 15) / 1000;
const moment = (minutes) => new Date((ORIGIN + minutes * 60) * 1000).toISOString();

/** Symmetric fans around 6 + step, half a metre to the 90 % edge. */
function whole(changed = {}) {
  return {
    origin_at: moment(0), status: 'full', observed_at: moment(-10), newest_m: 5.8, levels: [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95],
    steps_s: [600, 1200, 1800], level_m: [0, 1, 2].map((step) => [-0.5, -0.4, -0.2, 0, 0.2, 0.4, 0.5].map((d) => 6 + step + d)),
    passing_steps: { danger: [0.1, 0.3, 0.5] }, hours: [1], low_m: [5], median_m: [6], high_m: [7], passing: { danger: [0.4] }, ...changed,
  };
}

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('a whole forecast is read between its steps', () => {
  const fan = fanOf(whole());
  const said = fanAt(fan, ORIGIN + 900);
  near(said.median, 6.5);
  assert.deepEqual(said.bands.map(({ name }) => name), [90, 80, 50]);
  near(said.bands[1].low, 6.1);
  near(said.bands[1].high, 6.9);
  near(said.passing.danger, 0.2);
});

test('outside of the fan nothing is said', () => {
  const fan = fanOf(whole());
  assert.equal(fanAt(fan, ORIGIN + 599), null);
  assert.equal(fanAt(fan, ORIGIN + 1801), null);
  assert.equal(fanAt(fan, NaN), null);
  near(fanAt(fan, ORIGIN + 600).median, 6);
  near(fanAt(fan, ORIGIN + 1800).median, 8);
});

test('a fan of one step can be read there', () => {
  const fan = fanOf(whole({ steps_s: [600], level_m: [whole().level_m[0]], passing_steps: {} }));
  near(fanAt(fan, ORIGIN + 600).median, 6);
});

test('what the live picture holds is a fan of hours with one band', () => {
  const fan = fanOf(whole({ level_m: undefined, steps_s: undefined }));
  assert.deepEqual(bandsOf(fan).map(({ name }) => name), [80]);
  near(fanAt(fan, ORIGIN + 3600).bands[0].high, 7);
  near(fanAt(fan, ORIGIN + 3600).passing.danger, 0.4);
});

test('no numbers, no fan', () => {
  assert.equal(fanOf(undefined), null);
  assert.equal(fanOf(whole({ status: 'none' })), null);
  assert.equal(fanOf(whole({ level_m: whole().level_m.map((row) => row.map(() => null)) })), null);
  assert.equal(fanOf(whole({ origin_at: 'never' })), null);
  assert.equal(fanOf(whole({ steps_s: [], level_m: [] })), null);
});

test('all edges meet at the reading it starts from, where that is known', () => {
  const { timesS, edges } = fanEdges(fanOf(whole()));
  assert.equal(timesS[0], ORIGIN - 600);
  assert.deepEqual(edges.map((edge) => edge[0]), Array(7).fill(5.8));
  assert.equal(fanEdges(fanOf(whole({ newest_m: null }))).timesS.length, 3);
  assert.deepEqual(fanRange(fanOf(whole())), [5.5, 8.5]);
});

test('what was said is held against what came', () => {
  const fan = fanOf(whole());
  const read = (minutes, level_m) => ({ at: moment(minutes), level_m });
  const came = [read(-10, 5.8), read(10, 6.39), read(20, 7.41), read(30, 8), read(40, 8)];
  assert.deepEqual(heldAgainst(fan, came), { count: 3, within: 2 });
  assert.deepEqual(heldAgainst(fan, []), { count: 0, within: 0 });
});

test('readings and forecast steps are pointed at in order of time, a reading with what was said of it', () => {
  const reading = (minutes, level_m, flag = 1) => ({ at: moment(minutes), level_m, flag });
  const points = pointsOf([reading(-10, 5.8), reading(15, 6.4), reading(20, 39, 4)], fanOf(whole()));
  assert.deepEqual(points.map(({ atS }) => (atS - ORIGIN) / 60), [-10, 10, 15, 20, 30]);
  assert.deepEqual(points.map(({ reading: r }) => r !== null), [true, false, true, true, false]);
  near(points[2].said.median, 6.5);
  assert.equal(points[0].said, null);
  const [, line, all] = plotColumns(points);
  assert.deepEqual(line, [5.8, undefined, 6.4, undefined, undefined]);
  assert.deepEqual(all, [5.8, 6, 6.4, 39, 8]);
});

test('what is being read stays in place when a newer forecast has other steps', () => {
  const points = pointsOf([], fanOf(whole()));
  assert.equal(nearestPoint(points, ORIGIN + 1250), 1);
  assert.equal(nearestPoint(points, ORIGIN + 99_999), 2);
  assert.equal(nearestPoint([], ORIGIN), -1);
});

test('the axis holds what is forecast, and the thresholds it may pass', () => {
  const [low, high] = levelRange([{ level_m: 5, flag: 1 }], { danger: 6.67, overflow: 12 }, [4.5, 8]);
  assert.ok(low < 4.5);
  assert.ok(high > 8);
});
