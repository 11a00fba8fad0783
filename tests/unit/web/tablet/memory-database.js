/** The database of the tests: the same promises as shelters/tablet/database.js, in memory; may fail on demand. */
export class MemoryDatabase {
  stores = { operations: new Map(), outbox: new Map(), photos: new Map(), facts: new Map() };
  broken = false;

  async all(store) {
    return structuredClone([...this.stores[store].values()]);
  }

  async get(store, key) {
    return structuredClone(this.stores[store].get(key));
  }

  async change(work) {
    const after = structuredClone(this.stores);
    const keys = { operations: 'id', outbox: 'id', photos: 'hash', facts: 'key' };
    const result = await work({
      get: async (store, key) => structuredClone(after[store].get(key)),
      put: (store, value) => void after[store].set(value[keys[store]], structuredClone(value)),
      remove: (store, key) => void after[store].delete(key),
      clear: (store) => after[store].clear(),
    });
    if (this.broken) throw new Error('the disk is full');
    this.stores = after;
    return result;
  }
}

export const RULES = {
  profile: 'national',
  shares: { everybody: 1, age0: 0.016 },
  counted: { everybody: 'people', age0: 'people.age0' },
  norms: [
    { profile: 'national', item: 'water', people: 'everybody', per_day: 3, once: 0 },
    { profile: 'national', item: 'blanket', people: 'everybody', per_day: 0, once: 2 },
    { profile: 'national', item: 'milk-powder', people: 'age0', per_day: 135, once: 0 },
    { profile: 'other', item: 'water', people: 'everybody', per_day: 9, once: 0 },
  ],
  substitutes: { 'milk-liquid': ['milk-powder', 0.13] },
};

export const ENROLMENT = { token: 'x', device: 't-1', shelter: 'h1', incident: 3 };
