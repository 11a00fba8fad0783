// @ts-check
/** The bar at the top: where we are, who presses, and what waits. Always on the screen. */

import { rich, t } from './language.js';
import { element } from './live-map/element.js';
import { agoText, ageText, clockText } from './wording.js';

/** A drill's mark, which no screen is without. @param {import('./app.js').App} app @param {HTMLElement} node */
export function drawDrill(app, node) {
  const drill = app.incident?.kind === 'drill';
  node.hidden = !drill;
  node.replaceChildren(...(drill ? [rich('drill')] : []));
}

/** @param {import('./app.js').App} app @param {string} route @param {() => void} changeActor @returns {Node[]} */
export function barContent(app, route, changeActor) {
  const enrolled = app.journal.fact('enrolment') !== null;
  const home = route !== '' && enrolled
    ? element('button', { type: 'button', class: 'bar-home', 'data-key': 'home', onclick: () => app.go('') }, '◀ ', rich('home.title'))
    : null;
  const place = element('span', { class: 'bar-place' },
    element('strong', { lang: 'ja' }, app.bundle?.shelter?.name ?? t('app.name')),
    app.incident ? element('small', { lang: 'ja' }, app.incident.name) : null,
  );
  if (!enrolled) return [place];
  const actor = element('button', { type: 'button', class: 'bar-actor', 'data-key': 'actor', onclick: changeActor },
    element('small', {}, rich('bar.actor')), element('span', {}, app.journal.fact('actor') || t('bar.nobody')));
  return [home, place, actor, chip(app)].filter((node) => node !== null);
}

/** How it stands with the centre: the one sentence that is always on the screen. @param {import('./app.js').App} app */
function chip(app) {
  const { key, level, values } = syncWords(app);
  return element('button', {
    type: 'button', class: 'chip-sync', 'data-level': level, 'data-key': 'sync-chip', 'data-waiting': String(app.journal.waiting.length),
    onclick: () => app.go('sync'),
  }, element('strong', {}, rich(key, values)), element('small', {}, contactText(app)));
}

/** @param {import('./app.js').App} app @returns {{key: string, level: 'good' | 'waiting' | 'bad', values: Record<string, any>}} */
export function syncWords(app) {
  const { waiting } = app.journal;
  const { phase, error } = app.sync.status;
  const count = waiting.length;
  const age = count > 0 ? ageText(Date.now() - Math.min(...waiting.map((one) => one.made_ms))) : '';
  if (phase === 'failed' && error?.status === 401) return { key: 'sync.shut-out', level: 'bad', values: { count } };
  if (count > 0) return { key: phase === 'failed' ? 'sync.waiting-offline' : 'sync.waiting', level: 'waiting', values: { count, age } };
  if (phase === 'failed') return { key: 'sync.offline', level: 'waiting', values: {} };
  return app.journal.fact('contact_ms') === null ? { key: 'sync.never', level: 'waiting', values: {} } : { key: 'sync.good', level: 'good', values: {} };
}

/** @param {import('./app.js').App} app */
export function contactText(app) {
  const contact = app.journal.fact('contact_ms');
  if (contact === null) return t('sync.no-contact');
  const ago = Date.now() - contact;
  return ago < 0 || ago > 3_600_000
    ? t('sync.contact-at', { time: clockText(contact - (app.journal.offsetMs ?? 0), app.wallMs()) })
    : t('sync.contact', { ago: agoText(ago) });
}

/** What must be seen on every screen. @param {import('./app.js').App} app @returns {HTMLElement[]} */
export function alarms(app) {
  /** @type {[string, Record<string, any>, (() => void) | null][]} */
  const found = [];
  const { error } = app.sync.status;
  const refused = app.journal.refused.length;
  const toSync = () => app.go('sync');
  if (app.fault !== null) found.push(['alarm.disk', { detail: String(app.fault) }, toSync]);
  if (error?.status === 401) found.push(['alarm.shut-out', { count: app.journal.waiting.length }, () => app.go('enrol')]);
  if (error?.status === 409) found.push(['alarm.no-incident', {}, null]);
  if (app.keeping.nearlyFull) found.push(['alarm.full', {}, toSync]);
  if (app.keeping.persisted === false && app.journal.fact('enrolment') !== null) found.push(['alarm.not-kept', {}, toSync]);
  if (app.journal.fact('digest_differs')) found.push(['alarm.differs', {}, toSync]);
  if (refused > 0) found.push(['alarm.refused', { count: refused }, toSync]);
  return found.map(([key, values, open]) =>
    open === null
      ? element('p', { class: 'alarm', 'data-alarm': key }, rich(key, values))
      : element('button', { type: 'button', class: 'alarm', 'data-alarm': key, 'data-key': key, onclick: open }, rich(key, values)),
  );
}
