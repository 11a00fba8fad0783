import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setLanguage, t } from '../../../dashboard/web/language.js';
import { byChance, chanceBy, LEADS_H, outlook, STALE_MS, tally, WARNED_H } from '../../../dashboard/web/level-forecast.js';
import { chanceText, crossingShort, crossingText, crossingTimes, levelWords, limitsText, peakText } from '../../../dashboard/web/forecast-words.js';

const NOW = Date.parse('2026-06-02T16:32:00Z');
const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
const HOUR = 3600;

globalThis.document = { documentElement: {}, body: { querySelectorAll: () => [] } };

function gauge(changed = {}) {
  return { id: 'g', name: '御所地橋', level_m: 6.2, thresholds: { caution: 6.03, danger: 6.67 }, observed_at: at(-8), threshold_doubt: false, ...changed };
}

function forecast(changed = {}) {
  return {
    id: 'g', origin_at: at(-2), made_at: at(-2), status: 'full', observed_at: at(-8), newest_m: 6.2, hours: [1, 2, 3, 4, 5, 6],
    low_m: [6, 6, 6, 6, 6, 6], median_m: [6.4, 6.5, 6.8, 6.8, 6.8, 6.7], high_m: [6.8, 7, 7.4, 7.5, 7.6, 7.6],
    passing: { caution: [1, 1, 1, 1, 1, 1], danger: [0.2, 0.5, 0.72, 0.8, 0.85, 0.88] },
    time_to: { danger: { p10: 1320, p50: 3000, p90: null } }, peak: { p10: 0.5 * HOUR, p50: 3 * HOUR, p90: 6 * HOUR }, alarm: true, ...changed,
  };
}

test('a fresh forecast may be taken at its word', () => {
  const told = outlook(gauge(), forecast(), NOW);
  assert.equal(told.state, 'current');
  assert.deepEqual(told.chances, [0.2, 0.72, 0.88]);
  assert.deepEqual(told.crossing, { early: 1320, middle: 3000, late: Infinity });
  assert.equal(told.alarm, true);
  assert.equal(told.tier, 0);
  assert.equal(told.ageMs, 120_000);
});

test('the screen goes by the same limits as the forecaster', () => {
  const rules = readFileSync(new URL('../../../geo/rules/forecast.toml', import.meta.url), 'utf8');
  const rule = (name) => Number(new RegExp(`^${name} = ([0-9.]+)$`, 'm').exec(rules)[1]);
  assert.equal(STALE_MS, rule('stale_min') * 60_000);
  assert.equal(WARNED_H, rule('look_ahead_h'));
  assert.ok(LEADS_H.includes(WARNED_H));
});

test('from ninety minutes on it is stale, without alarm, behind the fresh ones', () => {
  const edge = new Date(NOW - STALE_MS).toISOString();
  const told = outlook(gauge(), forecast({ origin_at: edge }), NOW);
  assert.equal(told.state, 'stale');
  assert.equal(told.alarm, false);
  assert.equal(told.tier, 1);
  assert.equal(outlook(gauge(), forecast({ origin_at: new Date(NOW - STALE_MS + 1).toISOString() }), NOW).state, 'current');
  assert.equal(outlook(gauge(), forecast({ origin_at: 'nonsense' }), NOW).state, 'stale', 'an age that is not known is not fresh');
});

test('what says nothing of danger names its reason and is never first', () => {
  const reason = (g, f) => outlook(gauge(g), f, NOW).reason;
  assert.equal(reason({ observed_at: null }, undefined), 'unheard');
  assert.equal(reason({}, undefined), 'not-made');
  assert.equal(reason({}, forecast({ status: 'none' })), 'old-reading');
  assert.equal(reason({ thresholds: {} }, forecast({ passing: {} })), 'no-threshold');
  assert.equal(reason({}, forecast()), '');
  const silent = outlook(gauge(), forecast({ status: 'none' }), NOW);
  assert.equal(silent.state, 'none');
  assert.equal(silent.tier, 3);
  assert.ok(silent.chances.every(Number.isNaN));
  assert.equal(silent.alarm, false);
});

test('no alarm where the danger level is doubted, or reached already', () => {
  assert.equal(outlook(gauge({ threshold_doubt: true }), forecast(), NOW).alarm, false);
  assert.equal(outlook(gauge({ threshold_doubt: true }), forecast(), NOW).tier, 2);
  const over = outlook(gauge({ level_m: 6.67 }), forecast(), NOW);
  assert.equal(over.over, true);
  assert.equal(over.alarm, false);
  assert.equal(outlook(gauge({ thresholds: {} }), forecast(), NOW).over, false);
});

test('a probability that is not told is not nought', () => {
  assert.equal(chanceBy(forecast(), 'danger', 3), 0.72);
  assert.ok(Number.isNaN(chanceBy(forecast(), 'evacuation', 3)));
  assert.ok(Number.isNaN(chanceBy(forecast({ hours: [1, 2] }), 'danger', 3)));
  assert.ok(Number.isNaN(chanceBy(forecast({ passing: { danger: [0.1, 0.2, null] } }), 'danger', 3)));
  assert.ok(Number.isNaN(chanceBy(undefined, 'danger', 3)));
});

function row(id, g, f) {
  return { gauge: gauge({ id, name: id, ...g }), outlook: outlook(gauge(g), f, NOW) };
}

const chance = (p3, middle, early = 600) => forecast({
  passing: { danger: [0, 0, p3, p3, p3, p3] }, time_to: { danger: { p10: early, p50: middle, p90: null } }, alarm: p3 >= 0.3,
});

test('the list: likeliest within three hours, then soonest, then by name; stale, doubted, silent behind', () => {
  const rows = [
    row('silent', {}, undefined),
    row('doubted', { threshold_doubt: true }, chance(1, 0)),
    row('stale', {}, { ...chance(0.9, 600), origin_at: at(-100) }),
    row('b', {}, chance(0.4, null, null)),
    row('a', {}, chance(0.4, null, null)),
    row('later', {}, chance(0.7, 7200)),
    row('sooner', {}, chance(0.7, 3600)),
    row('unlikely', {}, chance(0.01, null, null)),
    row('likely', {}, chance(0.8, 9000)),
  ];
  assert.deepEqual(rows.sort(byChance).map(({ gauge: g }) => g.id),
    ['likely', 'sooner', 'later', 'a', 'b', 'unlikely', 'stale', 'doubted', 'silent']);
});

test('everything is counted, what is silent by its reason', () => {
  const counts = tally([row('a', {}, chance(0.5, 60)), row('b', { level_m: 7 }, chance(1, 0)), row('c', {}, undefined),
    row('d', { observed_at: null }, undefined), row('e', { threshold_doubt: true }, chance(1, 0)), row('f', {}, { ...chance(1, 0), origin_at: at(-91) }),
    row('g', {}, undefined)]);
  assert.deepEqual({ ...counts, silent: [...counts.silent] },
    { alarm: 1, over: 1, stale: 1, doubted: 1, silent: [['not-made', 2], ['unheard', 1]] });
});

test('a probability is never rounded to certainty', () => {
  assert.deepEqual([0, 0.004, 0.0149, 0.725, 0.994, 0.9999, 1, NaN].map(chanceText), ['1%未満', '1%未満', '1%', '73%', '99%超', '99%超', '100%', '—']);
});

test('times: the earliest rounded down, the latest up, by the clock in Japan', () => {
  const crossing = { early: 1320, middle: 3000, late: 7900 };
  assert.deepEqual(crossingTimes(crossing, Date.parse(at(-2)), NOW), { early: '01:50', middle: '02:20', late: '03:50' });
  assert.equal(crossingText(crossing, Date.parse(at(-2)), NOW, 0.98), '到達は 02:20 ごろ（01:50〜03:50）');
  assert.deepEqual(crossingShort(crossing, Date.parse(at(-2)), NOW), { middle: '02:20 ごろ', spread: '01:50〜03:50' });
});

test('what may not come at all is told with its probability', () => {
  const text = (crossing, p) => crossingText(crossing, Date.parse(at(-2)), NOW, p);
  assert.equal(text({ early: 1320, middle: 3000, late: Infinity }, 0.88), '到達は 02:20 ごろ（早ければ 01:50。6時間以内に達する確率 88%）');
  assert.equal(text({ early: 7200, middle: Infinity, late: Infinity }, 0.3), '早ければ 03:30 ごろ到達（6時間以内に達する確率 30%）');
  assert.equal(text({ early: 60, middle: Infinity, late: Infinity }, 0.4), '早ければすぐにも到達（6時間以内に達する確率 40%）');
  assert.equal(text({ early: Infinity, middle: Infinity, late: Infinity }, 0.004), '6時間以内に達する確率は 1%未満');
  assert.equal(text({ early: 0, middle: 0, late: 0 }, 1), 'すでに到達');
});

test('in an old forecast a time that has passed is told as it was, not as "any moment"', () => {
  const origin = NOW - STALE_MS;
  assert.equal(crossingTimes({ early: 600, middle: 3600, late: Infinity }, origin, NOW).early, '00:10');
});

test('a peak is told with its spread, and as a hint', () => {
  const text = peakText(forecast().peak, Date.parse(at(-2)), NOW);
  assert.match(text, /04:30 ごろ（02:00〜07:30）/);
  assert.match(text, /目安/);
  assert.match(peakText({ p10: 0, p50: 0, p90: 600, past: 0.62 }, NOW, NOW), /過ぎた見込み（確率 62%）/);
  assert.equal(peakText(null, NOW, NOW), '');
});

test('what holds a forecast back is said in words, in both languages', () => {
  const limits = (g, f) => limitsText(outlook(gauge(g), forecast(f), NOW));
  assert.deepEqual(limits({}, {}), []);
  assert.deepEqual(limits({}, { status: 'late' }), ['最新の水位が古いため幅が広くなっています。']);
  assert.match(limits({}, { status: 'no-trend' })[0], /傾向が分からない/);
  assert.equal(limits({ threshold_doubt: true }, { status: 'late', origin_at: at(-95) }).length, 3);
  assert.match(limits({}, { origin_at: at(-95) })[0], /95分 前/);
  setLanguage('en');
  assert.match(limits({}, { status: 'late' })[0], /range is wide/);
  setLanguage('ja');
  assert.notEqual(t('forecast.badge'), '');
});

test('a forecast level is told no finer than it is known', () => {
  assert.deepEqual(levelWords(6.84, 6.3, 7.41), { value: '6.8', low: '6.3', high: '7.4' });
  assert.deepEqual(levelWords(-0.32, -0.4, 0.1), { value: '−0.32', low: '−0.40', high: '0.10' });
  assert.deepEqual(levelWords(null, undefined, NaN), { value: '—', low: '—', high: '—' });
});
