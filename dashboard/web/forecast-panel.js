// @ts-check
/**
 * The forecast of one gauge in words and figures: what is told the mayor, how sure it is, and how well such
 * forecasts did before. An estimate, and never without saying so.
 */

import { momentText } from './clock.js';
import { element, setAttribute, setText } from './element.js';
import { ForecastSkill } from './forecast-skill.js';
import { chanceText, crossingShort, crossingText, levelWords, limitsText, peakText } from './forecast-words.js';
import { t } from './language.js';
import { chanceBy, crossing, LEADS_H, WARNED_H } from './level-forecast.js';
import { thresholdDistances } from './standing.js';
import { agoText, metres } from './wording.js';

export class ForecastPanel {
  /** What is said aloud. */
  root = element('section', { class: 'forecast', 'aria-labelledby': 'forecast-title' });
  /** The figures behind it. */
  details = element('section', { class: 'forecast forecast-details', 'aria-labelledby': 'forecast-figures-title' });
  age = element('span', { class: 'forecast-age' });
  chance = element('b', { class: 'forecast-chance' });
  claim = element('span', { class: 'forecast-claim' });
  when = element('p', { class: 'forecast-when' });
  peak = element('p', { class: 'forecast-peak' });
  notes = element('div', { class: 'notes' });
  table = element('table', { class: 'forecast-figures' });

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.skill = new ForecastSkill();
    this.root.append(
      element('header', { class: 'forecast-head' },
        element('h3', { id: 'forecast-title', 'data-text': 'forecast.title' }),
        element('span', { class: 'estimate-badge', 'data-text': 'forecast.badge' }), this.age),
      element('p', { class: 'forecast-answer' }, this.chance, this.claim),
      this.when, this.notes, this.skill.line);
    this.details.append(
      element('header', { class: 'forecast-head' },
        element('h3', { id: 'forecast-figures-title', 'data-text': 'forecast.figures-title' }),
        element('span', { class: 'estimate-badge', 'data-text': 'forecast.badge' })),
      this.table, this.peak, this.skill.root,
      element('p', { class: 'forecast-origin', 'data-text': 'forecast.unofficial' }));
  }

  /** @param {any} gauge @param {import('./level-forecast.js').Outlook} outlook */
  render(gauge, outlook) {
    const forecast = this.desk.picture.get('forecast', String(gauge.id));
    for (const box of [this.root, this.details]) setAttribute(box, 'data-state', outlook.state);
    setAttribute(this.root, 'data-reason', outlook.reason || null);
    this.#age(outlook);
    this.#answer(gauge, outlook);
    this.#notes(outlook);
    const made = outlook.state !== 'none';
    this.details.hidden = !made;
    setText(this.peak, made ? peakText(forecast.peak, outlook.originMs, this.desk.now()) : '');
    if (made) this.#figures(gauge, forecast, outlook);
    this.skill.render(gauge, made);
  }

  /** @param {import('./level-forecast.js').Outlook} outlook */
  #age({ state, originMs, ageMs }) {
    setText(this.age, state === 'none' ? ''
      : t('forecast.age', { time: momentText(originMs, this.desk.now()), ago: agoText(Math.max(ageMs, 0)) }));
  }

  /** @param {any} gauge @param {import('./level-forecast.js').Outlook} outlook */
  #answer(gauge, outlook) {
    const name = this.desk.rules.className('danger', gauge.scheme);
    const told = outlook.reason === '';
    setText(this.chance, told && !outlook.over ? chanceText(outlook.chances[LEADS_H.indexOf(WARNED_H)]) : '');
    this.chance.hidden = this.chance.textContent === '';
    const words = { name, level: metres(gauge.thresholds?.danger), hours: WARNED_H };
    if (!told) setText(this.claim, t(`forecast.silent-${outlook.reason}`));
    else setText(this.claim, t(outlook.over ? 'forecast.claim-over' : 'forecast.claim', words));
    const next = told ? this.#next(gauge, outlook) : '';
    this.when.hidden = next === '';
    setText(this.when, next);
  }

  /** What comes next: when it is reached; once it is, how high the water stands then. @param {any} gauge @param {import('./level-forecast.js').Outlook} outlook */
  #next(gauge, outlook) {
    const atAll = outlook.chances[LEADS_H.length - 1];
    if (!outlook.over) return outlook.crossing === null ? '' : crossingText(outlook.crossing, outlook.originMs, this.desk.now(), atAll);
    const forecast = this.desk.picture.get('forecast', String(gauge.id));
    const i = (forecast?.hours ?? []).indexOf(WARNED_H);
    const level = t('forecast.level-band', levelWords(forecast?.median_m?.[i], forecast?.low_m?.[i], forecast?.high_m?.[i]));
    return i < 0 ? '' : t('forecast.level-ahead', { hours: WARNED_H, level });
  }

  /** @param {import('./level-forecast.js').Outlook} outlook */
  #notes(outlook) {
    const words = limitsText(outlook);
    const key = words.join('|');
    if (this.notes.dataset.key === key) return;
    this.notes.dataset.key = key;
    this.notes.replaceChildren(...words.map((text) => element('p', { class: 'note' }, text)));
  }

  /** @param {any} gauge @param {any} forecast @param {import('./level-forecast.js').Outlook} outlook */
  #figures(gauge, forecast, outlook) {
    const { rules } = this.desk;
    const now = this.desk.now();
    const head = ['', ...LEADS_H.map((lead) => t('forecast.within', { hours: lead })), t('forecast.reach-time')];
    const rows = thresholdDistances(gauge).filter(({ name }) => Array.isArray(forecast.passing?.[name])).map(({ name, level_m }) => {
      const reached = crossing(forecast, name);
      const { middle, spread } = reached === null ? { middle: '—', spread: '' } : crossingShort(reached, outlook.originMs, now);
      return [[rules.className(name, gauge.scheme), metres(level_m)],
        ...LEADS_H.map((lead) => [chanceText(chanceBy(forecast, name, lead))]), [middle, spread]];
    });
    const levels = [[t('forecast.level-row')], ...LEADS_H.map((lead) => {
      const i = (forecast.hours ?? []).indexOf(lead);
      const { value, low, high } = levelWords(forecast.median_m?.[i], forecast.low_m?.[i], forecast.high_m?.[i]);
      return [value, t('forecast.spread', { early: low, late: high })];
    }), [t('forecast.level-note')]];
    const key = JSON.stringify([head, rows, levels]);
    if (this.table.dataset.key === key) return;
    this.table.dataset.key = key;
    this.table.replaceChildren(
      element('caption', { class: 'unseen' }, t('forecast.figures')),
      element('thead', {}, element('tr', {}, ...head.map((text, i) => (i === 0 ? element('td') : element('th', { scope: 'col' }, text))))),
      element('tbody', {}, ...[...rows, levels].map(tableRow)));
  }
}

/** @param {string[][]} cells each a main text and one below it */
function tableRow(cells) {
  return element('tr', {}, ...cells.map(([text, under], i) => element(i === 0 ? 'th' : 'td', {
    scope: i === 0 ? 'row' : null, class: i > 0 && i <= LEADS_H.length ? 'number' : null,
  }, text, under ? element('span', { class: 'forecast-under' }, under) : null)));
}
