// @ts-check
/** What was just recorded, and taking it back. */

import { named, rich, t, unitOf } from './language.js';
import { element } from './live-map/element.js';

/**
 * The words of an action.
 * @param {import('./app.js').App} app @param {import('./app.js').Label} label
 * @returns {HTMLElement}
 */
export function actionWords(app, label) {
  const { field, count, item, text } = label.name ?? {};
  const entry = field ? app.field(field) : count ? app.count(count) : item ? app.item(item) : null;
  const name = entry ? named(entry) : (text ?? '');
  const choice = field && entry?.choices?.find((/** @type {any} */ one) => one.value === label.values?.value);
  const told = label.values?.value;
  const value = choice ? named(choice) : told === null ? t('value.unknown') : told === true ? t('value.yes') : told === false ? t('value.no') : (told ?? '');
  return rich(label.key, { ...label.values, name, value, unit: item ? unitOf(entry) : '' });
}

/** @param {import('./app.js').App} app @returns {Node[]} the last action with its button */
export function noticeContent(app) {
  const action = app.last;
  if (action === null || action.label === null) return [];
  const words = element('span', { class: 'notice-words' }, element('b', {}, '✓ '), rich('notice.kept'), ' ', actionWords(app, action.label));
  const canBack = action.undo?.length > 0 && !action.undone;
  const back = element('button', { type: 'button', class: 'undo', 'data-key': 'undo', onclick: () => app.takeBack(action) }, rich('notice.undo'));
  return canBack ? [words, back] : [words];
}
