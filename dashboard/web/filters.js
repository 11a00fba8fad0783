// @ts-check
/** The filter form above the list. */

import { byId, element, setAttribute } from './element.js';
import { emptyFilter, isEmpty } from './gauge-filter.js';
import { t } from './language.js';
import { shortPlace } from './place-name.js';
import { CLASSES } from './standing.js';

/** Classes one can ask for "at least", highest first. */
const CHOICES = CLASSES.slice(CLASSES.indexOf('start')).reverse();
/** Wait [ms] after a keystroke before the list is narrowed. */
const TYPING_MS = 120;

export class Filters {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.text = byId('filter-text');
    this.class = byId('filter-class');
    this.area = byId('filter-area');
    this.river = byId('filter-river');
    this.offered = '';
    /** Text of the filter that the field shows. */
    this.told = '';
    let typing = /** @type {any} */ (null);
    this.text.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        this.told = this.text.value.trim();
        desk.narrow({ text: this.told });
      }, TYPING_MS);
    });
    byId('filters').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
    this.class.addEventListener('change', () => desk.narrow({ atLeast: this.class.value }));
    this.area.addEventListener('change', () => desk.narrow({ area: this.area.value }));
    this.river.addEventListener('change', () => desk.narrow({ river: this.river.value }));
    byId('filter-clear').addEventListener('click', () => desk.narrow(emptyFilter()));
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    this.#offer(dirt.things.has('language'));
    const { filter } = this.desk;
    // Written only when it changed elsewhere: what is being typed must not be wiped by a redraw.
    if (filter.text !== this.told) {
      this.told = filter.text;
      this.text.value = filter.text;
    }
    this.class.value = filter.atLeast;
    this.area.value = filter.area;
    this.river.value = filter.river;
    for (const select of [this.class, this.area, this.river]) {
      setAttribute(select, 'data-on', select.value ? 'true' : null);
    }
    byId('filter-clear').hidden = isEmpty(filter);
  }

  /** Offer the classes, municipalities and rivers of the picture. @param {boolean} again */
  #offer(again) {
    const areas = new Map();
    const rivers = new Set();
    for (const { gauge } of this.desk.ordered) {
      if (gauge.area) areas.set(String(gauge.area), shortPlace(gauge.area_name) || gauge.area);
      if (gauge.river) rivers.add(gauge.river);
    }
    const { area, river } = this.desk.filter;
    // What a copied address asks for stays choosable, even before its gauges have come.
    if (area && !areas.has(area)) areas.set(area, area);
    if (river) rivers.add(river);
    const now = [...areas.keys(), ...rivers].sort().join('|');
    if (now === this.offered && !again) return;
    this.offered = now;
    fill(this.class, t('filter.all-classes'),
      CHOICES.map((name) => [name, t('filter.class-or-more', { name: t(`class.${name}`) })]));
    fill(this.area, t('filter.all-areas'), [...areas].sort((a, b) => a[0].localeCompare(b[0])));
    fill(this.river, t('filter.all-rivers'), [...rivers].sort((a, b) => a.localeCompare(b, 'ja')).map((name) => [name, name]));
  }
}

/** @param {HTMLSelectElement} select @param {string} all @param {string[][]} choices */
function fill(select, all, choices) {
  select.replaceChildren(
    element('option', { value: '' }, all),
    ...choices.map(([value, text]) => element('option', { value }, text)),
  );
}
