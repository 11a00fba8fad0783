import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Picture, UnreadableMessage } from '../../../dashboard/web/picture.js';

const snapshot = (position, gauges) => ({ type: 'snapshot', position, at: '2026-06-02T15:00:00Z', objects: { gauge: gauges } });
const delta = (position, ...changes) => ({ type: 'delta', position, at: '2026-06-02T15:00:00Z', changes });
const gauge = (id, v, value) => ({ kind: 'gauge', id, v, value });

test('a snapshot replaces everything and tells what vanished', () => {
  const picture = new Picture();
  picture.apply(snapshot('1:1', [{ id: 'a', v: 1, value: 'A' }, { id: 'b', v: 1, value: 'B' }]));
  const changed = picture.apply(snapshot('9:1', [{ id: 'b', v: 2, value: 'BB' }]));
  assert.deepEqual(picture.all('gauge'), ['BB']);
  assert.equal(changed.full, true);
  assert.deepEqual([...changed.kinds.get('gauge')].sort(), ['a', 'b']);
  assert.equal(picture.position, '9:1');
});

test('a change whose version is not greater is ignored, whatever the order', () => {
  const orders = [[2, 3, 4], [2, 4, 3], [3, 2, 4], [3, 4, 2], [4, 2, 3], [4, 3, 2]];
  for (const order of orders) {
    const picture = new Picture();
    picture.apply(snapshot('1:1', [{ id: 'a', v: 1, value: 'one' }]));
    order.forEach((v, i) => picture.apply(delta(`${i + 2}:1`, gauge('a', v, `v${v}`))));
    assert.equal(picture.get('gauge', 'a'), 'v4', `order ${order}`);
  }
});

test('a removed object is not brought back by an older change', () => {
  const picture = new Picture();
  picture.apply(snapshot('1:1', [{ id: 'a', v: 1, value: 'one' }]));
  picture.apply(delta('2:1', gauge('a', 3, null)));
  const changed = picture.apply(delta('3:1', gauge('a', 2, 'late')));
  assert.equal(picture.get('gauge', 'a'), undefined);
  assert.deepEqual(picture.all('gauge'), []);
  assert.equal(changed.kinds.size, 0);
  picture.apply(delta('4:1', gauge('a', 4, 'again')));
  assert.equal(picture.get('gauge', 'a'), 'again');
});

test('a beat moves the position and changes nothing', () => {
  const picture = new Picture();
  picture.apply(snapshot('1:1', []));
  const changed = picture.apply({ type: 'beat', position: '7:2', at: '2026-06-02T15:00:00Z' });
  assert.equal(picture.position, '7:2');
  assert.equal(changed.kinds.size, 0);
});

test('what breaks the contract is refused and leaves the picture whole', () => {
  const picture = new Picture();
  picture.apply(snapshot('1:1', [{ id: 'a', v: 1, value: 'one' }]));
  const broken = [
    null, {}, { type: 'gossip' }, { type: 'snapshot' }, { type: 'snapshot', objects: { gauge: 3 } }, { type: 'delta' },
    delta('2:1', gauge('a', 2, 'two'), { kind: 'gauge', v: 3, value: 'no id' }),
    delta('2:1', gauge('a', 2, 'two'), { kind: 'gauge', id: 'b', value: 'no version' }),
    delta('2:1', { kind: 'gauge', id: 'b', v: 1 }),
  ];
  for (const message of broken) assert.throws(() => picture.apply(message), UnreadableMessage);
  assert.equal(picture.get('gauge', 'a'), 'one');
  assert.equal(picture.position, '1:1');
});
