import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byNeed, countNeeds, passesShelter, shelterStanding } from '../../../dashboard/web/shelter-standing.js';

const NOW = Date.parse('2026-06-03T00:00:00Z');
const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
const open = { id: 'a', name: '体育館', area: '36205', opening: 'open', power: 'mains', silence: 'ok', due_at: at(30), reported_at: at(-20), people: 40, congestion: 'some' };
const judged = (change) => ({ shelter: { ...open, ...change }, standing: shelterStanding({ ...open, ...change }, NOW) });

test('what nobody said is unknown and never good', () => {
  const { standing } = judged({ opening: null, congestion: undefined, power: null, cover_lowest: null, reported_at: null, silence: 'none' });
  assert.equal(standing.need, 'unknown');
  assert.equal(standing.congestion, 'unknown');
  for (const value of [standing.days, standing.fuelMs, standing.ageMs]) assert.ok(Number.isNaN(value));
});

test('a report that is overdue is late on this screen too, with the same grace as at the server', () => {
  assert.equal(judged({ due_at: at(-14) }).standing.silence, 'ok');
  const late = judged({ due_at: at(-16) }).standing;
  assert.deepEqual([late.silence, late.overdue, late.need], ['late', true, 'late']);
  const told = judged({ silence: 'lost', due_at: at(-300) }).standing;
  assert.deepEqual([told.silence, told.overdue], ['lost', false]);
});

test('power is a need when it is out, or fuel ends within three hours', () => {
  const power = (change) => judged(change).standing.needs.includes('power');
  assert.ok(power({ power: 'none' }));
  assert.ok(power({ power: 'generator', fuel_until: at(179) }));
  assert.ok(!power({ power: 'generator', fuel_until: at(181) }));
  assert.ok(power({ power: 'generator', fuel_until: at(-5) }));
  assert.ok(!power({ power: 'mains', fuel_until: at(-5) }), 'a tank that nobody uses may be empty');
  assert.ok(!power({ power: 'generator', fuel_until: null }));
});

test('a closed shelter has no needs, but a silent one that should be open has', () => {
  assert.deepEqual(judged({ opening: 'closed', cover_lowest: { item: 'water', days: 0 }, near_full: true }).standing.needs, ['closed']);
  assert.equal(judged({ opening: 'not-open', silence: 'lost' }).standing.need, 'lost');
});

test('isolated, lost, then lowest cover, full, dark, late, open, unknown, closed', () => {
  const rows = [
    judged({ id: 'closed', opening: 'closed' }), judged({ id: 'unknown', opening: null }), judged({ id: 'open' }),
    judged({ id: 'late', silence: 'late' }), judged({ id: 'dark', power: 'none' }), judged({ id: 'full', congestion: 'full' }),
    judged({ id: 'half', cover_lowest: { item: 'water', days: 0.5 } }), judged({ id: 'none', cover_lowest: { item: 'water', days: 0 } }),
    judged({ id: 'lost', silence: 'lost' }), judged({ id: 'isolated', silence: 'isolated' }),
  ];
  assert.deepEqual(rows.sort(byNeed).map(({ shelter }) => shelter.id),
    ['isolated', 'lost', 'none', 'half', 'full', 'dark', 'late', 'open', 'unknown', 'closed']);
});

test('within one need: scarcest stock, urgent requests, people; unknown stock goes behind known', () => {
  const rows = [
    judged({ id: 'many', people: 90 }), judged({ id: 'few' }), judged({ id: 'urgent', requests: { open: 1, urgent: 1 } }),
    judged({ id: 'three', cover_lowest: { item: 'water', days: 3 } }), judged({ id: 'two', cover_lowest: { item: 'water', days: 2 } }),
  ];
  assert.deepEqual(rows.sort(byNeed).map(({ shelter }) => shelter.id), ['two', 'three', 'urgent', 'many', 'few']);
});

test('counting: several needs of one shelter count each, people without a count are told apart', () => {
  const { counts, people, uncounted } = countNeeds([judged({ near_full: true, power: 'none' }), judged({ people: null }), judged({ opening: 'closed', people: null })]);
  assert.deepEqual([counts.get('full'), counts.get('power'), people, uncounted], [1, 1, 40, 1]);
});

test('filters', () => {
  const row = judged({ silence: 'late', kana: 'たいいくかん', requests: { open: 2, urgent: 0 } });
  const passes = (change) => passesShelter({ text: '', need: '', area: '', ...change }, row);
  for (const change of [{}, { need: 'late' }, { need: 'silent' }, { need: 'request' }, { text: ' たい ' }, { area: '36205' }]) assert.ok(passes(change), JSON.stringify(change));
  for (const change of [{ need: 'lost' }, { text: '学校' }, { area: '36341' }]) assert.ok(!passes(change), JSON.stringify(change));
});
