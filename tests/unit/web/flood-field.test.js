import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extentOf, Field, gridExtent, NEVER, tileCodes, tilesOf, UNKNOWN, UnreadableTile, wetExtent } from '../../../dashboard/web/flood-field.js';
import { FloodStore } from '../../../dashboard/web/flood-store.js';

/** 5 rows by 3 columns in tiles of 2, cells of 10 m, on the equator where the map's metres are the ground's. */
const grid = { west: 1000, north: 25, cell_x: 10, cell_y: 10, rows: 5, columns: 3, tile: 2 };

function bytes(codes) {
  const buffer = new ArrayBuffer(codes.length * 2);
  codes.forEach((code, at) => new DataView(buffer).setUint16(2 * at, code, true));
  return buffer;
}

test('codes are little-endian, row by row, and another size is refused', () => {
  assert.deepEqual([...tileCodes(new Uint8Array([1, 0, 0, 1, 255, 255, 254, 255]).buffer, 2)], [1, 256, UNKNOWN, NEVER]);
  assert.throws(() => tileCodes(new ArrayBuffer(6), 2), UnreadableTile);
});

test('tiles are put together, what lies beyond the grid is left out', () => {
  assert.deepEqual(tilesOf(grid).map(({ row, column }) => `${row}/${column}`), ['0/0', '0/1', '1/0', '1/1', '2/0', '2/1']);
  const field = new Field(grid, 0);
  field.put(0, 0, Uint16Array.of(1, 2, 3, 4));
  field.put(2, 1, Uint16Array.of(9, UNKNOWN, UNKNOWN, UNKNOWN));
  assert.deepEqual([...field.codes], [1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
});

test('a place is found in its cell, and not beyond the grid', () => {
  const field = new Field(grid, 0);
  field.put(0, 0, Uint16Array.of(1, 2, 3, 4));
  assert.equal(field.at(1000, 25), 1);
  assert.equal(field.at(1015, 24.9), 2);
  assert.equal(field.at(1019.9, 5.1), 4);
  assert.equal(field.at(1029.9, -24.9), 0);
  for (const [x, y] of [[999.9, 20], [1030, 20], [1010, 25.1], [1010, -25.1]]) assert.equal(field.at(x, y), undefined, `${x} ${y}`);
});

test('area, deepest place and extent leave unknown ground out', () => {
  const field = new Field(grid, 0);
  field.codes.set([UNKNOWN, 4, 5, 0, 120, 0]);
  const { wet_km2, deepest_cm, at } = extentOf(field, 5);
  assert.ok(Math.abs(wet_km2 - 200 / 1e6) < 1e-9);
  assert.equal(deepest_cm, 120);
  assert.deepEqual(at, [1015, 10]);
  assert.deepEqual(wetExtent(field, 5), [1010, 5, 1030, 25]);
  assert.equal(wetExtent(new Field(grid, 0), 5), null);
  assert.equal(extentOf(new Field(grid, 0), 5).at, null);
  assert.deepEqual(gridExtent(grid), [1000, -25, 1030, 25]);
});

test('away from the equator the map is larger than the ground', () => {
  const north = 4_400_000;
  const field = new Field({ ...grid, north }, 0);
  field.codes.fill(100);
  const latitude = Math.atan(Math.sinh((north - 25) / 6_378_137));
  assert.ok(Math.abs(extentOf(field, 5).wet_km2 - (1500 * Math.cos(latitude) ** 2) / 1e6) < 1e-8);
});

test('a field is fetched once, dry tiles are dry, a failure is asked for again', async () => {
  const asked = [];
  let broken = true;
  const store = new FloodStore(async (address) => {
    asked.push(address);
    if (broken) throw new Error('away');
    return address.endsWith('/0/0') ? bytes([7, 8, 9, 10]) : null;
  });
  const wanted = { run: '3', member: 'median', quantity: 'depth', t_s: 600, grid };
  await assert.rejects(store.field(wanted));
  assert.equal(store.peek(wanted), undefined);
  broken = false;
  const field = await store.field(wanted);
  assert.equal(asked.length, 12);
  assert.equal(asked[6], '/api/inundations/3/median/depth/600/0/0');
  assert.deepEqual([...field.codes.slice(0, 6)], [7, 8, 0, 9, 10, 0]);
  assert.equal(await store.field(wanted), field);
  assert.equal(store.peek(wanted), field);
  assert.equal(asked.length, 12);
  const arrival = await store.field({ ...wanted, quantity: 'arrival', t_s: 0 });
  assert.equal(arrival.codes[14], NEVER);
});

test('room is made by giving up what was not asked for the longest', async () => {
  const large = { ...grid, rows: 2000, columns: 4000, tile: 4000 };
  const store = new FloodStore(async () => null);
  const wanted = (t_s) => ({ run: '3', member: 'median', quantity: 'depth', t_s, grid: large });
  for (let t_s = 0; t_s < 6; t_s += 1) await store.field(wanted(t_s));
  await store.field(wanted(0));
  await store.field(wanted(6));
  assert.ok(store.peek(wanted(0)));
  assert.equal(store.peek(wanted(1)), undefined);
  assert.ok(store.peek(wanted(6)));
});
