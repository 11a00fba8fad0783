// @ts-check
/** Sync: is it sent? If not, since when, and how does it get out by other means? Also history and settings. */

import { setTheme, theme } from '../appearance.js';
import { ask } from '../ask.js';
import { contactText, syncWords } from '../bar.js';
import { exportOf, MOST_PAGES, PageCollector, splitPages } from '../export-pages.js';
import { language, rich, setLanguage, t } from '../language.js';
import { movingOut } from '../moving-out.js';
import { actionWords } from '../notice.js';
import { provisional } from '../picture.js';
import { fold } from '../merge.js';
import { qrCode } from '../qr-drawing.js';
import { scan } from '../scanner.js';
import { element } from '../live-map/element.js';
import { agoText, ageText, clockText, megabytes } from '../wording.js';

/** A clock that is wrong by more is said so [ms]. */
const WRONG_CLOCK_MS = 120_000;
const LANGUAGES = { ja: '日本語', easy: 'やさしい にほんご', en: 'English' };

/** @param {import('../app.js').App} app */
export function syncScreen(app) {
  const { key, level, values } = syncWords(app);
  return [
    element('h1', {}, rich('home.sync')),
    element('section', { class: 'sync-now', 'data-level': level }, element('strong', {}, rich(key, values)), element('p', {}, contactText(app)), nextTry(app),
      element('button', { type: 'button', class: 'wide primary', 'data-key': 'try-now', onclick: () => app.sync.tryNow() }, rich('sync.try'))),
    facts(app),
    wayOut(app),
    refusedList(app),
    historyList(app),
    settings(app),
    leaving(app),
  ];
}

/** @param {import('../app.js').App} app */
function nextTry(app) {
  const { phase, next_ms, error } = app.sync.status;
  if (phase === 'busy') return element('p', {}, rich('sync.busy'));
  if (phase !== 'failed' || next_ms === null) return null;
  const why = error?.status === 0 || error?.status === undefined ? t('sync.why.line') : `${error.status} ${error.code}`;
  return element('p', {}, rich('sync.next', { age: ageText(next_ms - Date.now()), why }));
}

/** @param {import('../app.js').App} app */
function facts(app) {
  const { persisted, used, room } = app.keeping;
  const offset = app.journal.offsetMs;
  const oldest = app.journal.waiting[0];
  const photos = [...app.journal.photos.values()].filter((photo) => photo.status === 'waiting').length;
  const rows = [
    ['sync.fact.waiting', t('sync.count', { count: app.journal.waiting.length }), oldest ? t('sync.since', { time: clockText(oldest.made_ms - (offset ?? 0), app.wallMs()) }) : ''],
    ['sync.fact.photos', t('sync.count', { count: photos }), ''],
    ['sync.fact.kept', t(persisted === true ? 'sync.persisted' : persisted === false ? 'sync.not-persisted' : 'sync.persist-unknown'), persisted === true ? '' : t('sync.install-hint')],
    ['sync.fact.room', `${megabytes(used)} / ${megabytes(room)}`, app.keeping.nearlyFull ? t('alarm.full') : ''],
    ['sync.fact.offline', t(app.installation.kept ? 'value.yes' : 'value.no'), app.installation.ready ? t('home.new-version') : ''],
    ['sync.fact.clock', offset === null ? t('value.unknown') : Math.abs(offset) < WRONG_CLOCK_MS ? t('sync.clock-good') : t('sync.clock-wrong', { age: ageText(Math.abs(offset)) }), offset !== null && Math.abs(offset) >= WRONG_CLOCK_MS ? t('sync.clock-words') : ''],
    ['sync.fact.device', app.journal.fact('enrolment')?.device ?? '—', ''],
  ];
  return element('dl', { class: 'facts' }, ...rows.map(([key, value, more]) =>
    element('div', { class: 'fact', 'data-fact': key }, element('dt', {}, rich(key)), element('dd', {}, element('strong', {}, value), element('small', {}, more)))));
}

/** @param {import('../app.js').App} app */
function wayOut(app) {
  return element('section', { class: 'part' }, element('h2', {}, rich('export.title')), element('p', { class: 'hint' }, rich('export.words')),
    element('div', { class: 'wide-row' },
      element('button', { type: 'button', class: 'wide', 'data-do': 'export-file', 'data-key': 'export-file', onclick: () => exportFile(app) }, rich('export.file')),
      element('button', { type: 'button', class: 'wide', 'data-do': 'export-qr', 'data-key': 'export-qr', onclick: () => exportQr(app) }, rich('export.qr')),
      element('button', { type: 'button', class: 'wide', 'data-do': 'import-qr', 'data-key': 'import-qr', onclick: () => importQr(app) }, rich('import.qr')),
      element('button', { type: 'button', class: 'wide', 'data-do': 'import-file', 'data-key': 'import-file', onclick: () => importFile(app) }, rich('import.file'))));
}

/** @param {import('../app.js').App} app */
export async function exportFile(app) {
  const document_ = await exportOf(app.journal, Date.now());
  const address = URL.createObjectURL(new Blob([JSON.stringify(document_)], { type: 'application/json' }));
  const link = /** @type {HTMLAnchorElement} */ (element('a', { href: address, download: `sonae-${document_.shelter}-${document_.device}-${document_.exported_ms}.json` }));
  link.click();
  await app.journal.setFacts({ exported_ms: Date.now() });
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @param {import('../app.js').App} app */
async function exportQr(app) {
  const pages = await splitPages(JSON.stringify(await exportOf(app.journal, Date.now(), { photos: false })));
  if (pages.length > MOST_PAGES) {
    await ask(t('export.qr'), () => [element('p', {}, rich('export.too-many', { count: pages.length }))]);
    return;
  }
  await ask(t('export.qr'), () => {
    let at = 0;
    const picture = element('div', { class: 'qr-page' });
    const place = element('output', { 'aria-live': 'polite' });
    const show = (/** @type {number} */ page) => {
      at = (page + pages.length) % pages.length;
      place.textContent = `${at + 1} / ${pages.length}`;
      picture.replaceChildren(qrCode(pages[at], t('export.page', { page: at + 1, all: pages.length })));
      picture.dataset.page = pages[at];
    };
    show(0);
    return [element('p', { class: 'hint' }, rich('export.qr-words')), picture, element('div', { class: 'stepper' },
      element('button', { type: 'button', 'aria-label': t('export.previous'), onclick: () => show(at - 1) }, '◀'), place,
      element('button', { type: 'button', 'data-do': 'next-page', 'aria-label': t('export.next'), onclick: () => show(at + 1) }, '▶'))];
  });
}

/** @param {import('../app.js').App} app */
async function importQr(app) {
  const collector = new PageCollector();
  const last = await scan(t('import.qr'), (text) => collector.add(text) && collector.missing.length === 0,
    () => (collector.total === 0 ? '' : t('import.progress', { done: collector.total - collector.missing.length, all: collector.total, missing: collector.missing.slice(0, 8).join(', ') })));
  if (last !== null) await carry(app, () => collector.text());
}

/** @param {import('../app.js').App} app */
function importFile(app) {
  const field = /** @type {HTMLInputElement} */ (element('input', { type: 'file', accept: 'application/json,.json' }));
  field.addEventListener('change', () => field.files?.[0] && carry(app, () => /** @type {File} */ (field.files?.[0]).text()));
  field.click();
}

/** Take in another tablet's export: shown here, and handed on with this one's. @param {import('../app.js').App} app @param {() => Promise<string>} read */
async function carry(app, read) {
  /** @type {string} */ let said;
  try {
    const { form, shelter, operations } = JSON.parse(await read());
    if (form !== 'sonae-tablet-export' || !Array.isArray(operations)) throw new RangeError('no export');
    if (shelter !== app.journal.fact('enrolment').shelter) said = 'import.other-shelter';
    else {
      // What cannot be folded must not come in: it would take the screens down.
      fold(operations.map((operation) => provisional(operation, 0, (ms) => ms)));
      const count = await app.journal.carry(operations);
      said = t('import.done', { count });
    }
  } catch {
    said = 'import.unreadable';
  }
  await ask(t('import.file'), () => [element('p', { role: 'alert' }, said.startsWith('import.') ? t(said) : said)]);
}

/** @param {import('../app.js').App} app */
function refusedList(app) {
  const { refused } = app.journal;
  const photos = [...app.journal.photos.values()].filter((photo) => photo.status === 'refused');
  if (refused.length + photos.length === 0) return null;
  return element('section', { class: 'part' }, element('h2', {}, rich('refused.title')), element('p', { class: 'hint' }, rich('refused.words')),
    ...refused.slice(0, 50).map((one) => element('p', { class: 'row', 'data-refused': one.id }, `${one.operation.kind} ・ ${agoText(Date.now() - one.made_ms)} ・ ${one.reason ?? ''} ${one.detail ?? ''}`)),
    ...photos.map((photo) => element('p', { class: 'row' }, `${t('photo.title')} ・ ${photo.reason ?? ''}`)));
}

/** @param {import('../app.js').App} app */
function historyList(app) {
  const recent = app.journal.fact('recent') ?? [];
  return element('details', { class: 'part' }, element('summary', {}, rich('history.title')),
    recent.length === 0 ? element('p', { class: 'empty' }, rich('history.none')) : null,
    ...recent.filter((/** @type {any} */ action) => action.label).map((/** @type {any} */ action, /** @type {number} */ place) => element('div', { class: 'row' },
      element('span', {}, actionWords(app, action.label), element('small', {}, ` ${agoText(Date.now() - action.at_ms)}`)),
      action.undone ? element('em', {}, rich('history.undone')) : action.undo?.length > 0
        ? element('button', { type: 'button', 'data-key': `undo-${place}`, onclick: () => app.takeBack(action) }, rich('notice.undo')) : null)));
}

/** @param {import('../app.js').App} app */
function settings(app) {
  const dark = theme() === 'dark';
  return element('section', { class: 'part' }, element('h2', {}, rich('settings.title')), languageButtons(app),
    element('div', { class: 'choices', role: 'group', 'aria-label': t('settings.theme') }, ...['light', 'dark'].map((name) =>
      element('button', { type: 'button', class: 'choice', 'data-theme-choice': name, 'data-key': `theme-${name}`, 'aria-pressed': String((name === 'dark') === dark), onclick: () => { setTheme(name); app.redraw(); } }, rich(`settings.${name}`)))));
}

/** Another shelter needs this tablet. @param {import('../app.js').App} app */
function leaving(app) {
  if (app.journal.fact('enrolment') === null) return null;
  return element('details', { class: 'part', 'data-part': 'move-out', open: app.memory.leaving === true, ontoggle: (/** @type {any} */ event) => (app.memory.leaving = event.target.open) },
    element('summary', {}, rich('move-out.title')), movingOut(app, { exportFile: () => exportFile(app), emptied: () => app.go('') }));
}

/** @param {import('../app.js').App} app */
export function languageButtons(app) {
  return element('div', { class: 'choices', role: 'group', 'aria-label': t('settings.language') }, ...Object.entries(LANGUAGES).map(([code, name]) =>
    element('button', { type: 'button', class: 'choice', lang: code === 'en' ? 'en' : 'ja', 'data-language': code, 'data-key': `lang-${code}`, 'aria-pressed': String(language() === code), onclick: () => { setLanguage(code); app.redraw(); } }, name)));
}
