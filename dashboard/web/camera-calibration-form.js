// @ts-check
/** The tables and fields of a calibration: everything that can be pressed on the picture can be typed here. */

import { byId, element, setText } from './element.js';
import { t } from './language.js';

export class CalibrationForm {
  /** @param {() => void} onChange @param {{mark: () => void, fiducial: () => void}} adds */
  constructor(onChange, adds) {
    this.onChange = onChange;
    /** @type {import('./camera-draft.js').Draft | null} */ this.draft = null;
    byId('add-mark').addEventListener('click', adds.mark);
    byId('add-fiducial').addEventListener('click', adds.fiducial);
    for (const field of this.#fields()) field.addEventListener('input', () => this.#take(field));
  }

  /** Show a draft anew, after a point was added or removed. @param {import('./camera-draft.js').Draft} draft */
  show(draft) {
    this.draft = draft;
    for (const field of this.#fields()) {
      const value = draft.fields[field.dataset.field ?? ''];
      field.value = value === null || Number.isNaN(value) ? '' : String(value);
    }
    this.#table('marks', draft.marks, [['x_px', 'x'], ['y_px', 'y'], ['level_m', 'height'], ['across_m', 'across']], 'mark');
    this.#table('fiducials', draft.fiducials, [['x_px', 'x'], ['y_px', 'y']], 'fiducial');
  }

  /** Write each mark's error beside it. @param {number[]} errors_m */
  errors(errors_m) {
    document.querySelectorAll('#marks [data-error]').forEach((cell, i) => {
      const error = errors_m[i];
      setText(cell, Number.isFinite(error) ? (error * 100).toFixed(1).replace('-', '−') : '—');
    });
  }

  /** @returns {HTMLInputElement[]} */
  #fields() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('[data-field]'))];
  }

  /** @param {HTMLInputElement} field */
  #take(field) {
    if (this.draft === null) return;
    const name = field.dataset.field ?? '';
    this.draft.fields[name] = field.type === 'number' ? (field.value === '' ? NaN : Number(field.value)) : field.value;
    this.onChange();
  }

  /**
   * @param {string} id @param {any[]} rows
   * @param {[string, string][]} columns names of fields and their texts @param {'mark' | 'fiducial'} what
   */
  #table(id, rows, columns, what) {
    const heads = [...columns.map(([, text]) => t(`calibration.${text}`)), ...(what === 'mark' ? [t('calibration.error')] : []), t('calibration.remove')];
    const body = rows.map((row, i) => {
      const name = t(`calibration.${what}`, { number: i + 1 });
      const inputs = columns.map(([field, text]) => element('td', {}, element('input', {
        type: 'number', step: 'any', value: row[field] === null || Number.isNaN(row[field]) ? '' : row[field],
        'aria-label': `${name} ${t(`calibration.${text}`)}`,
        oninput: (/** @type {any} */ event) => {
          const empty = event.target.value === '';
          row[field] = empty ? (field === 'across_m' ? null : NaN) : Number(event.target.value);
          this.onChange();
        },
      })));
      const remove = element('button', {
        type: 'button', class: 'quiet', 'aria-label': t(`calibration.remove-${what}`, { number: i + 1 }),
        onclick: () => {
          rows.splice(i, 1);
          if (this.draft) this.show(this.draft);
          this.onChange();
          byId(`add-${what}`).focus();
        },
      }, '✕');
      return element('tr', {}, element('th', { scope: 'row' }, String(i + 1)), ...inputs,
        what === 'mark' ? element('td', { class: 'number', 'data-error': true }, '—') : null, element('td', {}, remove));
    });
    byId(id).replaceChildren(rows.length === 0 ? '' : element('table', {},
      element('thead', {}, element('tr', {}, element('td', {}), ...heads.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...body)));
  }
}
