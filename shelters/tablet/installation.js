// @ts-check
/** The page on the device: its service worker, and a newer version that waits for a good moment. */

const LIST = './files.json';
/** How often to ask whether there is a newer version [ms]. */
const ASK_MS = 10 * 60_000;

export class Installation {
  /** A newer version is loaded and waits. */
  ready = false;
  /** The page is kept on the device and opens without a network. */
  kept = false;
  #told;
  /** @type {any} */ #registration = null;

  /** @param {() => void} told called when something changed */
  constructor(told) {
    this.#told = told;
  }

  async begin() {
    if (!('serviceWorker' in navigator)) return;
    const container = navigator.serviceWorker;
    this.#follow(await container.getRegistration('./'));
    await this.ask();
    setInterval(() => void this.ask(), ASK_MS);
    void container.ready.then(() => this.#say());
  }

  /** Ask the server for its version; load it beside the running one when it is another. */
  async ask() {
    try {
      const answer = await fetch(LIST, { cache: 'no-store' });
      if (!answer.ok) return;
      const { version } = await answer.json();
      const address = `./service-worker.js?v=${version}`;
      this.#follow(await navigator.serviceWorker.register(address, { scope: './', updateViaCache: 'none' }));
    } catch {
      // Without a network the version on the device goes on.
    }
  }

  /** A person said so: the waiting version takes over, and the page is loaded anew from it. */
  takeOver() {
    const waiting = this.#registration?.waiting;
    if (!waiting) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    waiting.postMessage('take-over');
  }

  /** @param {any} registration */
  #follow(registration) {
    if (!registration) return;
    this.#registration = registration;
    registration.onupdatefound = () => {
      const arriving = registration.installing;
      arriving?.addEventListener('statechange', () => this.#say());
    };
    this.#say();
  }

  #say() {
    this.kept = Boolean(this.#registration?.active);
    this.ready = Boolean(this.#registration?.waiting && this.#registration?.active);
    this.#told();
  }
}
