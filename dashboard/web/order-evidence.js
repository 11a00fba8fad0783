// @ts-check
/** What a proposal rests on: values with times and ages, need against time, skill, what would change it, what is unknown. */

import { momentText } from './clock.js';
import { element, japanese } from './element.js';
import { t, tOr } from './language.js';
import { bothTexts, spanText, startText } from './order-words.js';
import { ageText } from './wording.js';

/** The evidence as a table of values, times, ages and sources. @param {any[]} evidence @param {number} nowMs */
export function evidenceTable(evidence, nowMs) {
  const rows = evidence.filter(({ kind }) => kind !== 'proposal');
  if (rows.length === 0) return element('p', { class: 'empty' }, t('order.no-evidence'));
  return element('ul', { class: 'order-evidence' }, ...rows.map((one) => {
    const at = Date.parse(one.at ?? '');
    return element('li', { 'data-kind': one.kind },
      element('b', {}, tOr(`order.evidence-${one.kind}`, one.kind)), ' ', bothTexts(one),
      element('span', { class: 'order-evidence-at' }, Number.isFinite(at)
        ? t('order.evidence-at', { time: momentText(at, nowMs), age: ageText(nowMs - at) }) : t('order.evidence-no-time'),
      one.source ? ` ${one.source}` : ''));
  }));
}

/** What must be known beside the evidence. @param {any} proposal @param {number} nowMs */
export function proposalFacts(proposal, nowMs) {
  // An estimate that rests on an official announcement alone knows no time that is left.
  const need = proposal.need ?? {};
  const available = proposal.available ?? {};
  const { skill } = proposal;
  const part = (/** @type {string} */ name) => t(`order.need-${name}`, { span: spanText(need[`${name}_s`]) });
  const rows = [
    ['order.fact-start', startText(proposal, nowMs)],
    ['order.fact-need', `${spanText(need.total_s)}（${['decide', 'announce', 'prepare', 'travel', 'margin'].map(part).join(t('forecast.comma'))}）`],
    ['order.fact-available', t('order.available', { early: spanText(available.p10_s), middle: spanText(available.p50_s), late: spanText(available.p90_s), until: available.until ?? '' })],
    ['order.fact-people', t('order.people', { people: counted(proposal.people), households: counted(proposal.households), elderly: counted(proposal.elderly) })
      + (proposal.people_synthetic ? ` ${t('order.synthetic')}` : '')],
    ['order.fact-facilities', (proposal.facilities ?? []).map((/** @type {any} */ one) => `${tOr(`order.facility-${one.kind}`, one.kind)} ${one.count}`).join(t('forecast.comma')) || t('order.none-known')],
    ['order.fact-skill', skillText(skill)],
    ['order.fact-expires', momentText(Date.parse(proposal.expires_at ?? ''), nowMs)],
  ];
  return element('dl', { class: 'facts' }, ...rows.flatMap(([key, text]) => [element('dt', {}, t(key)), element('dd', { 'data-fact': key.split('-').pop() }, text)]));
}

/** What would change it, and what nobody knows. @param {any} proposal */
export function doubts(proposal) {
  const list = (/** @type {string} */ key, /** @type {any[]} */ all, /** @type {string} */ none) => [
    element('p', { class: 'order-sub' }, t(key)),
    all.length > 0 ? element('ul', { class: 'order-doubts' }, ...all.map((one) => element('li', {}, bothTexts(one)))) : element('p', { class: 'part-note' }, t(none)),
  ];
  return element('div', {},
    proposal.held ? element('p', { class: 'note' }, t('order.held')) : null,
    ...list('order.would-change', proposal.would_change ?? [], 'order.would-change-none'),
    ...list('order.unknowns', proposal.unknown ?? [], 'order.unknowns-none'),
    element('p', { class: 'part-note' }, t('order.rule', { rule: proposal.rule ?? '—' }), proposal.verified === false ? ` ${t('order.unverified')}` : ''));
}

/** Past hits and false alarms of the forecast that the proposal rests on. @param {any} skill */
function skillText(skill) {
  if (!skill) return t('order.skill-none');
  const percent = (/** @type {number | null} */ share) => (Number.isFinite(share) ? `${Math.round(Number(share) * 100)}%` : '—');
  return t(skill.of === 'gauge' ? 'order.skill-gauge' : 'order.skill-all', {
    lead: skill.lead_h ?? '—', pod: percent(skill.pod), far: percent(skill.far), n: skill.n ?? '—',
  });
}

/** @param {number | null | undefined} count */
function counted(count) {
  return Number.isFinite(count) ? Number(count).toLocaleString('ja-JP') : t('order.unknown');
}

/** The proposal as it stood when a draft was made of it, kept among the evidence. @param {any[]} evidence */
export function proposalIn(evidence) {
  return evidence.find(({ kind }) => kind === 'proposal') ?? null;
}

/** A decision that was made about a proposal. @param {any} decision @param {number} nowMs */
export function decisionText(decision, nowMs) {
  if (!decision) return null;
  return element('p', { class: 'note' }, t(`order.decision-${decision.state}`, { by: decision.by ?? '—', time: momentText(Date.parse(decision.at ?? ''), nowMs) }),
    decision.reason ? element('span', {}, ' ', japanese(decision.reason)) : null);
}
