import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chosenTotals, forbid, gapPercent, metPercent, noWishes, orderRequest, pin, planRequest, proposedRuns, unmetByWeight, wrongField,
} from '../../../dashboard/web/supply-plan.js';

const KEY = { depot: 'd1', shelter: 'h1', item: 'water' };
const PLAN = {
  plan: 'P',
  doubtful: [{ shelter: 'h2' }],
  runs: [
    { number: 1, order: { depot: 'd1', stops: [{ shelter: 'h1', lines: [{}, {}] }] } },
    { number: 2, order: { depot: 'd1', stops: [{ shelter: 'h1', lines: [{}] }, { shelter: 'h2', lines: [{}] }] } },
  ],
};

test('a gap is never told smaller than it is', () => {
  assert.equal(gapPercent(0.00401), '0.5');
  assert.equal(gapPercent(0.004), '0.4');
  assert.equal(gapPercent(0), '0');
  assert.equal(gapPercent(0.00001), '0.1');
  assert.equal(gapPercent(NaN), '—');
});

test('what is met is never told larger than it is', () => {
  assert.equal(metPercent({ wanted_person_days: 1000, unmet_person_days: 1 }), 99);
  assert.equal(metPercent({ wanted_person_days: 10, unmet_person_days: 0 }), 100);
  assert.equal(metPercent({ wanted_person_days: 0, unmet_person_days: 0 }), null);
});

test('only what somebody typed goes to the server', () => {
  const fleet = [{ depot: 'd1', class: '2t', count: '3' }, { depot: 'd1', class: '4t', count: '' }];
  const asked = planRequest({ hours: '', days: '2' }, fleet, pin(noWishes(), { ...KEY, amount: 12, name: 'x' }));
  assert.deepEqual(asked, {
    hours: null, days: 2, use_flood: true, fleet: [{ depot: 'd1', class: '2t', count: 3 }], pins: [{ ...KEY, amount: 12 }], forbids: [],
  });
});

test('a field that cannot be is named', () => {
  assert.equal(wrongField({ hours: '12', days: '3' }, [{ count: '2' }]), null);
  assert.equal(wrongField({ hours: '0', days: '3' }, []), 'hours');
  assert.equal(wrongField({ hours: '', days: '15' }, []), 'days');
  assert.equal(wrongField({ hours: '', days: '' }, [{ count: '-1' }]), 'fleet');
  assert.equal(wrongField({ hours: '', days: '' }, [{ count: '1.5' }]), 'fleet');
});

test('the newest word about a line holds', () => {
  const twice = pin(pin(noWishes(), { ...KEY, amount: 1 }), { ...KEY, amount: 2 });
  assert.deepEqual(twice.pins.map(({ amount }) => amount), [2]);
  const forbidden = forbid(twice, KEY);
  assert.deepEqual(forbidden, { pins: [], forbids: [KEY] });
});

test('only the chosen runs are ordered, and counted', () => {
  assert.deepEqual(orderRequest(PLAN, new Set([2])), { plan: 'P', orders: [{ number: 2, truck: PLAN.runs[1].order }] });
  assert.deepEqual(chosenTotals(PLAN, new Set([1, 2])), { runs: 2, shelters: 2, doubtful: 1, lines: 4 });
  assert.deepEqual(chosenTotals(PLAN, new Set()), { runs: 0, shelters: 0, doubtful: 0, lines: 0 });
});

test('what lives hang on stands first, then the largest lack', () => {
  const unmet = [{ item: 'mask', person_days: 99 }, { item: 'water', person_days: 1 }, { item: 'water', person_days: 9 }];
  const plan = { unmet, names: { items: { mask: { criticality: 3 }, water: { criticality: 1 } } } };
  assert.deepEqual(unmetByWeight(plan).map(({ person_days }) => person_days), [9, 1, 99]);
});

test('a run that cannot leave within the plan is not proposed for ordering', () => {
  const runs = [{ number: 1, departs: '2026-06-03T08:00:00Z' }, { number: 2, departs: '2026-06-03T08:00:01Z' }];
  assert.deepEqual([...proposedRuns({ start: '2026-06-02T20:00:00Z', hours: 12, runs })], [1]);
});
