import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { easy } from '../../../../alerts/resident/locale/easy.js';
import { en } from '../../../../alerts/resident/locale/en.js';
import { ja } from '../../../../alerts/resident/locale/ja.js';

const PAGE = new URL('../../../../alerts/resident/', import.meta.url);
const sources = ['', 'screens/'].flatMap((folder) => readdirSync(new URL(folder, PAGE)).filter((name) => name.endsWith('.js'))
  .map((name) => [name, readFileSync(new URL(folder + name, PAGE), 'utf8')]));

test('the three languages have the same texts with the same places to fill', () => {
  for (const [name, other] of Object.entries({ en, easy })) {
    assert.deepEqual(Object.keys(other).sort(), Object.keys(ja).sort(), name);
    for (const key of Object.keys(ja)) {
      const places = (text) => [...text.matchAll(/\{([\w-]+)\}/g)].map((match) => match[1]).sort();
      assert.deepEqual(places(other[key]), places(ja[key]), `${name} ${key}`);
    }
  }
});

test('every text that is asked for by name exists', () => {
  let found = 0;
  for (const [name, source] of sources) {
    for (const [, key] of source.matchAll(/\b(?:rich|t)\('([a-z0-9.-]+)'/gi)) {
      found += 1;
      assert.ok(key in ja, `${name} asks for ${key}`);
    }
  }
  assert.ok(found > 60, `only ${found}`);
});

test('easy Japanese has a reading over every character that needs one', () => {
  for (const [key, text] of Object.entries(easy)) {
    assert.doesNotMatch(text.replace(/\{[^{}]*\}/g, ''), /\p{Script=Han}/u, key);
  }
});

test('nothing that is not an order tells anybody to evacuate in the words of an order, and no abolished name stands anywhere', () => {
  for (const [key, text] of Object.entries(ja)) {
    assert.doesNotMatch(text, /避難勧告|避難準備/, key);
    if (key.startsWith('estimates.')) assert.doesNotMatch(text, /避難してください|避難を/, key);
  }
});
