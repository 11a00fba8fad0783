// @ts-check
/**
 * Keeps one whole version of the page on the device, so that it opens without a network. The version is in
 * this script's own address (`?v=…`): a new version is another script, loaded in full beside the old one.
 * It takes over when no page is open any more, or when a person says so; never in the middle of an entry.
 */

const worker = /** @type {any} */ (self);
const VERSION = new URL(worker.location.href).searchParams.get('v') ?? '';
const CACHE = `sonae-tablet-${VERSION}`;
const SCOPE = new URL('./', worker.location.href).pathname;
const LIST = `${SCOPE}files.json`;

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(takeOver()));
worker.addEventListener('message', (/** @type {any} */ event) => {
  if (event.data === 'take-over') worker.skipWaiting();
});
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const address = new URL(event.request.url);
  const ours = address.origin === worker.location.origin && address.pathname.startsWith(SCOPE);
  if (event.request.method === 'GET' && ours && address.pathname !== LIST) event.respondWith(kept(event.request, address));
});

/** Load every file of this version; all or nothing, so that no page mixes two versions. */
async function keepAll() {
  const { version, files } = await list();
  if (version !== VERSION) throw new Error(`the server has version ${version}, not ${VERSION}`);
  const cache = await caches.open(CACHE);
  await Promise.all([...files, ''].map((file) => keep(cache, `${SCOPE}${file}`)));
  if ((await list()).version !== VERSION) throw new Error('the version changed while it was loaded');
}

async function list() {
  const answer = await fetch(LIST, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${LIST}: ${answer.status}`);
  return answer.json();
}

/** @param {Cache} cache @param {string} address */
async function keep(cache, address) {
  const answer = await fetch(address, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  await cache.put(address, answer);
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('sonae-tablet-') && name !== CACHE).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request @param {URL} address */
async function kept(request, address) {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === 'navigate' ? SCOPE : address.pathname;
  return (await cache.match(wanted)) ?? fetch(request);
}
