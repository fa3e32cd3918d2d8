// The board's rooms: where each stands, and its next steps on the way to the next guest.

import { ask } from './dialog.js';
import { h } from './dom.js';
import { words } from './format.js';

// Which steps a status offers: path, label, permission, kind.
const STEPS = {
  CHECKOUT_DIRTY: [['start-cleaning', 'Start cleaning', 'can_clean', 'primary']],
  CLEANING_IN_PROGRESS: [['mark-cleaned', 'Cleaned', 'can_clean', 'primary']],
  CLEANED_UNINSPECTED: [
    ['inspect', 'Passed', 'can_inspect', 'primary', { passed: true }],
    ['inspect', 'Clean again', 'can_inspect', 'quiet', { passed: false }],
  ],
  READY_FOR_GUEST: [],
  MAINTENANCE_REQUIRED: [['complete-maintenance', 'Repaired', 'can_inspect', 'primary']],
  OUT_OF_ORDER: [['complete-maintenance', 'Back in order', 'can_inspect', 'primary']],
  OCCUPIED: [],
};
const CAN_BREAK = ['CHECKOUT_DIRTY', 'CLEANING_IN_PROGRESS', 'CLEANED_UNINSPECTED', 'READY_FOR_GUEST'];

export function roomGrid(rooms, office) {
  return [
    h('h2', {}, 'Rooms'),
    h('ul', { class: 'sums', 'aria-label': 'How many rooms are' }, sums(rooms)),
    h('ul', { class: 'rooms' }, rooms.map((room) => card(room, office))),
  ];
}

function sums(rooms) {
  return Object.keys(STEPS)
    .map((status) => [status, rooms.filter((room) => room.room_status === status).length])
    .filter(([, count]) => count)
    .map(([status, count]) => h('li', { class: `badge ${status.toLowerCase()}` }, `${count} ${words(status).toLowerCase()}`));
}

function card(room, office) {
  return h(
    'li',
    { class: `room ${room.room_status.toLowerCase()}`, 'data-room': room.room_number, 'data-status': room.room_status },
    h('h3', {}, room.room_number, ' ', h('span', { class: 'small' }, room.room_type)),
    h('p', {}, h('strong', {}, words(room.room_status))),
    room.current_guest && h('p', { class: 'small' }, room.current_guest),
    h('div', { class: 'actions' }, steps(room, office), broken(room, office)),
  );
}

function steps(room, office) {
  return STEPS[room.room_status]
    .filter(([, , permission]) => office.may(permission))
    .map(([step, label, , kind, body]) =>
      button(room, step + JSON.stringify(body ?? ''), label, kind, (pressed) =>
        office.act(pressed, `rooms/${room.room_number}/${step}/`, body ?? {}, `Room ${room.room_number}: ${label.toLowerCase()}`),
      ),
    );
}

function broken(room, office) {
  if (!CAN_BREAK.includes(room.room_status) || !office.may('can_clean')) return null;
  return button(room, 'broken', 'Report a fault', 'fault', () =>
    ask({
      title: `What is wrong in room ${room.room_number}?`,
      body: [h('label', {}, 'What is broken', h('input', { name: 'notes', required: true, maxlength: 2000, autocomplete: 'off' }))],
      confirm: 'Report',
      send: (answer) => office.send(`rooms/${room.room_number}/mark-maintenance/`, answer),
      done: () => `Room ${room.room_number}: reported`,
    }),
  );
}

function button(room, name, label, kind, act) {
  return h(
    'button',
    {
      type: 'button',
      class: kind,
      'data-key': `${name}-${room.room_number}`,
      'aria-label': `${label}: room ${room.room_number}`,
      onclick: (event) => act(event.currentTarget),
    },
    label,
  );
}
