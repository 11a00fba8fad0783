// @ts-check
/** Contradictions: who said what, and which holds. */

import { conflictBox } from '../conflict-box.js';
import { named, rich, t } from '../language.js';
import { cardValue, conflictsOf } from '../picture.js';
import { element } from '../live-map/element.js';
import { aidName } from './aid.js';

/** @param {import('../app.js').App} app */
export function conflictsScreen(app) {
  const found = conflictsOf(app.state);
  return [
    element('h1', {}, rich('conflict.screen')),
    found.length === 0 ? element('p', { class: 'empty' }, rich('conflict.none')) : element('p', { class: 'hint' }, rich('conflict.words')),
    ...found.map(({ part, owner, name }) =>
      element('section', { class: 'field' }, element('h2', {}, titleOf(app, part, owner, name)), conflictBox(app, part, name, owner))),
  ];
}

/** @param {import('../app.js').App} app @param {string} part @param {string} owner @param {string} name */
function titleOf(app, part, owner, name) {
  if (part === 'fields') return named(app.field(name), name);
  if (part === 'counts') return named(app.count(name), name);
  if (part === 'stock') return `${named(app.item(name), name)} ${owner}`;
  if (part === 'aids') return `${aidName(app, app.state.aids[owner].need)} ${t(`aid.field.${name}`)}`;
  if (part === 'lines') return `${named(app.item(app.state.lines[owner].item), '')} ${t(`line.field.${name}`)}`;
  return `${String(cardValue(app.state[part][owner], 'name') ?? '')} ${t(`card.${name}`)}`;
}
