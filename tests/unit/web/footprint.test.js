import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

globalThis.localStorage = { getItem: () => null, setItem: () => {} };
globalThis.document = { documentElement: { dataset: {} }, body: { querySelectorAll: () => [] }, querySelectorAll: () => [] };
const { setLanguage } = await import('../../../dashboard/web/language.js');
const { drawnAs, INTERVALS, LONGEST_INTERVAL_MS, NOW_MS } = await import('../../../dashboard/web/footprint-layer.js');
const { doubtTexts, lengthText, sampleText } = await import('../../../dashboard/web/footprint-words.js');
const { spansText } = await import('../../../dashboard/web/seen-card.js');

const NOW = Date.parse('2026-06-03T05:00:00Z');
const at = (seconds) => ({ camera_kind: 'vehicle', geometry: {}, observed_at: new Date(NOW - seconds * 1000).toISOString() });

test('a footprint is of now for fifteen seconds, old for ten minutes, then gone', () => {
  assert.deepEqual([10, 16, 599, 601].map((seconds) => drawnAs(at(seconds), NOW)), ['now', 'old', 'old', null]);
  assert.deepEqual([140, 160].map((seconds) => drawnAs({ ...at(seconds), interval_s: 3600 }, NOW)), ['now', 'old']);
  assert.equal(drawnAs({ ...at(0), geometry: null }, NOW), null);
  assert.equal(drawnAs({ ...at(1), camera_kind: 'photo' }, NOW), 'old');
  assert.equal(drawnAs({ ...at(99_999), camera_kind: 'fixed' }, NOW), 'now');
});

test('screens and server have one set of limits', () => {
  const rules = readFileSync(new URL('../../../sensors/rules/footprint.toml', import.meta.url), 'utf8');
  const number = (name) => Number(rules.match(new RegExp(`^${name} = ([0-9.]+)$`, 'm'))?.[1]);
  assert.deepEqual([NOW_MS, INTERVALS, LONGEST_INTERVAL_MS], [number('now_s') * 1000, number('intervals'), number('longest_interval_s') * 1000]);
});

test('an outline that is not sure says so', () => {
  setLanguage('en');
  const sure = { open: false, bounds: [], way: 'terrain', uncertainty_m: 12.4 };
  assert.deepEqual(doubtTexts(sure), ['error ±12 m']);
  assert.deepEqual(doubtTexts({ ...sure, open: true, bounds: ['terrain-edge'], uncertainty_m: null }), ['ends where the terrain data do', 'error unknown']);
  assert.deepEqual(doubtTexts({ ...sure, way: 'told', uncertainty_m: null }), ['outline as the aircraft told it', 'error unknown']);
  assert.deepEqual([lengthText(1234), lengthText(null), sampleText(0.043), sampleText(1.26), sampleText(null)], ['1.2 km', '—', '4.3 cm', '1.3 m', 'unknown']);
});

test('times of seeing are told newest first, the rest is counted', () => {
  setLanguage('en');
  const span = (from, to) => ({ from: `2026-06-03T${from}:00Z`, to: `2026-06-03T${to}:00Z` });
  const camera = { spans: [span('04:50', '04:55'), span('04:00', '04:00'), ...Array(5).fill(span('03:00', '03:01'))], more_spans: 2 };
  assert.equal(spansText(camera, NOW), '13:50〜13:55、13:00、12:00〜12:01、12:00〜12:01 and 5 more');
});
