import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { easy } from '../../../../shelters/tablet/locale/easy.js';
import { en } from '../../../../shelters/tablet/locale/en.js';
import { ja } from '../../../../shelters/tablet/locale/ja.js';

const FOLDER = new URL('../../../../shelters/tablet/', import.meta.url);
const sources = ['', 'screens/'].flatMap((part) =>
  readdirSync(new URL(part, FOLDER)).filter((name) => name.endsWith('.js')).map((name) => readFileSync(new URL(part + name, FOLDER), 'utf8')));
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('the three languages have the same texts with the same values', () => {
  assert.deepEqual(Object.keys(easy), Object.keys(ja));
  assert.deepEqual(Object.keys(en), Object.keys(ja));
  for (const [key, text] of Object.entries(ja)) {
    assert.ok(text.trim() && easy[key].trim() && en[key].trim(), key);
    for (const name of new Set([...values(easy[key]), ...values(en[key])])) assert.ok(values(text).includes(name), `${key}: {${name}}`);
  }
});

test('every text that the screens ask for exists', () => {
  const asked = sources.flatMap((source) => [...source.matchAll(/\b(?:t|rich|call)\('([a-z][\w.-]+)'/g)].map(([, key]) => key));
  assert.ok(asked.length > 150);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in ja)), []);
});

test('English holds no Japanese', () => {
  for (const [key, text] of Object.entries(en)) assert.doesNotMatch(text, /[\u3041-\u9fff]/, key);
});
