// @ts-check
/** Starts the page: opens what is on the device, draws, and only then looks for the network. */

import { App } from './app.js';
import { rememberedTheme, setTheme } from './appearance.js';
import { askText } from './ask.js';
import { alarms, barContent, drawDrill } from './bar.js';
import { openDatabase } from './database.js';
import { Installation } from './installation.js';
import { Journal } from './journal.js';
import { askToKeep, NOTHING_KNOWN } from './keeping.js';
import { rememberedLanguage, rich, setLanguage, t } from './language.js';
import { noticeContent } from './notice.js';
import { screenOf } from './screens/screens.js';
import { byId, element } from './live-map/element.js';
import { Sync } from './sync.js';
import { Transport } from './transport.js';

const TICK_MS = 1000;
const LOOK_MS = 60_000;
const screen = byId('screen');
/** @type {App} */ let app;
let drawn = '';
let planned = false;
/** A finger is on the screen: what it is on must not be replaced before it is lifted, or the tap is lost. */
let pressedAt = -Infinity;
let missed = false;
/** A finger that rests longer has left the window unseen [ms]. */
const LONGEST_PRESS_MS = 3000;

setTheme(rememberedTheme());
setLanguage(rememberedLanguage() ?? 'ja');
start().catch((fault) => {
  screen.replaceChildren(element('p', { class: 'alarm' }, rich('alarm.cannot-start', { detail: String(fault) })));
  throw fault;
});

async function start() {
  if (!isSecureContext) {
    // Without https a browser gives neither storage that lasts nor a page that opens offline.
    screen.replaceChildren(element('p', { class: 'alarm' }, rich('alarm.insecure')));
    return;
  }
  const journal = new Journal(await openDatabase());
  await journal.load();
  const transport = new Transport(() => journal.fact('enrolment')?.token ?? null);
  const sync = new Sync(journal, transport, { alone, told: plan });
  app = new App({ journal, sync, installation: new Installation(plan), keeping: NOTHING_KNOWN, redraw: plan });
  app.transport = transport;
  app.look = look;
  followOtherTabs(journal);
  addEventListener('hashchange', () => {
    app.last = null;
    draw();
    scrollTo(0, 0);
    screen.focus({ preventScroll: true });
  });
  followFinger();
  draw();
  setInterval(drawBar, TICK_MS);
  followLine(sync);
  void look();
  setInterval(() => void look(), LOOK_MS);
  await app.installation.begin();
}

/** Only one tab of this tablet speaks with the server at a time. @param {() => Promise<void>} work */
async function alone(work) {
  if (!navigator.locks) return work();
  await navigator.locks.request('sonae-tablet-sync', { ifAvailable: true }, (lock) => (lock === null ? undefined : work()));
}

/** @param {Journal} journal */
function followOtherTabs(journal) {
  const channel = new BroadcastChannel('sonae-tablet');
  let loading = false;
  journal.onChange(() => loading || channel.postMessage('changed'));
  channel.onmessage = async () => {
    loading = true;
    await journal.load();
    loading = false;
  };
}

/** @param {Sync} sync */
function followLine(sync) {
  addEventListener('online', () => sync.tryNow());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && sync.tryNow());
  sync.tryNow();
}

function pressed() {
  return performance.now() - pressedAt < LONGEST_PRESS_MS;
}

function followFinger() {
  addEventListener('pointerdown', () => (pressedAt = performance.now()), { capture: true });
  for (const name of ['pointerup', 'pointercancel']) {
    addEventListener(name, () => {
      pressedAt = -Infinity;
      // After the click that belongs to it.
      if (missed) setTimeout(plan, 0);
    }, { capture: true });
  }
}

/** Whether the browser keeps what is here, and whether it is nearly full. */
async function look() {
  app.keeping = app.journal.fact('enrolment') === null ? NOTHING_KNOWN : await askToKeep();
  plan();
}

/** Draw soon; many changes in one go are drawn once. */
function plan() {
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    if (app !== undefined) draw();
  }, 0);
}

function route() {
  if (app.journal.fact('enrolment') === null || location.hash.startsWith('#code=')) return 'enrol';
  return location.hash.startsWith('#/') ? location.hash.slice(2) : '';
}

function draw() {
  missed = pressed();
  if (missed) return;
  drawBar();
  const now = route();
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  // Whoever is typing is left in peace: the screen is drawn when the field is left.
  if (now === drawn && screen.contains(active) && active?.matches('input, textarea, select')) {
    active.addEventListener('blur', plan, { once: true });
    return;
  }
  const key = active?.dataset?.key;
  screen.replaceChildren(...screenOf(app, now));
  screen.dataset.route = now.split('/')[0] || 'home';
  document.documentElement.dataset.ready = 'yes';
  drawn = now;
  if (key) /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({ preventScroll: true });
}

function drawBar() {
  if (pressed()) return;
  if (missed) plan();
  const now = route();
  drawDrill(app, byId('drill'));
  replaceKeepingFocus(byId('bar'), barContent(app, now, changeActor));
  replaceKeepingFocus(byId('alarms'), now === 'enrol' ? [] : alarms(app));
  replaceKeepingFocus(byId('notice'), noticeContent(app));
}

/** @param {HTMLElement} node @param {Node[]} content */
function replaceKeepingFocus(node, content) {
  const next = element('div', {}, ...content);
  if (node.innerHTML === next.innerHTML && node.dataset.last === app.last?.ids?.[0]) return;
  node.dataset.last = app.last?.ids?.[0] ?? '';
  const key = node.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.key : undefined;
  node.replaceChildren(...next.childNodes);
  if (key) /** @type {HTMLElement | null} */ (node.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
}

async function changeActor() {
  const name = await askText(t('actor.title'), { given: '', optional: true });
  if (name !== null) await app.journal.setFacts({ actor: name.slice(0, 80) });
}
