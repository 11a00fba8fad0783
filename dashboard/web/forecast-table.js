// @ts-check
/** The forecast that the hydrograph shows, as a table: bands, probabilities of passing, and what came. */

import { momentText } from './clock.js';
import { element, setText } from './element.js';
import { bandsOf, fanAt } from './fan.js';
import { chanceText } from './forecast-words.js';
import { t } from './language.js';
import { metres } from './wording.js';

/** A reading no further from a step than this [s] is put beside it. */
const BESIDE_S = 300;

export class ForecastTable {
  root = element('details', { class: 'forecast-table', hidden: true });
  title = element('summary');
  head = element('thead');
  rows = element('tbody');

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** Drawn only while it is open: it is long. @type {() => void} */ this.draw = () => {};
    this.root.append(this.title, element('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'data-label': 'forecast.figures' }, element('table', {}, this.head, this.rows)));
    this.root.addEventListener('toggle', () => this.draw());
  }

  /**
   * @param {any} gauge @param {import('./fan.js').Fan | null} fan @param {string} title
   * @param {any[]} readings believed ones
   */
  render(gauge, fan, title, readings) {
    this.root.hidden = fan === null;
    setText(this.title, t('forecast.table', { title }));
    this.draw = () => {
      if (!(/** @type {HTMLDetailsElement} */ (this.root).open) || fan === null) return;
      this.#fill(gauge, fan, readings);
    };
    this.draw();
  }

  /** @param {any} gauge @param {import('./fan.js').Fan} fan @param {any[]} readings */
  #fill(gauge, fan, readings) {
    const now = this.desk.now();
    const bands = bandsOf(fan).slice().reverse();
    const came = readings.map((reading) => ({ atS: Date.parse(reading.at) / 1000, level_m: reading.level_m }));
    const danger = Array.isArray(fan.passing.danger);
    const heads = [t('hydrograph.time'), t('forecast.middle'), ...bands.map(({ name }) => t('forecast.band', { name })),
      ...(danger ? [t('forecast.passing', { name: this.desk.rules.className('danger', gauge.scheme) })] : []), t('forecast.came')];
    this.head.replaceChildren(element('tr', {}, ...heads.map((text, i) => element('th', { scope: 'col', class: i > 0 ? 'number' : null }, text))));
    this.rows.replaceChildren(...fan.timesS.map((atS) => {
      const said = /** @type {import('./fan.js').FanReading} */ (fanAt(fan, atS));
      const beside = came.filter((one) => Math.abs(one.atS - atS) <= BESIDE_S).pop();
      const cells = [metres(said.median),
        ...bands.map(({ name }) => said.bands.find((band) => band.name === name)).map((band) => `${metres(band?.low)}–${metres(band?.high)}`),
        ...(danger ? [chanceText(said.passing.danger)] : []), beside ? metres(beside.level_m) : ''];
      return element('tr', {}, element('th', { scope: 'row' }, momentText(atS * 1000, now)),
        ...cells.map((text) => element('td', { class: 'number' }, text)));
    }));
  }
}
