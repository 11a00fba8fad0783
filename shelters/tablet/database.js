// @ts-check
/** The tablet's own database (IndexedDB): what is written here outlives reload, crash and empty battery. */

const VERSION = 1;
/** Each store and where its key stands. */
export const STORES = { operations: 'id', outbox: 'id', photos: 'hash', facts: 'key' };

/** @typedef {keyof typeof STORES} StoreName */

/**
 * What work within one transaction may do: all of it happens, or nothing.
 * @typedef {object} Transaction
 * @property {(store: StoreName, key: string) => Promise<any>} get
 * @property {(store: StoreName, value: any) => void} put
 * @property {(store: StoreName, key: string) => void} remove
 * @property {(store: StoreName) => void} clear
 */

/** @param {string} [name] @param {IDBFactory} [factory] @returns {Promise<Database>} */
export async function openDatabase(name = 'sonae-tablet', factory = indexedDB) {
  const request = factory.open(name, VERSION);
  request.onupgradeneeded = () => {
    for (const [store, keyPath] of Object.entries(STORES)) request.result.createObjectStore(store, { keyPath });
  };
  return new Database(/** @type {IDBDatabase} */ (await answered(request)));
}

export class Database {
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
    // A newer version of this page in another tab must not be kept waiting by this one.
    database.onversionchange = () => database.close();
  }

  /** @param {StoreName} store @returns {Promise<any[]>} */
  all(store) {
    return answered(this.#database.transaction(store).objectStore(store).getAll());
  }

  /** @param {StoreName} store @param {string} key @returns {Promise<any>} */
  get(store, key) {
    return answered(this.#database.transaction(store).objectStore(store).get(key));
  }

  /**
   * Do `work` in one transaction and wait until it is on the disk, not only handed to the system.
   * @template T
   * @param {(transaction: Transaction) => Promise<T>} work may only wait for the transaction itself
   * @returns {Promise<T>}
   */
  async change(work) {
    const names = /** @type {StoreName[]} */ (Object.keys(STORES));
    const transaction = this.#database.transaction(names, 'readwrite', { durability: 'strict' });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(undefined);
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was given up'));
    });
    done.catch(() => undefined);
    const store = (/** @type {StoreName} */ name) => transaction.objectStore(name);
    try {
      const result = await work({
        get: (name, key) => answered(store(name).get(key)),
        put: (name, value) => void store(name).put(value),
        remove: (name, key) => void store(name).delete(key),
        clear: (name) => void store(name).clear(),
      });
      await done;
      return result;
    } catch (fault) {
      if (transaction.error === null) tryAbort(transaction);
      throw fault;
    }
  }
}

/** @param {IDBTransaction} transaction */
function tryAbort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It ended by itself.
  }
}

/** @param {IDBRequest} request @returns {Promise<any>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
