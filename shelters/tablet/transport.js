// @ts-check
/** Requests of the tablet to its server (docs/tablet.md, Sync). A request that hangs is given up. */

/** The server refused, or could not be reached (`status` 0). */
export class TransportError extends Error {
  /** @param {number} status @param {string} code @param {string} detail @param {number | null} retryAfterS */
  constructor(status, code, detail, retryAfterS = null) {
    super(`${status} ${code}: ${detail}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfterS = retryAfterS;
  }
}

/** A dead line in a gymnasium often swallows requests without a word [ms]. */
const PATIENCE_MS = 25_000;
const PHOTO_PATIENCE_MS = 120_000;

export class Transport {
  #fetch;
  #token;

  /** @param {() => string | null} token @param {typeof fetch} [fetcher] */
  constructor(token, fetcher = (...request) => fetch(...request)) {
    this.#token = token;
    this.#fetch = fetcher;
  }

  /** @param {{code: string, device: string, name: string}} asked */
  enrol(asked) {
    return this.#json('POST', '/api/tablet/enrol', asked);
  }

  bundle() {
    return this.#json('GET', '/api/tablet/bundle');
  }

  /** @param {any} body */
  operations(body) {
    return this.#json('POST', '/api/tablet/operations', body);
  }

  /** @param {string} since */
  changes(since) {
    return this.#json('GET', `/api/tablet/changes?since=${encodeURIComponent(since)}`);
  }

  /** @param {{hash: string, type: string, bytes: ArrayBuffer, strip: boolean}} photo */
  photo({ hash, type, bytes, strip }) {
    const address = `/api/tablet/photos/${hash}?location=${strip ? 'strip' : 'keep'}`;
    return this.#request('PUT', address, { body: bytes, type, patienceMs: PHOTO_PATIENCE_MS });
  }

  /** A photo of the shelter. @param {string} hash @returns {Promise<Blob>} */
  photoBytes(hash) {
    return this.#request('GET', `/api/tablet/photos/${hash}`, { patienceMs: PHOTO_PATIENCE_MS, read: (answer) => answer.blob() });
  }

  /** Say that this tablet leaves its shelter: its token ends. */
  leave() {
    return this.#json('POST', '/api/tablet/leave', {});
  }

  /** @param {string} method @param {string} address @param {any} [body] */
  #json(method, address, body) {
    const given = body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' };
    return this.#request(method, address, { ...given, patienceMs: PATIENCE_MS });
  }

  /** @param {string} method @param {string} address @param {{body?: any, type?: string, patienceMs: number, read?: (answer: Response) => Promise<any>}} given */
  async #request(method, address, { body, type, patienceMs, read }) {
    const token = this.#token();
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json' };
    if (type !== undefined) headers['Content-Type'] = type;
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), patienceMs);
    try {
      const answer = await this.#fetch(address, {
        method, headers, body, signal: giveUp.signal, cache: 'no-store', credentials: 'omit',
      });
      if (answer.ok && read !== undefined) return await read(answer);
      const text = await answer.text();
      if (answer.ok) return parsedAnswer(text);
      throw refusalOf(answer, text);
    } catch (fault) {
      if (fault instanceof TransportError) throw fault;
      throw new TransportError(0, 'unreachable', String(fault));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @param {string} text a proxy's sign-in page answers 200 too: only JSON counts */
function parsedAnswer(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransportError(0, 'no-answer', 'something else than the server answered');
  }
}

/** @param {Response} answer @param {string} text */
function refusalOf(answer, text) {
  /** @type {any} */ let body = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    // A proxy's words are not for the screen.
  }
  const after = Number(answer.headers.get('Retry-After') ?? NaN);
  return new TransportError(
    answer.status, String(body.error ?? 'unknown'), String(body.detail ?? ''), Number.isFinite(after) ? after : null,
  );
}
