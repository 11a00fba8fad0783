import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceM, nearestGauges, readPoint, refusedField, requestOf, writePoint } from '../../../dashboard/web/breach-request.js';
import { en } from '../../../dashboard/web/locale/en.js';

const typed = {
  start: '36.6863, 138.2756', end: '36.6866, 138.2758', source: 'constant', m3_s: '100', gauge: '', sill_m: '', width_m: '', bed_slope: '',
  hours: '6', manning: '0.04', title: ' ',
};
const faults = (changed) => requestOf({ ...typed, ...changed }).faults;

test('places are read as people write them', () => {
  assert.deepEqual(readPoint(' ３６.５，１３８.２ '), { lon: 138.2, lat: 36.5 });
  assert.deepEqual(readPoint('36.5 138.2'), { lon: 138.2, lat: 36.5 });
  for (const text of ['', '36.5', '36.5, x', '138.2, 36.5', '1, 2, 3']) assert.equal(readPoint(text), null, text);
  assert.deepEqual(readPoint(writePoint({ lon: 138.2756, lat: 36.6863 })), { lon: 138.2756, lat: 36.6863 });
});

test('a whole form is the request of docs/live.md', () => {
  assert.deepEqual(requestOf(typed), {
    body: {
      breach: { type: 'LineString', coordinates: [[138.2756, 36.6863], [138.2758, 36.6866]] },
      hours: 6, manning: 0.04, discharge: { kind: 'constant', m3_s: 100 }, terrain: null,
    },
    faults: {},
  });
  const { body } = requestOf({ ...typed, source: 'gauge', gauge: '36', sill_m: '331,5', width_m: '７０', title: ' 穂保 ' });
  assert.equal(body, null);
  const gauge = requestOf({ ...typed, source: 'gauge', gauge: '36', sill_m: '-1.5', width_m: '７０', m3_s: 'x', title: ' 穂保 ' });
  assert.deepEqual(gauge.body.discharge, { kind: 'gauge', gauge: '36', sill_m: -1.5, width_m: 70, bed_slope: null });
  assert.equal(gauge.body.title, '穂保');
});

test('each fault stands at its field, and has words', () => {
  const found = [
    faults({ start: '' }), faults({ start: 'here' }), faults({ end: typed.start }), faults({ end: '36.8, 138.2' }), faults({ m3_s: '' }), faults({ m3_s: '0' }),
    faults({ m3_s: '-1' }), faults({ m3_s: '30000' }), faults({ m3_s: 'many' }), faults({ hours: '100' }), faults({ manning: '1' }), faults({ source: 'gauge' }),
    faults({ source: 'gauge', gauge: '1', width_m: '0.5' }),
  ];
  assert.deepEqual(found, [
    { start: 'missing' }, { start: 'no-place' }, { end: 'same-place' }, { end: 'too-long' }, { m3_s: 'missing' }, { m3_s: 'zero' },
    { m3_s: 'negative' }, { m3_s: 'limits' }, { m3_s: 'no-number' }, { hours: 'limits' }, { manning: 'limits' }, { gauge: 'missing' },
    { width_m: 'limits' },
  ]);
  for (const code of found.flatMap(Object.values)) assert.ok(`breach.fault-${code}` in en, code);
});

test('what the server refuses is brought to a field', () => {
  assert.deepEqual(refusedField('breach: no terrain is registered here (./sonae terrain FILE.tif)'),
    { field: 'line', code: 'no-terrain', words: 'no terrain is registered here (./sonae terrain FILE.tif)' });
  assert.equal(refusedField('discharge.m3_s: -1 m³/s is negative').field, 'm3_s');
  assert.equal(refusedField('breach.coordinates: all points are the same').field, 'line');
  assert.deepEqual(refusedField('nothing of ours'), { field: '', code: null, words: 'nothing of ours' });
  assert.equal(refusedField('discharge.sill_m: the forecast river stays below the sill: at most 1.00 m').code, 'below-sill');
});

test('distances, and gauges with a usable forecast first', () => {
  const here = { lon: 138, lat: 36 };
  assert.ok(Math.abs(distanceM(here, { lon: 138, lat: 37 }) - 111_195) < 10);
  const gauges = [{ id: 1, lon: 138.1, lat: 36 }, { id: 2, lon: 138.01, lat: 36 }, { id: 3, lon: 139, lat: 36 }, { id: 4, lon: null, lat: null }];
  const near = nearestGauges(gauges, here, (id) => id !== '2', 3);
  assert.deepEqual(near.map(({ gauge }) => gauge.id), [1, 3, 2]);
  assert.deepEqual(near.map(({ forecast }) => forecast), [true, true, false]);
});
