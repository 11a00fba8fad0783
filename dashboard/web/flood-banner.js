// @ts-check
/** What the wall reads of a simulated flood: that it is one, at what time, how far, who stands in it, what is closed. */

import { momentText } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { extentOf } from './flood-field.js';
import { countText, phaseText, runTitle, sinceText, spanText, stateText } from './flood-words.js';
import { GROUPS, hitAt, hitEver } from './impact.js';
import { t } from './language.js';
import { refusalText } from './wording.js';

export class FloodBanner {
  title = element('span', { class: 'flood-title' });
  state = element('span', { class: 'flood-state' });
  moment = element('b', { class: 'flood-moment' });
  phase = element('span', { class: 'flood-phase' });
  figures = element('ul', { class: 'flood-figures' });
  note = element('p', { class: 'flood-said', role: 'status' });

  /** @param {import('./flood.js').Flood} flood */
  constructor(flood) {
    this.flood = flood;
    this.root = byId('flood-banner');
    this.root.append(
      element('p', { class: 'flood-head' },
        element('strong', { class: 'flood-stamp', 'data-text': 'flood.stamp' }), this.title, this.state),
      element('p', { class: 'flood-when' }, this.moment, this.phase),
      this.figures, this.note);
    /** Area under water of what is shown. @type {{field: any, km2: number} | null} */ this.extent = null;
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (!['flood', 'flood-choice', 'tick', 'language', 'rules'].some((thing) => dirt.things.has(thing)) && !dirt.full && !dirt.kinds.has('inundation')) return;
    const { flood } = this;
    const value = flood.value();
    this.root.hidden = value === undefined;
    setAttribute(document.body, 'data-flood-run', value === undefined ? null : String(value.id));
    if (value === undefined) return;
    setText(this.title, runTitle(value));
    setText(this.state, value.state === 'done' ? '' : stateText(value));
    setAttribute(this.root, 'data-state', value.state);
    setAttribute(this.root, 'data-member', flood.member);
    this.#when(value);
    this.#figures(value);
    setText(this.note, this.#noteText(value));
  }

  /** @param {any} value */
  #when(value) {
    const { flood } = this;
    const { shown } = flood;
    setAttribute(this.root, 'data-shown', shown === null ? null : `${shown.view}/${shown.t_s}`);
    const now = flood.desk.now();
    if (shown === null) {
      setText(this.moment, '');
      setText(this.phase, '');
    } else if (shown.view === 'depth') {
      const at = flood.startMs + shown.t_s * 1000;
      setText(this.moment, `${momentText(at, now)} ${t('flood.bracket', { text: sinceText(shown.t_s) })}`);
      setText(this.phase, phaseText(at, now));
    } else {
      const until = value.summary?.[shown.member]?.until_s ?? value.hours * 3600;
      setText(this.moment, t(`flood.whole-${shown.view}`, { span: spanText(until) }));
      setText(this.phase, '');
    }
    setText(this.state, [value.state === 'done' ? '' : stateText(value), (value.members ?? []).length > 1 ? t(`flood.member-short-${flood.member}`) : ''].filter(Boolean).join('　'));
  }

  /** @param {any} value */
  #figures(value) {
    const { flood } = this;
    const { shown } = flood;
    const figures = shown === null ? [] : [[t('flood.figure-area'), this.#area(value)], ...this.#hit()];
    const key = figures.flat().join('|');
    if (this.figures.dataset.key === key) return;
    this.figures.dataset.key = key;
    this.figures.replaceChildren(...figures.map(([name, number]) => element('li', {}, element('span', {}, name), ' ', element('b', {}, number))));
  }

  /** @param {any} value */
  #area(value) {
    const { shown } = this.flood;
    if (shown === null) return '—';
    if (shown.view === 'arrival') return t('flood.km2', { value: (value.summary?.[shown.member]?.area_ever_km2 ?? NaN).toFixed(2) });
    if (this.extent?.field !== shown.field) {
      this.extent = { field: shown.field, km2: extentOf(shown.field, this.flood.least_cm).wet_km2 };
    }
    return t('flood.km2', { value: this.extent.km2.toFixed(2) });
  }

  /** @returns {[string, string][]} */
  #hit() {
    const { flood } = this;
    const impact = flood.document('impact');
    const people = t(impact?.population?.synthetic ? 'flood.figure-people-synthetic' : 'flood.figure-people');
    if (!impact) return [[people, t(flood.computed && impact === null ? 'flood.unknown' : 'flood.not-yet')]];
    const { shown } = flood;
    const hit = shown?.view === 'depth' ? hitAt(impact, shown.t_s) : hitEver(impact);
    const closed = GROUPS.filter((group) => hit.closed[group] > 0).map((group) => `${t(`flood.group-${group}`)} ${countText(hit.closed[group])}`);
    if (hit.roads > 0) closed.push(`${t('flood.group-road')} ${countText(hit.roads)}`);
    return [
      [people, hit.people === null ? t('flood.no-population') : t('flood.persons', { count: countText(hit.people) })],
      [t('flood.figure-closed'), closed.join(t('flood.comma')) || t('flood.none')],
    ];
  }

  /** @param {any} value */
  #noteText(value) {
    const { flood } = this;
    if (flood.failure !== null) return t('flood.failed', { reason: refusalText(flood.failure) });
    if (flood.waiting) return t('flood.loading');
    if (flood.shown === null) return t(value.state === 'failed' ? 'flood.none-failed' : 'flood.none-yet');
    return '';
  }
}
