// @ts-check
/** What stands above every screen: whether this is a drill, and how new what one sees is. */

import { element } from '../element.js';
import { rich } from '../language.js';
import { ageNode, whenNode } from '../wording.js';

/** What was confirmed longer ago [ms] is not called up to date: a question may be hanging. */
const CONFIRMED_MS = 10_000;

/** @param {import('../app.js').App} app */
export function bannerContent(app) {
  const { answer } = app;
  if (answer?.drill) return [element('p', { class: 'drill' }, element('strong', {}, rich('drill.banner')), ' ', rich('drill.text'))];
  if (answer?.installation === 'demo') return [element('p', { class: 'drill' }, rich('demo.text'))];
  return [];
}

/** @param {import('../app.js').App} app */
export function lineContent(app) {
  if (app.place === null) return [];
  const again = element('button', { type: 'button', 'data-key': 'again', onclick: () => void app.line.ask() }, rich('line.again'));
  const { answer } = app;
  if (answer === null) {
    const failed = app.line.failures > 0;
    return [element('p', { class: failed ? 'stale' : 'fresh' }, rich(failed ? 'line.nothing' : 'line.asking')), again];
  }
  const words = { when: whenNode(answer.at, app.nowMs), age: ageNode(app.ageMs) };
  if (answer.stale) return [element('p', { class: 'stale' }, rich('line.stale', words)), again];
  // Until the server was reached again, asking once more makes nothing new.
  if (app.line.failures > 0 || !app.standing.fresh) return [element('p', { class: 'stale' }, rich('line.kept', words)), again];
  return [element('p', { class: 'fresh' }, rich(app.ageMs > CONFIRMED_MS ? 'line.checking' : 'line.fresh', words))];
}
