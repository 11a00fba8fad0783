import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { en } from '../../../dashboard/web/locale/en.js';
import { ja } from '../../../dashboard/web/locale/ja.js';

const WEB = new URL('../../../dashboard/web/', import.meta.url);
const sources = readdirSync(WEB).filter((name) => /\.(js|html)$/.test(name))
  .map((name) => [name, readFileSync(new URL(name, WEB), 'utf8')]);

test('both languages have the same texts with the same places to fill', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(ja).sort());
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  // A weekday or a short unit may be missing in one language; a place nobody fills may not.
  for (const key of Object.keys(ja)) {
    assert.deepEqual(places(en[key]).filter((p) => !places(ja[key]).includes(p)), [], key);
    assert.notEqual(en[key].trim(), '', key);
    assert.notEqual(ja[key].trim(), '', key);
  }
});

test('every text that is asked for by name exists', () => {
  const asked = /(?:\bt\(|data-(?:text|label|hint|placeholder)=|'data-(?:text|label)': ?)\s*["']([a-z0-9.-]+)["']/g;
  let found = 0;
  for (const [name, source] of sources) {
    for (const match of source.matchAll(asked)) {
      found += 1;
      assert.ok(match[1] in ja, `${name} asks for ${match[1]}`);
    }
  }
  assert.ok(found > 150, `only ${found} texts found`);
});

test('no text of the screen is in the code', () => {
  for (const [name, source] of sources) {
    if (name.endsWith('.html')) continue;
    const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
    const japanese = [...code.matchAll(/[\u3041-\u3096\u4e00-\u9fff]+/g)].map((match) => match[0])
      .filter((word) => !['place-name.js'].includes(name));
    assert.deepEqual(japanese, [], name);
  }
});
