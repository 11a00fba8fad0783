// @ts-check
/** Signs of the six tasks, drawn with strokes: a picture is found faster than a word at three in the morning. */

import { svg } from './live-map/element.js';

const PATHS = {
  register: 'M8 8a4 4 0 1 0 8 0a4 4 0 1 0-8 0M4 22v-2a6 6 0 0 1 6-6h3M16 15h6M16 19h6M16 23h4',
  count: 'M5 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M15 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M2 22v-2a6 6 0 0 1 12 0v2M15 14a6 6 0 0 1 9 5v3',
  stock: 'M3 9l10-5 10 5v11l-10 5-10-5zM3 9l10 5 10-5M13 14v11M8 6.5l10 5',
  ask: 'M4 5h18v13H12l-6 5v-5H4zM13 8v4M13 15v.1',
  status: 'M6 4h14v20H6zM9 9h8M9 14h8M9 19h5',
  sync: 'M5 12a8 8 0 0 1 14-5l3 3M22 4v6h-6M21 14a8 8 0 0 1-14 5l-3-3M4 22v-6h6',
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return svg('svg', { viewBox: '0 0 26 28', class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, svg('path', { d: PATHS[name] }));
}
