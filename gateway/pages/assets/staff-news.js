// The board's changes in words, for the live region.

import { words } from './format.js';

const MOST = 4;

// One line for each booking and room on the board, by id.
export function boardLines(board) {
  const { approvals, arrivals, in_house: inHouse, departures, rooms } = board;
  const bookings = [...approvals, ...arrivals, ...inHouse, ...departures];
  return new Map([
    ...bookings.map((row) => [row.booking_id, `${row.guest_name}: ${standing(row)}`]),
    ...rooms.map((room) => [`room ${room.room_number}`, `Room ${room.room_number}: ${words(room.room_status)}`]),
  ]);
}

function standing(row) {
  return [
    words(row.status),
    row.assigned_room_number && `room ${row.assigned_room_number}`,
    row.late && 'late',
    row.is_overstay && 'overstay',
  ]
    .filter(Boolean)
    .join(', ');
}

// The lines that are new or changed, and the bookings that have left the board; many changes are counted, not read.
export function news(before, after) {
  const changed = [...after].filter(([id, line]) => before.get(id) !== line).map(([, line]) => line);
  const gone = [...before].filter(([id]) => !after.has(id)).map(([, line]) => `${line.split(': ')[0]}: no longer on the board`);
  const all = [...changed, ...gone];
  return all.length > MOST ? [`${all.length} changes on the board`] : all;
}
