// @ts-check
/** The page of supply plans: asks for a proposal, shows it whole, and makes orders of it only when a person says so. */

import { jst } from './clock.js';
import { byId, element, setText } from './element.js';
import { language, rememberedLanguage, setLanguage, t } from './language.js';
import { get, post, useToken } from './server.js';
import { chosenTotals, forbid, noWishes, OLD_MS, orderRequest, pin, planRequest, proposedRuns, wrongField } from './supply-plan.js';
import { showBasis } from './supply-plan-basis.js';
import { SupplyPlanForm } from './supply-plan-form.js';
import { SupplyPlanMap } from './supply-plan-map.js';
import { showQuality, showUnmet } from './supply-plan-quality.js';
import { showRuns } from './supply-plan-runs.js';
import { rememberedTheme, setTheme, theme } from './theme.js';
import { ageText, refusalText } from './wording.js';

const TICK_MS = 1000;
const form = new SupplyPlanForm(propose, drop);
const map = new SupplyPlanMap();
const dialog = byId('plan-dialog');

/** Answer of `GET`, then of `POST /api/supply-plan`. @type {any} */ let basis = null;
/** @type {any} */ let plan = null;
let madeMs = NaN;
let spent = false;
let wishes = noWishes();
/** @type {Set<number>} */ let chosen = new Set();
/** What the status line says, as a function so that it follows the language. @type {{text: () => string, bad: boolean}} */
let said = { text: () => '', bad: false };

const actions = {
  choose(/** @type {number} */ number, /** @type {boolean} */ on) {
    if (on) chosen.add(number);
    else chosen.delete(number);
    byId('plan-order').disabled = spent || chosen.size === 0;
    setText(byId('plan-order'), t('plan.order', { count: chosen.size }));
    map.show(plan, chosen);
  },
  pin(/** @type {any} */ line, /** @type {number} */ amount) {
    if (!(amount > 0)) return say(() => t('plan.wrong-amount'), true);
    wish(pin(wishes, { ...line, amount }));
  },
  forbid(/** @type {any} */ line) {
    wish(forbid(wishes, line));
  },
  order: ask,
};

setTheme(rememberedTheme());
dress(rememberedLanguage());
byId('language-switch').addEventListener('click', () => dress(language() === 'ja' ? 'en' : 'ja'));
byId('theme-switch').addEventListener('click', () => {
  setTheme(theme() === 'dark' ? 'light' : 'dark');
  draw();
});
setInterval(tick, TICK_MS);
begin();

/** @param {string} code */
function dress(code) {
  setLanguage(code);
  document.title = t('plan.page-title');
  draw();
}

function draw() {
  form.say(said.text(), said.bad);
  if (basis === null) return;
  setText(byId('incident-name'), basis.incident.name);
  byId('drill').hidden = basis.incident.kind !== 'drill';
  form.showBasis(basis);
  form.showWishes(wishes, basis.names);
  showBasis(basis);
  if (plan === null) return;
  showQuality(plan);
  showRuns(plan, chosen, spent, actions);
  showUnmet(plan);
  map.show(plan, chosen);
}

/** @param {() => string} text @param {boolean} [bad] */
function say(text, bad = false) {
  said = { text, bad };
  form.say(text(), bad);
}

/** @param {import('./supply-plan.js').Wishes} next */
function wish(next) {
  wishes = next;
  form.showWishes(wishes, basis.names);
  say(() => t('plan.again'));
}

/** @param {'pins' | 'forbids'} kind @param {number} at */
function drop(kind, at) {
  wish({ ...wishes, [kind]: wishes[kind].filter((_, other) => other !== at) });
}

async function begin() {
  try {
    const session = await get('/api/session');
    useToken(session.csrf ?? '');
    basis = await get('/api/supply-plan');
    draw();
  } catch (error) {
    say(() => t('plan.failed', { reason: why(error) }), true);
  }
}

async function propose() {
  const wrong = wrongField(form.fields(), form.fleet());
  if (wrong !== null) return say(() => t(`plan.wrong-${wrong}`), true);
  form.wait(true);
  say(() => t('plan.computing'));
  try {
    const found = await post('/api/supply-plan', planRequest(form.fields(), form.fleet(), wishes));
    plan = found;
    basis = found;
    spent = false;
    madeMs = performance.now();
    chosen = proposedRuns(plan);
    say(made);
    draw();
    byId('plan-result').focus();
  } catch (error) {
    // The plan that is shown stays, and its age goes on being told.
    say(() => t('plan.failed', { reason: why(error) }), true);
  } finally {
    form.wait(false);
  }
}

function made() {
  const at = jst(Date.parse(plan.made_at));
  const age = performance.now() - madeMs;
  const text = t('plan.made', { time: `${at.month}/${at.day} ${at.minute}`, age: ageText(age), by: plan.made_by });
  return age > OLD_MS && !spent ? `${text} ${t('plan.old')}` : text;
}

function tick() {
  if (plan === null || said.text !== made) return;
  form.say(made(), performance.now() - madeMs > OLD_MS && !spent);
}

/** The confirmation: what will be ordered, in words, before anything is written. */
function ask() {
  const totals = chosenTotals(plan, chosen);
  dialog.replaceChildren(
    element('h2', { id: 'plan-dialog-title' }, t('plan.confirm-title')),
    element('p', {}, t('plan.confirm-text', totals)),
    totals.doubtful ? element('p', { class: 'plan-late' }, t('plan.confirm-doubtful', { count: totals.doubtful })) : '',
    element('p', { class: 'note' }, t(plan.travel.roads === null ? 'plan.confirm-travel' : 'plan.confirm-roads')),
    element('p', { id: 'plan-confirm-said', role: 'alert' }),
    element('div', { class: 'plan-buttons' },
      element('button', { type: 'button', onclick: () => dialog.close() }, t('plan.cancel')),
      element('button', { type: 'button', id: 'plan-confirm', class: 'plan-order', onclick: order }, t('plan.confirm', { count: totals.runs }))),
  );
  dialog.showModal();
}

async function order() {
  const button = byId('plan-confirm');
  button.disabled = true;
  try {
    const done = await post('/api/supply-plan/orders', orderRequest(plan, chosen));
    spent = true;
    dialog.close();
    say(() => t('plan.ordered', { trucks: done.trucks, shelters: done.shelters }));
    draw();
  } catch (error) {
    button.disabled = false;
    setText(byId('plan-confirm-said'), t('plan.order-failed', { reason: why(error) }));
  }
}

/** @param {any} error */
function why(error) {
  if (error?.code === 'plan-outdated') return t('plan.outdated', { detail: error.detail });
  return error?.status === 422 ? error.detail : refusalText(error);
}
