import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelRange, longSilences, plotColumns, pointsOf } from '../../../dashboard/web/hydrograph-drawing.js';

const reading = (hour, level_m, flag = 1) => ({ at: new Date(Date.UTC(2026, 5, 2, hour)).toISOString(), level_m, flag });

test('only believed readings are in the line; all can be pointed at', () => {
  const [times, line, all] = plotColumns(pointsOf([reading(0, 36.7), reading(1, 39.33, 4), reading(2, 39.32, 3), reading(3, null, 9), reading(4, 36.45, 2)]));
  assert.equal(times[1] - times[0], 3600);
  assert.deepEqual(line, [36.7, undefined, undefined, undefined, 36.45]);
  assert.deepEqual(all, [36.7, 39.33, 39.32, null, 36.45]);
});

test('a long silence is not joined', () => {
  const columns = plotColumns(pointsOf([reading(0, 1), reading(2, 1), reading(3, 9, 4), reading(6, 1)]));
  const hour = 3600;
  assert.deepEqual(longSilences(columns), [[columns[0][0] + 2 * hour, columns[0][0] + 6 * hour]]);
});

test('the axis holds the believed readings and the next threshold above, not a wild value', () => {
  const thresholds = { start: 4.96, caution: 6.03, danger: 6.67 };
  const [low, high] = levelRange([reading(0, 5), reading(1, 5.2), reading(2, 90, 4)], thresholds);
  assert.ok(low < 4.96 && low > 4);
  assert.ok(high > 6.67 && high < 8);
  assert.deepEqual(levelRange([], {}), [0, 1]);
  const [, alone] = levelRange([], thresholds);
  assert.ok(alone > 6.67);
});
