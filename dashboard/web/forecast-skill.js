// @ts-check
/** How well the forecast did before, in words that need no statistics, with the figures behind them. */

import { element, japanese, setText } from './element.js';
import { chanceText } from './forecast-words.js';
import { language, named, t } from './language.js';
import { LEADS_H, WARNED_H } from './level-forecast.js';
import { get } from './server.js';
import { metres, refusalText } from './wording.js';

export class ForecastSkill {
  /** One line that stands beside the forecast. */
  line = element('p', { class: 'forecast-record' });
  root = element('details', { class: 'forecast-skill' });
  title = element('summary', { 'data-text': 'skill.title' });
  body = element('div', {});

  constructor() {
    /** @type {string | null} */ this.gauge = null;
    /** @type {any} */ this.answer = null;
    this.failure = '';
    this.drawn = '';
    this.root.append(this.title, this.body);
  }

  /** @param {any} gauge @param {boolean} made whether there is a forecast that it could be said of */
  render(gauge, made) {
    this.root.hidden = !made;
    this.line.hidden = !made;
    if (made && this.gauge !== String(gauge.id)) this.#ask(String(gauge.id));
    const key = `${this.gauge}|${language()}|${this.answer !== null}|${this.failure}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.#draw();
  }

  /** @param {string} id */
  async #ask(id) {
    this.gauge = id;
    this.answer = null;
    this.failure = '';
    try {
      const answer = await get(`/api/gauges/${encodeURIComponent(id)}/skill`);
      if (id === this.gauge) this.answer = answer;
    } catch (error) {
      if (id === this.gauge) this.failure = refusalText(error);
    }
    if (id === this.gauge) this.#draw();
  }

  #draw() {
    const scored = this.answer?.gauge ?? this.answer?.all;
    if (!scored) {
      const text = this.failure ? t('skill.failed', { reason: this.failure }) : t(this.answer === null ? 'skill.loading' : 'skill.none');
      setText(this.line, text);
      this.body.replaceChildren(element('p', {}, text));
      return;
    }
    const here = Boolean(this.answer.gauge);
    setText(this.line, skillLine(scored, here));
    const general = here && !scored.crossings?.[WARNED_H]?.events ? this.answer.all?.crossings?.[WARNED_H] : null;
    this.body.replaceChildren(
      element('p', { class: 'skill-whose' }, t(here ? 'skill.here' : 'skill.elsewhere')),
      element('ul', {}, ...skillSentences(scored).map((text) => element('li', {}, text)),
        general ? element('li', {}, `${t('skill.everywhere')}${crossingsSentence(general)}`) : null),
      element('p', { class: 'skill-source' }, japanese(scored.record ?? ''), ' ', t('skill.source', {
        period: String(scored.period ?? '').replace('/', t('skill.to')), split: named({ ja: scored.split, en: scored.split_en }),
      })));
  }
}

/**
 * The shortest of it, beside every forecast.
 * @param {any} scored one side of `/api/gauges/{id}/skill` @param {boolean} here whether of this gauge
 */
export function skillLine(scored, here) {
  const told = scored.hours?.[WARNED_H];
  if (!told) return t('skill.none');
  return t(here ? 'skill.line-here' : 'skill.line-elsewhere', {
    lead: WARNED_H, mae: metres(told.mae_m), coverage: outOfTen(told.coverage80),
  });
}

/**
 * @param {any} scored one side of `/api/gauges/{id}/skill`
 * @returns {string[]}
 */
export function skillSentences(scored) {
  const leads = LEADS_H.map((lead) => [lead, scored.hours?.[lead]]).filter(([, told]) => told);
  return [
    ...leads.map(([lead, told]) => t('skill.lead', {
      lead, n: told.n, mae: metres(told.mae_m), coverage: outOfTen(told.coverage80), better: betterText(told.skill),
    })),
    ...(leads.length > 0 ? [t('skill.quiet')] : []),
    ...(scored.crossings?.[WARNED_H] ? [crossingsSentence(scored.crossings[WARNED_H])] : []),
  ];
}

/** How the passing of the danger level was told beforehand. @param {any} told `crossings` of one lead */
export function crossingsSentence({ events, hits, misses, false_alarms, cut_off }) {
  const words = { lead: WARNED_H, events, hits, misses, warned: hits + false_alarms, vain: false_alarms, chance: chanceText(cut_off) };
  const happened = t(events > 0 ? 'skill.events' : 'skill.no-events', words);
  return `${happened}${t(words.warned > 0 ? 'skill.warned' : 'skill.never-warned', words)}`;
}

/** Beside a baseline that knows only how much levels changed before. @param {number | null} skill */
function betterText(skill) {
  if (!Number.isFinite(skill)) return '';
  const value = Math.abs(Math.round(/** @type {number} */ (skill) * 100));
  return t(/** @type {number} */ (skill) > 0 ? 'skill.better' : 'skill.worse', { value });
}

/** @param {number} share 0 … 1 */
function outOfTen(share) {
  return Number.isFinite(share) ? Math.round(share * 10) : '—';
}
