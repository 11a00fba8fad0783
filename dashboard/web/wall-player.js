// @ts-check
/**
 * One stream at its full rate: over WebRTC where the gateway offers it, else HLS through hls.js, else the browser's own
 * HLS. What cannot be played says why; what broke is tried again, less and less often, for ever.
 */

import { waitMs } from './wall-thumbnails.js';

const LIBRARY = './vendor/hls-1.7.4/hls.light.min.mjs';
/** Over WebRTC a picture must come within this, or HLS is taken [ms]. */
const WEBRTC_MS = 6000;
/** A picture that did not move for so long stands still [ms]. */
const STILL_MS = 6000;

/** @typedef {{state: 'loading' | 'playing' | 'still' | 'failed', why: string, detail: string, over: 'hls' | 'native' | 'webrtc' | ''}} PlayerState */

export class Player {
  /** @type {any} */ #hls = null;
  /** @type {RTCPeerConnection | null} */ #peer = null;
  /** @type {any} */ #again = null;
  #failures = 0;
  #turn = 0;
  #recoveredMs = -Infinity;
  #lastTime = 0;
  #movedMs = 0;

  /** @param {HTMLVideoElement} video @param {() => number} monotonic [ms] @param {(state: PlayerState) => void} onState */
  constructor(video, monotonic, onState) {
    this.video = video;
    this.monotonic = monotonic;
    this.onState = onState;
    /** @type {any} */ this.stream = null;
    /** @type {PlayerState} */ this.state = { state: 'loading', why: '', detail: '', over: '' };
    video.muted = true;
    video.playsInline = true;
    video.addEventListener('playing', () => this.#played());
    video.addEventListener('error', () => {
      if (this.state.over === 'native') this.#fail('media', String(video.error?.message ?? ''), true);
    });
  }

  /** Play a stream, null = none. @param {any} stream the live `video` @param {boolean} webrtc whether the installation offers WebRTC */
  async play(stream, webrtc) {
    this.#stop();
    this.stream = stream;
    this.#failures = 0;
    if (stream !== null) await this.#begin(webrtc && stream.whep);
  }

  /** How old the picture on the screen is [ms], NaN = the stream does not tell. @param {number} nowMs server's wall clock */
  ageMs(nowMs) {
    const at = this.#hls?.playingDate;
    return at ? nowMs - at.getTime() : NaN;
  }

  /** Notice a picture that stands still, and one that moves again. */
  tick() {
    const now = this.monotonic();
    if (this.video.currentTime !== this.#lastTime) {
      this.#lastTime = this.video.currentTime;
      this.#movedMs = now;
      if (this.state.state === 'still') this.#say('playing', '', '');
    } else if (this.state.state === 'playing' && now - this.#movedMs > STILL_MS) {
      this.#say('still', 'still', '');
    }
  }

  /** @param {boolean} webrtc */
  async #begin(webrtc) {
    const turn = ++this.#turn;
    this.#movedMs = this.monotonic();
    this.#say('loading', '', '');
    if (webrtc && (await this.#overWebRtc(turn))) return;
    if (turn !== this.#turn) return;
    try {
      const { default: Hls } = await import(LIBRARY);
      if (turn !== this.#turn) return;
      if (Hls.isSupported()) this.#overHls(Hls);
      else if (this.video.canPlayType('application/vnd.apple.mpegurl')) this.#native();
      else this.#fail('no-hls', '', false);
    } catch (error) {
      this.#fail('unreachable', String(error), true);
    }
  }

  /** @param {any} Hls */
  #overHls(Hls) {
    this.state.over = 'hls';
    // Its worker would be a script from a blob, which our pages forbid.
    const hls = new Hls({ enableWorker: false, liveSyncDurationCount: 2, liveMaxLatencyDurationCount: 6, maxBufferLength: 12, backBufferLength: 10 });
    this.#hls = hls;
    hls.on(Hls.Events.ERROR, (/** @type {string} */ _event, /** @type {any} */ data) => this.#hlsFault(Hls, data));
    hls.loadSource(this.stream.playlist);
    hls.attachMedia(this.video);
    this.video.play().catch(() => {});
  }

  /** @param {any} Hls @param {any} data */
  #hlsFault(Hls, data) {
    const { ErrorDetails, ErrorTypes } = Hls;
    const codec = [ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR, ErrorDetails.BUFFER_ADD_CODEC_ERROR, ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR].includes(data.details);
    if (codec) {
      this.#fail('codec', String(data.mimeType ?? this.stream.codecs ?? ''), false);
    } else if (data.fatal && data.type === ErrorTypes.MEDIA_ERROR && this.monotonic() - this.#recoveredMs > 5000) {
      this.#recoveredMs = this.monotonic();
      this.#hls?.recoverMediaError();
    } else if (data.fatal) {
      const network = data.type === ErrorTypes.NETWORK_ERROR;
      this.#fail(network ? refusedWhy(data) : 'media', String(data.details), true);
    }
  }

  #native() {
    this.state.over = 'native';
    this.video.src = this.stream.playlist;
    this.video.play().catch(() => {});
  }

  /** @param {number} turn @returns {Promise<boolean>} whether pictures come */
  async #overWebRtc(turn) {
    if (typeof RTCPeerConnection === 'undefined') return false;
    const peer = new RTCPeerConnection();
    this.#peer = peer;
    try {
      const came = new Promise((resolve) => {
        peer.ontrack = (event) => {
          this.video.srcObject = event.streams[0] ?? new MediaStream([event.track]);
          this.video.play().catch(() => {});
        };
        this.video.addEventListener('playing', () => resolve(true), { once: true });
        setTimeout(() => resolve(false), WEBRTC_MS);
      });
      peer.addTransceiver('video', { direction: 'recvonly' });
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      const { postText } = await import('./server.js');
      const answer = await postText(`/api/videos/${encodeURIComponent(this.stream.id)}/whep`, peer.localDescription?.sdp ?? '', 'application/sdp');
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      this.state.over = 'webrtc';
      if (await came) return true;
    } catch {
      // HLS is the way that always stands open.
    }
    if (turn === this.#turn) this.#drop();
    return false;
  }

  #played() {
    this.#failures = 0;
    this.#movedMs = this.monotonic();
    this.#say('playing', '', '');
  }

  /** @param {string} why @param {string} detail @param {boolean} again whether it may get better by itself */
  #fail(why, detail, again) {
    this.#drop();
    this.#say('failed', why, detail);
    if (!again) return;
    this.#failures += 1;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#begin(false), waitMs(this.#failures));
  }

  #stop() {
    this.#turn += 1;
    clearTimeout(this.#again);
    this.#drop();
  }

  #drop() {
    this.#hls?.destroy();
    this.#hls = null;
    this.#peer?.close();
    this.#peer = null;
    this.video.srcObject = null;
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** @param {PlayerState['state']} state @param {string} why @param {string} detail */
  #say(state, why, detail) {
    this.state = { ...this.state, state, why, detail };
    this.onState(this.state);
  }
}

/** What the server said of a request that hls.js made. @param {any} data */
function refusedWhy(data) {
  const status = Number(data.response?.code ?? 0);
  return status === 404 ? 'missing' : status === 401 ? 'signed-out' : status === 503 ? 'gateway-away' : status === 0 ? 'unreachable' : 'refused';
}

/** Wait until the browser knows its own addresses: WHEP is told all at once. @param {RTCPeerConnection} peer */
function gathered(peer) {
  if (peer.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    peer.addEventListener('icegatheringstatechange', () => {
      if (peer.iceGatheringState === 'complete') resolve(null);
    });
    setTimeout(resolve, 2000);
  });
}
