// The staff's board: what waits for a decision, who comes, who is here, who leaves, and the rooms. Always as it is now.

import { say, toast } from './announce.js';
import { Api } from './api.js';
import { ask, endDialogs } from './dialog.js';
import { byId, h, show } from './dom.js';
import { Live } from './live.js';
import { busy, calm } from './press.js';
import { boardLines, news } from './staff-news.js';
import { bookingLists, pastOf } from './staff-bookings.js';
import { roomGrid } from './staff-rooms.js';

const STORED = 'hotelmate.staff';
const SLOW = 30000; // deadlines move on without an event
const LOUD = {
  payment_authorized: 'A booking waits for approval',
  approval_requested: 'A booking waits for approval',
  approval_due: 'An approval is due',
  holds_unusual: 'Unusually many rooms are held unpaid',
  room_plan_impossible: 'A sold stay cannot be given a room',
  overstay_flagged: 'A guest has overstayed',
  payment_mismatch: 'A payment does not match its booking',
  payment_disputed: 'A payment is disputed',
  payment_failed: 'A capture has failed',
  refund_failed: 'A refund has failed',
  notice_gave_up: 'A message could not be delivered',
};

const content = byId('content');
let api;
let me;
let live;
let tab = 'approvals';
let board = null;
let shown = '';
let lines = null; // what the board says of each booking and room, as a change is announced
let slow;

async function begin() {
  const token = sessionStorage.getItem(STORED);
  if (!token) return showLogin();
  api = new Api(token);
  const slug = sessionStorage.getItem(`${STORED}.hotel`);
  try {
    me = await api.get(`/api/staff/hotels/${slug}/me/`);
  } catch (problem) {
    if (problem.status !== 401 && problem.status !== 403) throw problem;
    return signedOut('Please sign in again.');
  }
  byId('hotel').textContent = me.hotel.name;
  tab = office.may('can_approve') ? 'approvals' : 'rooms';
  show(
    byId('who'),
    h('span', {}, `${me.name} · ${me.role.replaceAll('_', ' ')}`),
    h('button', { type: 'button', class: 'quiet', onclick: signOut }, 'Sign out'),
  );
  await refresh();
  live = new Live({
    api,
    realtime: me.realtime,
    channels: me.realtime ? me.realtime.channels : [],
    refresh,
    heard: (name, data) => LOUD[name] && toast([LOUD[name], data.booking_id || data.night].filter(Boolean).join(': '), 'loud'),
    status: byId('connection'),
  }).start();
  slow = setInterval(() => live.changed(), SLOW);
}

function at(path) {
  return `/api/staff/hotels/${me.hotel.slug}/${path}`;
}

async function refresh() {
  const list = (bucket, more = '') => api.get(at(`room-bookings/?bucket=${bucket}&page_size=100${more}`));
  try {
    const [pending, arrivals, inHouse, departures, rooms] = await Promise.all([
      list('pending', '&ordering=check_in'),
      list('arrivals', '&ordering=guest_name'),
      list('in_house', '&ordering=check_out'),
      list('departures', '&ordering=guest_name'),
      allRooms(),
    ]);
    board = { approvals: pending.results, arrivals: arrivals.results, in_house: inHouse.results, departures: departures.results, rooms };
  } catch (problem) {
    if (problem.status === 401) signedOut('You have been signed out.');
    throw problem;
  }
  await calm();
  draw();
  const before = lines;
  lines = boardLines(board);
  if (before) news(before, lines).forEach(say);
}

async function allRooms() {
  const found = [];
  for (let page = 1; ; page += 1) {
    const answer = await api.get(at(`rooms/?page_size=100&page=${page}`));
    found.push(...answer.results);
    if (!answer.next) return found;
  }
}

function draw() {
  const now = JSON.stringify([board, tab, Math.floor(Date.now() / SLOW)]);
  if (now === shown) return;
  shown = now;
  const waiting = board.approvals.filter((row) => row.status === 'PENDING_APPROVAL').length;
  const tabs = [
    ['approvals', 'Approvals', waiting],
    ['arrivals', 'Arrivals', board.arrivals.length],
    ['in_house', 'In house', board.in_house.length],
    ['departures', 'Departures', board.departures.length],
    ['rooms', 'Rooms', board.rooms.filter((room) => room.room_status !== 'READY_FOR_GUEST').length],
  ];
  const scrolled = content.querySelector('.tabs')?.scrollLeft ?? 0; // on a phone not every tab fits
  document.title = `${waiting ? `(${waiting}) ` : ''}${me.hotel.name} · Staff board`;
  show(
    content,
    h('h1', { class: 'hidden' }, `${me.hotel.name}: staff board`),
    h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Board', onkeydown: steer }, tabs.map(tabButton)),
    h(
      'section',
      { id: 'panel', role: 'tabpanel', 'aria-labelledby': `tab-${tab}`, tabindex: 0, 'data-key': 'panel', 'data-rest': true },
      tab === 'rooms' ? roomGrid(board.rooms, office) : bookingLists[tab](board[tab], office),
    ),
  );
  content.querySelector('.tabs').scrollLeft = scrolled;
}

function tabButton([name, label, count]) {
  return h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${name}`,
      'data-key': `tab-${name}`,
      'aria-selected': String(name === tab),
      'aria-controls': 'panel',
      tabindex: name === tab ? 0 : -1,
      onclick: () => turnTo(name),
    },
    label,
    ' ',
    h('span', { class: count ? 'count some' : 'count' }, String(count)),
  );
}

function steer(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const names = [...event.currentTarget.children].map((each) => each.id.slice(4));
  turnTo(names[(names.indexOf(tab) + step + names.length) % names.length]);
  byId(`tab-${tab}`).focus();
}

function turnTo(name) {
  tab = name;
  draw();
  byId(`tab-${tab}`).scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

// What the lists may do: who is signed in, and one way to press a button.
const office = {
  may: (permission) => me.is_superuser || me.permissions.includes(permission),
  zone: () => me.hotel.timezone,
  get: (path) => api.get(at(path)),
  preview: (path, body) => api.post(at(path), body), // a command that changes nothing
  act: (pressed, path, body, done) =>
    busy(pressed, async () => {
      try {
        const answer = await api.post(at(path), body);
        toast(done, 'good');
        return answer;
      } finally {
        await live?.changed();
      }
    }),
  async send(path, body) {
    try {
      return await api.post(at(path), body);
    } finally {
      live?.changed();
    }
  },
  async details(id) {
    const past = await pastOf(id, office).catch((problem) => [h('p', { class: 'bad' }, problem.message)]);
    ask({ title: id, body: past, close: 'Close' });
  },
};

async function signOut() {
  await api.post('/api/staff/logout/').catch(() => {});
  signedOut('You are signed out.');
}

function signedOut(why) {
  live?.stop();
  clearInterval(slow);
  endDialogs();
  lines = null;
  sessionStorage.removeItem(STORED);
  byId('who').replaceChildren();
  if (byId('login-problem')) sayAtLogin(why); // a late answer leaves what is typed there
  else showLogin(why);
}

function showLogin(why) {
  shown = '';
  const form = h(
    'form',
    { class: 'card', onsubmit: signIn },
    h('h1', {}, 'Staff board'),
    why && h('p', {}, why),
    h('label', {}, 'E-mail', h('input', { name: 'email', type: 'email', required: true, autocomplete: 'username' })),
    h('label', {}, 'Password', h('input', { name: 'password', type: 'password', required: true, autocomplete: 'current-password', 'aria-describedby': 'login-problem' })),
    h('p', { id: 'login-problem', class: 'bad' }),
    h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'primary' }, 'Sign in')),
  );
  show(content, h('div', { class: 'narrow' }, form));
  form.elements.email.focus();
  if (why) say(why);
}

function sayAtLogin(text) {
  byId('login-problem').textContent = text;
  say(text);
}

async function signIn(event) {
  event.preventDefault();
  const form = event.currentTarget;
  try {
    const session = await new Api().post('/api/staff/login/', Object.fromEntries(new FormData(form)));
    sessionStorage.setItem(STORED, session.token);
    sessionStorage.setItem(`${STORED}.hotel`, session.staff.hotel);
    await begin();
  } catch (problem) {
    sayAtLogin(problem.message);
    if (problem.status === 401) form.elements.password.value = '';
  }
}

begin().catch((problem) => toast(problem.message, 'bad'));
