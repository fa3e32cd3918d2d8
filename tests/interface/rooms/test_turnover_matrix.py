"""Every pair of room statuses for every role, through the real handler, against a table written by hand."""

from itertools import product

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import GetRoom, GetRoomHistory
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Permission
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day

ROLES = {
    "front desk": "can_manage_bookings can_approve can_assign_rooms can_manage_checkin can_contact_guests",
    "housekeeping": "can_clean",
    "supervisor": "can_clean can_inspect can_override",
    "manager": "can_manage_bookings can_approve can_assign_rooms can_manage_checkin can_contact_guests"
    " can_clean can_inspect can_manage_rooms can_manage_settings can_override",
}
HOUSEKEEPERS, INSPECTORS = "housekeeping supervisor manager", "supervisor manager"
ANYONE, MANAGERS = "front desk,housekeeping,supervisor,manager", "manager"

READY, OCCUPIED, DIRTY = "READY_FOR_GUEST", "OCCUPIED", "CHECKOUT_DIRTY"
CLEANING, CLEANED = "CLEANING_IN_PROGRESS", "CLEANED_UNINSPECTED"
BROKEN, OUT = "MAINTENANCE_REQUIRED", "OUT_OF_ORDER"

# from, to: who may, and as whose hand it is noted (front desk for the front desk, else this).
TABLE = {
    (READY, BROKEN): (ANYONE, "HOUSEKEEPING"),
    (READY, OUT): (MANAGERS, "HOUSEKEEPING"),
    (DIRTY, CLEANING): (HOUSEKEEPERS, "HOUSEKEEPING"),
    (DIRTY, CLEANED): (HOUSEKEEPERS, "HOUSEKEEPING"),
    (DIRTY, READY): (INSPECTORS, "MANAGER_OVERRIDE"),
    (DIRTY, BROKEN): (ANYONE, "HOUSEKEEPING"),
    (CLEANING, CLEANED): (HOUSEKEEPERS, "HOUSEKEEPING"),
    (CLEANING, DIRTY): (HOUSEKEEPERS, "HOUSEKEEPING"),
    (CLEANING, READY): (INSPECTORS, "MANAGER_OVERRIDE"),
    (CLEANING, BROKEN): (ANYONE, "HOUSEKEEPING"),
    (CLEANED, READY): (INSPECTORS, "HOUSEKEEPING"),
    (CLEANED, DIRTY): (INSPECTORS, "HOUSEKEEPING"),
    (CLEANED, BROKEN): (ANYONE, "HOUSEKEEPING"),
    (BROKEN, DIRTY): (HOUSEKEEPERS, "HOUSEKEEPING"),
    (BROKEN, OUT): (MANAGERS, "HOUSEKEEPING"),
    (BROKEN, READY): (INSPECTORS, "HOUSEKEEPING"),
    (OUT, DIRTY): (MANAGERS, "HOUSEKEEPING"),
    (OUT, READY): (MANAGERS, "HOUSEKEEPING"),
}


def expected(before: str, after: str, role: str) -> str:
    """The source of the change, or the refusal's code; empty where nothing changes."""
    if before == after:
        return ""
    if before == OCCUPIED:
        return "ROOM_HAS_GUEST"
    if (before, after) not in TABLE:
        return "ILLEGAL_ROOM_TRANSITION"
    who, source = TABLE[before, after]
    if role not in who:
        return "PERMISSION_DENIED"
    return "FRONT_DESK" if role == "front desk" else source


STAND = """
DELETE FROM period;
DELETE FROM cleaning_task;
UPDATE night SET capacity = 2 FROM room_type t WHERE t.id = room_type_id AND t.code = 'DBL';
UPDATE room SET status = :status, maintenance_priority = NULL,
    occupied_by = CASE WHEN :status = 'OCCUPIED' THEN 'BK-A' END
WHERE room_number = '101';
INSERT INTO cleaning_task (hotel, room_id, reason, opened_at)
SELECT hotel, id, 'REPAIRED', now() FROM room
WHERE room_number = '101' AND status IN ('CHECKOUT_DIRTY', 'CLEANING_IN_PROGRESS');
"""


def stands(service: RoomsUnderTest, status: str) -> None:
    """Put the room into that status, with the rows that belong to the status."""
    with service.engine.begin() as connection:
        connection.execute(sa.text(STAND), {"status": status})


@pytest.mark.parametrize("role", ROLES)
def test_a_role_changes_a_status_exactly_where_the_table_allows(service: RoomsUnderTest, role: str) -> None:
    permissions = frozenset(Permission(name) for name in ROLES[role].split())
    caller = Caller(kind="staff", staff_id="7", name="Nora", hotel=service.hotel, permissions=permissions)
    surprises = []

    for before, after in product([READY, OCCUPIED, DIRTY, CLEANING, CLEANED, BROKEN, OUT], repeat=2):
        stands(service, before)
        was = service.ask(GetRoom(hotel=service.hotel, room_number="101"))
        command = ChangeRoomStatus(
            hotel=service.hotel, room_number="101", to_status=RoomStatus(after), note="because", until=day(2)
        )
        try:
            view = service.ask(command, caller=caller)
        except Refusal as refusal:
            outcome, moved = refusal.code, False
        else:
            moved = view.version != was.version
            outcome = (
                service.ask(GetRoomHistory(hotel=service.hotel, room_number="101")).changes[0].source if moved else ""
            )
        now = service.ask(GetRoom(hotel=service.hotel, room_number="101"))
        if outcome != expected(before, after, role) or now.room_status != (after if moved else before):
            surprises.append((before, after, outcome, expected(before, after, role)))
    stands(service, READY)

    assert surprises == []


def test_an_override_without_a_note_and_an_out_of_order_without_an_end_are_refused(service: RoomsUnderTest) -> None:
    manager = Caller(kind="staff", staff_id="7", hotel=service.hotel, permissions=frozenset(Permission))
    refusals = {(DIRTY, READY): "NOTE_REQUIRED", (CLEANING, READY): "NOTE_REQUIRED", (READY, OUT): "UNTIL_REQUIRED"}

    for (before, after), code in refusals.items():
        stands(service, before)
        command = ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=RoomStatus(after))
        assert service.refusal(command, caller=manager).code == code
    stands(service, READY)
