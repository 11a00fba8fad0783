import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { BACKOFF_CAP_MS, backoffMs, GRACE_MS, Live, SILENCE_MS } from '../../../dashboard/web/live.js';

/** A world with its own time, where sockets are opened and what happens to them is told by the test. */
function world({ position = () => null } = {}) {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const seen = { opened: [], states: [], messages: [], failures: 0 };
  let now = 0;
  class Wire {
    constructor(address) {
      this.address = address;
      seen.opened.push(this);
    }
    close() {
      this.closed = true;
    }
  }
  class Socket extends Wire {}
  class Source extends Wire {}
  const live = new Live({
    socketAddress: (since) => `ws ${since}`,
    eventsAddress: (since) => `sse ${since}`,
    position,
    onMessage: (message) => {
      if (message.type === 'broken') throw new Error('broken');
      seen.messages.push(message);
    },
    onState: (state) => seen.states.push(state),
    onFailure: () => { seen.failures += 1; },
    monotonic: () => now,
    chance: () => 0.5,
    WebSocket: Socket,
    EventSource: Source,
  });
  const pass = (ms) => {
    for (let left = ms; left > 0; left -= 50) {
      now += 50;
      mock.timers.tick(50);
    }
  };
  const say = (type = 'beat') => seen.opened.at(-1).onmessage({ data: JSON.stringify({ type }) });
  return { live, seen, pass, say, end: () => live.stop() };
}

afterEach(() => mock.timers.reset());

test('waiting grows, is capped, and differs between screens', () => {
  assert.ok(backoffMs(0, 0.999) <= 500);
  assert.ok(backoffMs(0, 0) >= 100);
  assert.ok(backoffMs(50, 0.999) <= BACKOFF_CAP_MS);
  assert.ok(backoffMs(6, 0.9) > backoffMs(2, 0.9));
  assert.notEqual(backoffMs(6, 0.1), backoffMs(6, 0.9));
});

test('silence is lost before five seconds are over, and the line is opened anew from its position', () => {
  const w = world({ position: () => '7:1' });
  w.live.start();
  w.say();
  assert.deepEqual(w.seen.states, ['live']);
  w.pass(4000);
  w.say();
  w.pass(SILENCE_MS + 300);
  assert.deepEqual(w.seen.states, ['live', 'lost']);
  assert.ok(w.seen.opened[0].closed);
  w.pass(1000);
  assert.equal(w.seen.opened[1].address, 'ws 7:1');
  w.say();
  assert.equal(w.seen.states.at(-1), 'live');
  w.end();
});

test('a closed line shows soon, a blink does not', () => {
  const w = world();
  w.live.start();
  w.say();
  w.seen.opened[0].onclose();
  w.pass(400);
  w.say();
  w.pass(1000);
  assert.deepEqual(w.seen.states, ['live']);
  w.seen.opened.at(-1).onclose();
  w.pass(GRACE_MS + 300);
  assert.equal(w.seen.states.at(-1), 'lost');
  w.end();
});

test('where websockets never speak, server-sent events do; a good line tries the websocket again', () => {
  const w = world();
  w.live.start();
  assert.equal(w.seen.opened[0].address, 'ws null');
  w.seen.opened[0].onclose();
  w.pass(600);
  assert.equal(w.seen.opened[1].address, 'sse null');
  assert.equal(w.live.transport, 'events');
  w.say();
  assert.equal(w.seen.states.at(-1), 'live');
  w.seen.opened[1].onerror();
  w.pass(600);
  assert.equal(w.seen.opened[2].address, 'ws null');
  w.end();
});

test('a websocket that a proxy swallows is given up as well', () => {
  const w = world();
  w.live.start();
  w.pass(SILENCE_MS + 300);
  assert.equal(w.seen.states.at(-1), 'lost');
  w.pass(1000);
  assert.equal(w.seen.opened[1].address, 'sse null');
  w.end();
});

test('it never gives up', () => {
  const w = world();
  w.live.start();
  for (let i = 0; i < 200; i += 1) {
    const wire = w.seen.opened.at(-1);
    (wire.onclose ?? wire.onerror)();
    w.pass(BACKOFF_CAP_MS);
  }
  assert.ok(w.seen.opened.length > 190);
  const before = w.seen.opened.length;
  for (let i = 0; i < 400 && w.seen.opened.length === before; i += 1) w.pass(50);
  w.say();
  assert.equal(w.seen.states.at(-1), 'live');
  w.end();
});

test('an unreadable message opens the line anew', () => {
  const w = world();
  const silent = mock.method(console, 'error', () => {});
  w.live.start();
  w.say();
  w.say('broken');
  assert.ok(w.seen.opened[0].closed);
  w.pass(1000);
  assert.equal(w.seen.opened.length, 2);
  silent.mock.restore();
  w.end();
});

test('a wire that was given up no longer speaks', () => {
  const w = world();
  w.live.start();
  w.say();
  w.pass(SILENCE_MS + 1500);
  w.seen.opened[0].onmessage({ data: '{"type":"delta"}' });
  assert.equal(w.seen.messages.some((message) => message.type === 'delta'), false);
  w.end();
});

test('the officer\'s word tries at once', () => {
  const w = world();
  w.live.start();
  w.say();
  w.pass(20_000);
  const before = w.seen.opened.length;
  w.live.retry();
  assert.equal(w.seen.opened.length, before + 1);
  w.end();
});
