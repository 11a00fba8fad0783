import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

globalThis.document = { documentElement: {}, body: { querySelectorAll: () => [] } };
const { crossingsSentence, skillLine, skillSentences } = await import('../../../dashboard/web/forecast-skill.js');

const shipped = JSON.parse(readFileSync(new URL('../../../geo/flood/levels/fitted/japan-2025-2026.skill.json', import.meta.url), 'utf8'));

test('the shipped record is put into words, quiet times owned up to', () => {
  const words = skillSentences(shipped.all);
  assert.equal(words.length, 5);
  const { n, mae_m } = shipped.all.hours['3'];
  assert.ok(words[1].startsWith(`3時間先（${n}回）：中央の値は平均 ${mae_m.toFixed(2)} m ずれた。`));
  assert.match(words[1], /過去の変わり方だけで見込むより \d+% よい/);
  assert.match(words[3], /増水中のずれはこれより大きく/);
  const { events, hits, misses, false_alarms: vain } = shipped.all.crossings['3'];
  assert.equal(words[4], `後の3時間以内に氾濫危険水位へ達した予測 ${events}回のうち ${hits}回で、確率 10% 以上としていた（見逃し ${misses}回）。`
    + `確率 10% 以上とした ${hits + vain}回のうち ${vain}回は達しなかった（空振り）。`);
});

test('every shipped gauge can be put into words', () => {
  for (const scored of Object.values(shipped.gauges)) {
    for (const text of [...skillSentences(scored), skillLine(scored, true)]) assert.doesNotMatch(text, /undefined|NaN|null/);
  }
});

test('what never happened was never tested, and is said to be so', () => {
  const text = crossingsSentence({ events: 0, hits: 0, misses: 0, false_alarms: 2, cut_off: 0.1 });
  assert.match(text, /確かめられていない。確率 10% 以上とした 2回のうち 2回は達しなかった/);
  assert.match(crossingsSentence({ events: 0, hits: 0, misses: 0, false_alarms: 0, cut_off: 0.1 }), /確率 10% 以上としたことはない/);
});

test('a line says whose record it is; without one, that nothing is known', () => {
  assert.match(skillLine(shipped.all, false), /この観測所のものではない/);
  assert.match(skillLine({ hours: {} }, true), /分かりません/);
});

test('worse than the baseline is told as well', () => {
  const scored = { hours: { 1: { n: 9, mae_m: 0.1, coverage80: 0.8, skill: -0.12 } } };
  assert.match(skillSentences(scored)[0], /12% 悪い/);
  assert.doesNotMatch(skillSentences({ hours: { 1: { n: 9, mae_m: 0.1, coverage80: 0.8, skill: null } } })[0], /よい|悪い/);
});
