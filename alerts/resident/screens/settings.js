// @ts-check
/** Language, size of text, notices, paper, and forgetting everything. */

import { element } from '../element.js';
import { keep, recalled } from '../keeping.js';
import { language, LANGUAGES, LOCALES, rich, setLanguage } from '../language.js';
import { noticesPart } from './notices.js';

const SIZES = ['normal', 'large', 'largest'];

/** @param {import('../app.js').App} app @returns {HTMLElement[]} */
export function settingsScreen(app) {
  return [
    element('h1', {}, rich('settings.title')),
    languagePart(),
    sizePart(app),
    noticesPart(app),
    element('section', { class: 'part' },
      element('button', { type: 'button', 'data-key': 'print', onclick: () => print() }, rich('settings.print')), ' ',
      element('button', { type: 'button', 'data-key': 'forget', onclick: () => app.forget() }, rich('settings.forget'))),
  ];
}

function languagePart() {
  const choose = (/** @type {string} */ code) => {
    keep('language', code);
    setLanguage(code);
    document.dispatchEvent(new Event('sonae-language'));
  };
  const buttons = LANGUAGES.map(([code, name]) => element('button', {
    type: 'button', lang: code === 'easy' ? 'ja' : code, 'data-key': `language-${code}`, 'data-language': code,
    'aria-pressed': String(language() === code), onclick: () => choose(code),
  }, name));
  return element('section', { class: 'part', 'aria-labelledby': 'language-title' },
    element('h2', { id: 'language-title' }, rich('settings.language')),
    element('div', { class: 'choices' }, ...buttons),
    language() in LOCALES ? null : element('p', { class: 'note' }, rich('settings.language-missing')));
}

/** @param {import('../app.js').App} app */
function sizePart(app) {
  const now = recalled('size') ?? 'normal';
  const buttons = SIZES.map((size) => element('button', {
    type: 'button', 'data-key': `size-${size}`, 'aria-pressed': String(now === size),
    onclick: () => {
      keep('size', size);
      document.documentElement.dataset.size = size;
      app.parts.redraw();
    },
  }, rich(`settings.size.${size}`)));
  return element('section', { class: 'part', 'aria-labelledby': 'size-title' },
    element('h2', { id: 'size-title' }, rich('settings.size')), element('div', { class: 'choices' }, ...buttons));
}
