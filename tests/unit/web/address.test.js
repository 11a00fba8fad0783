import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAddress, writeAddress } from '../../../dashboard/web/address.js';
import { emptyFilter, folded, isEmpty, passes } from '../../../dashboard/web/gauge-filter.js';
import { shortPlace } from '../../../dashboard/web/place-name.js';

test('an address that was written reads the same', () => {
  const address = {
    map: { zoom: 10.25, lat: 34.07123, lon: 134.36456 }, gauge: '3600000017', shelter: 'E36/1', vehicle: 'readsb:86d3f1', camera: 'c/1', lang: 'en', theme: 'light', order: 'forecast',
    filter: { atLeast: 'caution', rising: true, untrusted: true, area: '36205', river: '飯尾川', text: 'あ,b:c&d=e%' },
    flood: { run: '3', member: 'high', view: 'depth', t_s: 4800 },
  };
  assert.deepEqual(readAddress(writeAddress(address)), address);
  assert.deepEqual(readAddress(writeAddress({ ...address, flood: { ...address.flood, t_s: null } })).flood.t_s, null);
});

test('a simulated flood is named by run, member, view and second', () => {
  assert.equal(writeAddress({ ...readAddress(''), flood: { run: '3', member: 'median', view: 'peak', t_s: 0 } }), '#flood=3/median/peak/0');
  assert.deepEqual(readAddress('#flood=7').flood, { run: '7', member: 'median', view: 'depth', t_s: null });
  assert.equal(readAddress('#flood=7/median/depth/soon').flood.t_s, null);
  for (const hash of ['#flood=', '#flood=/median']) assert.equal(readAddress(hash).flood, null);
});

test('an empty address asks for nothing', () => {
  const address = readAddress('');
  assert.deepEqual(address, { map: null, gauge: null, shelter: null, vehicle: null, camera: null, lang: null, theme: null, order: 'danger', filter: emptyFilter(), flood: null });
  assert.equal(writeAddress(address), '#');
  for (const order of ['forecast', 'shelter', 'air']) assert.equal(readAddress(writeAddress({ ...address, order })).order, order);
});

test('a mangled address opens the map all the same', () => {
  for (const hash of ['#map=1/2', '#map=x/y/z', '#map=10/95/0', '#map=99/0/0', '#gauge=%E0%A4%A', '#filter=,,:,class', '#&&==', '#lang=fr&theme=pink']) {
    const address = readAddress(hash);
    assert.equal(address.map, null, hash);
    assert.equal(address.gauge, null, hash);
    assert.equal(address.lang, null, hash);
    assert.ok(isEmpty(address.filter), hash);
  }
});

const gauge = { id: '36', name: '御所地橋', kana: 'ごしょじばし', river: '飯尾川', area: '36205', area_name: '徳島県吉野川市' };
const judged = { rank: 6, rising: true, untrusted: false };

test('filters', () => {
  const asked = (change) => passes({ ...emptyFilter(), ...change }, gauge, judged);
  assert.ok(asked({}));
  assert.ok(asked({ atLeast: 'danger' }));
  assert.ok(!asked({ atLeast: 'overflow' }));
  assert.ok(asked({ rising: true }));
  assert.ok(!asked({ untrusted: true }));
  assert.ok(asked({ area: '36205', river: '飯尾川' }));
  assert.ok(!asked({ area: '36201' }));
  assert.ok(!asked({ river: '那賀川' }));
});

test('search takes name, kana in either script and width, river and municipality', () => {
  for (const text of ['御所', 'ゴショ', 'ｺﾞｼｮ', 'ごしょ じ', '飯尾', '吉野川市', '３６']) {
    assert.ok(passes({ ...emptyFilter(), text }, gauge, judged), text);
  }
  assert.ok(!passes({ ...emptyFilter(), text: '那賀' }, gauge, judged));
  assert.equal(folded('ＡＢ　ｃ'), 'abc');
});

test('municipalities as people say them', () => {
  assert.equal(shortPlace('徳島県吉野川市'), '吉野川市');
  assert.equal(shortPlace('徳島県勝浦郡勝浦町'), '勝浦町');
  assert.equal(shortPlace('奈良県大和郡山市'), '大和郡山市');
  assert.equal(shortPlace('京都府京都市左京区'), '京都市左京区');
  assert.equal(shortPlace('東京都三宅島三宅村'), '三宅島三宅村');
  assert.equal(shortPlace('福島県郡山市'), '郡山市');
  assert.equal(shortPlace('鹿児島県大島郡大和村'), '大和村');
  assert.equal(shortPlace('神奈川県足柄上郡山北町'), '山北町');
  assert.equal(shortPlace('北海道余市郡余市町'), '余市町');
  assert.equal(shortPlace(null), '');
});
