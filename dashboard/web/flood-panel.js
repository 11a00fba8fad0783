// @ts-check
/** The panel of simulated floods: the run that is looked at, how far it is, what is shown of it, all runs, drawing a breach. */

import { momentText } from './clock.js';
import { byId, element, setAttribute, setText } from './element.js';
import { MEMBERS, VIEWS } from './flood.js';
import { countText, runTitle, stateText } from './flood-words.js';
import { language, named, t } from './language.js';
import { post } from './server.js';
import { refusalText } from './wording.js';

export class FloodPanel {
  title = element('h3', { class: 'flood-run-title', lang: 'ja' });
  state = element('p', { class: 'flood-run-state', role: 'status' });
  bar = /** @type {HTMLProgressElement} */ (element('progress', { max: '1', 'data-label': 'flood.progress' }));
  stop = /** @type {HTMLButtonElement} */ (element('button', { type: 'button', 'data-text': 'flood.stop-run' }));
  fault = element('p', { class: 'note', role: 'alert' });
  facts = element('dl', { class: 'facts' });
  members = element('fieldset', { class: 'flood-choice' });
  views = element('fieldset', { class: 'flood-choice' });
  switches = element('div', { class: 'flood-switches' });
  notes = element('ul', { class: 'flood-notes' });
  runs = element('ul', { class: 'flood-runs' });
  none = element('p', { class: 'empty', 'data-text': 'flood.no-runs' });
  run = element('div', { class: 'flood-run' });

  /**
   * @param {import('./flood.js').Flood} flood @param {import('./map-view.js').MapView} map
   * @param {import('./breach-form.js').BreachForm} form @param {import('./impact-panel.js').ImpactPanel} impact
   */
  constructor(flood, map, form, impact) {
    this.flood = flood;
    this.map = map;
    this.form = form;
    this.impact = impact;
    this.root = byId('flood-panel');
    this.opener = byId('flood-open');
    this.draw = element('button', { type: 'button', id: 'breach-open', class: 'wide', 'data-text': 'breach.open', onclick: () => form.show(true) });
    this.stopped = '';
    this.#build();
    this.opener.addEventListener('click', () => {
      flood.show(!flood.open);
      if (flood.open) document.body.dataset.view = 'map';
      if (flood.open) byId('map-part').scrollIntoView({ block: 'nearest' });
      flood.desk.touch('view');
    });
    this.stop.addEventListener('click', () => this.#stop());
    this.root.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Escape') this.#close();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const { flood } = this;
    const { open } = flood;
    this.#openerWords();
    this.root.hidden = !open;
    setAttribute(document.body, 'data-flood', open ? 'open' : null);
    if (dirt.things.has('flood-choice')) flood.desk.touch('view');
    if (!open) return;
    const changed = dirt.full || dirt.kinds.has('inundation') || ['flood', 'flood-choice', 'language', 'tick', 'session', 'layers-shown', 'rules'].some((thing) => dirt.things.has(thing));
    if (!changed) return;
    this.draw.hidden = this.form.open || !mayAsk(flood.desk.session);
    const value = flood.value();
    this.run.hidden = value === undefined;
    if (value !== undefined) this.#run(value);
    this.#list();
  }

  #openerWords() {
    const runs = this.flood.runs();
    const going = runs.find(({ state }) => state === 'running' || state === 'waiting');
    setText(this.opener, going ? t('flood.open-going', { state: stateText(going) }) : t(runs.length > 0 ? 'flood.open-count' : 'flood.open', { count: runs.length }));
    setAttribute(this.opener, 'aria-pressed', String(this.flood.open));
    setAttribute(this.opener, 'data-runs', runs.length);
  }

  /** @param {any} value */
  #run(value) {
    const { flood } = this;
    const now = flood.desk.now();
    const going = value.state === 'running' || value.state === 'waiting';
    setAttribute(this.run, 'data-run', value.id);
    setAttribute(this.run, 'data-state', value.state);
    setText(this.title, runTitle(value));
    setAttribute(this.title, 'lang', language());
    setText(this.state, stateText(value));
    this.bar.hidden = !going;
    this.bar.value = value.progress ?? 0;
    this.stop.hidden = !going || !mayAsk(flood.desk.session);
    this.stop.disabled = value.stop_asked === true;
    setText(this.fault, [value.state === 'failed' ? t('flood.fault', { words: value.fault ?? '' }) : '', this.stopped].filter(Boolean).join(' '));
    this.fault.hidden = this.fault.textContent === '';
    this.#facts(value, now);
    this.#members(value);
    this.#views();
    this.#switches();
    this.#notes(value);
    this.impact.render();
  }

  /** @param {any} value @param {number} now */
  #facts(value, now) {
    const peak = value.discharge?.peak_m3_s?.[this.flood.member];
    const summary = value.summary?.[this.flood.member];
    const facts = [
      ['flood.fact-start', momentText(Date.parse(value.starts_at), now)],
      ['flood.fact-water', named({ ja: value.discharge?.words, en: value.discharge?.words_en })],
      ['flood.fact-peak', Number.isFinite(peak) ? t('flood.m3s', { value: countText(peak) }) : '—'],
      ['flood.fact-brought', summary ? t('flood.m3', { value: countText(summary.brought_m3) }) : t('flood.not-yet')],
      ['flood.fact-by', `${value.requested_by ?? t('flood.by-itself')} ${momentText(Date.parse(value.requested_at), now)}`],
      ['flood.fact-terrain', `${value.terrain?.name ?? ''}（${value.terrain?.datum ?? ''}）${value.terrain?.credit ?? ''}`],
    ];
    const key = facts.flat().join('|') + language();
    if (this.facts.dataset.key === key) return;
    this.facts.dataset.key = key;
    this.facts.replaceChildren(...facts.flatMap(([name, text]) => [element('dt', {}, t(name)), element('dd', name === 'flood.fact-terrain' ? { lang: 'ja' } : {}, text)]));
  }

  /** @param {any} value */
  #members(value) {
    const { flood } = this;
    const asked = Object.keys(value.discharge?.peak_m3_s ?? { median: 0 });
    this.members.hidden = asked.length < 2;
    const rows = MEMBERS.filter((member) => asked.includes(member));
    this.#radios(this.members, 'flood.members', 'member', rows, flood.member, (member) => (value.members ?? []).includes(member), (member) => flood.choose({ member }));
  }

  #views() {
    const { flood } = this;
    this.#radios(this.views, 'flood.views', 'view', VIEWS, flood.view, (view) => view === 'depth' || flood.computed, (view) => flood.choose({ view }));
  }

  /**
   * @param {HTMLElement} set @param {string} legend @param {string} name @param {string[]} values @param {string} chosen
   * @param {(value: string) => boolean} there @param {(value: string) => void} choose
   */
  #radios(set, legend, name, values, chosen, there, choose) {
    const key = [language(), chosen, ...values.map((value) => `${value}${there(value)}`)].join();
    if (set.dataset.key === key) return;
    const held = set.contains(document.activeElement);
    set.dataset.key = key;
    set.replaceChildren(element('legend', {}, t(legend)), ...values.map((value) => {
      const box = element('input', { type: 'radio', name: `flood-${name}`, value, checked: value === chosen, disabled: !there(value), onchange: () => choose(value) });
      return element('label', { class: 'check' }, box, element('span', {}, t(`flood.${name}-${value}`), there(value) ? '' : t('flood.bracket', { text: t('flood.not-yet') })));
    }));
    if (held) /** @type {HTMLElement | null} */ (set.querySelector(':checked'))?.focus();
  }

  #switches() {
    const { lines, places } = this.map.flooding;
    const states = [lines.arrivalsOn, places.on];
    const key = [language(), ...states].join();
    if (this.switches.dataset.key === key) return;
    const focused = this.switches.contains(document.activeElement) ? [...this.switches.querySelectorAll('input')].indexOf(/** @type {any} */ (document.activeElement)) : -1;
    this.switches.dataset.key = key;
    const set = (/** @type {() => void} */ change) => {
      change();
      this.flood.desk.touch('layers-shown');
    };
    this.switches.replaceChildren(
      check('flood.switch-arrivals', lines.arrivalsOn, (on) => set(() => { lines.arrivalsOn = on; })),
      check('flood.switch-places', places.on, (on) => set(() => { places.on = on; })));
    if (focused >= 0) this.switches.querySelectorAll('input')[focused]?.focus();
  }

  /** @param {any} value */
  #notes(value) {
    const key = JSON.stringify([language(), value.notes]);
    if (this.notes.dataset.key === key) return;
    this.notes.dataset.key = key;
    this.notes.replaceChildren(...(value.notes ?? []).map((/** @type {any} */ note) => element('li', { 'data-note': note.code }, named(note))));
  }

  #list() {
    const { flood } = this;
    const now = flood.desk.now();
    const runs = flood.runs();
    this.none.hidden = runs.length > 0;
    const rows = runs.map((run) => [String(run.id), runTitle(run), stateText(run), t('flood.run-when', { clock: momentText(Date.parse(run.starts_at), now) }), t(`flood.cause-${run.cause}`)]);
    const key = JSON.stringify([language(), flood.run, rows]);
    if (this.runs.dataset.key === key) return;
    this.runs.dataset.key = key;
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.run;
    this.runs.replaceChildren(...rows.map(([id, name, state, when, cause]) => element('li', {},
      element('button', {
        type: 'button', 'data-run': id, 'aria-pressed': String(id === flood.run), onclick: () => this.#choose(id),
      }, element('b', { lang: language() }, name), element('span', {}, [when, cause, state].join('　'))))));
    if (held) /** @type {HTMLElement | null} */ (this.runs.querySelector(`[data-run="${CSS.escape(held)}"]`))?.focus();
  }

  /** @param {string} id */
  #choose(id) {
    this.flood.select(id);
    this.map.showFlood(true);
    this.root.scrollTop = 0;
  }

  async #stop() {
    const value = this.flood.value();
    if (value === undefined) return;
    this.stop.disabled = true;
    try {
      await post(`/api/inundations/${encodeURIComponent(value.id)}/stop`, {});
      this.stopped = '';
    } catch (error) {
      this.stopped = t('flood.stop-failed', { reason: refusalText(error) });
      this.stop.disabled = false;
    }
    this.flood.desk.touch('flood');
  }

  #close() {
    this.form.show(false);
    this.flood.show(false);
    this.opener.focus();
  }

  #build() {
    this.run.append(
      element('header', { class: 'flood-run-head' }, element('strong', { class: 'flood-stamp', 'data-text': 'flood.stamp' }), this.title, this.state),
      element('div', { class: 'flood-progress' }, this.bar, this.stop),
      this.fault, this.views, this.members, this.impact.root, this.switches,
      element('h4', { 'data-text': 'flood.about' }), this.facts, this.notes);
    this.root.append(
      element('header', { class: 'panel-head' },
        element('h2', { id: 'flood-title', 'data-text': 'flood.title' }),
        element('button', { type: 'button', class: 'quiet', 'data-text': 'flood.show-on-map', onclick: () => this.map.showFlood(true) }),
        element('button', { type: 'button', class: 'close', id: 'flood-close', 'data-label': 'panel.close', onclick: () => this.#close() }, '✕')),
      element('div', { class: 'panel-body' }, this.draw, this.form.root, this.run,
        element('section', { 'aria-labelledby': 'flood-runs-title' }, element('h3', { id: 'flood-runs-title', 'data-text': 'flood.runs' }), this.none, this.runs)));
  }
}

/** @param {string} key @param {boolean} on @param {(on: boolean) => void} set */
function check(key, on, set) {
  const box = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', checked: on, 'data-layer-switch': key }));
  box.addEventListener('change', () => set(box.checked));
  return element('label', { class: 'check' }, box, element('span', {}, t(key)));
}

/** Whether the officer may ask for runs and stop them. @param {any} session */
function mayAsk(session) {
  const roles = (session?.roles ?? []).map((/** @type {any} */ role) => (typeof role === 'string' ? role : role.name));
  return ['duty_officer', 'approver', 'administrator'].some((role) => roles.includes(role));
}
