// @ts-check
/** What the colours of a simulated flood mean, in words and figures, beside the map at all times; and what unknown looks like. */

import { byId, element } from './element.js';
import { hatchTile } from './flood-layer.js';
import { spanText } from './flood-words.js';
import { named, t } from './language.js';
import { ARRIVAL_COLOURS, ARRIVAL_LIMITS_MIN } from './palette.js';
import { signElement } from './place-sign.js';

/** How a place may stand. @type {('dry' | 'wet' | 'closed' | 'unknown')[]} */
const STATES = ['dry', 'wet', 'closed', 'unknown'];

export class FloodLegend {
  /** @param {import('./flood.js').Flood} flood */
  constructor(flood) {
    this.flood = flood;
    this.root = byId('flood-legend');
    this.body = byId('flood-legend-body');
    this.drawn = '';
    // A low or narrow screen has no room for it at first.
    this.root.open = window.matchMedia('(min-width: 900px) and (min-height: 800px)').matches;
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { flood } = this;
    const value = flood.value();
    this.root.hidden = value === undefined;
    const key = [flood.view, flood.desk.rules.depths.length, value?.terrain?.id].join();
    if (value === undefined || (key === this.drawn && !['theme', 'language', 'rules'].some((thing) => dirt.things.has(thing)))) return;
    this.drawn = key;
    this.body.replaceChildren(
      element('h3', {}, t(`flood.legend-${flood.view}`)),
      element('ul', {}, ...(flood.view === 'arrival' ? arrivalRows() : this.#depthRows()), unknownRow()),
      element('p', { class: 'legend-note' }, t('flood.legend-dry')),
      this.#source(),
      element('h3', {}, t('flood.legend-places')),
      element('ul', {}, ...STATES.map((state) => element('li', {}, signElement('shelter', state), element('span', {}, t(`flood.legend-${state}-place`))))));
  }

  #depthRows() {
    const { depths } = this.flood.desk.rules;
    if (depths.length === 0) return [element('li', {}, t('flood.legend-missing'))];
    return [...depths].reverse().map((found) => row(found.colour, named(found)));
  }

  #source() {
    const { depthRules } = this.flood.desk.rules;
    if (this.flood.view === 'arrival') return element('p', { class: 'legend-note' }, t('flood.legend-own'));
    return element('p', { class: 'legend-note' }, depthRules?.verified ? t('flood.legend-official') : t('flood.legend-unverified', { as_of: depthRules?.as_of ?? '' }));
  }
}

function arrivalRows() {
  const limits = [...ARRIVAL_LIMITS_MIN.map((minutes) => t('flood.within', { span: spanText(minutes * 60) })),
    t('flood.beyond', { span: spanText((ARRIVAL_LIMITS_MIN.at(-1) ?? 0) * 60) })];
  return limits.map((text, index) => row(ARRIVAL_COLOURS[index], text));
}

/** @param {string} colour @param {string} text */
function row(colour, text) {
  const swatch = element('span', { class: 'flood-swatch', 'aria-hidden': 'true' });
  swatch.style.backgroundColor = colour;
  return element('li', {}, swatch, element('span', {}, text));
}

function unknownRow() {
  const swatch = /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'flood-swatch', width: 56, height: 32, 'aria-hidden': 'true' }));
  const context = /** @type {CanvasRenderingContext2D} */ (swatch.getContext('2d'));
  context.fillStyle = context.createPattern(hatchTile(2), 'repeat') ?? '#888888';
  context.fillRect(0, 0, 56, 32);
  return element('li', {}, swatch, element('span', {}, t('flood.legend-unknown')));
}
