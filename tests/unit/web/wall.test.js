import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mapAddress, metresBetween, moved, needOf, ordered, tileOfAddress, tilesOf, wallAddress } from '../../../dashboard/web/wall-need.js';
import { EVERY_MS, Thumbnails, waitMs } from '../../../dashboard/web/wall-thumbnails.js';

const picture = (kinds) => ({
  all: (kind) => kinds[kind] ?? [],
  get: (kind, id) => (kinds[kind] ?? []).find((one) => String(one.id) === id),
});
const video = (id, change = {}) => ({ id, name: `映像${id}`, vehicle: null, camera: null, lon: null, lat: null, state: 'playing', ...change });
const context = (change = {}) => ({ gauges: [], disruptions: [], reports: [], motions: new Map(), limits: null, nowMs: 0, ...change });
const PLACE = { lon: 134.5, lat: 34 };

test('a stream stands where it looks, else where its owner is, else where it was put, else nowhere', () => {
  const tiles = tilesOf(picture({
    video: [video('a', { vehicle: 'h1' }), video('b', { vehicle: 'h2' }), video('c', { lon: 135, lat: 35 }), video('d'), video('e', { camera: 'c1' })],
    vehicle: [{ id: 'h1', ...PLACE }, { id: 'h2', ...PLACE }],
    camera: [{ id: 'c1', name: '橋', ...PLACE, frame: null }, { id: 'c2', name: '堰', river: '川', ...PLACE, frame: null }],
    footprint: [{ id: 'vehicle:h1', vehicle: 'h1', camera: 'h1', centre: [134.6, 34.1] }, { id: 'x', vehicle: 'h2', centre: null }],
  }));
  assert.deepEqual(tiles.map((tile) => [tile.id, tile.placeOf]), [['video:a', 'seen'], ['video:b', 'owner'], ['video:c', 'own'], ['video:d', null], ['video:e', 'owner'], ['camera:c2', 'owner']]);
  assert.deepEqual(tiles[0].place, [134.6, 34.1]);
  assert.equal(mapAddress(tiles[0]), '/#map=15/34.10000/134.60000&vehicle=h1&list=air');
  assert.equal(mapAddress(tiles[5]), '/#map=15/34.00000/134.50000&camera=c2');
  assert.equal(tileOfAddress(new URL(wallAddress('video:own:h1/0'), 'http://x').hash), 'video:own:h1/0');
  assert.equal(tileOfAddress('#tile=%'), null);
});

test('need says why: emergency before alarm before motion before reports', () => {
  const [near, far] = tilesOf(picture({ video: [video('near', { vehicle: 'h', ...PLACE }), video('far', { lon: 136, lat: 34 })], vehicle: [{ id: 'h', ...PLACE, emergency: 'general' }] }));
  const around = context({
    gauges: [{ id: 'g', name: '橋', river: '川', alarm: true, lon: 134.51, lat: 34 }], disruptions: [{ label: '県道', ...PLACE }],
    reports: [PLACE, { lon: 134.52, lat: 34 }], motions: new Map([['video:near', -20_000], ['video:far', -61_000]]),
  });
  assert.deepEqual(needOf(near, around).reasons.map((one) => one.code), ['emergency', 'alarm', 'motion', 'report', 'road']);
  assert.equal(needOf(near, around).reasons[3].values.count, 1);
  assert.equal(needOf(near, around).rank, 0);
  assert.deepEqual(needOf(far, around), { rank: 4, reasons: [] });
  const limits = { emergencies: { general: { severity: 0 } } };
  assert.equal(needOf(near, { ...around, limits }).rank, 1, 'a call that is no emergency is none');
  assert.ok(Math.abs(metresBetween([134, 34], [134, 34.01]) - 1113) < 1);
});

test('a camera of a gauge in alarm is needed wherever it stands', () => {
  const [tile] = tilesOf(picture({ camera: [{ id: 'c', name: '橋', lon: null, lat: null, compare_gauge: 'g', frame: null }] }));
  assert.equal(needOf(tile, context({ gauges: [{ id: 'g', name: '橋', alarm: true, lon: 1, lat: 1 }] })).rank, 1);
});

test('the order is a person’s where there is one, then by need, then what plays', () => {
  const rows = [['a', 4, 'playing'], ['b', 1, 'stalled'], ['c', 4, 'away'], ['d', 1, 'playing']].map(([id, rank, state]) => ({ tile: { id, kind: 'video', value: { state } }, need: { rank, reasons: [] } }));
  const ids = (ranking) => ordered(rows, ranking).map((row) => row.tile.id).join('');
  assert.equal(ids(null), 'dbac');
  assert.equal(ids(['c', 'gone']), 'cdba');
  assert.deepEqual(moved(['a', 'b', 'c'], 'c', -1), ['a', 'c', 'b']);
  assert.deepEqual(moved(['a', 'b'], 'a', -1), ['a', 'b']);
});

test('a thumbnail is asked for once a second, only while seen; what fails is left alone for longer and returned to', async () => {
  let now = 0;
  let broken = true;
  const asked = [];
  const faults = [];
  const shots = [];
  const ask = async (address) => {
    asked.push([address, now]);
    if (broken) return new Response('{"error":"undecodable"}', { status: 503 });
    return new Response('jpeg', { headers: { ETag: `"${Math.floor(now / 2000)}"`, 'X-Sonae-Observed-At': '2026-11-25T00:00:00Z', 'X-Sonae-New-Motion': '1' } });
  };
  const thumbnails = new Thumbnails(() => now, (id, shot) => shots.push([id, shot.newMotion, shot.observedMs]), (id, code) => faults.push(code), ask);
  thumbnails.set(new Map([['video:a', '/a'], ['video:b', '/b']]));
  thumbnails.see('video:b', false);
  for (; now <= 6500; now += 500) await thumbnails.tick();
  assert.deepEqual(asked.map(([address, at]) => `${address}@${at}`), ['/a@0', '/a@2000', '/a@6000']);
  assert.deepEqual(faults, ['undecodable', 'undecodable', 'undecodable']);
  broken = false;
  for (; now <= 20_000; now += 500) await thumbnails.tick();
  assert.equal(faults.at(-1), null);
  const returned = asked.slice(3).map(([, at]) => at);
  assert.equal(returned[0], 14_000);
  assert.ok(returned.slice(1).every((at, index) => at - returned[index] >= EVERY_MS));
  assert.equal(thumbnails.fetched, shots.length);
  assert.equal(shots.length, 4, 'a picture that is known is not shown again');
  assert.deepEqual(shots[0], ['video:a', true, Date.parse('2026-11-25T00:00:00Z')]);
  assert.deepEqual([1, 2, 5, 50].map(waitMs), [2000, 4000, 30_000, 30_000]);
});
