import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conflictsOf } from '../../../dashboard/web/shelter-conflicts.js';
import { readDisruption } from '../../../dashboard/web/disruption-form.js';
import { byUrgency, columns, lineStanding, moveOperation, nextSteps } from '../../../dashboard/web/supply-line.js';

const NOW = Date.parse('2026-06-03T00:00:00Z');

test('a line goes on by one step; it ends without goods only before it has left', () => {
  assert.deepEqual(nextSteps('request'), ['accepted', 'rejected', 'cancelled']);
  assert.deepEqual(nextSteps('picked'), ['loaded', 'cancelled']);
  assert.deepEqual(nextSteps('on-the-way'), ['arrived']);
  for (const end of ['handed-out', 'rejected', 'cancelled', 'teleported']) assert.deepEqual(nextSteps(end), []);
  assert.deepEqual(moveOperation({ line: 'n1', id: 'h/n1' }, 'accepted'), { kind: 'supply', value: { line: 'n1', state: 'accepted' } });
});

test('urgent first, then needed first, then asked first', () => {
  const lines = [
    { id: 'c', asked_at: '2026-06-02T10:00:00Z' }, { id: 'b', needed_by: '2026-06-03T06:00:00Z' },
    { id: 'd', asked_at: '2026-06-02T12:00:00Z' }, { id: 'a', urgent: true, asked_at: '2026-06-02T13:00:00Z' },
  ];
  assert.deepEqual(lines.sort(byUrgency).map(({ id }) => id), ['a', 'b', 'c', 'd']);
});

test('every line stands in a column, also one of a state that is not known', () => {
  const found = columns([{ id: '1', state: 'request' }, { id: '2', state: 'teleported' }, { id: '3', state: 'cancelled' }]);
  assert.equal([...found.values()].flat().length, 3);
  assert.equal(found.get('teleported').length, 1);
  assert.equal(found.get('arrived').length, 0);
});

test('overdue is what was needed and has not come', () => {
  const line = { state: 'loaded', needed_by: '2026-06-02T23:00:00Z', changed_at: '2026-06-02T22:00:00Z', steps: [{ state: 'request' }, { state: 'loaded' }] };
  const standing = lineStanding(line, NOW);
  assert.deepEqual([standing.overdue, standing.restMs, standing.last.state], [true, 7_200_000, 'loaded']);
  assert.ok(!lineStanding({ ...line, state: 'arrived' }, NOW).overdue);
  assert.ok(!lineStanding({ ...line, needed_by: null }, NOW).overdue);
});

test('contradictions of fields, counts and stock, the value in force first, each with its way to settle it', () => {
  const other = { op: '2', value: 4, actor: '佐藤', seen_ms: 1 };
  const found = conflictsOf({
    fields: { toilets: { op: '1', value: 2, conflicts: [other] }, power: { op: '3', value: 'mains', conflicts: [] } },
    counts: { people: { base: 40, base_op: '5', value: 43, conflicts: [other] } },
    stock: { water: { L1: { base: 9, base_op: '6', value: 9, conflicts: [other] } } },
  });
  assert.deepEqual(found.map(({ kind, said }) => [kind, said.map(({ value }) => value)]), [['set', [2, 4]], ['count', [40, 4]], ['stock', [9, 4]]]);
  assert.deepEqual(found.map(({ settle }) => settle(4)), [{ fields: { toilets: 4 } }, { field: 'people', total: 4 }, { item: 'water', lot: 'L1', total: 4 }]);
});

test('a disruption has a place, or says what cannot be read', () => {
  const typed = { label: '県道31号', source: '電話', areas: '', point: '34.07, 134.36', radius: '2' };
  assert.deepEqual(readDisruption(typed), { label: '県道31号', source: '電話', areas: [], lon: 134.36, lat: 34.07, radius_m: 2000 });
  assert.deepEqual(readDisruption({ ...typed, areas: '36205、36341', point: '', radius: '' }).areas, ['36205', '36341']);
  assert.equal(readDisruption({ ...typed, areas: '362' }), 'areas');
  assert.equal(readDisruption({ ...typed, point: '134.36' }), 'point');
  assert.equal(readDisruption({ ...typed, point: '134.36, 34.07' }), 'point');
  assert.equal(readDisruption({ ...typed, radius: '' }), 'radius');
  assert.equal(readDisruption({ ...typed, point: '', areas: '' }), 'where');
});
