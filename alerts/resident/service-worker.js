// @ts-check
/**
 * Keeps the page on the device, so that it opens without a line; what it told last is kept by the page itself.
 * The network comes first, because a mended page must reach people; a line that hangs gives way to what is kept.
 */

const worker = /** @type {any} */ (self);
const CACHE = 'sonae-resident';
const SCOPE = new URL('./', worker.location.href).pathname;
const FILES = `${SCOPE}files.json`;
const HANGS_MS = 3000;

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const address = new URL(event.request.url);
  const ours = address.origin === worker.location.origin && address.pathname.startsWith(SCOPE);
  const data = ['data/', 'feeds/', 'told/'].some((folder) => address.pathname.startsWith(`${SCOPE}${folder}`));
  if (event.request.method === 'GET' && ours && !data) event.respondWith(freshOrKept(event.request));
});
worker.addEventListener('push', (/** @type {any} */ event) => event.waitUntil(showNotice(event.data)));
worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close();
  const { url, told } = event.notification.data ?? {};
  const read = event.action === 'read';
  event.waitUntil(Promise.all([read ? null : worker.clients.openWindow(url ?? SCOPE), tell(told, read)]));
});

async function keepAll() {
  const answer = await fetch(FILES, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${FILES}: ${answer.status}`);
  const { files } = await answer.json();
  const cache = await caches.open(CACHE);
  await cache.addAll([SCOPE, ...files.map((/** @type {string} */ file) => `${SCOPE}${file}`)]);
}

/** @param {Request} request */
async function freshOrKept(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.mode === 'navigate' ? SCOPE : request, { ignoreSearch: true });
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(HANGS_MS) } : {});
    if (answer.ok) await cache.put(request.mode === 'navigate' ? SCOPE : request, answer.clone());
    return answer.ok || !kept ? answer : kept;
  } catch (fault) {
    if (kept) return kept;
    throw fault;
  }
}

/**
 * Counts the notice as opened or as read; that nobody can be told must not keep the page from opening.
 * @param {string | undefined} told @param {boolean} read
 */
async function tell(told, read) {
  if (told) await fetch(`${told}/${read ? 'acknowledged' : 'opened'}`, { method: 'POST' }).catch(() => null);
}

/** @param {any} data `{title, body, tag, url, told, confirm}`; a notice that cannot be read still tells that something is new */
async function showNotice(data) {
  /** @type {{title: string, body: string, tag: string, url: string, told?: string, confirm?: string}} */
  let notice = { title: '避難の情報', body: '新しい情報があります。ページを開いて確かめてください。', tag: 'sonae', url: SCOPE };
  try {
    notice = { ...notice, ...data.json() };
  } catch {
    // The fixed words are shown.
  }
  await worker.registration.showNotification(notice.title, {
    body: notice.body, tag: notice.tag, renotify: true, requireInteraction: true, icon: `${SCOPE}icons/icon.svg`,
    data: { url: notice.url, told: notice.told }, actions: notice.confirm ? [{ action: 'read', title: notice.confirm }] : [],
  });
}
