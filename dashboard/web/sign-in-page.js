// @ts-check
/** Signing in: errors in words, a rate limit that counts down. */

import { byId, setText } from './element.js';
import { language, rememberedLanguage, setLanguage, t } from './language.js';
import { post } from './server.js';
import { rememberedTheme, setTheme } from './theme.js';
import { ageText, refusalText } from './wording.js';

const form = byId('sign-in-form');
const login = byId('login');
const password = byId('password');
const submit = byId('sign-in-submit');
const said = byId('sign-in-error');

/** What stands in the error line, as a function so that it follows the language. @type {() => string} */
let words = () => '';
/** @type {any} */
let counting = null;

setTheme(rememberedTheme());
dress(rememberedLanguage());

/** @param {string} code */
function dress(code) {
  setLanguage(code);
  document.title = t('sign-in.page-title');
  byId('language-switch').lang = language() === 'ja' ? 'en' : 'ja';
  say(words);
}

/** @param {() => string} text @param {HTMLElement} [culprit] the field to mend */
function say(text, culprit) {
  words = text;
  setText(said, text());
  said.hidden = text() === '';
  for (const field of [login, password]) field.setAttribute('aria-invalid', String(field === culprit));
  culprit?.focus();
}

/** @param {number} seconds */
function countDown(seconds) {
  const until = performance.now() + seconds * 1000;
  clearInterval(counting);
  submit.disabled = true;
  const step = () => {
    const left = until - performance.now();
    if (left > 0) {
      say(() => t('sign-in.limited', { age: ageText(Math.ceil((until - performance.now()) / 1000) * 1000) }));
      return;
    }
    clearInterval(counting);
    submit.disabled = false;
    say(() => t('sign-in.again'));
  };
  step();
  counting = setInterval(step, 1000);
}

/** @param {any} refused */
function explain(refused) {
  if (refused.status === 0) say(() => t('sign-in.unreachable'));
  else if (refused.status === 429 && refused.retryAfterS !== null) countDown(refused.retryAfterS);
  else if (refused.status === 429) say(() => t('sign-in.limited-unknown'));
  else if (refused.code === 'account-disabled') say(() => t('sign-in.disabled'));
  else if (refused.status === 401 || refused.status === 403) say(() => t('sign-in.wrong'), password);
  else say(() => t('sign-in.failed', { reason: refusalText(refused) }));
}

/** Where to go afterwards: only within this server. */
function destination() {
  const next = new URLSearchParams(location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next + location.hash : `/${location.hash}`;
}

form.addEventListener('submit', async (/** @type {Event} */ event) => {
  event.preventDefault();
  if (login.value.trim() === '' || password.value === '') {
    say(() => t('sign-in.empty'), login.value.trim() === '' ? login : password);
    return;
  }
  submit.disabled = true;
  setText(submit, t('sign-in.busy'));
  try {
    await post('/api/sign-in', { login: login.value.trim(), password: password.value });
    location.assign(destination());
  } catch (refused) {
    submit.disabled = false;
    explain(refused);
  }
  setText(submit, t('sign-in.submit'));
});

byId('show-password').addEventListener('change', (/** @type {Event} */ event) => {
  password.type = /** @type {HTMLInputElement} */ (event.target).checked ? 'text' : 'password';
});
byId('language-switch').addEventListener('click', () => dress(language() === 'ja' ? 'en' : 'ja'));
login.focus();
