// @ts-check
/** A tablet that changes its shelter: first what it holds gets out, then it is emptied. Never a dead end, never a loss. */

import { askYes } from './ask.js';
import { rich, t } from './language.js';
import { element } from './live-map/element.js';

/** What is nowhere but on this tablet. @param {import('./journal.js').Journal} journal */
export function unsentOf(journal) {
  const outbox = [...journal.outbox.values()].filter(({ status }) => status !== 'refused');
  const photos = [...journal.photos.values()].filter(({ status }) => status === 'waiting');
  return { operations: outbox.length, photos: photos.length, newest_ms: Math.max(0, ...outbox.map((one) => one.made_ms), ...photos.map((one) => one.made_ms ?? 0)) };
}

/**
 * Whether nothing would be lost by emptying the tablet: all was sent, or went out by file afterwards.
 * @param {import('./journal.js').Journal} journal
 */
export function mayEmpty(journal) {
  const { operations, photos, newest_ms } = unsentOf(journal);
  return operations + photos === 0 || (journal.fact('exported_ms') ?? 0) > newest_ms;
}

/**
 * The three steps out: send, or write to a file; then empty.
 * @param {import('./app.js').App} app
 * @param {{exportFile: () => Promise<void>, emptied: () => void}} then `emptied`: what follows when the tablet holds nothing more
 */
export function movingOut(app, { exportFile, emptied }) {
  const { journal } = app;
  const { operations, photos } = unsentOf(journal);
  const name = journal.fact('bundle')?.shelter?.name ?? journal.fact('enrolment')?.shelter ?? '';
  const free = mayEmpty(journal);
  return element('section', { class: 'part moving-out', 'data-free': free ? 'yes' : 'no' },
    element('p', {}, rich('move-out.words', { shelter: name })),
    operations + photos === 0
      ? element('p', { class: 'told' }, rich('move-out.nothing'))
      : element('p', { class: 'doubt', role: 'status' }, rich('move-out.unsent', { count: operations, photos })),
    operations + photos === 0 ? null : element('div', { class: 'wide-row' },
      element('button', { type: 'button', class: 'wide', 'data-do': 'move-send', 'data-key': 'move-send', onclick: () => app.sync.tryNow() }, rich('move-out.send')),
      element('button', { type: 'button', class: 'wide', 'data-do': 'move-export', 'data-key': 'move-export', onclick: () => exportFile() }, rich('move-out.export'))),
    free ? null : element('p', { class: 'hint' }, rich('move-out.first')),
    element('button', { type: 'button', class: 'wide', 'data-do': 'move-empty', 'data-key': 'move-empty', disabled: !free, onclick: () => empty(app, emptied) }, rich('move-out.empty')));
}

/** @param {import('./app.js').App} app @param {() => void} emptied */
async function empty(app, emptied) {
  const { operations, photos } = unsentOf(app.journal);
  const words = operations + photos === 0 ? t('move-out.sure') : t('move-out.sure-file', { count: operations, photos });
  if (!(await askYes(t('move-out.empty'), words, 'move-out.empty'))) return;
  // Somebody may have written while the question stood there.
  if (!mayEmpty(app.journal)) return;
  try {
    await app.transport.leave();
  } catch {
    // Without a network the centre sees it fall silent, and can shut it out.
  }
  await app.journal.empty();
  app.last = null;
  emptied();
}
