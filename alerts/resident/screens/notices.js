// @ts-check
/** Web push: notices that may get lost, and say so. */

import { element } from '../element.js';
import { language, rich, t } from '../language.js';

/** @param {import('../app.js').App} app */
export function noticesPart(app) {
  const content = !('PushManager' in window && 'serviceWorker' in navigator) ? [element('p', { class: 'note' }, rich('push.impossible'))]
    : app.place === null ? [element('p', {}, rich('place.none'))] : controls(app);
  return element('section', { class: 'part', 'aria-labelledby': 'push-title' },
    element('h2', { id: 'push-title' }, rich('push.title')), element('p', {}, rich('push.lead')), ...content);
}

/** @param {import('../app.js').App} app */
function controls(app) {
  const said = element('p', { role: 'status', id: 'push-said' });
  const tell = (/** @type {string} */ key) => said.replaceChildren(rich(key));
  const on = app.noticeArea === app.place?.area;
  const button = element('button', {
    type: 'button', 'data-key': 'push', 'aria-pressed': String(on), 'aria-describedby': 'push-said',
    onclick: () => void (on ? unsubscribe(app, tell) : subscribe(app, tell)),
  }, rich(on ? 'push.off' : 'push.on'));
  return [on ? element('p', {}, rich('push.is-on', { area: app.place?.areaName ?? '' })) : null, button, said].filter((node) => node !== null);
}

/** @param {import('../app.js').App} app @param {(key: string) => void} tell */
async function subscribe(app, tell) {
  if ((await Notification.requestPermission()) !== 'granted') return tell('push.refused');
  try {
    const key = await (await fetch('data/push-key.json', { credentials: 'omit' })).json();
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.public_key });
    const { endpoint, keys } = subscription.toJSON();
    await app.send('data/subscription', { endpoint, keys, areas: [app.place?.area], language: language() });
    app.set('noticeArea', app.place?.area ?? null);
  } catch (fault) {
    console.warn(t('push.failed'), fault);
    tell('push.failed');
  }
  return undefined;
}

/** @param {import('../app.js').App} app @param {(key: string) => void} tell */
async function unsubscribe(app, tell) {
  try {
    const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    if (subscription) {
      const { endpoint, keys } = subscription.toJSON();
      await app.send('data/subscription', { endpoint, keys, areas: [], language: language() });
      await subscription.unsubscribe();
    }
    app.set('noticeArea', null);
  } catch {
    tell('push.failed');
  }
}
