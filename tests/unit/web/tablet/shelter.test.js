import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBand, readCard } from '../../../../shelters/tablet/card.js';
import { covers, servedPeople } from '../../../../shelters/tablet/demand.js';
import { askToKeep } from '../../../../shelters/tablet/keeping.js';
import { fold } from '../../../../shelters/tablet/merge.js';
import { conflictsOf } from '../../../../shelters/tablet/picture.js';
import { householdsOf, personsOf, rollCount } from '../../../../shelters/tablet/roll.js';
import { undoOf } from '../../../../shelters/tablet/undo.js';
import { RULES } from './memory-database.js';

const NOW = 1_780_499_040_000;
let number = 0;

/** Operations one second apart, by the tablet named in `device`. */
function said(...drafts) {
  return drafts.map(({ device = 't-1', ...draft }) => {
    number += 1;
    const at_ms = NOW + number * 1000;
    const id = String(number).padStart(26, '0');
    return { id, device, actor: device, hlc: `${at_ms}-0000-${device}`, ...draft, stamp: { at_ms, seen_ms: at_ms } };
  });
}

const stock = (item, value) => ({ kind: 'stock', value: { item, ...value } });
const coverOf = (state, item) => covers(state, RULES).find((cover) => cover.item === item);

test('demand and days of cover follow from who is there; unknown stays unknown', () => {
  assert.equal(coverOf(fold([]), 'water').per_day, null);
  const state = fold(said(
    { kind: 'count', value: { field: 'people', total: 100 } },
    { kind: 'count', value: { field: 'stay.car', delta: 20 } },
    stock('water', { total: 540 }),
    stock('blanket', { total: 200 }), stock('blanket', { delta: -60, reason: 'handed-out' }),
    stock('milk-liquid', { total: 1000 }),
    { kind: 'supply', value: { line: 'l', state: 'on-the-way', item: 'water', amount: 40 } },
  ));
  assert.deepEqual(servedPeople(state), { people: 120, basis: 'count' });
  assert.deepEqual(coverOf(state, 'water'), { item: 'water', per_day: 360, once: 0, stock: 540, coming: 40, handed_out: 0, days: 1.5, short: 500 });
  assert.equal(coverOf(state, 'blanket').short, 240 - 60 - 140);
  assert.ok(Math.abs(coverOf(state, 'milk-powder').per_day - 120 * 0.016 * 135) < 1e-9);
  assert.equal(coverOf(state, 'milk-powder').stock, 130);
  const unknown = fold(said({ kind: 'count', value: { field: 'people', total: null } }));
  assert.equal(servedPeople(unknown).people, null);
  const negative = fold(said({ kind: 'count', value: { field: 'people', delta: -3 } }));
  assert.equal(servedPeople(negative).people, null);
});

test('the roll counts a household for the number it told, and follows presence', () => {
  const operations = said(
    { kind: 'household', value: { household: 'h', fields: { name: '山田', count: 4 } } },
    { kind: 'person', value: { person: 'p', fields: { household: 'h', name: '太郎' } } },
    { kind: 'person', value: { person: 'q', fields: { name: '独り' } } },
    { kind: 'absence', value: { persons: ['p'] } },
  );
  assert.deepEqual(rollCount(fold(operations)), { present: 4, absent: 1, outside: 0, households: 1 });
  const gone = [...operations, ...said({ kind: 'leave', value: { households: ['h'], destination: { text: '自宅' } } })];
  assert.deepEqual(rollCount(fold(gone)), { present: 1, absent: 0, outside: 0, households: 0 });
  assert.equal(householdsOf(fold(operations))[0].members.length, 1);
  assert.equal(personsOf(fold(gone)).find(({ id }) => id === 'p').presence, 'gone');
});

test('undoing brings the value back, by another operation', () => {
  const before = said(
    { kind: 'set', value: { fields: { power: 'mains' } } }, { kind: 'count', value: { field: 'people', total: 50 } },
    stock('water', { lot: 'L1', total: 100 }), { kind: 'household', value: { household: 'h', fields: { count: 2 } } },
  );
  const state = fold(before);
  const actions = [
    { kind: 'set', value: { fields: { power: 'none', fuel_hours: 3 } } },
    { kind: 'count', value: { field: 'people', delta: 7 } },
    { kind: 'count', value: { field: 'people', total: 9 } },
    stock('water', { lot: 'L1', delta: -20, reason: 'handed-out' }),
    { kind: 'household', value: { household: 'h', fields: { count: 5 } } },
    { kind: 'leave', value: { households: ['h'] } },
  ];
  for (const action of actions) {
    const undone = fold([...before, ...said(action, ...undoOf([action], state))]);
    assert.equal(undone.fields.power.value, 'mains');
    assert.equal(undone.counts.people.value, 50);
    assert.equal(undone.stock.water.L1.value, 100);
    assert.equal(undone.stock.water.L1.handed_out, 0);
    assert.equal(undone.households.h.fields.count.value, 2);
    assert.equal(rollCount(undone).present, 2);
  }
  const request = { kind: 'supply', value: { line: 'l', state: 'request', item: 'water', amount: 5 } };
  assert.equal(fold([...before, ...said(request, ...undoOf([request], state))]).lines.l.state, 'cancelled');
  const card = { kind: 'household', value: { household: 'new', fields: { count: 3 } } };
  assert.equal(rollCount(fold([...before, ...said(card, ...undoOf([card], state))])).present, 2);
});

test('a contradiction is settled by a value that knows both', () => {
  const operations = said(
    { kind: 'set', device: 't-1', value: { fields: { power: 'mains' } } }, { kind: 'set', device: 't-2', value: { fields: { power: 'none' } } },
    { ...stock('water', { total: 10 }), device: 't-1' }, { ...stock('water', { total: 12 }), device: 't-2' },
  );
  const found = conflictsOf(fold(operations));
  assert.deepEqual(found.map(({ part, name }) => [part, name]), [['fields', 'power'], ['stock', 'water']]);
  const settled = fold([...operations, ...said(found[0].settle('mains'), found[1].settle(12))]);
  assert.deepEqual(conflictsOf(settled), []);
  assert.equal(settled.fields.power.value, 'mains');
  assert.equal(settled.stock.water[''].value, 12);
});

test('a card read twice is the same household; what is no card is refused', () => {
  const id = '01JZ8Q4W7M3V5T9K2R6X0ABCDE';
  const text = `SONAE-CARD1:${JSON.stringify({ h: id, n: '山田', c: 3, d: 1, m: [{ p: id, n: '太郎', b: '1950-01-31', s: 'm' }, { n: 7 }] })}`;
  const card = readCard(text, NOW);
  assert.equal(card.household, id);
  assert.deepEqual(card.drafts[0].value.fields, { name: '山田', count: 3, needs: true });
  assert.equal(card.drafts.length, 2);
  const twice = fold(said(...card.drafts, ...readCard(text, NOW).drafts));
  assert.deepEqual(rollCount(twice), { present: 3, absent: 0, outside: 0, households: 1 });
  for (const wrong of ['SONAE-CARD1:', 'SONAE-CARD1:null', 'SONAE-CARD1:{"c":3}', '{"n":"x"}']) assert.equal(readCard(wrong, NOW), null);
  assert.equal(readBand('sonae-band1:0abcdefg'), '0ABCDEFG');
  assert.equal(readBand('SONAE-BAND1:ILOUILOU'), null);
});

test('storage that may be erased, or is nearly full, is known', async () => {
  const storage = (persisted, usage, quota) => ({ persisted: async () => false, persist: async () => persisted, estimate: async () => ({ usage, quota }) });
  assert.equal((await askToKeep(storage(true, 1, 1e9))).persisted, true);
  const doubtful = await askToKeep(storage(false, 9e8, 1e9));
  assert.deepEqual([doubtful.persisted, doubtful.nearlyFull], [false, true]);
  assert.equal((await askToKeep(storage(true, 1, 40e6))).nearlyFull, true);
  assert.equal((await askToKeep(null)).persisted, null);
});
