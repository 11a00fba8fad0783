// @ts-check
/** The counts at the top: how many gauges in each class, how many rise, how many cannot be trusted. */

import { byId, element, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { mapPalette } from './palette.js';
import { CLASSES } from './standing.js';
import { gaugeLook, paintSymbol } from './symbols.js';
import { numbered } from './warning-level.js';

/** Classes whose count is a button that narrows the list. */
const NARROWING = ['overflow', 'danger', 'evacuation', 'caution', 'standby', 'start'];
const PLAIN = ['below', 'unknown'];

export class Counts {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.root = byId('counts');
    /** @type {() => void} */ this.onOfficial = () => {};
    /** @type {Map<string, HTMLElement>} */ this.boxes = new Map();
    for (const name of NARROWING) this.#box(name, 'level', () => this.#toggleClass(name));
    this.#box('rising', 'count-of', () => desk.narrow({ rising: !desk.filter.rising }));
    this.#box('untrusted', 'count-of', () => desk.narrow({ untrusted: !desk.filter.untrusted }));
    this.#box('forecast', 'count-of', () => desk.orderBy(desk.order === 'forecast' ? 'danger' : 'forecast'));
    this.official = this.#officialBox();
    for (const name of PLAIN) this.#box(name, 'level', null);
    this.total = element('p', { class: 'count-total' });
    this.root.append(this.total);
  }

  render() {
    const counts = this.desk.known ? countAll(this.desk.ordered) : null;
    counts?.set('forecast', { all: [...this.desk.outlooks.values()].filter(({ alarm }) => alarm).length, doubted: 0 });
    const schemes = occurring(this.desk.ordered);
    // Without a forecaster nothing is known of what comes: no figure, rather than a nought.
    const ahead = this.desk.forecastsHeard ? counts : null;
    for (const [name, box] of this.boxes) this.#show(name, box, name === 'forecast' ? ahead : counts, schemes);
    this.#showOfficial();
    setText(this.total, counts === null ? '' : t('counts.total', { count: this.desk.ordered.length }));
  }

  /** Official warnings in one glance, also where their panel is covered; a press leads there. */
  #officialBox() {
    const box = element('button', { type: 'button', class: 'count count-official', onclick: () => this.onOfficial() },
      element('span', { class: 'level-badge level-badge-small', 'aria-hidden': 'true' }),
      element('span', { class: 'count-name', 'data-text': 'counts.official' }),
      element('b', { class: 'count-words' }));
    this.root.append(box);
    return box;
  }

  #showOfficial() {
    const warnings = this.desk.picture.all('warning');
    const levels = warnings.map((warning) => Number(warning.level) || 0);
    const level = Math.max(0, ...warnings.filter(numbered).map((warning) => Number(warning.level) || 0));
    const count = warnings.filter((warning) => numbered(warning) && Number(warning.level) === level).length;
    const plain = warnings.filter((warning) => !numbered(warning) && Number(warning.level) > 0).length;
    const rule = this.desk.rules.warningLevel(level);
    const [badge, , words] = /** @type {HTMLElement[]} */ ([...this.official.children]);
    badge.hidden = level === 0;
    badge.style.setProperty('--level-colour', rule.colour);
    badge.style.setProperty('--level-text', rule.text_colour);
    setText(badge, String(level));
    setAttribute(this.official, 'data-official-level', this.desk.warningsHeard ? level : '');
    const unknown = levels.filter((one) => one === 0).length;
    // A warning whose level we cannot read is never counted as none.
    const some = [
      level > 0 ? t('counts.official-level', { level, count }) : '',
      plain > 0 ? t('counts.official-plain', { count: plain }) : '',
      unknown > 0 ? t('counts.official-unknown', { count: unknown }) : '',
    ].filter(Boolean).join(' ') || t('counts.official-none');
    setText(words, this.desk.warningsHeard ? some : t('counts.unknown'));
  }

  /** @param {string} name */
  #toggleClass(name) {
    this.desk.narrow({ atLeast: this.desk.filter.atLeast === name ? '' : name });
  }

  /** @param {string} name @param {string} attribute @param {(() => void) | null} press */
  #box(name, attribute, press) {
    const box = element(press ? 'button' : 'div', {
      class: `count count-${name}`, type: press ? 'button' : null, [`data-${attribute}`]: name, onclick: press ?? undefined,
    },
    attribute === 'level' ? element('canvas', { class: 'symbol', 'aria-hidden': 'true' })
      : element('span', { class: 'count-sign', 'aria-hidden': 'true' }, { rising: '▲', forecast: '↗' }[name] ?? '？'),
    element('span', { class: 'count-name' }),
    element('b', { class: 'count-number' }),
    element('span', { class: 'count-doubted' }));
    this.boxes.set(name, box);
    this.root.append(box);
  }

  /** @param {string} name @param {HTMLElement} box @param {Map<string, {all: number, doubted: number}> | null} counts @param {Set<string>} schemes */
  #show(name, box, counts, schemes) {
    const level = CLASSES.includes(name);
    const { all = 0, doubted = 0 } = counts?.get(name) ?? {};
    const clear = all - doubted;
    const title = level ? t(`class.${name}`) : t(`counts.${name}`);
    box.hidden = level && all === 0 && !schemes.has(name) && counts !== null && !PLAIN.includes(name);
    setAttribute(box, 'data-count', counts === null ? '' : all);
    setAttribute(box, 'data-doubted', counts === null || !level ? null : doubted);
    setAttribute(box, 'data-none', counts !== null && clear === 0 ? 'true' : null);
    setText(box.children[1], title);
    setText(box.children[2], counts === null ? t('counts.unknown') : String(clear));
    setText(box.children[3], doubted > 0 ? t('counts.of-doubted', { count: doubted }) : '');
    if (level) paintSymbol(/** @type {HTMLCanvasElement} */ (box.children[0]), this.#look(name));
    if (box.tagName !== 'BUTTON') return;
    const pressed = level ? this.desk.filter.atLeast === name
      : name === 'forecast' ? this.desk.order === 'forecast' : /** @type {any} */ (this.desk.filter)[name];
    setAttribute(box, 'aria-pressed', String(Boolean(pressed)));
  }

  /** @param {string} name */
  #look(name) {
    const rank = CLASSES.indexOf(name);
    const standing = /** @type {any} */ ({ rank, silence: 'none', doubted: false, suspect: false, failed: false });
    return gaugeLook({ class: name, trend: '' }, standing, this.desk.rules, mapPalette());
  }
}

/** @param {{gauge: any, standing: import('./standing.js').Standing}[]} rows */
function countAll(rows) {
  const counts = new Map([...CLASSES, 'rising', 'untrusted'].map((name) => [name, { all: 0, doubted: 0 }]));
  const add = (/** @type {string} */ name, /** @type {boolean} */ doubted) => {
    const count = counts.get(name);
    if (!count) return;
    count.all += 1;
    if (doubted) count.doubted += 1;
  };
  for (const { standing } of rows) {
    add(CLASSES[standing.rank], standing.doubted);
    if (standing.rising) add('rising', false);
    if (standing.untrusted) add('untrusted', false);
  }
  return counts;
}

/** Classes that a gauge of this picture can reach. @param {{gauge: any}[]} rows */
function occurring(rows) {
  const names = new Set();
  for (const { gauge } of rows) for (const name of Object.keys(gauge.thresholds ?? {})) names.add(name);
  return names;
}
