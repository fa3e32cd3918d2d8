// The guest's page: one booking, from paying to leaving.

import { say, toast } from './announce.js';
import { Api } from './api.js';
import { ask, endDialogs } from './dialog.js';
import { byId, h, show } from './dom.js';
import { day, left, moment, money, people, words } from './format.js';
import { Live } from './live.js';
import { busy, calm } from './press.js';

const [, , slug, , bookingId] = location.pathname.split('/');
const path = `/api/public/hotels/${slug}/room-bookings/${bookingId}`;
const stored = `hotelmate.guest.${bookingId}`;
const content = byId('content');

const STORY = {
  DRAFT: ['Almost there', 'This booking is saved, but nothing is held for you yet.'],
  PENDING_PAYMENT: ['Waiting for your payment', 'Your room is held for you until the time below.'],
  PENDING_APPROVAL: ['Waiting for the hotel', 'Your card is authorised, not charged. The hotel confirms your stay shortly.'],
  CONFIRMED: ['Your stay is confirmed', 'We look forward to welcoming you.'],
  IN_HOUSE: ['Welcome', 'You are checked in. Enjoy your stay.'],
  COMPLETED: ['Thank you for staying with us', 'You are checked out. Have a safe journey.'],
  DECLINED: ['The hotel could not confirm', 'Your card was not charged; the authorisation is released.'],
  CANCELLED: ['This booking is cancelled', 'Nothing is held for you any more.'],
  EXPIRED: ['This booking has expired', 'The time for it ran out. Nothing is held for you any more.'],
  NO_SHOW: ['We missed you', 'You did not check in, so the stay has ended.'],
};
const WITHOUT_PAYMENT = {
  PENDING_APPROVAL: ['Waiting for the hotel', 'There is nothing to pay. The hotel confirms your stay shortly.'],
  DECLINED: ['The hotel could not confirm', 'There was nothing to pay. Nothing is held for you any more.'],
};
const STEPS = [
  ['Booking', ['PENDING_PAYMENT', 'PENDING_APPROVAL', 'CONFIRMED', 'IN_HOUSE', 'COMPLETED']],
  ['Payment', ['PENDING_APPROVAL', 'CONFIRMED', 'IN_HOUSE', 'COMPLETED']],
  ['Approval', ['CONFIRMED', 'IN_HOUSE', 'COMPLETED']],
  ['Check-in', ['IN_HOUSE', 'COMPLETED']],
  ['Check-out', ['COMPLETED']],
];
const ENDED = ['COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'NO_SHOW'];

let api;
let booking = null;
let live = null;
let shown = '';
let lines = null; // the lines that the page shows, by name, as a change of them is announced

async function begin() {
  if (!bookingId) return showLookup();
  const given = new URLSearchParams(location.search);
  const secrets = new URLSearchParams(location.hash.slice(1)); // a fragment is never sent to a server
  const handed = secrets.get('token');
  if (handed) localStorage.setItem(stored, handed);
  const code = secrets.get('code') || given.get('code'); // older mails have the code in the query
  if (handed || code) hideSecrets(given);
  if (code) await exchange(code);
  const token = localStorage.getItem(stored);
  if (!token) return showLookup('Open this page with the link in our e-mail, or have a new one sent.');
  api = new Api(token);
  await refresh();
  if (!booking) return;
  if (given.get('payment') === 'success') await verify();
  live = new Live({
    api,
    realtime: booking.realtime,
    channels: booking.realtime ? [booking.realtime.channel] : [],
    stream: `${path}/events/`,
    last: booking.version,
    refresh,
    status: byId('connection'),
  }).start();
  setInterval(tick, 1000);
}

// Neither a code nor a token stays in the address bar or the history.
function hideSecrets(given) {
  given.delete('code');
  const rest = given.toString();
  history.replaceState(null, '', location.pathname + (rest ? `?${rest}` : ''));
}

async function exchange(code) {
  try {
    const access = await new Api().post('/api/guest/exchange/', { code });
    if (access.guest_token) localStorage.setItem(`hotelmate.guest.${access.booking_id}`, access.guest_token);
  } catch (problem) {
    if (!localStorage.getItem(stored)) toast('That link has been used or is too old.', 'bad');
  }
}

async function refresh() {
  try {
    booking = await api.get(`${path}/`);
  } catch (problem) {
    if (problem.status === 401 || problem.status === 404) {
      localStorage.removeItem(stored);
      live?.stop();
      booking = null;
      showLookup('This link is no longer good. Have a new one sent to you.');
      return;
    }
    if (!booking) {
      show(content, h('p', { class: 'notice bad' }, problem.message));
      say(problem.message);
    }
    throw problem;
  }
  if (live) live.last = Math.max(live.last, booking.version);
  const { realtime, ...facts } = booking;
  if (JSON.stringify(facts) === shown) return;
  shown = JSON.stringify(facts);
  await calm();
  draw();
}

async function verify() {
  if (booking.payment_status !== 'SESSION_OPEN' || !booking.payment_reference) return;
  try {
    await api.get(`${path}/payment/verify/?session_id=${encodeURIComponent(booking.payment_reference)}`);
    await refresh();
  } catch {
    // The provider's own notice says the same, a little later.
  }
}

function draw() {
  const zone = booking.hotel.timezone;
  const [title, story] = state();
  document.title = `${title} · ${booking.booking_id}`;
  byId('hotel').textContent = booking.hotel.name;
  show(
    content,
    h(
      'section',
      { class: `hero ${booking.status.toLowerCase()}`, 'aria-labelledby': 'state' },
      h('p', { class: 'eyebrow' }, `Booking ${booking.booking_id}`),
      h('h1', { id: 'state', 'data-status': booking.status, 'data-rest': true, tabindex: -1 }, title),
      h('p', {}, story),
      deadline(zone),
      progress(),
      actions(),
    ),
    booking.status === 'IN_HOUSE' && inHouse(),
    h(
      'div',
      { class: 'columns' },
      h('section', { class: 'card', 'aria-labelledby': 'stay' }, h('h2', { id: 'stay' }, 'Your stay'), facts(stay())),
      h(
        'section',
        { class: 'card', 'aria-labelledby': 'price' },
        h('h2', { id: 'price' }, 'Price and payment'),
        facts(price(zone)),
        booking.policy_text && h('p', { class: 'small' }, booking.policy_text),
      ),
    ),
  );
  tick();
  announce(zone);
}

function state() {
  const free = booking.payment_status === 'NOT_REQUIRED' && WITHOUT_PAYMENT[booking.status];
  return free || STORY[booking.status];
}

// Says each line that a change has altered. A secret is never spoken.
function announce(zone) {
  const before = lines;
  const named = [...stay(), ...price(zone), ['Room', booking.assigned_room_number]].filter(([, value]) => value);
  lines = new Map(named.map(([name, value]) => [name, `${name}: ${value.textContent ?? value}`]));
  lines.set('state', state().join('. '));
  if (before) lines.forEach((line, name) => before.get(name) !== line && say(line));
}

function deadline(zone) {
  const until = booking.status === 'PENDING_PAYMENT' ? booking.expires_at : null;
  if (!until) return null;
  const longer = booking.pay_until > until && ` Open the payment page by then, and you have until ${moment(booking.pay_until, zone)} to pay.`;
  return h('p', { class: 'deadline' }, `Held until ${moment(until, zone)} · `, h('span', { 'data-until': until }), longer);
}

function progress() {
  if (ENDED.includes(booking.status) && booking.status !== 'COMPLETED') return null;
  const reached = STEPS.filter(([, statuses]) => statuses.includes(booking.status)).length;
  return h(
    'ol',
    { class: 'steps', 'aria-label': 'Progress' },
    STEPS.map(([name], index) =>
      h(
        'li',
        { class: index < reached ? 'done' : '', 'aria-current': index === reached ? 'step' : null },
        name,
        index < reached && h('span', { class: 'hidden' }, ' (done)'),
      ),
    ),
  );
}

function actions() {
  const found = [];
  if (booking.status === 'DRAFT') found.push(button('submit', 'Hold my room', 'primary', submit));
  if (booking.can_pay) {
    const due = booking.status === 'PENDING_PAYMENT' ? booking.total_amount : booking.balance_due;
    found.push(button('pay', `Pay ${money(due, booking.currency)}`, 'primary', pay));
  }
  if (booking.can_cancel) found.push(button('cancel', 'Cancel', 'quiet', cancel));
  return found.length ? h('div', { class: 'actions' }, found) : null;
}

function button(key, label, kind, act) {
  return h('button', { type: 'button', class: kind, 'data-key': key, onclick: (event) => once(event.currentTarget, act) }, label);
}

async function once(pressed, act) {
  await busy(pressed, () =>
    act().catch((problem) => {
      refresh().catch(() => {});
      throw problem;
    }),
  );
}

async function submit() {
  await api.post(`${path}/submit/`);
  await refresh();
}

async function pay() {
  const page = location.origin + location.pathname;
  const session = await api.post(`${path}/payment/session/`, {
    success_url: `${page}?payment=success`,
    cancel_url: `${page}?payment=cancelled`,
  });
  if (session.payment_url) location.assign(session.payment_url);
  else await refresh();
}

async function cancel() {
  const preview = booking.cancellation_preview;
  ask({
    title: 'Cancel this booking?',
    body: [
      preview && h('p', {}, preview.description),
      preview &&
        facts([
          ['Fee', money(preview.fee_amount, preview.currency)],
          ['Refund', money(preview.refund_amount, preview.currency)],
        ]),
      h('label', {}, 'Reason (optional)', h('input', { name: 'reason', maxlength: 2000, autocomplete: 'off' })),
    ],
    confirm: 'Cancel booking',
    danger: true,
    close: 'Keep it',
    send: ({ reason }) => api.post(`${path}/cancel/`, { reason }),
  })
    .then((sent) => sent && refresh())
    .catch(({ message }) => toast(message, 'bad'));
}

function inHouse() {
  const contact = booking.hotel_contact;
  return h(
    'section',
    { class: 'card key', 'aria-labelledby': 'key' },
    h('h2', { id: 'key' }, `Room ${booking.assigned_room_number}`),
    facts([
      ['Room PIN', booking.room_pin && h('strong', { class: 'pin' }, booking.room_pin)],
      ['Wi-Fi', booking.wifi?.ssid],
      ['Password', booking.wifi?.password && h('code', {}, booking.wifi.password)],
      ['Front desk', contact?.phone && h('a', { href: `tel:${contact.phone.replaceAll(' ', '')}`, 'data-key': 'phone' }, contact.phone)],
    ]),
  );
}

function stay() {
  return [
    ['Check-in', day(booking.check_in)],
    ['Check-out', day(booking.check_out)],
    ['Nights', String(booking.nights)],
    ['Guests', people(booking.adults, booking.children)],
    ['Room type', booking.room_type_name],
    ['Room', booking.status === 'CONFIRMED' ? booking.assigned_room_number && `${booking.assigned_room_number}` : null],
    ['Confirmation', booking.confirmation_number],
    ['Requests', booking.special_requests],
  ];
}

function price(zone) {
  const lines = booking.pricing;
  return [
    ['Subtotal', lines && money(lines.subtotal, lines.currency)],
    ['Discount', lines && Number(lines.discount) > 0 && `− ${money(lines.discount, lines.currency)}`],
    ['Tax', lines && money(lines.taxes, lines.currency)],
    ['Total', h('strong', {}, money(booking.total_amount, booking.currency))],
    ['Payment', booking.payment_status !== 'NONE' && words(booking.payment_status)],
    ['Paid', booking.paid_at && moment(booking.paid_at, zone)],
    ['Still to pay', Number(booking.balance_due) > 0 && money(booking.balance_due, booking.currency)],
    ['Cancellation fee', Number(booking.cancellation_fee) > 0 && money(booking.cancellation_fee, booking.currency)],
    [
      'Refund',
      Number(booking.refund_amount) > 0 &&
        `${money(booking.refund_amount, booking.currency)}, ${words(booking.refund_status || 'PENDING').toLowerCase()}`,
    ],
  ];
}

function facts(rows) {
  const known = rows.filter(([, value]) => value);
  return h('dl', {}, known.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

function tick() {
  for (const node of document.querySelectorAll('[data-until]')) {
    const late = new Date(node.dataset.until) < Date.now();
    if (late && node.textContent.endsWith(' left')) say('The time to pay is up.');
    node.textContent = late ? 'the time is up' : `${left(node.dataset.until)} left`;
  }
}

function showLookup(why) {
  endDialogs();
  const form = h(
    'form',
    { class: 'card', onsubmit: lookUp },
    h('h1', { 'data-rest': true, tabindex: -1 }, 'Find your booking'),
    why && h('p', {}, why),
    h('label', {}, 'E-mail', h('input', { name: 'email', type: 'email', required: true, autocomplete: 'email' })),
    h('p', { class: 'small' }, 'If there are bookings under this address, we send a link to it.'),
    h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'primary', 'data-key': 'lookup' }, 'Send me a link')),
  );
  show(content, h('div', { class: 'narrow' }, form));
  if (why) say(why);
}

async function lookUp(event) {
  event.preventDefault();
  const email = new FormData(event.currentTarget).get('email');
  try {
    await new Api().get(`/api/bookings/lookup/?email=${encodeURIComponent(email)}`);
    toast('Look into your mailbox: the link is on its way, if that address has bookings.');
  } catch (problem) {
    toast(problem.message, 'bad');
  }
}

// A link to this very page only changes the fragment, which loads nothing by itself.
addEventListener('hashchange', () => location.hash && location.reload());
begin().catch((problem) => toast(problem.message, 'bad'));
