// The gateway's API, as every other client uses it. Texts in its answers are isolated, so that each can stand beside others.

import { isolated } from './format.js';

const AS_IT_IS = ['ssid', 'password']; // typed into another device, letter by letter
const received = (name, value) => (typeof value === 'string' && !AS_IT_IS.includes(name) ? isolated(value) : value);

export class Problem extends Error {
  constructor(status, body) {
    super(body?.error?.message || body?.detail || 'The hotel cannot be reached right now.');
    this.status = status;
    this.code = body?.error?.code || '';
  }
}

export class Api {
  constructor(token = null) {
    this.token = token;
  }

  get headers() {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  get(path) {
    return this.#send('GET', path);
  }

  // One press is one change: the key makes a repetition of the same request harmless.
  post(path, body = {}, key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}-${Math.random()}`) {
    return this.#send('POST', path, body, key);
  }

  async #send(method, path, body, key) {
    const request = { method, headers: { Accept: 'application/json', ...this.headers } };
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers['Content-Type'] = 'application/json';
      request.headers['Idempotency-Key'] = key;
    }
    let response;
    try {
      response = await fetch(path, request);
    } catch {
      throw new Problem(0, null);
    }
    const text = await response.text();
    let answer = null;
    try {
      answer = text ? JSON.parse(text, received) : null;
    } catch {
      // A proxy's page is no answer of ours.
    }
    if (!response.ok) throw new Problem(response.status, answer);
    return answer;
  }
}
