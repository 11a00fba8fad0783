import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { canonicalText } from '../../../../shelters/tablet/canonical.js';
import { fold } from '../../../../shelters/tablet/merge.js';

const FILE = new URL('../../../data/shelters/merge-vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(FILE, 'utf8'));

/** Numbers that are the same on every run. */
function shuffled(list, seed) {
  const result = [...list];
  let state = seed;
  for (let last = result.length - 1; last > 0; last -= 1) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

for (const { name, operations, state } of vectors) {
  test(`the same bytes as the server: ${name}`, () => {
    assert.equal(canonicalText(fold(operations)), state);
  });

  test(`in any order and any number of times: ${name}`, () => {
    for (const seed of [1, 2, 3]) {
      const again = shuffled([...operations, ...operations.slice(0, 7)], seed);
      assert.equal(canonicalText(fold(again)), state);
    }
  });
}

test('keys that look like numbers and like prototypes stay where they belong', () => {
  const parsed = JSON.parse('{"b":1,"10":2,"9":3,"__proto__":{"x":-0}}');
  assert.equal(canonicalText(parsed), '{"10":2,"9":3,"__proto__":{"x":0},"b":1}');
  assert.throws(() => canonicalText({ x: Number.NaN }), RangeError);
});
