// @ts-check
/** The tile that is shown large: a stream at its full rate, or the newest picture of a river camera. */

import { byId, setAttribute, setText } from './element.js';
import { t } from './language.js';
import { mapAddress } from './wall-need.js';
import { Player } from './wall-player.js';
import { faultText, pictureAge, placeText, sourceText } from './wall-words.js';

export class WallStage {
  /** @param {() => number} monotonic [ms] */
  constructor(monotonic) {
    this.root = byId('stage');
    this.still = /** @type {HTMLImageElement} */ (byId('stage-still'));
    this.video = /** @type {HTMLVideoElement} */ (byId('stage-video'));
    this.player = new Player(this.video, monotonic, (state) => {
      document.documentElement.dataset.player = state.state;
      this.#sayFault();
    });
    /** What is shown: tile and playlist; another one begins anew. */
    this.shown = '';
    /** @type {import('./wall-need.js').Tile | null} */ this.tile = null;
  }

  /** @param {import('./wall-need.js').Tile | null} tile @param {boolean} webrtc */
  show(tile, webrtc) {
    this.tile = tile;
    this.root.hidden = tile === null;
    const key = tile === null ? '' : `${tile.id} ${tile.value.playlist ?? ''} ${tile.value.registered_at ?? ''}`;
    if (key !== this.shown) {
      this.shown = key;
      this.video.hidden = tile?.kind !== 'video';
      this.still.hidden = tile?.kind !== 'camera';
      this.player.play(tile?.kind === 'video' ? tile.value : null, webrtc);
    }
    if (tile?.kind === 'camera' && tile.value.frame) setAttribute(this.still, 'src', tile.value.frame.picture);
  }

  /** @param {number} wallMs @param {number} tileAgeMs age of the tile's newest picture @param {string} reasons */
  draw(wallMs, tileAgeMs, reasons) {
    const { tile } = this;
    if (tile === null) return;
    const playedMs = tile.kind === 'video' ? this.player.ageMs(wallMs) : NaN;
    setText(byId('stage-title'), tile.name);
    setText(byId('stage-facts'), [tile.value.synthetic ? t('wall.synthetic') : '', reasons, pictureAge(Number.isFinite(playedMs) ? playedMs : tileAgeMs), sourceText(tile), placeText(tile)].filter(Boolean).join('・'));
    setAttribute(byId('stage-map'), 'href', mapAddress(tile));
    setAttribute(byId('stage-map'), 'aria-label', t('wall.map-of', { name: tile.name }));
    setAttribute(this.still, 'alt', tile.name);
    setAttribute(this.video, 'aria-label', tile.name);
    this.player.tick();
    this.#sayFault();
  }

  #sayFault() {
    const { state, why, detail } = this.player.state;
    const { tile } = this;
    const silent = tile?.kind !== 'video' || state === 'playing';
    // The server knows better why nothing comes than a player that only waits.
    const known = tile?.kind === 'video' && tile.value.state !== 'playing' ? faultText(tile.value.reason) : '';
    const text = silent ? '' : state === 'loading' ? known || t('wall.loading') : known || faultText(why, detail);
    byId('stage-fault').hidden = text === '';
    setText(byId('stage-fault'), text);
  }
}
