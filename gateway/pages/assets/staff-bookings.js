// The board's lists of bookings, and what staff can do from each.

import { toast } from './announce.js';
import { ask } from './dialog.js';
import { h } from './dom.js';
import { day, left, moment, money, people, span, words } from './format.js';
import { busy } from './press.js';

const RISK = { OK: '', DUE_SOON: 'Due soon', OVERDUE: 'Overdue', CRITICAL: 'Critical' };
const WHAT = { NoticeSent: 'E-mail sent', NoticeGaveUp: 'E-mail not delivered', BookingHeld: 'Booked', BookingAwaitsApproval: 'Card authorised' };
const BY = { SYSTEM: 'HotelMate', PROVIDER: 'Stripe', GUEST: 'guest' };
const REASONS = ['NO_AVAILABILITY', 'MAINTENANCE', 'DUPLICATE', 'OTHER'];

export const bookingLists = {
  approvals: (rows, office) => {
    const waiting = rows.filter((row) => row.status === 'PENDING_APPROVAL');
    const unpaid = rows.filter((row) => row.status !== 'PENDING_APPROVAL');
    return [
      list('Waiting for your decision', waiting, 'Nothing waits for a decision.', (row) => approval(row, office), office),
      unpaid.length > 0 && list('Not paid yet', unpaid, '', () => [], office),
    ];
  },
  arrivals: (rows, office) => list('Arriving', rows, 'No arrivals today.', (row) => arrival(row, office), office),
  in_house: (rows, office) => list('In house', rows, 'Nobody is in house.', (row) => departure(row, office), office),
  departures: (rows, office) => list('Leaving today', rows, 'No departures today.', (row) => departure(row, office), office),
};

function list(title, rows, none, actions, office) {
  return [
    h('h2', {}, title),
    rows.length === 0 && h('p', { class: 'empty' }, none),
    rows.length > 0 && h('ul', { class: 'cards' }, rows.map((row) => card(row, actions(row), office))),
  ];
}

function card(row, actions, office) {
  const decide = row.status === 'PENDING_APPROVAL' && row.approval_deadline_at;
  const risk = row.status === 'PENDING_APPROVAL' ? RISK[row.approval_risk] : '';
  return h(
    'li',
    { class: `card booking ${row.is_overstay ? 'late' : ''}`, 'data-booking': row.booking_id, 'data-status': row.status },
    h(
      'div',
      { class: 'head' },
      h('h3', {}, row.guest_name),
      row.status !== 'PENDING_APPROVAL' && h('span', { class: `badge ${row.status.toLowerCase()}` }, words(row.status)),
      risk && h('span', { class: 'badge risk' }, risk),
      decide && h('span', { class: `badge left ${risk ? 'risk' : ''}` }, `${left(decide)} left`),
      row.late && h('span', { class: 'badge risk' }, 'Late'),
      row.is_overstay && h('span', { class: 'badge risk' }, `Overstay${row.overstay_severity ? `: ${row.overstay_severity}` : ''}`),
    ),
    h('p', {}, `${span(row.check_in, row.check_out)} · ${row.nights} night${row.nights === 1 ? '' : 's'}`),
    h(
      'p',
      { class: 'facts' },
      h('span', {}, row.assigned_room_number ? h('strong', {}, `Room ${row.assigned_room_number}`) : row.room_type_name),
      h('strong', {}, money(row.total_amount, row.currency)),
    ),
    h('p', { class: 'small' }, `${row.booking_id} · ${people(row.adults, row.children)} · ${row.source}`),
    decide && h('p', { class: 'small' }, `Decide by ${moment(row.approval_deadline_at, office.zone())}`),
    h(
      'div',
      { class: 'actions' },
      actions,
      button(row, 'details', 'History', 'quiet', (pressed) => busy(pressed, () => office.details(row.booking_id))),
    ),
  );
}

function approval(row, office) {
  if (!office.may('can_approve')) return [];
  const path = `room-bookings/${row.booking_id}`;
  return [
    button(row, 'approve', 'Approve', 'primary', (pressed) => office.act(pressed, `${path}/approve/`, {}, `${row.booking_id} approved`)),
    button(row, 'decline', 'Decline', 'danger quiet', () =>
      ask({
        title: `Decline ${row.booking_id}?`,
        body: [
          h('p', {}, 'The guest is told, and the authorisation on their card is released.'),
          h('label', {}, 'Reason', h('select', { name: 'reason_code' }, REASONS.map((code) => h('option', { value: code }, words(code))))),
          h('label', {}, 'Note for colleagues (optional)', h('input', { name: 'reason_note', maxlength: 2000, autocomplete: 'off' })),
        ],
        confirm: 'Decline',
        danger: true,
        send: (answer) => office.send(`${path}/decline/`, answer),
        done: () => `${row.booking_id} declined`,
      }),
    ),
  ];
}

function arrival(row, office) {
  const path = `room-bookings/${row.booking_id}`;
  return [
    office.may('can_assign_rooms') &&
      button(row, 'assign', row.has_room_assigned ? 'Change room' : 'Assign room', row.has_room_assigned ? 'quiet' : 'primary', (pressed) =>
        busy(pressed, () => assign(row, office)),
      ),
    row.can_check_in &&
      office.may('can_manage_checkin') &&
      button(row, 'check-in', 'Check in', 'primary', (pressed) => office.act(pressed, `${path}/check-in/`, { late_arrival: row.late }, `${row.guest_name} is checked in`)),
  ];
}

function fitOf(room) {
  if (isTooSmall(room)) return ` · sleeps only ${room.max_occupancy}`;
  return room.fit === 'upgrade' ? ' · upgrade' : '';
}

const isTooSmall = (room) => room.warnings.includes('ROOM_TOO_SMALL');

async function assign(row, office) {
  const { available_rooms: free } = await office.get(`room-bookings/${row.booking_id}/available-rooms/`);
  const rooms = free.filter((room) => !isTooSmall(room) || office.may('can_override'));
  const small = rooms.filter(isTooSmall).map((room) => room.room_number);
  const needsReason = (number) => small.includes(number);
  const reason = h(
    'label',
    { hidden: !needsReason(rooms[0]?.room_number) },
    'Reason, since the room is too small',
    h('input', { name: 'reason', maxlength: 2000, autocomplete: 'off' }),
  );
  ask({
    title: `A room for ${row.guest_name}`,
    body: rooms.length
      ? [
          h(
            'label',
            {},
            'Room, best first',
            h(
              'select',
              { name: 'room_number', onchange: ({ target }) => (reason.hidden = !needsReason(target.value)) },
              rooms.map((room) => h('option', { value: room.room_number }, `${room.room_number} · ${room.room_type} · ${words(room.room_status)}${fitOf(room)}`)),
            ),
          ),
          reason,
        ]
      : [h('p', {}, free.length ? 'Only rooms that are too small are free.' : 'No room is free for the whole stay.')],
    confirm: rooms.length ? 'Assign' : null,
    send: ({ room_number, reason }) =>
      office.send(`room-bookings/${row.booking_id}/assign-room/`, {
        room_number,
        ...(needsReason(room_number) ? { override: true, reason } : {}),
      }),
    done: (answer) => `Room ${answer.room_number} is for ${row.guest_name}`,
  });
}

function warningOf(warning) {
  if (warning.code === 'BALANCE_DUE') return `The guest still owes ${money(warning.amount, warning.currency)}.`;
  const { length, 0: first } = warning.nights;
  return `The guest leaves ${length} night${length === 1 ? '' : 's'} early, from ${day(first)} on; nothing is refunded.`;
}

// Asks first where something is owed or nights are left; nothing is asked of a guest who has paid and leaves in time.
async function checkOut(row, office) {
  const path = `room-bookings/${row.booking_id}/check-out/`;
  const done = `${row.guest_name} has left`;
  const { warnings } = await office.preview(path, { confirm: false });
  if (warnings.length === 0) {
    await office.send(path, {});
    toast(done, 'good');
    return;
  }
  ask({
    title: `Check out ${row.guest_name}?`,
    body: warnings.map((warning) => h('p', {}, warningOf(warning))),
    confirm: 'Check out',
    send: () => office.send(path, {}),
    done: () => done,
  });
}

function departure(row, office) {
  if (!office.may('can_manage_checkin') || row.status !== 'IN_HOUSE') return [];
  const path = `room-bookings/${row.booking_id}`;
  return [
    button(row, 'check-out', 'Check out', 'primary', (pressed) => busy(pressed, () => checkOut(row, office))),
    row.is_overstay &&
      button(row, 'acknowledge', 'Acknowledge', 'quiet', (pressed) => office.act(pressed, `${path}/overstay/acknowledge/`, {}, 'Acknowledged')),
  ];
}

function button(row, name, label, kind, act) {
  return h(
    'button',
    {
      type: 'button',
      class: kind,
      'data-key': `${name}-${row.booking_id}`,
      'aria-label': `${label}: ${row.guest_name}, ${row.booking_id}`,
      onclick: (event) => act(event.currentTarget),
    },
    label,
  );
}

function roomsOf(item) {
  if (item.from_room && item.to_room) return `room ${item.from_room} → ${item.to_room}`;
  if (item.to_room) return `into room ${item.to_room}`;
  return item.from_room ? `out of room ${item.from_room}` : '';
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const AMOUNT = /^([A-Z]{3}) (-?\d+(?:\.\d+)?)$/;

function valueOf(text) {
  if (text === null) return 'none';
  if (DATE.test(text)) return day(text);
  const amount = AMOUNT.exec(text);
  return amount ? money(amount[2], amount[1]) : text;
}

function changesOf(item) {
  return item.changes.map((change) => `${words(change.field)}: ${valueOf(change.from_value)} → ${valueOf(change.to_value)}`);
}

function statusesOf(item) {
  if (!item.to_status || item.to_status === item.from_status) return '';
  return [item.from_status, item.to_status].filter(Boolean).map(words).join(' → ');
}

// What has happened to a booking, for a dialog.
export async function pastOf(id, office) {
  const { items } = await office.get(`room-bookings/${id}/timeline/`);
  return [
    h(
      'ol',
      { class: 'past' },
      items.map((item) =>
        h(
          'li',
          {},
          h('span', { class: 'small' }, moment(item.at, office.zone())),
          h(
            'div',
            {},
            h('strong', {}, WHAT[item.what] || words(item.what.replace(/([a-z])([A-Z])/g, '$1 $2'))),
            ` · ${item.by.name || BY[item.by.kind.toUpperCase()] || words(item.by.kind)}`,
            roomsOf(item) && h('span', { class: 'small' }, ` · ${roomsOf(item)}`),
            statusesOf(item) && h('span', { class: 'small' }, ` · ${statusesOf(item)}`),
            changesOf(item).map((text) => h('p', { class: 'small' }, text)),
          ),
        ),
      ),
    ),
  ];
}
