import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Journal } from '../../../../shelters/tablet/journal.js';
import { stateOf } from '../../../../shelters/tablet/picture.js';
import { Sync, waitMs } from '../../../../shelters/tablet/sync.js';
import { ENROLMENT, MemoryDatabase, RULES } from './memory-database.js';

const NOW = 1_780_499_040_000;
const count = (delta) => ({ kind: 'count', value: { field: 'people', delta } });
const refusal = (status, code, retryAfterS = null) => Object.assign(new Error(code), { status, code, detail: code, retryAfterS });

/** A server that keeps operations as the real one does, behind a line that the test can break. */
class FakeServer {
  log = [];
  incident = 3;
  posts = 0;
  bodies = [];
  /** What happens to the next requests, in order: an error to throw before or (`lost`) after the work. */
  trouble = [];
  photos = new Map();
  poison = null;

  #work(answer) {
    const trouble = this.trouble.shift();
    if (trouble && !trouble.lost) throw trouble;
    const result = answer();
    if (trouble) throw trouble.lost;
    return structuredClone(result);
  }

  async operations(body) {
    this.posts += 1;
    this.bodies.push(body);
    return this.#work(() => {
      if (this.poison !== null && body.operations.some(({ id }) => id === this.poison)) throw refusal(422, 'bad-input');
      return { server_ms: NOW, incident: this.incident, results: body.operations.map((one) => this.#keep(one)) };
    });
  }

  #keep(operation) {
    const known = this.log.find(({ id }) => id === operation.id);
    if (known) return { id: operation.id, result: 'duplicate', stamp: known.stamp };
    if (operation.kind === 'bad') return { id: operation.id, result: 'quarantined', reason: 'malformed', detail: 'kind' };
    const at_ms = Number(operation.hlc.slice(0, 13)) - (operation.offset_ms ?? 0);
    const stamp = { at_ms, seen_ms: at_ms, offset_ms: 0, received_ms: NOW, number: this.log.length + 1 };
    this.log.push({ ...operation, stamp });
    return { id: operation.id, result: 'accepted', stamp };
  }

  async bundle() {
    return this.#work(() => ({ ...this.#after(0), state_digest: null, incident: { id: this.incident, clock: null }, rules: RULES }));
  }

  async changes(since) {
    return this.#work(() => {
      const [number, incident] = since.split(':').map(Number);
      return { ...this.#after(incident === this.incident ? number : 0), reset: incident !== this.incident, incident: this.incident };
    });
  }

  #after(number) {
    const own = this.log.filter((one) => (one.incident ?? this.incident) === this.incident);
    const page = own.slice(number, number + 5);
    const end = number + page.length;
    return { server_ms: NOW, operations: page, position: `${end}:${this.incident}`, more: own.length > end, expected: [] };
  }

  async photo({ hash, bytes }) {
    return this.#work(() => void this.photos.set(hash, bytes));
  }
}

async function stand() {
  const database = new MemoryDatabase();
  const clock = { now: NOW };
  const journal = new Journal(database, () => clock.now);
  await journal.setFacts({ enrolment: ENROLMENT, actor: '佐藤' });
  const server = new FakeServer();
  const planned = [];
  const sync = new Sync(journal, server, {
    now: () => clock.now, random: () => 0.5, later: (work, ms) => planned.push(ms) && work, forget: () => undefined,
  });
  return { database, clock, journal, server, sync, planned, people: () => stateOf(journal, (ms) => ms).counts.people?.value };
}

test('what was appended is on the disk, stands in the state, goes up, and stands there still', async () => {
  const { database, journal, server, sync, people } = await stand();
  await journal.append([count(40)]);
  assert.equal(database.stores.outbox.size, 1);
  assert.equal(people(), 40);
  await sync.pass();
  assert.equal(journal.outbox.size, 0);
  assert.equal(server.log.length, 1);
  assert.equal(people(), 40);
  const again = new Journal(database, () => NOW);
  await again.load();
  assert.equal(stateOf(again, (ms) => ms).counts.people.value, 40);
});

test('a disk that cannot write says so, and nothing is shown as kept', async () => {
  const { database, journal, people } = await stand();
  database.broken = true;
  await assert.rejects(journal.append([count(40)]), /full/);
  assert.equal(people(), undefined);
  assert.equal(journal.outbox.size, 0);
});

test('an answer lost on its way doubles nothing', async () => {
  const { journal, server, sync, people } = await stand();
  await sync.pass();
  await journal.append([count(-20), count(-20)]);
  server.trouble.push({ lost: refusal(0, 'unreachable') });
  await sync.pass();
  assert.equal(sync.status.phase, 'failed');
  assert.equal(journal.waiting.length, 2);
  assert.equal(server.log.length, 2);
  await sync.pass();
  assert.equal(journal.waiting.length, 0);
  assert.equal(server.log.length, 2);
  assert.equal(people(), -40);
});

test('each refusal leaves the outbox as it is, and waits longer and longer, with jitter', async () => {
  const { journal, server, sync, planned } = await stand();
  await journal.append([count(1)]);
  for (const [status, code] of [[401, 'not-signed-in'], [409, 'no-incident'], [503, 'database-away'], [0, 'unreachable']]) {
    server.trouble.push(refusal(status, code));
    await sync.pass();
    assert.equal(sync.status.error.status, status);
    assert.equal(journal.waiting.length, 1);
  }
  assert.deepEqual(planned, [1500, 3000, 6000, 12000]);
  server.trouble.push(refusal(429, 'too-many-attempts', 90));
  await sync.pass();
  assert.ok(planned.at(-1) >= 90_000);
  assert.ok(waitMs(50, () => 1) <= 60_000);
  assert.ok(waitMs(1, () => 0) >= 1000);
});

test('what the centre does not understand is set aside, the rest goes on', async () => {
  const { journal, server, sync, people } = await stand();
  await journal.append([count(1), { kind: 'bad', value: {} }, count(2)]);
  await sync.pass();
  assert.equal(journal.waiting.length, 0);
  assert.deepEqual(journal.refused.map(({ reason }) => reason), ['malformed']);
  assert.equal(people(), 3);
  const { posts } = server;
  await sync.pass();
  assert.equal(server.posts, posts);
});

test('one operation that spoils the whole body is found and set aside', async () => {
  const { journal, server, sync } = await stand();
  const made = await journal.append(Array.from({ length: 9 }, () => count(1)));
  server.poison = made[4].id;
  await sync.pass();
  assert.equal(server.log.length, 8);
  assert.deepEqual(journal.refused.map(({ id }) => id), [server.poison]);
});

test('many go up in batches, others come down page by page', async () => {
  const { journal, server, sync, people } = await stand();
  for (let number = 0; number < 12; number += 1) {
    const stamp = { at_ms: NOW + number, seen_ms: NOW + number, offset_ms: 0, received_ms: NOW, number: number + 1 };
    server.log.push({ id: `0000000000000000000000${1000 + number}`, device: 't-2', hlc: `${NOW + number}-0000-t-2`, ...count(1), stamp });
  }
  await journal.append(Array.from({ length: 450 }, () => count(1)));
  await sync.pass();
  assert.deepEqual(server.bodies.map(({ operations }) => operations.length), [200, 200, 50]);
  assert.deepEqual(server.bodies.map(({ waiting }) => waiting), [450, 250, 50]);
  assert.equal(people(), 462);
  const [next] = await journal.append([count(1)]);
  assert.ok(next.hlc > `${NOW + 11}-0000-t-2`, 'the clock moved past what was read of others');
});

test('another incident throws away what the server told, and keeps the outbox of the old one', async () => {
  const { journal, server, sync, people } = await stand();
  await journal.append([count(5)]);
  await sync.pass();
  server.trouble.push(refusal(0, 'unreachable'));
  await journal.append([count(7)]);
  await sync.pass();
  server.incident = 4;
  await sync.pass();
  assert.equal(journal.fact('bundle').incident.id, 4);
  assert.deepEqual(server.log.map(({ incident }) => incident), [3, 3]);
  assert.equal(people(), undefined);
  await journal.append([count(1)]);
  await sync.pass();
  assert.equal(server.log.at(-1).incident, 4);
  assert.equal(people(), 1);
});

test('a clock one day wrong is known after the first contact and told with each operation', async () => {
  const { clock, journal, sync, people } = await stand();
  clock.now += 86_400_000;
  await sync.pass();
  assert.equal(journal.offsetMs, 86_400_000);
  const [operation] = await journal.append([count(3)]);
  assert.equal(operation.offset_ms, 86_400_000);
  assert.equal(stateOf(journal, (ms) => ms).counts.people.seen_ms, NOW);
  clock.now = NOW - 3_600_000;
  const [later] = await journal.append([count(1)]);
  assert.ok(later.hlc > operation.hlc);
  assert.equal(people(), 4);
});

test('a photo is kept with its entry and sent after it; one that is refused blocks nothing', async () => {
  const { journal, server, sync } = await stand();
  const photo = (hash) => ({ photo: { hash, type: 'image/jpeg', bytes: new ArrayBuffer(9), strip: false } });
  const entry = (hash) => ({ kind: 'photo', value: { photo: hash, type: 'image/jpeg', bytes: 9 } });
  await journal.append([entry('a')], photo('a'));
  await journal.append([entry('b')], photo('b'));
  await sync.pass();
  assert.deepEqual([...server.photos.keys()], ['a', 'b']);
  await journal.append([entry('c')], photo('c'));
  // One request for the entry, one for the changes, then the photo.
  server.trouble.push(undefined, undefined, refusal(422, 'bad-input'));
  await sync.pass();
  assert.equal(journal.photos.get('c').status, 'refused');
  assert.equal(sync.status.phase, 'idle');
});

test('operations carried for another tablet are shown, and never sent as its own', async () => {
  const { journal, server, sync, people } = await stand();
  await sync.pass();
  const other = { id: '00000000000000000000002000', device: 't-2', actor: '', shelter: 'h1', incident: 3, hlc: `${NOW}-0000-t-2`, ...count(8) };
  assert.equal(await journal.carry([other, other]), 1);
  assert.equal(people(), 8);
  await sync.pass();
  assert.equal(server.posts, 0);
  server.log.push({ ...other, stamp: { at_ms: NOW, seen_ms: NOW, offset_ms: 0, received_ms: NOW, number: 1 } });
  await sync.pass();
  assert.equal(journal.outbox.size, 0);
  assert.equal(people(), 8);
});
