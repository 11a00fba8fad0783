// @ts-check
/**
 * Residents who asked for help, as a list that the desk works off; who said "safe" is counted only. What they wrote and
 * where they are does not go to every screen: it is asked for, by those who may act on it.
 */

import { byId, element, japanese, setText } from './element.js';
import { t } from './language.js';
import { get, post } from './server.js';
import { ageText, refusalText } from './wording.js';

/** What can be said next of a report. @type {Record<string, string[]>} */
const STEPS = { new: ['seen', 'handed_over', 'done'], seen: ['handed_over', 'done'], handed_over: ['done'], done: [] };
/** The longest waiting first; what is done last. @type {Record<string, number>} */
const RANK = { new: 0, seen: 1, handed_over: 2, done: 3 };

/** Reports in the order in which they are worked off. @param {any[]} reports */
export function byNeed(reports) {
  return reports.filter(({ id }) => id !== 'total').sort((a, b) => (a.state === 'help' ? 0 : 1) - (b.state === 'help' ? 0 : 1)
    || (RANK[a.desk] ?? 0) - (RANK[b.desk] ?? 0) || Date.parse(a.sent_at) - Date.parse(b.sent_at));
}

export class SafetyList {
  /** What is being typed, kept while the list is drawn anew. @type {Map<number, string>} */ notes = new Map();
  /** What the desk alone may read, by report. @type {Map<number, any>} */ details = new Map();
  /** @type {string | null} why the details could not be had */ blind = null;
  /** @type {Set<number>} */ under = new Set();
  /** @type {Map<number, string>} */ failures = new Map();

  /** @param {import('./desk.js').Desk} desk @param {import('./map-view.js').MapView} map */
  constructor(desk, map) {
    this.desk = desk;
    this.map = map;
    this.opener = byId('safety-open');
    this.dialog = byId('safety-dialog');
    this.opener.addEventListener('click', () => {
      this.#draw();
      void this.#ask();
      this.dialog.showModal();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const changed = dirt.full || dirt.kinds.has('safety');
    if (!changed && !dirt.things.has('language') && !dirt.things.has('session')) return;
    const { total } = this;
    this.opener.hidden = !total || total.help_reports + total.safe_reports === 0;
    setText(this.opener, t('safety.open', { waiting: total?.waiting ?? 0 }));
    this.opener.dataset.waiting = String((total?.waiting ?? 0) > 0);
    const typing = this.dialog.contains(document.activeElement) && document.activeElement?.matches('input');
    if (this.dialog.open && !typing) this.#draw();
    if (this.dialog.open && changed) void this.#ask();
  }

  /** Ask for what residents wrote. */
  async #ask() {
    if (!this.acts) return;
    try {
      const { reports } = await get('/api/safety');
      this.details = new Map(reports.map((/** @type {any} */ one) => [one.id, one]));
      this.blind = null;
    } catch (error) {
      this.blind = refusalText(error);
    }
    const typing = this.dialog.contains(document.activeElement) && document.activeElement?.matches('input');
    if (this.dialog.open && !typing) this.#draw();
  }

  get total() {
    return this.desk.picture.get('safety', 'total');
  }

  /** Whether this account may say what was done. */
  get acts() {
    const roles = this.desk.session?.roles ?? [];
    return ['duty_officer', 'approver', 'administrator'].some((role) => roles.some((/** @type {any} */ held) => (held.name ?? held) === role));
  }

  #draw() {
    const reports = byNeed(this.desk.picture.all('safety'));
    const { total } = this;
    this.dialog.replaceChildren(
      element('header', { class: 'panel-head' }, element('h2', { id: 'safety-title' }, t('safety.title')),
        element('button', { type: 'button', class: 'close', 'aria-label': t('panel.close'), onclick: () => this.dialog.close() }, '✕')),
      element('p', { role: 'status' }, total ? t('safety.counts', total) : ''),
      element('p', { class: 'note' }, t('safety.note')),
      this.acts ? '' : element('p', { class: 'note' }, t('safety.desk-only')),
      this.blind === null ? '' : element('p', { class: 'note', role: 'alert' }, t('safety.blind', { reason: this.blind })),
      reports.length > 0 ? element('ol', { class: 'refuges safety-reports' }, ...reports.map((report) => this.#card(report)))
        : element('p', {}, t('safety.none')));
  }

  /** @param {any} report */
  #card(report) {
    const age = ageText(Math.max(this.desk.now() - Date.parse(report.sent_at), 0));
    const failure = this.failures.get(report.id);
    const detail = this.details.get(report.id);
    return element('li', { 'data-safety': report.id, 'data-desk': report.desk }, element('div', {},
      element('p', {}, element('b', {}, t(`safety.state-${report.state}`)), ' ', japanese(report.area_name ?? report.area), ' ',
        t('safety.persons', { count: report.persons }), ' ', t('safety.since', { age }), ' ', element('span', { class: 'mark' }, t(`safety.desk-${report.desk}`))),
      detail?.words ? element('p', {}, japanese(detail.words)) : null,
      report.desk_by ? element('p', { class: 'note' }, japanese([report.desk_by, detail?.note].filter(Boolean).join(' '))) : null,
      detail ? this.#place(detail) : null, this.acts ? this.#steps(report) : null,
      failure ? element('p', { class: 'note', role: 'alert' }, t('safety.failed', { reason: failure })) : null));
  }

  /** @param {any} detail */
  #place(detail) {
    if (detail.lon === null) return element('p', { class: 'note' }, t('safety.no-position'));
    const show = () => {
      this.dialog.close();
      document.body.dataset.view = 'map';
      this.desk.touch('view');
      this.map.centre(detail.lon, detail.lat, 16);
    };
    return element('button', { type: 'button', class: 'quiet', onclick: show }, t('safety.show'));
  }

  /** @param {any} report */
  #steps(report) {
    const steps = STEPS[report.desk] ?? [];
    if (steps.length === 0) return null;
    const label = `${t('safety.note-label')} ${report.id}`;
    const note = /** @type {HTMLInputElement} */ (element('input', {
      type: 'text', maxlength: 400, 'aria-label': label, placeholder: t('safety.note-label'),
      oninput: (/** @type {any} */ event) => this.notes.set(report.id, event.target.value),
    }));
    note.value = this.notes.get(report.id) ?? '';
    return element('div', { class: 'filter-row' }, note, ...steps.map((desk) => element('button', {
      type: 'button', class: desk === 'done' ? 'quiet' : 'supply-next', 'data-step': desk, disabled: this.under.has(report.id),
      'aria-label': `${t(`safety.to-${desk}`)} ${report.area_name ?? ''} ${report.id}`, onclick: () => void this.#say(report, desk),
    }, t(`safety.to-${desk}`))));
  }

  /** @param {any} report @param {string} desk */
  async #say(report, desk) {
    this.under.add(report.id);
    this.failures.delete(report.id);
    this.#draw();
    try {
      await post(`/api/safety/${report.id}`, { desk, note: (this.notes.get(report.id) ?? '').trim() || null });
      this.notes.delete(report.id);
    } catch (error) {
      this.failures.set(report.id, refusalText(error));
    }
    this.under.delete(report.id);
    this.#draw();
  }
}
