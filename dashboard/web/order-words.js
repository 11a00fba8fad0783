// @ts-check
/** Words of orders, proposals and advice for the screens. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { language, t, tOr } from './language.js';
import { startOf } from './order-standing.js';
import { levelMark } from './warning-level.js';
import { refusalText } from './wording.js';

/**
 * A badge with the level's number and what kind of statement it is: colour is never alone.
 * @param {import('./rules.js').Rules} rules @param {number} level @param {'order' | 'official' | 'estimate'} kind
 * @param {boolean} [hasNumber] false for an announcement that carries no level
 */
export function levelBadge(rules, level, kind, hasNumber = true) {
  const rule = rules.warningLevel(level);
  const badge = element('span', { class: `level-badge order-badge order-badge-${kind}` }, element('b', {}, levelMark(level, hasNumber)), element('span', {}, t(`order.kind-${kind}`)));
  badge.style.setProperty('--level-colour', rule.colour);
  badge.style.setProperty('--level-text', rule.text_colour);
  return badge;
}

/** `警戒レベル4 避難指示` @param {number} level */
export function orderName(level) {
  return `${t('order.level', { level })} ${t(`order.name-${level}`)}`;
}

/** Where an order holds. @param {any} order */
export function placesText(order) {
  const names = (order.districts ?? []).map((/** @type {any} */ one) => one.name);
  return names.length > 0 ? names.join(t('forecast.comma')) : t('order.whole');
}

/** How far away a moment is: `あと25分`, `40分超過`. @param {number} ms @param {number} nowMs */
export function untilText(ms, nowMs) {
  const minutes = Math.round((ms - nowMs) / 60_000);
  const span = spanText(Math.abs(minutes) * 60);
  return t(minutes < 0 ? 'order.over-by' : 'order.within', { span });
}

/** A span of time [s] in words. @param {number | null | undefined} seconds */
export function spanText(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return t('order.unknown');
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? t('order.minutes', { minutes }) : t('order.hours', { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, '0') });
}

/** By when an evacuation must start, in words. @param {any} proposal @param {number} nowMs */
export function startText(proposal, nowMs) {
  const start = startOf(proposal);
  if (!Number.isFinite(start)) return t('order.start-unknown');
  return t(start <= nowMs ? 'order.start-over' : 'order.start-by', { time: momentText(start, nowMs), until: untilText(start, nowMs) });
}

/** The text of something that carries `text` and `text_en`. @param {any} one @returns {HTMLElement} */
export function bothTexts(one) {
  return language() === 'en' && one.text_en ? element('span', { lang: 'en' }, one.text_en) : japanese(one.text ?? '');
}

/** Why an act was refused: the desk has words of its own for what can happen there. @param {any} error */
export function whyRefused(error) {
  const words = tOr(`order.refused-${error?.code}`, '') || refusalText(error);
  return error?.detail && ['bad-input', 'wrong-state', 'proposal-stale'].includes(error.code) ? `${words} ${error.detail}` : words;
}

/**
 * A text whose readings stand as `漢字《かんじ》`.
 * @param {string} text
 * @returns {(HTMLElement | string)[]}
 */
export function rubyNodes(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(/(?:｜([^｜《》]+)|([\u4e00-\u9fff\u3005-\u3007\u30f6]+))《([^《》]+)》/g)) {
    if (match.index > end) nodes.push(text.slice(end, match.index));
    nodes.push(element('ruby', {}, match[1] ?? match[2], element('rt', {}, match[3])));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

/** The words of one language as they will be read. @param {any} words `{headline, body, instruction}` @param {string} code */
export function orderWords(words, code) {
  const lines = (/** @type {string} */ text) => text.split('\n').flatMap((line, i) => [i > 0 ? element('br') : '', ...rubyNodes(line)]);
  return element('div', { class: 'order-words', lang: code === 'en' ? 'en' : 'ja', 'data-language': code },
    element('p', { class: 'order-headline' }, ...rubyNodes(words?.headline ?? '')),
    element('p', {}, ...lines(words?.body ?? '')),
    element('p', {}, ...lines(words?.instruction ?? '')));
}
