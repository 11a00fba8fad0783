// @ts-check
/** Official warnings in force: what an authority stated, never mixed with what gauges or models say. */

import { jst, momentText } from './clock.js';
import { byId, element, japanese, setText } from './element.js';
import { t } from './language.js';
import { levelMark, numbered } from './warning-level.js';

export class Warnings {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.list = byId('warning-list');
    this.drawn = '';
  }

  /** @param {import('./desk.js').Dirt} dirt */
  render(dirt) {
    const warnings = this.desk.picture.all('warning').sort(byLevel);
    // Times of another day carry their date, so the list is drawn anew when the day changes.
    const today = jst(this.desk.now()).date;
    const dressed = ['language', 'rules'].some((thing) => dirt.things.has(thing));
    const none = byId('warnings-none');
    none.hidden = warnings.length > 0;
    setText(none, t(this.desk.warningsHeard ? 'warnings.none' : this.desk.known ? 'warnings.unheard' : 'warnings.none-known'));
    if (!dirt.full && !dirt.kinds.has('warning') && !dressed && this.drawn === today) return;
    this.drawn = today;
    setText(byId('warnings-count'), warnings.length > 0 ? String(warnings.length) : '');
    this.list.replaceChildren(...warnings.map((warning) => this.#item(warning)));
  }

  /** @param {any} warning */
  #item(warning) {
    const { rules } = this.desk;
    const level = Number(warning.level);
    const rule = rules.warningLevel(level);
    const badge = element('span', { class: 'level-badge' },
      element('b', {}, levelMark(level, numbered(warning))),
      element('span', {}, t('warnings.official')));
    badge.style.setProperty('--level-colour', rule.colour);
    badge.style.setProperty('--level-text', rule.text_colour);
    const issued = momentText(Date.parse(warning.issued_at), this.desk.now());
    return element('li', { class: 'warning', 'data-warning': warning.id, 'data-level': warning.level },
      badge,
      element('div', { class: 'warning-words' },
        element('p', { class: 'warning-name', lang: 'ja' }, warning.name),
        element('p', { class: 'warning-where' },
          japanese([warning.publisher, warning.region].filter((v, i, all) => v && all.indexOf(v) === i).join(' '), 'warning-region'),
          ' ', element('span', {}, this.#extent(warning))),
        element('p', { class: 'warning-issued' }, [
          t('warnings.issued', { publisher: warning.publisher, time: issued }),
          warning.expires_at ? t('warnings.until', { time: momentText(Date.parse(warning.expires_at), this.desk.now()) }) : '',
        ].filter(Boolean).join(' '))));
  }

  /** @param {any} warning */
  #extent(warning) {
    if (warning.resolved === false) return t('warnings.unresolved');
    if (warning.river) return t('warnings.river', { river: warning.river });
    return t('warnings.areas', { count: (warning.areas ?? []).length });
  }
}

/** Where a warning of unknown level stands: below level 4, above what is known to be less. */
const UNKNOWN_RANK = 3.5;

/** Highest level first, then newest. @param {any} a @param {any} b */
function byLevel(a, b) {
  return (Number(b.level) || UNKNOWN_RANK) - (Number(a.level) || UNKNOWN_RANK) || String(b.issued_at).localeCompare(String(a.issued_at))
    || String(a.id).localeCompare(String(b.id));
}
