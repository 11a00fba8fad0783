// @ts-check
/** One municipality at the order desk: its orders, what is announced, what is estimated and why, advice, and the acts. */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { language, t } from './language.js';
import { adviceList } from './advice-form.js';
import { decisionText, doubts, evidenceTable, proposalFacts } from './order-evidence.js';
import { funnel } from './order-funnel.js';
import { alive } from './order-standing.js';
import { levelBadge, orderName, placesText, whyRefused } from './order-words.js';
import { post } from './server.js';
import { numbered } from './warning-level.js';

export class OrderPanel {
  /** @param {import('./order-room.js').OrderRoom} room */
  constructor(room) {
    this.room = room;
    this.root = byId('order-panel');
    /** @type {string | null} */ this.shown = null;
    this.drawn = '';
    this.name = element('h2', { id: 'order-town', lang: 'ja' });
    this.said = element('p', { id: 'order-said', role: 'status' });
    this.body = element('div', { class: 'panel-body' });
    this.root.append(
      element('header', { class: 'panel-head' }, element('div', { class: 'panel-title' }, this.name, element('span', { class: 'panel-place', 'data-text': 'order.desk' })),
        element('button', { type: 'button', id: 'order-close', class: 'close', 'data-label': 'panel.close', onclick: () => this.#close() }, '✕')),
      this.said, this.body);
    document.addEventListener('keydown', (event) => {
      const typing = /** @type {HTMLElement} */ (event.target).closest?.('dialog, input, select, textarea');
      if (event.key === 'Escape' && this.room.selected !== null && !typing) this.#close();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const area = this.room.selected;
    const opened = area !== this.shown;
    this.shown = area;
    this.root.hidden = area === null;
    setAttribute(document.body, 'data-town', area === null ? null : 'open');
    if (area === null) return;
    if (opened) this.#opened();
    const town = this.room.town(area);
    setText(this.name, town?.name ?? this.room.nameOf(area));
    // What ages is drawn anew each minute; in between only what changed, so that a reader is not disturbed.
    const key = `${language()}|${Math.floor(this.room.desk.now() / 60_000)}|${JSON.stringify(town)}|${JSON.stringify(this.room.desk.session?.offices)}`;
    if (key === this.drawn && !dirt.things.has('rules')) return;
    this.drawn = key;
    this.#draw(area, town);
  }

  /** Say what became of an act. @param {string} words @param {boolean} [bad] */
  say(words, bad = false) {
    setText(this.said, words);
    setAttribute(this.said, 'data-bad', String(bad));
  }

  #opened() {
    this.drawn = '';
    this.say('');
    this.root.scrollTop = 0;
    if (document.activeElement === document.body || byId('order-scroll').contains(document.activeElement)) this.root.focus({ preventScroll: true });
  }

  #close() {
    const held = this.root.contains(document.activeElement);
    this.room.select(null);
    if (held) this.room.list.focus();
  }

  /** @param {string} area @param {import('./order-standing.js').Town | null} town */
  #draw(area, town) {
    const open = new Map([...this.body.querySelectorAll('details')].map((node) => [node.dataset.part, node.open]));
    const heldKey = /** @type {HTMLElement | null} */ (this.body.contains(document.activeElement) ? document.activeElement : null)?.dataset.key;
    const { prefecture } = this.room;
    const own = this.room.drafts(area);
    this.body.replaceChildren(
      own ? this.#button('draft', t('order.draft-new'), () => this.room.editor.begin(area, null), 'wide')
        : element('p', { class: 'note', id: 'order-not-ours' }, t(prefecture ? 'order.prefecture-advises' : 'order.not-yours')),
      ...this.#orders(town, open),
      ...this.#official(town),
      ...this.#proposals(area, town, open),
      ...adviceList(this.room, area, town?.advice ?? []),
      prefecture ? this.#button('record', t('order.record-open'), () => this.room.editor.record(area), 'quiet') : '',
      ...this.#ended(town, open));
    if (heldKey) /** @type {HTMLElement | null} */ (this.body.querySelector(`[data-key="${CSS.escape(heldKey)}"]`))?.focus({ preventScroll: true });
  }

  /** @param {import('./order-standing.js').Town | null} town @param {Map<string | undefined, boolean>} open */
  #orders(town, open) {
    const orders = town?.orders ?? [];
    return [element('h3', { class: 'order-kind order-kind-order' }, t('order.heading-order')),
      ...(orders.length === 0 ? [element('p', { class: 'order-nothing' }, t('order.not-ordered'))] : orders.map((order) => this.#order(order, open)))];
  }

  /** @param {any} order @param {Map<string | undefined, boolean>} open */
  #order(order, open) {
    const now = this.room.desk.now();
    const issued = order.state === 'issued';
    const over = issued && Date.parse(order.expires_at) <= now;
    return element('article', { class: 'order-card', 'data-order': order.id, 'data-state': order.state },
      element('div', { class: 'order-line' }, levelBadge(this.room.desk.rules, order.level, 'order'),
        element('div', {}, element('b', { class: 'order-name' }, orderName(order.level)), element('p', {}, japanese(placesText(order))),
          element('p', { class: 'part-note' }, issued
            ? t('order.issued-line', { time: momentText(Date.parse(order.issued_at), now), revision: order.revision, author: order.author ?? '—', approver: order.approver ?? t('order.outside') })
            : t('order.not-in-force')),
          order.origin === 'recorded' ? element('p', { class: 'part-note' }, t('order.recorded-from', { source: order.recorded_source ?? '—' })) : null,
          element('p', { class: over ? 'note' : 'part-note' }, t(over ? 'order.expired-line' : 'order.expires-line', { time: momentText(Date.parse(order.expires_at), now) })))),
      this.#pending(order, now),
      issued ? funnel(order.delivery) : null,
      this.#acts(order, issued),
      element('details', { 'data-part': `history-${order.id}`, open: open.get(`history-${order.id}`) ?? false, ontoggle: (/** @type {Event} */ event) => this.#history(order.id, /** @type {HTMLDetailsElement} */ (event.target)) },
        element('summary', {}, t('order.history')), element('div', { class: 'order-history' })));
  }

  /** @param {any} order @param {number} now */
  #pending(order, now) {
    const { pending } = order;
    if (!pending) return null;
    return element('p', { class: 'note', 'data-pending': pending.state }, t(`order.pending-${pending.state}`, {
      act: t(`order.act-${pending.act}`), name: orderName(pending.level), author: pending.edited_by ?? pending.author, time: momentText(Date.parse(pending.submitted_at ?? ''), now),
    }));
  }

  /** @param {any} order @param {boolean} issued */
  #acts(order, issued) {
    const { area, pending } = order;
    const acts = [];
    if (pending && this.room.drafts(area)) acts.push(this.#button(`edit-${order.id}`, t('order.edit'), () => this.room.editor.edit(order)));
    if (pending?.state === 'submitted' && this.room.signs(area)) acts.push(this.#button(`sign-${order.id}`, t('order.sign-open'), () => this.room.sign.open(order.id, pending.number), 'order-main'));
    if (!pending && issued && this.room.drafts(area) && order.origin === 'issued') {
      acts.push(this.#button(`update-${order.id}`, t('order.update'), () => this.room.editor.change(order, 'update')));
      acts.push(this.#button(`lift-${order.id}`, t('order.lift'), () => this.room.editor.change(order, 'lift')));
    }
    if (!pending && issued && order.origin === 'recorded' && this.room.prefecture) {
      acts.push(this.#button(`record-${order.id}`, t('order.record-change'), () => this.room.editor.record(area, order)));
    }
    if (pending && !this.room.drafts(area)) acts.push(this.#button(`look-${order.id}`, t('order.look'), () => this.room.sign.open(order.id, pending.number)));
    return acts.length > 0 ? element('div', { class: 'order-acts' }, ...acts) : null;
  }

  /** @param {import('./order-standing.js').Town | null} town */
  #official(town) {
    const { desk } = this.room;
    const found = desk.picture.all('warning').filter((one) => (one.areas ?? []).includes(town?.area ?? '')).sort((a, b) => b.level - a.level);
    return [element('h3', { class: 'order-kind order-kind-official' }, t('order.heading-official')),
      found.length === 0 ? element('p', { class: 'order-nothing' }, t(desk.warningsHeard ? 'order.not-announced' : 'order.official-unheard'))
        : element('ul', {}, ...found.map((one) => element('li', { class: 'order-line' }, levelBadge(desk.rules, one.level, 'official', numbered(one)),
          element('span', {}, japanese(one.name), ' ', element('span', { class: 'part-note' }, t('warnings.issued', { publisher: one.publisher, time: momentText(Date.parse(one.issued_at), desk.now()) }))))))];
  }

  /** @param {string} area @param {import('./order-standing.js').Town | null} town @param {Map<string | undefined, boolean>} open */
  #proposals(area, town, open) {
    const found = town?.proposals ?? [];
    return [element('h3', { class: 'order-kind order-kind-estimate' }, t('order.heading-estimate')),
      element('p', { class: 'part-note' }, t('order.estimate-note')),
      ...(found.length === 0 ? [element('p', { class: 'order-nothing' }, t('order.not-estimated'))] : found.map((one) => this.#proposal(area, one, open)))];
  }

  /** @param {string} area @param {any} one @param {Map<string | undefined, boolean>} open */
  #proposal(area, one, open) {
    const now = this.room.desk.now();
    const live = alive(one, now);
    const part = (/** @type {string} */ name, /** @type {Node} */ content, /** @type {boolean} */ first) => element('details',
      { class: 'shelter-part', 'data-part': `${name}-${one.id}`, open: open.get(`${name}-${one.id}`) ?? first }, element('summary', {}, t(`order.part-${name}`)), content);
    return element('article', { class: 'order-card order-card-estimate', 'data-proposal': one.id, 'data-state': one.state },
      element('div', { class: 'order-line' }, levelBadge(this.room.desk.rules, one.level, 'estimate'),
        element('div', {}, element('b', {}, t(one.act === 'lift' ? 'order.considers-lift' : 'order.considers', { level: one.level, hazard: t(`order.hazard-${one.hazard}`) })), ' ',
          japanese(one.area?.name ?? ''), element('p', { class: 'part-note' }, live ? t(`order.proposal-${one.state}`) : t(one.state === 'rejected' ? 'order.proposal-rejected' : 'order.proposal-expired')))),
      decisionText(one.decision, now),
      proposalFacts(one, now),
      part('evidence', evidenceTable(one.evidence ?? [], now), true),
      part('doubts', doubts(one), true),
      live ? this.#decisions(area, one) : null);
  }

  /** @param {string} area @param {any} one */
  #decisions(area, one) {
    const { prefecture } = this.room;
    const own = this.room.drafts(area);
    if (!prefecture && !own) return null;
    const reason = /** @type {HTMLInputElement} */ (element('input', { type: 'text', maxlength: '1000', 'aria-label': t('order.reject-reason'), placeholder: t('order.reject-reason'), 'data-key': `reason-${one.id}` }));
    return element('div', { class: 'order-acts' },
      own ? this.#button(`use-${one.id}`, t('order.draft-from'), () => this.room.editor.begin(area, one), 'order-main') : '',
      one.state === 'open' ? this.#button(`take-${one.id}`, t('order.take'), () => this.#decide(one.id, 'take', {})) : '',
      prefecture ? this.#button(`advise-${one.id}`, t('order.advise'), () => this.room.advice.begin(area, one)) : '',
      element('span', { class: 'order-reject' }, reason, this.#button(`reject-${one.id}`, t('order.reject'), () => {
        if (reason.value.trim() === '') reason.focus();
        else this.#decide(one.id, 'reject', { reason: reason.value.trim() });
      })));
  }

  /** @param {import('./order-standing.js').Town | null} town @param {Map<string | undefined, boolean>} open */
  #ended(town, open) {
    const ended = town?.ended ?? [];
    if (ended.length === 0) return [];
    const now = this.room.desk.now();
    return [element('details', { 'data-part': 'ended', open: open.get('ended') ?? false }, element('summary', {}, t('order.ended', { count: ended.length })),
      element('ul', {}, ...ended.map((order) => element('li', { 'data-order': order.id, 'data-state': order.state },
        t(`order.ended-${order.state}`, { name: orderName(order.level), time: momentText(Date.parse(order.lifted_at ?? ''), now) }), ' ', japanese(placesText(order))))))];
  }

  /** @param {number} order @param {HTMLDetailsElement} details */
  async #history(order, details) {
    if (!details.open) return;
    const box = /** @type {HTMLElement} */ (details.querySelector('.order-history'));
    const { historyOf } = await import('./order-history.js');
    box.replaceChildren(...await historyOf(order, this.room.desk.now(), (number) => this.room.sign.open(order, number)));
  }

  /** @param {string} id @param {'take' | 'reject'} what @param {any} body */
  async #decide(id, what, body) {
    try {
      await post(`/api/proposals/${encodeURIComponent(id)}/${what}`, body);
      this.say(t(`order.did-${what}`));
    } catch (error) {
      this.say(whyRefused(error), true);
    }
  }

  /** @param {string} key @param {string} words @param {() => void} act @param {string} [className] */
  #button(key, words, act, className = 'quiet') {
    return element('button', { type: 'button', class: className, 'data-key': key, 'data-act': key, onclick: act }, words);
  }
}
