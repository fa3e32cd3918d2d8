// Keeps a page true. What is pushed only says that something has changed; the page then asks for the truth, at once and
// never twice at a time. Without push the gateway's event stream takes over, or, where there is none, asking every two
// seconds; and whenever a connection is back, the truth is fetched again.

import { say } from './announce.js';

const KEPT = 300;
const PATIENCE = 1500; // ms without push before the stream takes over
const POLL = 2000;
const LABELS = {
  connecting: 'Connecting…',
  live: 'Live',
  stream: 'Live (stream)',
  polling: 'Live (polling)',
  offline: 'Offline: shown as last known',
};
const DEBUG = new URLSearchParams(location.search).get('debug') === '1';

export class Live {
  #seen = new Set();
  #fetching = false;
  #behind = false;
  #pushed = false;
  #fallback = null;
  #pusher = null;
  #ended = false;
  #spoken = 'live'; // a page that opens and is live is what everybody expects

  // realtime: how to listen, as the API says it, or null. channels: their names. refresh: fetches and shows the truth.
  // stream: the path of the event stream, or null. heard(name, data): optional. last: number of the last known fact.
  constructor({ api, realtime, channels, stream = null, last = 0, refresh, heard = () => {}, status }) {
    Object.assign(this, { api, realtime, channels, stream, last, refresh, heard, status });
  }

  start() {
    this.#say(navigator.onLine ? 'connecting' : 'offline');
    addEventListener('offline', this.#wentOffline);
    addEventListener('online', this.#cameBack);
    document.addEventListener('visibilitychange', this.#looked);
    if (this.realtime && window.Pusher) this.#listen();
    this.#waitForPush();
    return this;
  }

  stop() {
    this.#ended = true;
    removeEventListener('offline', this.#wentOffline);
    removeEventListener('online', this.#cameBack);
    document.removeEventListener('visibilitychange', this.#looked);
    this.#pusher?.disconnect();
    this.#endFallback();
    clearTimeout(this.patience);
    this.status.textContent = '';
    delete this.status.dataset.state;
  }

  // Fetch the truth. What changes meanwhile is fetched right after.
  async changed() {
    if (this.#ended) return;
    if (this.#fetching) {
      this.#behind = true;
      return;
    }
    this.#fetching = true;
    do {
      this.#behind = false;
      try {
        await this.refresh();
      } catch (problem) {
        this.#log('refresh failed', problem);
      }
    } while (this.#behind && !this.#ended);
    this.#fetching = false;
  }

  #wentOffline = () => {
    this.#pushed = false;
    this.#endFallback();
    this.#say('offline');
  };

  #cameBack = () => {
    this.#say('connecting');
    this.#pusher?.disconnect(); // the old line may be dead without knowing it
    this.#pusher?.connect();
    this.#waitForPush();
    this.changed();
  };

  #looked = () => {
    if (document.visibilityState === 'visible') this.changed();
  };

  #listen() {
    const { key, cluster, host, port, secure, auth_endpoint, user_auth_endpoint } = this.realtime;
    const headers = this.api.headers;
    this.#pusher = new window.Pusher(key, {
      cluster: cluster || 'mt1',
      ...(host ? { wsHost: host, wsPort: port, wssPort: port } : {}),
      forceTLS: secure,
      enabledTransports: secure ? ['ws', 'wss'] : ['ws'],
      disableStats: true,
      activityTimeout: 20000,
      pongTimeout: 5000,
      unavailableTimeout: 3000,
      channelAuthorization: { endpoint: auth_endpoint, transport: 'ajax', headers },
      userAuthentication: { endpoint: user_auth_endpoint, transport: 'ajax', headers },
    });
    this.#pusher.signin();
    this.#pusher.connection.bind('state_change', ({ current }) => {
      this.#log('push', current);
      if (current !== 'connected') this.#lostPush();
    });
    const waiting = new Set(this.channels);
    for (const name of this.channels) {
      const channel = this.#pusher.subscribe(name);
      channel.bind('pusher:subscription_succeeded', () => {
        waiting.delete(name);
        if (waiting.size === 0) this.#hasPush();
      });
      channel.bind('pusher:subscription_error', (error) => this.#log('subscription refused', name, error));
      channel.bind_global((event, data) => event.startsWith('pusher:') || this.#told(event, data));
    }
  }

  #hasPush() {
    this.#pushed = true;
    this.#endFallback();
    this.#say('live');
    this.changed();
  }

  #lostPush() {
    if (!this.#pushed) return;
    this.#pushed = false;
    if (navigator.onLine) this.#say('connecting');
    this.#waitForPush();
  }

  #waitForPush() {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#pushed || this.#fallBack(), this.#pusher ? PATIENCE : 0);
  }

  #told(name, data) {
    this.#log('event', name, data);
    const seen = `${data?.event_id} ${name}`;
    if (this.#seen.has(seen)) return;
    this.#seen.add(seen);
    if (this.#seen.size > KEPT) this.#seen.delete(this.#seen.values().next().value);
    this.heard(name, data);
    this.changed();
  }

  #fallBack() {
    if (this.#ended || this.#fallback || !navigator.onLine) return;
    this.#fallback = new AbortController();
    if (this.stream) this.#follow(this.#fallback.signal);
    else this.#poll(this.#fallback.signal);
  }

  #endFallback() {
    this.#fallback?.abort();
    this.#fallback = null;
  }

  async #poll(signal) {
    while (!signal.aborted) {
      this.#say('polling');
      await this.changed();
      await pause(POLL);
    }
  }

  async #follow(signal) {
    for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 5000)) {
      try {
        const headers = { Accept: 'text/event-stream', ...this.api.headers };
        const response = await fetch(`${this.stream}?after=${this.last}`, { headers, signal });
        if (response.ok) {
          wait = 500;
          this.#say('stream');
          this.changed();
          wait = await this.#read(response.body, signal);
        } else if (response.status === 401 || response.status === 404) {
          await this.changed(); // whoever may not listen any more may not look either
        }
      } catch (problem) {
        this.#log('stream', String(problem));
      }
      if (!signal.aborted) this.#say('connecting');
      await pause(wait);
    }
  }

  // Returns the milliseconds after which the server wants the page to come again.
  async #read(body, signal) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let retry = 1000;
    for (let text = ''; !signal.aborted; ) {
      const { done, value } = await reader.read();
      if (done) return retry;
      text += value;
      const whole = text.split('\n\n');
      text = whole.pop();
      for (const block of whole) {
        retry = Number(/^retry: (\d+)$/m.exec(block)?.[1] ?? retry);
        const number = /^id: (\d+)$/m.exec(block);
        if (!number) continue;
        this.last = Math.max(this.last, Number(number[1]));
        const fact = JSON.parse(/^data: (.*)$/m.exec(block)[1]);
        this.#told(fact.type, fact);
      }
    }
    return retry;
  }

  #say(state) {
    if (this.#ended) return;
    this.status.textContent = LABELS[state];
    this.status.dataset.state = state;
    if (state === 'connecting' || state === this.#spoken) return;
    this.#spoken = state;
    say(LABELS[state]);
  }

  #log(...what) {
    if (DEBUG) console.info('realtime', ...what);
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
