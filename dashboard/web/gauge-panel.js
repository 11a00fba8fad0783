// @ts-check
/** One gauge in full: the numbers that are said aloud on the telephone, and how far to believe them. */

import { momentText } from './clock.js';
import { byId, element, japanese, setAttribute, setText } from './element.js';
import { ForecastPanel } from './forecast-panel.js';
import { Hydrograph } from './hydrograph.js';
import { t, tOr } from './language.js';
import { mapPalette } from './palette.js';
import { CLASSES, thresholdDistances, trendTold } from './standing.js';
import { gaugeLook, paintSymbol } from './symbols.js';
import { ageText, agoText, marksOf, metres, reasonsText, trendArrow } from './wording.js';

export class GaugePanel {
  /** @param {import('./desk.js').Desk} desk @param {import('./map-view.js').MapView} map */
  constructor(desk, map) {
    this.desk = desk;
    this.root = byId('gauge-panel');
    this.parts = panelParts();
    this.forecast = new ForecastPanel(desk);
    this.hydrograph = new Hydrograph(desk);
    /** @type {string | null} */ this.shown = null;
    this.#build(map);
    document.addEventListener('keydown', (event) => {
      const typing = /** @type {HTMLElement} */ (event.target).closest?.('dialog, input, select');
      if (event.key === 'Escape' && this.desk.selected !== null && !typing) this.#close();
    });
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const id = this.desk.selected;
    const opened = id !== this.shown;
    this.shown = id;
    this.root.hidden = id === null;
    setAttribute(document.body, 'data-panel', id === null ? null : 'open');
    setAttribute(this.root, 'data-gauge', id);
    if (id === null) return;
    const gauge = this.desk.gauge(id);
    const judged = this.desk.standings.get(id);
    const outlook = this.desk.outlooks.get(id);
    this.parts.body.hidden = !gauge || !judged;
    this.parts.gone.hidden = Boolean(gauge) || !this.desk.known;
    setText(this.parts.gone, t('panel.gone', { id }));
    if (!gauge || !judged) {
      setText(this.parts.name, '');
      setText(this.parts.place, '');
      return;
    }
    this.#head(gauge, judged);
    this.#value(gauge, judged);
    this.#thresholds(gauge);
    this.#facts(gauge, judged);
    if (outlook) this.forecast.render(gauge, outlook);
    this.hydrograph.render(gauge, opened, dirt);
    if (opened) this.root.scrollTop = 0;
  }

  /** @param {any} gauge @param {import('./standing.js').Standing} judged */
  #head(gauge, judged) {
    setAttribute(this.root, 'data-level', CLASSES[judged.rank]);
    paintSymbol(this.parts.symbol, gaugeLook({ ...gauge, trend: '' }, judged, this.desk.rules, mapPalette()));
    setText(this.parts.name, gauge.name);
    setText(this.parts.place, [gauge.river, gauge.area_name].filter(Boolean).join('・'));
  }

  /** @param {any} gauge @param {import('./standing.js').Standing} judged */
  #value(gauge, judged) {
    const { rules } = this.desk;
    const name = CLASSES[judged.rank];
    const level = rules.riverClass(name).level;
    const known = Number.isFinite(gauge.level_m);
    setText(this.parts.value, known ? metres(gauge.level_m) : t('panel.no-value'));
    this.parts.unit.hidden = !known;
    setText(this.parts.datum, t('panel.datum', { datum: gauge.datum }));
    setText(this.parts.class, t(`class.${name}`));
    setText(this.parts.official, judged.rank > 1 ? rules.className(name, gauge.scheme) : '');
    setText(this.parts.equivalent, level ? t('panel.level', { level }) : '');
    const trend = trendTold(gauge);
    setText(this.parts.arrow, trendArrow(trend));
    const rate = Number.isFinite(gauge.trend_m_per_h)
      ? t('panel.trend-value', {
        sign: gauge.trend_m_per_h > 0 ? '+' : '', value: metres(gauge.trend_m_per_h), sd: metres(gauge.trend_sd_m_per_h),
      }) : '';
    setText(this.parts.trend, [t(`trend.${trend}`), rate].filter(Boolean).join('　'));
    const notes = marksOf(gauge, judged);
    const words = notes.join();
    if (this.parts.notes.dataset.notes === words && this.parts.notes.lang === document.documentElement.lang) return;
    this.parts.notes.dataset.notes = words;
    this.parts.notes.lang = document.documentElement.lang;
    this.parts.notes.replaceChildren(...notes.map((note) => element('p', { class: `note note-${note}` },
      element('span', { class: `mark mark-${note}` }, t(`mark.${note}`)), ' ', t(`panel.note-${note}`))));
  }

  /** @param {any} gauge */
  #thresholds(gauge) {
    const { rules } = this.desk;
    const rows = thresholdDistances(gauge).map(({ name, level_m, above_m }) => {
      const over = above_m >= 0;
      const words = { name: rules.className(name, gauge.scheme), value: metres(Math.abs(above_m)) };
      const text = Number.isNaN(above_m) ? t('panel.threshold-only', words) : t(over ? 'panel.over' : 'panel.until', words);
      return { name, over, text, level: metres(level_m), colour: rules.riverClass(name).colour };
    });
    const list = this.parts.thresholds;
    const key = rows.map((row) => `${row.text}${row.level}${row.colour}`).join('|');
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...rows.map((row) => {
      const swatch = element('span', { class: 'threshold-swatch', 'aria-hidden': 'true' });
      swatch.style.setProperty('--level-colour', row.colour);
      return element('li', { 'data-threshold': row.name, 'data-over': row.over ? 'true' : null },
        swatch, element('span', {}, row.text), element('span', { class: 'number threshold-level' }, `${row.level} m`));
    }));
    if (rows.length === 0) list.append(element('li', {}, t('panel.no-thresholds')));
  }

  /** @param {any} gauge @param {import('./standing.js').Standing} judged */
  #facts(gauge, judged) {
    const now = this.desk.now();
    const moment = (/** @type {string | null} */ text) => (text ? momentText(Date.parse(text), now) : t('panel.never'));
    const due = gauge.due_at ? Date.parse(gauge.due_at) : NaN;
    const overdue = now > due ? t('panel.overdue', { age: ageText(now - due) }) : '';
    const seen = Number.isFinite(judged.ageMs) ? `（${agoText(judged.ageMs)}）` : '';
    const reasons = reasonsText(gauge.reasons);
    const quality = [tOr(`flag.${gauge.flag}`, String(gauge.flag)), reasons].filter(Boolean).join('：');
    setText(this.parts.seen, `${t('panel.observed')} ${moment(gauge.observed_at)}${seen}`);
    setText(this.parts.quality, `${t('panel.quality')} ${quality}`);
    /** @type {[string, string][]} */
    const facts = [
      ['panel.received', moment(gauge.received_at)],
      ['panel.due', gauge.due_at ? `${momentText(due, now)}${overdue}` : '—'],
      ['panel.source', gauge.source ?? '—'],
    ];
    facts.forEach(([key, text], i) => {
      setText(this.parts.facts.children[2 * i], t(key));
      setText(this.parts.facts.children[2 * i + 1], text);
    });
  }

  #close() {
    const from = this.desk.selected;
    const held = this.root.contains(document.activeElement);
    this.desk.select(null);
    if (!held || from === null) return;
    const row = /** @type {HTMLElement | null} */ (document.querySelector(`tr[data-gauge="${CSS.escape(from)}"] .row-open`));
    row?.focus();
  }

  /** @param {import('./map-view.js').MapView} map */
  #build(map) {
    const { parts } = this;
    parts.body.append(
      element('div', { class: 'panel-now' },
        element('p', { class: 'panel-reading' }, parts.value, ' ', parts.unit, parts.datum),
        element('p', { class: 'panel-standing' }, parts.class, parts.official, parts.equivalent),
        element('p', { class: 'panel-move' }, parts.arrow, parts.trend),
        element('p', { class: 'panel-seen' }, parts.seen, parts.quality),
        element('p', { class: 'panel-measured', 'data-text': 'panel.measured' })),
      parts.notes,
      this.forecast.root,
      this.hydrograph.root,
      this.forecast.details,
      element('h3', { 'data-text': 'panel.thresholds' }),
      parts.thresholds,
      parts.facts,
    );
    this.root.append(
      element('header', { class: 'panel-head' }, parts.symbol,
        element('div', { class: 'panel-title' }, parts.name, parts.place),
        element('button', { type: 'button', class: 'quiet', 'data-text': 'panel.show-on-map', onclick: () => this.#showOnMap(map) }),
        element('button', { type: 'button', class: 'close', id: 'panel-close', 'data-label': 'panel.close', onclick: () => this.#close() }, '✕')),
      parts.gone,
      parts.body,
    );
  }

  /** @param {import('./map-view.js').MapView} map */
  #showOnMap(map) {
    const gauge = this.desk.selected === null ? undefined : this.desk.gauge(this.desk.selected);
    if (!gauge) return;
    document.body.dataset.view = 'map';
    this.desk.touch('view');
    map.centre(gauge.lon, gauge.lat, 13);
  }
}

/** The elements that change with the gauge. */
function panelParts() {
  const facts = element('dl', { class: 'facts' });
  for (let i = 0; i < 3; i += 1) facts.append(element('dt'), element('dd'));
  return {
    symbol: /** @type {HTMLCanvasElement} */ (element('canvas', { class: 'symbol', 'aria-hidden': 'true' })),
    name: element('h2', { id: 'panel-name', lang: 'ja' }),
    place: japanese('', 'panel-place'),
    gone: element('p', { class: 'empty', hidden: true }),
    value: element('b', { class: 'panel-value' }),
    unit: element('span', { class: 'panel-unit' }, 'm'),
    datum: element('span', { class: 'panel-datum' }),
    class: element('b', { class: 'panel-class' }),
    official: element('span', { class: 'panel-official' }),
    equivalent: element('span', { class: 'panel-equivalent' }),
    arrow: element('span', { class: 'panel-arrow', 'aria-hidden': 'true' }),
    trend: element('span', { class: 'panel-trend' }),
    seen: element('span', {}),
    quality: element('span', { class: 'panel-quality' }),
    notes: element('div', { class: 'notes' }),
    thresholds: element('ul', { class: 'thresholds' }),
    facts,
    body: element('div', { class: 'panel-body' }),
  };
}
