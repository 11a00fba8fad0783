// @ts-check
/** How well the forecast did before, in words that need no statistics, with the figures behind them. */

import { element } from './element.js';
import { language, t } from './language.js';
import { get } from './server.js';
import { refusalText } from './wording.js';

/** Leads [h] that are told. */
const LEADS_H = [1, 3, 6];

export class ForecastSkill {
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
      this.body.replaceChildren(element('p', {}, text));
      return;
    }
    this.body.replaceChildren(
      element('p', { class: 'skill-whose' }, t(this.answer.gauge ? 'skill.here' : 'skill.elsewhere')),
      element('ul', {}, ...skillSentences(scored).map((text) => element('li', {}, text))),
      element('p', { class: 'skill-source' }, t('skill.source', { record: scored.record ?? '', period: scored.period ?? '', split: scored.split ?? '' })));
  }
}

/**
 * @param {any} scored one side of `/api/gauges/{id}/skill`
 * @returns {string[]}
 */
export function skillSentences(scored) {
  return LEADS_H.map((lead) => [lead, scored.hours?.[String(lead)]]).filter(([, told]) => told)
    .map(([lead, told]) => t('skill.lead', {
      lead, n: told.n, mae: metresOf(told.mae_m), coverage: Math.round(told.coverage80 * 10),
    }));
}

/** @param {number} m */
function metresOf(m) {
  return Number.isFinite(m) ? m.toFixed(2) : '—';
}
