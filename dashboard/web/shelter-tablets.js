// @ts-check
/** The tablets of a shelter: who is let in, when they were last heard, a code for a new one, shutting a lost one out. */

import { momentText } from './clock.js';
import { element } from './element.js';
import { t } from './language.js';
import { get, post } from './server.js';
import { tableOf } from './shelter-table.js';
import { refusalText } from './wording.js';

export class ShelterTablets {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    this.forget();
  }

  forget() {
    /** @type {any[] | null} */ this.found = null;
    this.failure = '';
    /** @type {{code: string, link: string, expires_at: string} | null} */ this.offer = null;
    /** @type {HTMLElement | null} */ this.code = null;
    /** Tablet whose shutting out was asked for once. */ this.asked = '';
  }

  /** @param {string} id */
  async read(id) {
    try {
      this.found = (await get(`/api/shelters/${encodeURIComponent(id)}/tablets`)).tablets;
      this.failure = '';
    } catch (error) {
      this.failure = refusalText(error);
    }
  }

  draw() {
    const now = this.room.desk.now();
    const rows = (this.found ?? []).map((tablet) => [
      `${tablet.name ?? ''} (${tablet.id ?? tablet.device})`,
      tablet.revoked_at ? t('tablet.revoked') : tablet.seen_at ? momentText(Date.parse(tablet.seen_at), now) : t('tablet.never'),
      String(tablet.waiting ?? '—'),
      tablet.revoked_at || !this.room.writes ? '' : this.#shutOut(String(tablet.id ?? tablet.device)),
    ]);
    return element('div', { class: 'shelter-tablets' },
      this.failure ? element('p', { class: 'note', role: 'alert' }, this.failure) : null,
      rows.length > 0 ? tableOf(t('shelter.part-tablets'), ['tablet.tablet', 'tablet.seen', 'tablet.waiting', 'tablet.action'], rows)
        : element('p', { class: 'empty' }, t(this.found === null ? 'shelter.unknown' : 'tablet.none')),
      this.room.writes ? element('button', { type: 'button', class: 'wide', id: 'tablet-offer', 'data-key': 'tablet-offer', onclick: () => this.#offer() }, t('tablet.offer')) : null,
      this.offer ? element('div', { class: 'tablet-code', id: 'tablet-code' }, this.code,
        element('p', {}, t('tablet.code', { time: momentText(Date.parse(this.offer.expires_at), this.room.desk.wall.now()) })),
        element('p', { class: 'tablet-letters' }, this.offer.code)) : null);
  }

  /** Asked for twice: a tablet that is shut out stops working in somebody's hands. @param {string} device */
  #shutOut(device) {
    const sure = this.asked === device;
    return element('button', {
      type: 'button', class: 'quiet', 'data-key': `revoke-${device}`,
      onclick: () => {
        if (sure) this.#revoke(device);
        else this.asked = device;
        this.room.desk.touch('shelter-detail');
      },
    }, t(sure ? 'tablet.revoke-sure' : 'tablet.revoke'));
  }

  /** @param {string} device */
  async #revoke(device) {
    const id = this.room.selected;
    this.asked = '';
    try {
      await post(`/api/tablets/${encodeURIComponent(device)}/revoke`, {});
      if (id !== null) await this.read(id);
    } catch (error) {
      this.failure = refusalText(error);
    }
    this.room.desk.touch('shelter-detail');
  }

  async #offer() {
    const id = this.room.selected ?? '';
    try {
      const offer = await post(`/api/shelters/${encodeURIComponent(id)}/enrolment`, { name: null });
      // The tablet draws QR codes too; its module is not loaded before somebody needs one.
      const drawing = '/tablet/qr-drawing.js';
      const { qrCode } = await import(drawing);
      if (id !== this.room.selected) return;
      this.code = qrCode(new URL(offer.link, location.origin).href, t('tablet.code-label'));
      this.offer = offer;
      this.failure = '';
    } catch (error) {
      this.failure = refusalText(error);
    }
    this.room.desk.touch('shelter-detail');
  }
}
