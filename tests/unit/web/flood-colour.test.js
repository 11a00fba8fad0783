import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalRanks, borders, depthRanks, paint, ranksOf, rgba, UNKNOWN_RANK, unknownMask } from '../../../dashboard/web/flood-colour.js';
import { NEVER, UNKNOWN } from '../../../dashboard/web/flood-field.js';

const LIMITS = [0.05, 0.3, 0.5, 1, 3, 5, 10, 20];

test('a depth belongs to the class whose lower limit it reaches; unknown is no depth', () => {
  const table = depthRanks(LIMITS);
  const rank = (code) => table[code];
  assert.deepEqual([0, 4, 5, 29, 30, 49, 50, 99, 100, 299, 300, 500, 1000, 2000, 65533, 65534].map(rank), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 8]);
  assert.equal(rank(UNKNOWN), UNKNOWN_RANK);
});

test('an arrival belongs to the first limit it comes before; never is dry', () => {
  const table = arrivalRanks([30, 60, 120]);
  assert.deepEqual([0, 29, 30, 59, 60, 119, 120, 5000].map((code) => table[code]), [1, 1, 2, 2, 3, 3, 4, 4]);
  assert.equal(table[NEVER], 0);
  assert.equal(table[UNKNOWN], UNKNOWN_RANK);
});

test('dry and unknown ground stay clear, edges are told apart', () => {
  const colours = [[1, 1, 1, 255], [2, 2, 2, 255]];
  const edges = { shore: [9, 9, 9, 255], inner: [5, 5, 5, 255] };
  const ranks = Uint8Array.of(
    0, 1, 1, 2,
    0, 1, 2, 2,
    UNKNOWN_RANK, UNKNOWN_RANK, UNKNOWN_RANK, 2,
  );
  const pixel = (pixels, at) => pixels[at * 4 + 3] === 0 ? 0 : pixels[at * 4];
  const plain = paint(ranks, 4, colours, null);
  assert.deepEqual([...ranks.keys()].map((at) => pixel(plain, at)), [0, 1, 1, 2, 0, 1, 2, 2, 0, 0, 0, 2]);
  const edged = paint(ranks, 4, colours, edges);
  // Next to unknown ground no edge is known: the last 2 has none.
  assert.deepEqual([...ranks.keys()].map((at) => pixel(edged, at)), [0, 9, 1, 5, 0, 9, 5, 2, 0, 0, 0, 2]);
});

test('a row of the grid has no neighbour in the row before', () => {
  const edged = paint(Uint8Array.of(1, 0, 0, 1), 2, [[1, 1, 1, 255]], { shore: [9, 9, 9, 255], inner: [5, 5, 5, 255] });
  assert.deepEqual([0, 3].map((at) => edged[at * 4]), [9, 9]);
  const alone = paint(Uint8Array.of(0, 1, 1, 0), 4, [[1, 1, 1, 255]], { shore: [9, 9, 9, 255], inner: [5, 5, 5, 255] });
  assert.deepEqual([1, 2].map((at) => alone[at * 4]), [9, 9]);
});

test('borders run along cells, joined, and not beside unknown ground', () => {
  const ranks = Uint8Array.of(
    0, 0, 0,
    1, 1, 2,
    1, 1, UNKNOWN_RANK,
  );
  const whole = { top: 0, left: 0, bottom: 3, right: 3 };
  assert.deepEqual(borders(ranks, 3, whole), { shore: [0, 1, 3, 1], inner: [2, 1, 2, 2] });
  assert.deepEqual(borders(ranks, 3, { ...whole, top: 1 }), { shore: [], inner: [2, 1, 2, 2] });
  assert.deepEqual(borders(ranks, 3, { top: 0, left: 0, bottom: 0, right: 0 }), { shore: [], inner: [] });
});

test('unknown ground has a mask, known ground has none', () => {
  assert.equal(unknownMask(Uint16Array.of(0, 5)), null);
  assert.deepEqual([...unknownMask(Uint16Array.of(0, UNKNOWN))], [0, 0, 0, 0, 0, 0, 0, 255]);
});

test('ranks and colours', () => {
  assert.deepEqual([...ranksOf(Uint16Array.of(0, 30, UNKNOWN), depthRanks(LIMITS))], [0, 2, UNKNOWN_RANK]);
  assert.deepEqual(rgba('#FFD8C0', 0.5), [255, 216, 192, 128]);
});
