import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aidColumns, aidSteps, allAids, unanswered } from '../../../dashboard/web/aid.js';
import { shelterStanding } from '../../../dashboard/web/shelter-standing.js';
import { readCard, returning, unsaid } from '../../../shelters/tablet/card.js';

const call = (id, need, state, asked_at) => ({ id, need, state, open: ['asked', 'seen', 'on-the-way'].includes(state), asked_at });
const shelters = [
  { id: 'a', name: '体育館', aids: [call('1', 'water-truck', 'asked', '2026-06-03T00:00:00Z'), call('2', 'doctor', 'asked', '2026-06-03T00:10:00Z')] },
  { id: 'b', name: '公民館', aids: [call('3', 'rescue', 'asked', '2026-06-03T00:20:00Z'), call('4', 'police', 'teleported', '2026-06-03T00:00:00Z')] },
  { id: 'c', name: '古い記録' },
];

test('lives come before goods on wheels, and an unknown state keeps its column', () => {
  const columns = aidColumns(allAids(shelters));
  assert.deepEqual(columns.get('asked').map(({ key }) => key), ['b/3', 'a/2', 'a/1']);
  assert.equal(columns.get('teleported').length, 1);
});

test('a call may skip steps forward, ends by declining, and nothing follows when it is done', () => {
  assert.deepEqual(aidSteps('asked'), ['seen', 'on-the-way', 'done', 'declined']);
  assert.deepEqual(aidSteps('on-the-way'), ['done', 'declined']);
  assert.deepEqual(aidSteps('done'), []);
  assert.deepEqual(aidSteps('declined'), ['on-the-way', 'done']);
  assert.deepEqual(aidSteps('cancelled'), []);
});

test('a shelter that calls stands first until somebody is on the way', () => {
  const standing = (state) => shelterStanding({ opening: 'open', silence: 'isolated', aids: [call('1', 'rescue', state, '')] }, 0);
  assert.deepEqual([standing('asked').need, standing('seen').need], ['aid', 'aid']);
  assert.equal(standing('on-the-way').need, 'isolated');
  assert.ok(!unanswered(call('1', 'rescue', 'declined', '')));
});

test('a closed shelter has no word of room', () => {
  assert.equal(shelterStanding({ opening: 'closed', congestion: 'free' }, 0).word, 'shelter.opening-closed');
  assert.equal(shelterStanding({ opening: 'open', congestion: 'free' }, 0).word, 'shelter.congestion-free');
});

test('a card that is read again adds what was not said and brings back who was away', () => {
  const card = readCard('SONAE-CARD1:{"h":"01JZ8Q4W7M3V5T9K2R6X0ABCDE","n":"山田","c":3,"a":"徳島"}', 0);
  const register = (value) => ({ op: 'x', conflicts: [], value });
  const state = { persons: {}, households: { [card.household]: { fields: { name: register('山田'), count: register(4), needs: register(true) }, presence: { ...register({ kind: 'absence' }) } } } };
  assert.deepEqual(unsaid(state, card.drafts).map(({ value }) => value.fields), [{ address: '徳島' }]);
  assert.deepEqual(returning(state, card.household), [{ kind: 'arrive', value: { households: [card.household] }, after: ['x'] }]);
  assert.deepEqual(unsaid({ persons: {}, households: {} }, card.drafts), card.drafts);
  assert.deepEqual(returning({ persons: {}, households: {} }, card.household), []);
});
