// @ts-check
/** A table that scrolls sideways on a narrow screen, reachable by key. */

import { element } from './element.js';
import { t } from './language.js';

/**
 * @param {string} label what it holds, for screen readers
 * @param {string[]} heads keys of the texts of its columns
 * @param {(string | Node)[][]} rows
 */
export function tableOf(label, heads, rows) {
  return element('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label },
    element('table', { class: 'shelter-table' },
      element('thead', {}, element('tr', {}, ...heads.map((key) => element('th', { scope: 'col' }, t(key))))),
      element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)))))));
}
