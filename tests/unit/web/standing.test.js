import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDanger, RECENT_SILENCE_MS, standing, thresholdDistances, trendTold } from '../../../dashboard/web/standing.js';

const NOW = Date.parse('2026-06-02T17:00:00Z');
const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();

function gauge(changed = {}) {
  return {
    id: 'g', name: '御所地橋', river: '飯尾川', class: 'danger', level_m: 6.79, flag: 1, provisional: false, threshold_doubt: false,
    thresholds: { start: 4.96, caution: 6.03, danger: 6.67 }, trend: 'rising', observed_at: at(-3), due_at: at(27), silent: false,
    ...changed,
  };
}

test('a good gauge is trusted', () => {
  const judged = standing(gauge(), NOW);
  assert.equal(judged.untrusted, false);
  assert.equal(judged.silence, 'none');
  assert.equal(judged.tier, 0);
  assert.equal(judged.rising, true);
  assert.ok(Math.abs(judged.toDanger_m + 0.12) < 1e-9);
  assert.equal(judged.ageMs, 180_000);
});

test('silence above start is abnormal, below it the daily report is missing; the server need not say so', () => {
  assert.equal(standing(gauge({ due_at: at(-1) }), NOW).silence, 'abnormal');
  assert.equal(standing(gauge({ class: 'start', due_at: at(-1) }), NOW).silence, 'abnormal');
  assert.equal(standing(gauge({ class: 'below', due_at: at(-1) }), NOW).silence, 'daily');
  assert.equal(standing(gauge({ class: 'below', due_at: at(1) }), NOW).silence, 'none');
  assert.equal(standing(gauge({ due_at: at(1), silent: true }), NOW).silence, 'abnormal');
  assert.equal(standing(gauge({ due_at: null }), NOW).silence, 'none');
});

test('what cannot be trusted', () => {
  for (const change of [{ flag: 3 }, { flag: 4 }, { flag: 9 }, { provisional: true }, { threshold_doubt: true },
    { class: 'unknown', level_m: null }, { due_at: at(-1) }, { class: 'never heard of' }]) {
    assert.equal(standing(gauge(change), NOW).untrusted, true, JSON.stringify(change));
  }
});

test('a gauge never heard of is unknown, and not among the untrusted', () => {
  const judged = standing(gauge({ class: 'unknown', level_m: null, flag: 9, observed_at: null, due_at: null }), NOW);
  assert.equal(judged.untrusted, false);
  assert.equal(judged.failed, true);
  assert.equal(judged.tier, 3);
});

test('an unknown class or level is never safe', () => {
  const judged = standing(gauge({ class: 'unknown', level_m: null, observed_at: null }), NOW);
  assert.equal(judged.rank, 0);
  assert.equal(judged.tier, 3);
  assert.ok(Number.isNaN(judged.toDanger_m));
  assert.ok(Number.isNaN(judged.ageMs));
});

test('the list begins with trusted danger; doubt and long silence do not stand at the top', () => {
  const longAgo = new Date(NOW - RECENT_SILENCE_MS - 1000).toISOString();
  const gauges = [
    gauge({ id: 'unknown', class: 'unknown', level_m: null }),
    gauge({ id: 'below', class: 'below', level_m: 1 }),
    gauge({ id: 'doubted', threshold_doubt: true, level_m: 9 }),
    gauge({ id: 'long silent', due_at: longAgo }),
    gauge({ id: 'just silent', due_at: at(-1) }),
    gauge({ id: 'caution', class: 'caution', level_m: 6.1 }),
    gauge({ id: 'danger steady', trend: 'steady', level_m: 8 }),
    gauge({ id: 'danger rising' }),
    gauge({ id: 'danger rising more', level_m: 7.5 }),
    gauge({ id: 'overflow', class: 'overflow' }),
  ];
  const order = gauges.map((g) => ({ gauge: g, standing: standing(g, NOW) })).sort(byDanger).map((row) => row.gauge.id);
  assert.deepEqual(order, ['overflow', 'danger rising more', 'danger rising', 'danger steady', 'just silent', 'caution',
    'doubted', 'long silent', 'below', 'unknown']);
});

test('the order is total, so that rows do not dance', () => {
  const rows = ['b', 'a', 'c'].map((id) => gauge({ id })).map((g) => ({ gauge: g, standing: standing(g, NOW) }));
  assert.deepEqual(rows.sort(byDanger).map((row) => row.gauge.id), ['a', 'b', 'c']);
});

test('distances to thresholds, highest first, unknown ones left out', () => {
  const distances = thresholdDistances(gauge());
  assert.deepEqual(distances.map((d) => d.name), ['danger', 'caution', 'start']);
  assert.ok(Math.abs(distances[0].above_m - 0.12) < 1e-9);
  assert.ok(Number.isNaN(thresholdDistances(gauge({ level_m: null }))[0].above_m));
  assert.deepEqual(thresholdDistances({ level_m: 1 }), []);
});

test('a trend is called steady only when it is known well', () => {
  assert.equal(trendTold({ trend: 'steady', trend_m_per_h: 0.24, trend_sd_m_per_h: 0.27 }), 'unclear');
  assert.equal(trendTold({ trend: 'steady', trend_m_per_h: 0.01, trend_sd_m_per_h: 0.02 }), 'steady');
  assert.equal(trendTold({ trend: 'rising', trend_m_per_h: 0.9, trend_sd_m_per_h: 0.3 }), 'rising');
  assert.equal(trendTold({ trend: 'steady', trend_sd_m_per_h: null }), 'steady');
  assert.equal(trendTold({ trend: 'sideways' }), 'unknown');
});
