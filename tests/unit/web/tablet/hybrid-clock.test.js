import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hybridText, parseHybridTime, tick } from '../../../../shelters/tablet/hybrid-clock.js';
import { isUlid, ulid } from '../../../../shelters/tablet/ulid.js';

const NOW = 1_780_499_040_123;

test('a reading survives being written', () => {
  const text = '1780499040123-00ff-t-8f3a2c';
  assert.equal(hybridText(parseHybridTime(text)), text);
  for (const wrong of ['', '123-0000-t', '1780499040123-0000-T', '1780499040123-000g-t']) {
    assert.throws(() => parseHybridTime(wrong), RangeError);
  }
});

test('the clock follows the wall, and counts on while that stands or goes back', () => {
  const first = tick(null, NOW, 't-1');
  assert.equal(hybridText(first), `${NOW}-0000-t-1`);
  const second = tick(first, NOW, 't-1');
  assert.equal(hybridText(second), `${NOW}-0001-t-1`);
  const back = tick(second, NOW - 86_400_000, 't-1');
  assert.equal(hybridText(back), `${NOW}-0002-t-1`);
  assert.equal(hybridText(tick(back, NOW + 1, 't-1')), `${NOW + 1}-0000-t-1`);
});

test('it is greater than what was seen of others', () => {
  assert.equal(hybridText(tick(null, NOW, 't-1', NOW)), `${NOW}-0001-t-1`);
  assert.equal(hybridText(tick(null, NOW, 't-1', NOW + 500)), `${NOW + 500}-0001-t-1`);
});

test('a full counter pushes the clock on', () => {
  assert.equal(hybridText(tick({ wall_ms: NOW, counter: 0xffff, device: 't-1' }, NOW, 't-1')), `${NOW + 1}-0000-t-1`);
});

test('ids are ULIDs, sorted by their time, each another', () => {
  const made = Array.from({ length: 500 }, (_, ms) => ulid(NOW + ms));
  assert.ok(made.every(isUlid));
  assert.deepEqual([...made].sort(), made);
  assert.equal(new Set(Array.from({ length: 500 }, () => ulid(NOW))).size, 500);
  assert.equal(ulid(NOW, new Uint8Array(10).fill(255)).slice(10), 'ZZZZZZZZZZZZZZZZ');
});
