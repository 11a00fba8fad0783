// @ts-check
/** Dark control-room theme and light theme. */

const STORED = 'sonae.theme';

/** @returns {'dark' | 'light'} */
export function theme() {
  return document.documentElement.dataset.theme === 'light' ? 'light' : 'dark';
}

/** @param {string | null} name `dark` or `light`; another one changes nothing */
export function setTheme(name) {
  if (name !== 'dark' && name !== 'light') return;
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem(STORED, name);
  } catch {
    // Only the choice is not kept.
  }
}

/** @returns {string} the theme chosen on this computer before, `dark` at first */
export function rememberedTheme() {
  try {
    return localStorage.getItem(STORED) ?? 'dark';
  } catch {
    return 'dark';
  }
}

/**
 * A colour of the current theme, for what is drawn on canvas.
 * @param {string} name custom property without its dashes, e.g. `land`
 */
export function themeColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
