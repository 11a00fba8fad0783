// @ts-check
/** The list of shelters, whoever needs somebody first on top; the map's equal for keys and screen readers. */

import { byId, element, japanese, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { shortPlace } from './place-name.js';
import { RowList } from './row-list.js';
import { paintShelter, shelterLook } from './shelter-mark.js';
import { countNeeds } from './shelter-standing.js';
import { amountText, daysText, powerText } from './shelter-words.js';
import { agoText } from './wording.js';

/** Needs that are counted above the list and may be asked for by a press. */
const COUNTED = ['aid', 'isolated', 'lost', 'late', 'cover', 'full', 'power'];
const TYPING_MS = 120;

export class ShelterList {
  /** @param {import('./shelter-room.js').ShelterRoom} room */
  constructor(room) {
    this.room = room;
    const { desk } = room;
    this.scroll = byId('shelter-scroll');
    this.bar = byId('shelter-bar');
    this.list = new RowList(byId('shelter-rows'), newRow, { open: (id) => room.select(id), more: () => desk.touch('shelters') });
    this.text = byId('shelter-text');
    this.need = byId('shelter-need');
    this.area = byId('shelter-area');
    let typing = /** @type {any} */ (null);
    this.text.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => room.narrow({ text: this.text.value }), TYPING_MS);
    });
    this.need.addEventListener('change', () => room.narrow({ need: this.need.value }));
    this.area.addEventListener('change', () => room.narrow({ area: this.area.value }));
    byId('shelter-filters').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
    byId('shelter-more').addEventListener('click', () => this.list.more());
    this.offered = '';
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { room } = this;
    const seen = room.desk.order === 'shelter';
    this.scroll.hidden = !seen;
    this.bar.hidden = !seen;
    byId('filters').hidden = seen;
    if (!seen) {
      this.list.clear();
      return;
    }
    byId('filter-clear').hidden = true;
    this.#offer(dirt.things.has('language'));
    this.#tally();
    setText(byId('list-shown'), room.desk.known ? t('shelter.shown', { shown: room.shown.length, total: room.ordered.length }) : '');
    this.list.show(room.shown, ({ shelter }) => String(shelter.id), (row, item) => this.#fill(row, item));
    const more = byId('shelter-more');
    more.hidden = this.list.rest === 0;
    setText(more, t('list.more', { count: this.list.rest }));
    const none = byId('shelter-none');
    none.hidden = room.shown.length > 0;
    setText(none, t(!room.desk.known ? 'list.none-known' : room.ordered.length > 0 ? 'shelter.none' : 'shelter.none-heard'));
    this.#unheard();
    if (dirt.things.has('shelter-selection')) this.list.reveal(room.selected);
  }

  /** Move the keyboard into the list. */
  focus() {
    this.list.focus();
  }

  /** Offer needs and municipalities. @param {boolean} again */
  #offer(again) {
    const areas = new Map(this.room.ordered.map(({ shelter }) => [shelter.area, shortPlace(shelter.area_name) || shelter.area]));
    const key = [...areas.keys()].sort().join();
    if (key === this.offered && !again && this.need.options.length > 0) return;
    this.offered = key;
    const options = (/** @type {[string, string][]} */ all) => all.map(([value, text]) => element('option', { value }, text));
    this.need.replaceChildren(...options([
      ['', t('shelter.every-need')], ['silent', t('shelter.need-silent')],
      ...['aid', 'isolated', 'lost', 'late', 'cover', 'full', 'power', 'unknown', 'preparing', 'closed'].map((need) => /** @type {[string, string]} */ ([need, t(`shelter.need-${need}`)])),
      ['request', t('shelter.need-request')],
    ]));
    this.area.replaceChildren(...options([
      ['', t('filter.all-areas')], ...[...areas].filter(([code]) => code).sort((a, b) => String(a[0]).localeCompare(String(b[0]))),
    ]));
    this.need.value = this.room.filter.need;
    this.area.value = this.room.filter.area;
  }

  #tally() {
    const { room } = this;
    const { counts, people, uncounted } = countNeeds(room.ordered);
    const known = room.desk.known;
    const root = byId('shelter-tally');
    if (root.childElementCount === 0) {
      root.append(...COUNTED.map((need) => element('button', {
        type: 'button', class: 'need', 'data-need': need,
        onclick: () => {
          room.narrow({ need: room.filter.need === need ? '' : need });
          this.need.value = room.filter.need;
        },
      }, element('span', {}), element('b', {}))));
    }
    for (const button of root.children) {
      const need = /** @type {HTMLElement} */ (button).dataset.need ?? '';
      const count = counts.get(/** @type {any} */ (need)) ?? 0;
      setText(button.children[0], t(`shelter.need-${need}`));
      setText(button.children[1], known ? String(count) : '—');
      setAttribute(button, 'data-count', known ? count : '');
      setAttribute(button, 'aria-pressed', String(room.filter.need === need));
    }
    const total = t('shelter.people-total', { people: amountText(people), shelters: room.ordered.length });
    setText(byId('shelter-people'), known ? [total, uncounted > 0 ? t('shelter.people-uncounted', { count: uncounted }) : ''].filter(Boolean).join('　') : '');
  }

  /** Shelters that nobody spoke of are counted, in words that do not say that all is well there. */
  #unheard() {
    const unheard = this.room.unheard;
    const note = byId('shelter-unheard');
    setAttribute(note, 'data-count', unheard === null ? '' : unheard.length);
    const summary = byId('shelter-unheard-count');
    setText(summary, unheard === null ? t('shelter.unheard-unknown') : t('shelter.unheard', { count: unheard.length }));
    const list = byId('shelter-unheard-list');
    const key = (unheard ?? []).map(({ id }) => id).join();
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...(unheard ?? []).slice(0, 200).map((refuge) => element('li', {},
      japanese(refuge.name), ' ',
      element('button', { type: 'button', class: 'quiet', 'aria-label': `${refuge.name} ${t('refuges.show')}`, onclick: () => this.room.map.centre(refuge.lon, refuge.lat, 14) }, t('refuges.show')))));
  }

  /** @param {any} row @param {import('./shelter-standing.js').ShelterRow} item */
  #fill(row, { shelter, standing }) {
    setAttribute(row.tr, 'data-need', standing.need);
    setAttribute(row.tr, 'data-silence', standing.silence);
    setAttribute(row.tr, 'data-congestion', standing.congestion);
    setAttribute(row.tr, 'aria-current', this.room.selected === String(shelter.id) ? 'true' : null);
    paintShelter(row.canvas, shelterLook(standing));
    setText(row.word, t(standing.word));
    setText(row.open, shelter.name);
    setText(row.place, shortPlace(shelter.area_name) ?? '');
    this.#marks(row.marks, standing, shelter);
    setText(row.people, shelter.people === null || shelter.people === undefined ? t('shelter.unknown') : t('shelter.count', { count: amountText(shelter.people) }));
    setText(row.share, Number.isFinite(shelter.occupancy) ? `${Math.round(shelter.occupancy * 100)}%` : t('shelter.capacity-unknown'));
    setText(row.power, powerText(shelter, standing.fuelMs));
    setText(row.comms, t(`shelter.comms-${shelter.comms ?? 'unknown'}`));
    setText(row.days, daysText(standing.days));
    setText(row.item, shelter.cover_lowest ? this.room.words.item(shelter.cover_lowest.item) : '');
    setText(row.age, Number.isFinite(standing.ageMs) ? agoText(standing.ageMs) : t('shelter.never'));
  }

  /** @param {HTMLElement} root @param {import('./shelter-standing.js').ShelterStanding} standing @param {any} shelter */
  #marks(root, standing, shelter) {
    const words = [
      ...standing.needs.filter((need) => need !== 'open').map((need) => /** @type {[string, string]} */ ([`need-${need}`, t(`shelter.need-${need}`)])),
      ...(shelter.requests?.urgent > 0 ? [/** @type {[string, string]} */ (['urgent', t('shelter.urgent-count', { count: shelter.requests.urgent })])] : []),
      ...(shelter.conflicts > 0 ? [/** @type {[string, string]} */ (['conflict', t('shelter.conflict-count', { count: shelter.conflicts })])] : []),
      ...(Object.values(shelter.pets ?? {}).some((count) => Number(count) > 0) ? [/** @type {[string, string]} */ (['pets', t('shelter.pets-mark')])] : []),
    ];
    const key = words.map(([, text]) => text).join(' ');
    if (root.textContent === key) return;
    root.replaceChildren(...words.flatMap(([name, text], i) => [i > 0 ? ' ' : '', element('span', { class: `mark mark-${name}` }, text)]));
  }
}

/** @param {string} id */
function newRow(id) {
  const canvas = element('canvas', { class: 'symbol', 'aria-hidden': 'true' });
  const word = element('span', { class: 'row-class' });
  const open = element('button', { type: 'button', class: 'row-open', tabindex: '-1', lang: 'ja' });
  const place = japanese('', 'row-place');
  const marks = element('span', { class: 'row-marks' });
  const [people, share, power, comms, days, item] = Array.from({ length: 6 }, () => element('span', { class: 'row-line' }));
  const age = element('td', { role: 'cell', class: 'number row-age' });
  const tr = element('tr', { role: 'row', 'data-gauge': id, 'data-shelter': id },
    element('td', { role: 'cell', class: 'row-level' }, canvas, word),
    element('th', { role: 'rowheader', scope: 'row', class: 'row-name' }, open, element('span', { class: 'row-under' }, marks, place)),
    element('td', { role: 'cell', class: 'number row-people' }, people, share),
    element('td', { role: 'cell', class: 'row-power' }, power, comms),
    element('td', { role: 'cell', class: 'row-cover' }, days, item),
    age);
  return { tr, canvas, word, open, place, marks, people, share, power, comms, days, item, age };
}
