// @ts-check
/** Starts the page: draws what is on the device, and only then looks for the network. */

import { App } from './app.js';
import { element } from './element.js';
import { keep, recalled } from './keeping.js';
import { language, preferred, rich, setLanguage, t } from './language.js';
import { Line } from './line.js';
import { bannerContent, lineContent } from './screens/bar.js';
import { screenOf } from './screens/screens.js';

const TICK_MS = 2_000;
const CATALOGUE_AGAIN_MS = 10_000;
const screen = byId('screen');
let planned = false;
let drawnRoute = '';

const line = new Line({
  fetch: (address, options) => fetch(address, options),
  now: () => Date.now(),
  later: (work, ms) => setTimeout(work, ms),
  cancel: (timer) => clearTimeout(timer),
  told: plan,
  keep: (kept) => app.place && keep(`area.${app.place.area}`, kept),
  chance: Math.random,
  asleep: () => document.hidden,
});
const app = new App({ line, now: () => Date.now(), redraw: plan, fetch: (address, options) => fetch(address, options) });

setLanguage(recalled('language') ?? preferred(navigator.languages));
document.documentElement.dataset.size = recalled('size') ?? 'normal';
addEventListener('hashchange', () => {
  draw();
  scrollTo(0, 0);
  screen.focus({ preventScroll: true });
});
addEventListener('online', () => app.place && void line.ask());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && app.place && void line.ask());
document.addEventListener('sonae-language', plan);
draw();
app.follow();
void loadCatalogue();
setInterval(plan, TICK_MS);
if ('serviceWorker' in navigator && isSecureContext) void keepPage();

/** What can be searched; asked for again until it comes, and kept for the next time without a line. */
async function loadCatalogue() {
  try {
    const answer = await fetch('data/areas.json', { credentials: 'omit', signal: AbortSignal.timeout(20_000) });
    if (!answer.ok) throw new Error(String(answer.status));
    app.catalogue = await answer.json();
    keep('catalogue', app.catalogue);
  } catch {
    app.catalogue = recalled('catalogue') ?? 'failed';
    setTimeout(() => void loadCatalogue(), CATALOGUE_AGAIN_MS);
  }
  plan();
}

/** Without its worker the page still works while there is a line. */
async function keepPage() {
  try {
    await navigator.serviceWorker.register('service-worker.js', { scope: './' });
  } catch (fault) {
    console.warn('the page is not kept on this device', fault);
  }
}

/** Draw soon; many changes in one go are drawn once. */
function plan() {
  if (planned) return;
  planned = true;
  queueMicrotask(() => {
    planned = false;
    draw();
  });
}

function draw() {
  const route = location.hash.startsWith('#/') ? location.hash.slice(2) : '';
  document.documentElement.dataset.drill = String(Boolean(app.answer?.drill));
  fill(byId('banner'), bannerContent(app));
  fill(byId('line'), lineContent(app));
  drawTabs(route);
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  // Whoever is typing or choosing is left in peace: the screen is drawn when the field is left.
  if (route === drawnRoute && active && screen.contains(active) && active.matches('input:not([type=checkbox]):not([type=radio]), textarea, select, [data-busy]')) {
    active.addEventListener('blur', plan, { once: true });
    return;
  }
  fill(screen, screenOf(app, route));
  drawnRoute = route;
  document.documentElement.dataset.ready = language();
  speakChange();
}

/** @param {string} route */
function drawTabs(route) {
  const tabs = [['', 'app.home'], ['shelters', 'app.shelters'], ['safety', 'app.safety'], ['levels', 'app.levels'], ['settings', 'app.settings']];
  fill(byId('tabs'), tabs.map(([to, key]) => element('a', {
    href: `#/${to}`, 'data-key': `tab-${to}`, 'aria-current': route.split('/')[0] === to ? 'page' : null,
  }, rich(key))));
}

/** Replace the content where it differs; focus and what is open stay where they were. @param {HTMLElement} node @param {(Node | string)[]} content */
function fill(node, content) {
  const next = element('div', {}, ...content);
  for (const open of node.querySelectorAll('details[data-key][open]')) {
    next.querySelector(`details[data-key="${CSS.escape(/** @type {any} */ (open).dataset.key)}"]`)?.setAttribute('open', '');
  }
  if (node.innerHTML === next.innerHTML) return;
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const key = node.contains(active) ? active?.dataset.key : undefined;
  node.replaceChildren(...next.childNodes);
  if (key) /** @type {HTMLElement | null} */ (node.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({ preventScroll: true });
}

/** A new or other level is spoken once; what only got older is not. */
function speakChange() {
  if (app.answer === null) return;
  const { orders, todo } = app.standing;
  const now = [todo.key, ...orders.map((/** @type {any} */ order) => `${order.id}:${order.level}:${order.state}`)];
  if (now.join() === app.spokenLevels.join()) return;
  const first = app.spokenLevels.length === 0;
  app.spokenLevels = now;
  if (!first) byId('spoken').textContent = t(todo.key);
}

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no #${id}`);
  return node;
}
