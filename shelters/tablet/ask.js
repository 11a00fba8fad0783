// @ts-check
/** Questions over the screen: a number on a large keypad, a yes or no, a text. */

import { rich, t } from './language.js';
import { element, setText } from './live-map/element.js';

/**
 * @template T
 * @param {string | HTMLElement} title
 * @param {(close: (value: T | null) => void) => (Node | null)[]} content
 * @returns {Promise<T | null>} null when it was closed without an answer
 */
export function ask(title, content) {
  return new Promise((resolve) => {
    const dialog = /** @type {HTMLDialogElement} */ (element('dialog', { class: 'ask', 'aria-labelledby': 'ask-title' }));
    // Answered at once, not with the dialog's own event: what follows belongs to the same tap.
    const close = (/** @type {T | null} */ value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    dialog.append(
      element('div', { class: 'ask-head' },
        element('h2', { id: 'ask-title' }, title),
        element('button', { type: 'button', class: 'ask-close', 'aria-label': t('ask.close'), onclick: () => close(null) }, '✕'),
      ),
      ...content(close).filter((node) => node !== null),
    );
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      close(null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * A number by large keys. A system keyboard would hide half the screen and hates wet hands.
 * @param {string} title
 * @param {{unit?: string, given?: number | null, unknown?: boolean, decimals?: boolean, confirm?: string}} [how]
 * @returns {Promise<{number: number | null} | null>} `number: null` = unknown was said
 */
export function askNumber(title, { unit = '', given = null, unknown = false, decimals = false, confirm = 'ask.save' } = {}) {
  return ask(title, (close) => {
    let text = given === null ? '' : String(given);
    // What stands there is replaced by the first key, as on a calculator.
    let fresh = given !== null;
    const shown = element('output', { class: 'keypad-shown', 'aria-live': 'polite' });
    const save = /** @type {HTMLButtonElement} */ (element('button', { type: 'button', class: 'primary', onclick: () => close({ number: Number(text) }) }, rich(confirm)));
    const show = () => {
      setText(shown, `${text === '' ? '—' : text} ${unit}`);
      save.disabled = text === '' || !Number.isFinite(Number(text));
    };
    const press = (/** @type {string} */ key) => {
      if (key === '⌫') text = fresh ? '' : text.slice(0, -1);
      else if (key === '.') text = fresh || text === '' ? '0.' : text.includes('.') ? text : `${text}.`;
      else text = (fresh ? key : text + key).replace(/^0+(?=\d)/, '').slice(0, 7);
      fresh = false;
      show();
    };
    show();
    const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', decimals ? '.' : '', '0', '⌫'];
    const pad = element('div', { class: 'keypad' }, ...keys.map((key) =>
      key === '' ? element('span', {}) : element('button', {
        type: 'button', 'data-digit': key, 'aria-label': key === '⌫' ? t('ask.delete') : key === '.' ? t('ask.point') : key, onclick: () => press(key),
      }, key),
    ));
    pad.addEventListener('keydown', (event) => {
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === 'Backspace') press('⌫');
    });
    return [shown, pad, element('div', { class: 'ask-buttons' },
      unknown ? element('button', { type: 'button', onclick: () => close({ number: null }) }, rich('value.unknown')) : null, save)];
  });
}

/**
 * @param {string} title @param {string | HTMLElement} words @param {string} confirm key of the button
 * @returns {Promise<boolean>}
 */
export async function askYes(title, words, confirm) {
  const answer = await ask(title, (close) => [
    element('p', {}, words),
    element('div', { class: 'ask-buttons' },
      element('button', { type: 'button', onclick: () => close(null) }, rich('ask.no')),
      element('button', { type: 'button', class: 'primary', onclick: () => close(true) }, rich(confirm)),
    ),
  ]);
  return answer === true;
}

/**
 * @param {string} title
 * @param {{given?: string, ready?: string[], optional?: boolean, confirm?: string}} [how] `ready`: words that are often said
 * @returns {Promise<string | null>}
 */
export function askText(title, { given = '', ready = [], optional = false, confirm = 'ask.save' } = {}) {
  return ask(title, (close) => {
    const field = /** @type {HTMLTextAreaElement} */ (element('textarea', { rows: 3, maxlength: 1000, 'aria-label': title }));
    field.value = given;
    const save = () => (optional || field.value.trim() !== '') && close(field.value.trim());
    const words = ready.map((word) => element('button', { type: 'button', class: 'chip', onclick: () => {
      field.value = field.value === '' ? word : `${field.value}、${word}`;
    } }, word));
    return [
      ready.length > 0 ? element('div', { class: 'chips' }, ...words) : null,
      field,
      element('div', { class: 'ask-buttons' }, element('button', { type: 'button', class: 'primary', onclick: save }, rich(confirm))),
    ];
  });
}
