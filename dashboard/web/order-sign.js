// @ts-check
/**
 * The second person's screen: what will be said, what changed, on what it rests, what is unknown. It cannot be clicked
 * through: every section ends with a button of its own that only who opened and passed it reaches, and the level is told again.
 */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { t, tOr } from './language.js';
import { channelPreview } from './order-channels.js';
import { proposalAge } from './order-editor.js';
import { doubts, evidenceTable, proposalFacts, proposalIn } from './order-evidence.js';
import { levelBadge, orderName, orderWords, placesText, whyRefused } from './order-words.js';
import { get, post } from './server.js';

export class OrderSign {
  /** @param {import('./order-room.js').OrderRoom} room */
  constructor(room) {
    this.room = room;
    this.dialog = byId('sign-dialog');
    /** @type {any} */ this.revision = null;
    this.wanted = { order: 0, number: 0 };
    /** What the channels would say, null while unknown. @type {any} */ this.channels = null;
    this.channelFailure = '';
    /** Sections that were read to their end. @type {Set<string>} */ this.read = new Set();
    this.title = element('h2', { id: 'sign-title' });
    this.said = element('p', { id: 'sign-said', role: 'status' });
    this.body = element('div', { class: 'sign-body' });
    this.dialog.append(
      element('header', { class: 'panel-head' }, this.title, element('button', { type: 'button', class: 'close', 'data-label': 'panel.close', onclick: () => this.dialog.close() }, '✕')),
      this.body, this.said);
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    if (!this.dialog.open || this.revision === null) return;
    if (dirt.things.has('language')) this.#draw();
    // Somebody edited it, or its estimate moved, while it was read: what was read does not count any more.
    const proposal = proposalIn(this.revision.evidence)?.id;
    if (dirt.full || dirt.kinds.get('order')?.has(String(this.wanted.order)) || dirt.kinds.get('proposal')?.has(proposal)) this.#again();
  }

  /** @param {number} order @param {number} number */
  async open(order, number) {
    this.wanted = { order, number };
    this.revision = null;
    this.read.clear();
    setText(this.said, '');
    setText(this.title, t('order.sign-title'));
    this.body.replaceChildren(element('p', { class: 'empty' }, t('hydrograph.loading')));
    this.dialog.showModal();
    await this.#load();
  }

  async #load() {
    const { order, number } = this.wanted;
    try {
      this.revision = await get(`/api/orders/${order}/revisions/${number}`);
      await this.#askChannels();
      this.#draw();
    } catch (error) {
      setText(this.said, whyRefused(error));
    }
  }

  /** That channels cannot be previewed is said; it does not forbid to sign. */
  async #askChannels() {
    const { order, number } = this.wanted;
    this.channels = null;
    try {
      this.channels = await get(`/api/orders/${order}/revisions/${number}/preview`);
    } catch (error) {
      this.channelFailure = whyRefused(error);
    }
  }

  async #again() {
    const seen = this.revision;
    const { order, number } = this.wanted;
    try {
      const now = await get(`/api/orders/${order}/revisions/${number}`);
      if (now.digest === seen.digest && now.state === seen.state && JSON.stringify(now.stale) === JSON.stringify(seen.stale)) return;
      this.revision = now;
      this.read.clear();
      await this.#askChannels();
      this.#draw();
      setText(this.said, t(now.state === 'submitted' ? 'order.sign-changed' : 'order.sign-moved'));
    } catch (error) {
      setText(this.said, whyRefused(error));
    }
  }

  #draw() {
    const { revision } = this;
    const now = this.room.desk.now();
    const town = this.room.town(revision.area)?.name ?? revision.area;
    const proposal = proposalIn(revision.evidence);
    setText(this.title, t('order.sign-of', { town, act: t(`order.act-${revision.act}`) }));
    const sections = /** @type {[string, Node[]][]} */ ([
      ['words', ['ja', 'easy', 'en'].map((code) => element('div', {}, element('p', { class: 'order-sub' }, t(`order.language-${code}`)), orderWords(revision.texts[code], code)))],
      ['channels', channelPreview(this.channels, this.channelFailure, this.wanted)],
      ['diff', [diffTable(revision)]],
      ['evidence', [proposal ? element('p', { class: 'part-note' }, proposalAge(revision, now)) : element('p', { class: 'note' }, t('order.no-proposal')),
        evidenceTable(revision.evidence, now), ...(proposal ? [proposalFacts(proposal, now)] : [])]],
      ['doubts', [proposal ? doubts(proposal) : element('p', { class: 'order-nothing' }, t('order.no-doubts'))]],
    ]);
    this.names = sections.map(([name]) => name);
    const signable = revision.state === 'submitted' && !revision.mine && this.room.signs(revision.area);
    this.body.replaceChildren(
      element('div', { class: 'order-line' }, levelBadge(this.room.desk.rules, revision.level, 'order'), element('div', {},
        element('b', { class: 'order-name' }, orderName(revision.level)), element('p', {}, japanese(placesText(revision))),
        element('p', { class: 'part-note' }, t('order.people-of', { author: revision.author, edited_by: revision.edited_by, approver: revision.approver ?? '—', time: momentText(Date.parse(revision.submitted_at ?? revision.drafted_at), now) })))),
      revision.stale ? element('p', { class: 'note sign-stale', role: 'alert' }, t('order.stale'), ' ', document.documentElement.lang === 'en' ? revision.stale.en : japanese(revision.stale.ja)) : '',
      ...sections.map(([name, content]) => this.#section(name, content, signable)),
      signable ? this.#signing() : element('p', { class: 'note', id: 'sign-not' }, t(revision.mine ? 'order.sign-mine' : revision.state === 'submitted' ? 'order.sign-not-yours' : 'order.sign-not-submitted')));
    this.#judge();
  }

  /** @param {string} name @param {Node[]} content @param {boolean} signable */
  #section(name, content, signable) {
    const done = /** @type {HTMLButtonElement} */ (element('button', { type: 'button', class: 'wide', 'data-read': name, 'aria-pressed': 'false', onclick: () => {
      this.read.add(name);
      setAttribute(done, 'aria-pressed', 'true');
      setText(done, t('order.read-done'));
      this.#judge();
      this.#next(name);
    } }, t('order.read-mark')));
    return element('details', { class: 'sign-section', 'data-section': name, open: !signable }, element('summary', {}, t(`order.section-${name}`), ' ', element('span', { class: 'sign-mark' })),
      ...content, signable ? done : '');
  }

  /** After the end of a section the keyboard stands at the next one. @param {string} name */
  #next(name) {
    const names = this.names ?? [];
    const next = names[names.indexOf(name) + 1];
    /** @type {HTMLElement | null} */ (next ? this.body.querySelector(`[data-section="${next}"] summary`) : this.body.querySelector('#sign-level'))?.focus();
  }

  #signing() {
    const { revision } = this;
    this.level = /** @type {HTMLInputElement} */ (element('input', { id: 'sign-level', inputmode: 'numeric', maxlength: '1', autocomplete: 'off', oninput: () => this.#judge() }));
    this.stale = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', id: 'sign-stale', onchange: () => this.#judge() }));
    this.reason = /** @type {HTMLInputElement} */ (element('input', { type: 'text', id: 'sign-reason', maxlength: '1000', 'aria-label': t('order.return-why'), placeholder: t('order.return-why') }));
    this.button = /** @type {HTMLButtonElement} */ (element('button', { type: 'button', class: 'order-main', id: 'sign-now', 'aria-describedby': 'sign-missing', onclick: () => this.#sign() }, t(`order.sign-${revision.act}`)));
    return element('div', { class: 'sign-acts' },
      element('label', { class: 'form-row', for: 'sign-level' }, element('span', {}, t('order.sign-level')), this.level),
      revision.stale ? element('label', { class: 'check' }, this.stale, element('span', {}, t('order.stale-known'))) : '',
      element('p', { id: 'sign-missing', role: 'status' }),
      element('div', { class: 'order-acts' }, this.button,
        element('span', { class: 'order-reject' }, this.reason, element('button', { type: 'button', class: 'quiet', id: 'sign-return', onclick: () => this.#giveBack() }, t('order.return')))));
  }

  /** What is still missing before this may be signed. */
  #judge() {
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll('[data-section]'))) {
      const name = section.dataset.section ?? '';
      setAttribute(section, 'data-done', String(this.read.has(name)));
      setText(/** @type {Element} */ (section.querySelector('.sign-mark')), this.read.has(name) ? `✓ ${t('order.read-done')}` : '');
    }
    if (!this.button?.isConnected) return;
    const unread = (this.names ?? []).filter((name) => !this.read.has(name)).map((name) => t(`order.section-${name}`));
    const missing = [
      unread.length > 0 ? t('order.missing-read', { names: unread.join(t('forecast.comma')) }) : '',
      this.level?.value.trim() === String(this.revision.level) ? '' : t('order.missing-level'),
      this.revision.stale && !this.stale?.checked ? t('order.missing-stale') : '',
    ].filter(Boolean);
    this.button.disabled = missing.length > 0;
    setText(/** @type {Element} */ (this.body.querySelector('#sign-missing')), missing.join(' '));
  }

  #sign() {
    const { revision } = this;
    return this.#finish(() => post(`/api/orders/${revision.order}/revisions/${revision.number}/approve`, {
      digest: revision.digest, level: revision.level, stale_known: this.stale?.checked ?? false,
    }), `order.did-${revision.act}`);
  }

  #giveBack() {
    const { revision } = this;
    const reason = this.reason?.value.trim() ?? '';
    if (reason === '') {
      this.reason?.focus();
      return undefined;
    }
    return this.#finish(() => post(`/api/orders/${revision.order}/revisions/${revision.number}/return`, { reason }), 'order.did-return');
  }

  /** @param {() => Promise<any>} act @param {string} done */
  async #finish(act, done) {
    try {
      await act();
      this.dialog.close();
      this.room.panel.say(t(done));
    } catch (error) {
      setText(this.said, whyRefused(error));
      if (/** @type {any} */ (error).code === 'changed-meanwhile') this.#again();
    }
  }
}

/** What changed by field and word; the first revision has nothing to be compared with. @param {any} revision */
function diffTable(revision) {
  if (revision.against === null) return element('p', { class: 'part-note' }, t('order.diff-first'));
  const changed = revision.diff.filter((/** @type {any} */ field) => field.changed);
  if (changed.length === 0) return element('p', { class: 'part-note' }, t('order.diff-none', { number: revision.against }));
  return element('div', {}, element('p', { class: 'part-note' }, t('order.diff-against', { number: revision.against })),
    element('dl', { class: 'order-diff' }, ...changed.flatMap((/** @type {any} */ field) => [
      element('dt', {}, fieldName(field.field)),
      element('dd', { 'data-field': field.field, lang: 'ja' }, ...field.pieces.map((/** @type {any} */ piece) => (
        piece.kind === 'gone' ? element('del', {}, piece.text) : piece.kind === 'new' ? element('ins', {}, piece.text) : piece.text))),
    ])));
}

/** @param {string} field */
function fieldName(field) {
  const [, code, part] = field.split('.');
  return part ? `${t(`order.language-${code}`)} ${t(`order.text-${part}`)}` : tOr(`order.field-${field}`, field);
}
