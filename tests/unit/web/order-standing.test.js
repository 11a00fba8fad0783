import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alive, startOf, townsOf, unanswered } from '../../../dashboard/web/order-standing.js';

const NOW = Date.parse('2026-06-02T14:00:00Z');
const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
const proposal = (area, changed = {}) => ({
  id: `municipality:${area}:flood`, area: { municipality: area, municipality_name: `徳島県${area}町` }, level: 4, act: 'issue', state: 'open',
  expires_at: at(60), latest_start: { p10: at(30), p50: at(50), p90: null }, ...changed,
});
const order = (area, changed = {}) => ({ id: 1, area, area_name: `徳島県${area}町`, level: 4, state: 'issued', pending: null, ...changed });
const areas = (picture) => townsOf({ orders: [], advice: [], proposals: [], warnings: [], ...picture }, NOW, (code) => code).map((town) => town.area);

test('the cautious end counts; without any the start is not known', () => {
  assert.equal(startOf(proposal('1')), NOW + 30 * 60_000);
  assert.equal(startOf(proposal('1', { latest_start: { p10: null, p50: at(5), p90: null } })), NOW + 5 * 60_000);
  assert.ok(Number.isNaN(startOf(proposal('1', { latest_start: null }))));
});

test('a proposal ends by its own end, whatever its state says', () => {
  assert.ok(alive(proposal('1'), NOW));
  assert.ok(!alive(proposal('1', { expires_at: at(0) }), NOW));
  assert.ok(!alive(proposal('1', { state: 'rejected' }), NOW));
});

test('the latest start that comes first stands on top, what cannot be told after it, what is ordered last', () => {
  const proposals = [
    proposal('1', { latest_start: null }), proposal('2'), proposal('3', { latest_start: { p10: at(-5), p50: null, p90: null } }), proposal('4'),
  ];
  assert.deepEqual(areas({ proposals, orders: [order('4')], warnings: [{ level: 3, areas: ['5'], hazard: 'x', name: 'レベル3大雨警報' }] }), ['3', '2', '1', '4', '5']);
});

test('an order answers a proposal of its level, not a higher one, and a draft answers none', () => {
  const gap = (orders, level = 4) => townsOf({ orders, advice: [], proposals: [proposal('1', { level })], warnings: [] }, NOW, String)[0].gap;
  assert.equal(gap([order('1')]), null);
  assert.notEqual(gap([order('1', { level: 3 })]), null);
  assert.notEqual(gap([order('1')], 5), null);
  assert.notEqual(gap([order('1', { state: 'draft' })]), null);
  assert.notEqual(gap([order('1', { state: 'lifted' })]), null);
  assert.equal(townsOf({ orders: [], advice: [], proposals: [proposal('1', { act: 'lift' })], warnings: [] }, NOW, String)[0].gap, null);
});

test('an announcement of level 4 that nobody answered stands above what is ordered', () => {
  const warnings = [{ level: 4, areas: ['1', '2'], hazard: 'x', name: 'レベル4大雨危険警報' }];
  const towns = townsOf({ orders: [order('2')], advice: [], proposals: [], warnings }, NOW, String);
  assert.deepEqual(towns.map((town) => [town.area, unanswered(town)]), [['1', true], ['2', false]]);
});

test('the three kinds stay three', () => {
  const [town] = townsOf({ orders: [order('1', { level: 3 })], advice: [], proposals: [proposal('1')], warnings: [{ level: 5, areas: ['1'], hazard: 'x', name: 'レベル5大雨特別警報' }] }, NOW, String);
  assert.deepEqual([town.ordered, town.official.level, town.proposals[0].level], [3, 5, 4]);
});

test('an announcement without a level is never taken for one, nor does it hide one', () => {
  const storm = { level: 5, areas: ['1'], hazard: '暴風', name: '暴風特別警報' };
  const rain = { level: 3, areas: ['1'], hazard: '大雨', name: 'レベル3大雨警報' };
  const [town] = townsOf({ orders: [], advice: [], proposals: [], warnings: [storm, rain] }, NOW, String);
  assert.deepEqual([town.official.level, town.official.numbered], [3, true]);
  const [windy] = townsOf({ orders: [], advice: [], proposals: [], warnings: [storm] }, NOW, String);
  assert.deepEqual([windy.official.level, windy.official.numbered, unanswered(windy)], [5, false, false]);
});
