import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numbered, worstByArea } from '../../../dashboard/web/warning-level.js';

const warning = (name, level, fields = {}) => ({ name, level, hazard: name, areas: ['1'], ...fields });

test('the official name says whether there is a level', () => {
  assert.equal(numbered({ name: '勝浦川レベル4氾濫危険警報' }), true);
  for (const name of ['暴風警報', '雷注意報', '大雨特別警報', '', null]) assert.equal(numbered({ name }), false, String(name));
});

test('the highest step stands for a municipality, and of two equal ones that with a level', () => {
  const worst = (...all) => worstByArea(all).get('1');
  assert.deepEqual(worst(warning('暴風警報', 3), warning('レベル3大雨警報', 3)), { level: 3, numbered: true, hazards: ['レベル3大雨警報'] });
  assert.deepEqual(worst(warning('レベル2大雨注意報', 2), warning('暴風警報', 3)), { level: 3, numbered: false, hazards: ['暴風警報'] });
  assert.deepEqual(worst(warning('雷注意報', 2), warning('強風注意報', 2)).hazards, ['雷注意報', '強風注意報']);
  assert.equal(worst(warning('早期注意情報', 1)), undefined);
});
