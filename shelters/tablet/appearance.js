// @ts-check
/** Sunlight theme (light, very high contrast) and dark theme. */

const STORED = 'sonae.tablet.theme';

/** @returns {'light' | 'dark'} */
export function theme() {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

/** @param {string | null} name another one than the two changes nothing */
export function setTheme(name) {
  if (name !== 'dark' && name !== 'light') return;
  document.documentElement.dataset.theme = name;
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', name === 'dark' ? '#000000' : '#ffffff');
  try {
    localStorage.setItem(STORED, name);
  } catch {
    // Only the choice is not kept.
  }
}

/** @returns {string | null} */
export function rememberedTheme() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
