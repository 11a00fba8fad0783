// @ts-check
/** The five levels, with the official line between 5 and 4. */

import { element } from '../element.js';
import { rich } from '../language.js';
import { levelBadge } from '../wording.js';

/** @returns {HTMLElement[]} */
export function levelsScreen() {
  const row = (/** @type {number} */ level) => element('li', { class: 'level-row', 'data-level': level },
    levelBadge(level, 'levels.level'), ' ', element('strong', {}, rich(`levels.${level}.name`)),
    element('p', {}, rich(`levels.${level}.act`)),
    level >= 3 ? element('small', {}, rich('levels.by-mayor')) : null);
  return [
    element('h1', {}, rich('levels.title')),
    element('ol', { class: 'levels', reversed: true },
      row(5), element('li', { class: 'must' }, rich('levels.must')), row(4), row(3), row(2), row(1)),
    element('p', { class: 'always' }, rich('footer.always')),
  ];
}
