"""Rooms, periods, tasks and histories are read by index in filled tables, in a constant number of statements."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.message import Ask
from contracts.rooms.assignments import FindCandidates
from contracts.rooms.blocks import BlockRoom, ListBlocks, UnblockRoom
from contracts.rooms.events import RoomStatus
from contracts.rooms.room_availability import FindFreeRooms
from contracts.rooms.rooms import GetRoomHistory, ListRooms
from contracts.rooms.tasks import FinishTask, ListTasks, StartTask, TaskStatus
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Page
from services.rooms.store import held_rooms, periods, rooms, tasks
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day

HOTELS, ROOMS = 200, 50
FILL = """
INSERT INTO hotel (slug, name, code, timezone, currency, tax_percent, page, settings, wifi, version, nights_through)
    SELECT 'bulk-' || n, name, code, timezone, currency, tax_percent, page, settings, wifi, version, nights_through
    FROM hotel, generate_series(1, :hotels) n WHERE slug = :hotel;
INSERT INTO cancellation_policy SELECT 'bulk-' || n, code, name, terms
    FROM cancellation_policy, generate_series(1, :hotels) n WHERE hotel = :hotel;
INSERT INTO room_type (hotel, code, name, max_occupancy, base_price, bed_setup, photo)
    SELECT 'bulk-' || n, code, name, max_occupancy, base_price, bed_setup, photo
    FROM room_type, generate_series(1, :hotels) n WHERE hotel = :hotel;
INSERT INTO room (hotel, room_number, room_type_id, status)
    SELECT t.hotel, n::text, t.id, 'READY_FOR_GUEST' FROM room_type t, generate_series(1, :rooms) n
    WHERE t.hotel LIKE 'bulk-%' AND t.code = 'DBL';
INSERT INTO period (hotel, room_id, kind, nights, booking_id, live, began_at, ended_at)
    SELECT r.hotel, r.id, 'STAY', daterange(CAST(:today AS date) + 3 * n, CAST(:today AS date) + 3 * n + 2),
        'BK-' || r.id || '-' || n, n >= 0, now(), CASE WHEN n < 0 THEN now() END
    FROM room r, generate_series(-6, 2) n WHERE r.hotel LIKE 'bulk-%';
INSERT INTO cleaning_task (hotel, room_id, reason, opened_at, done_at)
    SELECT r.hotel, r.id, 'REPAIRED', now(), now() FROM room r, generate_series(1, 5) WHERE r.hotel LIKE 'bulk-%';
INSERT INTO audit (hotel, subject, sequence, what, by, from_status, to_status, at)
    SELECT r.hotel, 'room/' || r.hotel || '/' || r.room_number, n, 'RoomStatusChanged SYSTEM', '{"kind": "system"}',
        'OCCUPIED', 'CHECKOUT_DIRTY', now()
    FROM room r, generate_series(1, 4) n WHERE r.hotel LIKE 'bulk-%';
UPDATE room SET status = 'CHECKOUT_DIRTY' WHERE hotel LIKE 'bulk-%' AND room_number LIKE '%7';
INSERT INTO cleaning_task (hotel, room_id, reason, opened_at)
    SELECT hotel, id, 'REPAIRED', now() FROM room WHERE status = 'CHECKOUT_DIRTY';
"""


@pytest.fixture
def crowded(service: RoomsUnderTest) -> Iterator[RoomsUnderTest]:
    """10,000 rooms with 90,000 periods, 51,000 tasks and 40,000 changes beside the hotel's own three rooms."""
    with service.engine.begin() as connection:
        values = {"hotel": service.hotel, "hotels": HOTELS, "rooms": ROOMS, "today": day(0)}
        connection.execute(sa.text(FILL.replace('{"kind": "system"}', '{"kind"\\: "system"}')), values)
        connection.exec_driver_sql("ANALYZE hotel, room_type, room, period, cleaning_task, audit")
    service.hotel = "bulk-7"
    yield service
    with service.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE hotel, audit CASCADE")


def plan(service: RoomsUnderTest, statement: sa.TextClause | str, **values: Any) -> str:
    text = statement if isinstance(statement, str) else statement.text
    with service.engine.begin() as connection:
        return "\n".join(connection.execute(sa.text(f"EXPLAIN {text}"), values).scalars())


def test_every_hot_query_of_rooms_reads_by_index(crowded: RoomsUnderTest) -> None:
    [room, *_] = crowded.rows("SELECT id FROM room WHERE hotel = 'bulk-7'")
    hotel, nights = {"hotel": crowded.hotel}, {"first": day(1), "until": day(4)}
    filters = {
        "search": "", "status": None, "room_type": "", "floor": None, "occupied": None,
    }  # fmt: skip
    page = {"limit": 20, "skip": 0}
    listing = {"assignee": "", "room_number": ""}
    where = f"k.hotel = :hotel AND {tasks.STATES[None]} AND {tasks.OF_ASSIGNEE}"
    to_do = f"{tasks.WITH_ROOM} WHERE {where} ORDER BY k.id LIMIT 20"
    latest = to_do.replace(tasks.STATES[None], tasks.STATES[TaskStatus.DONE]).replace("k.id LIMIT", "k.id DESC LIMIT")
    of_room = to_do.replace("ORDER BY", f"AND {tasks.IN_ROOM} ORDER BY")
    plans = {
        "one room": plan(crowded, rooms.ONE, **hotel, room_number="7"),
        "rooms list": plan(crowded, rooms.LIST, **hotel, **filters, **page),
        "rooms count": plan(crowded, rooms.COUNT, **hotel, **filters),
        "rooms of a type": plan(crowded, rooms.OF_TYPE, **hotel, room_type="DBL"),
        "rooms of a hotel": plan(crowded, rooms.ALL, **hotel),
        "history": plan(crowded, rooms.HISTORY, **hotel, subject="room/bulk-7/7", **page),
        "history count": plan(crowded, rooms.HISTORY_COUNT, **hotel, subject="room/bulk-7/7"),
        "periods of a room": plan(crowded, periods.ON_NIGHTS, **hotel, room=room.id, **nights),
        "periods of a hotel": plan(crowded, periods.IN_HOTEL, **hotel, **nights),
        "periods of a hotel from a night on": plan(crowded, periods.IN_HOTEL, **hotel, first=day(1), until=None),
        "stay of a booking": plan(crowded, periods.OF_BOOKINGS, hotels=["bulk-7"], ids=["BK-1-1"]),
        "what a booking has": plan(crowded, held_rooms.WITH_OWN_ROOM, **hotel, booking_id="BK-1-1"),
        "what a booking has, and a room": plan(
            crowded, held_rooms.WITH_ROOM, **hotel, booking_id="BK-1-1", room_number="7"
        ),
        "blocks": plan(crowded, periods.BLOCKS, **hotel, room=room.id, first=day(0)),
        "block views": plan(crowded, periods.BLOCK_VIEWS, **hotel, room=room.id, first=day(0)),
        "task": plan(crowded, tasks.ONE, **hotel, id=1),
        "tasks to do": plan(crowded, to_do, **hotel, **listing),
        "tasks done": plan(crowded, latest, **hotel, **listing),
        "tasks of a room": plan(crowded, of_room, **hotel, assignee="", room_number="7"),
        "start of a task": plan(crowded, tasks.START, **hotel, room=room.id, by=None, now=day(0)),
        "close of a task": plan(crowded, tasks.CLOSE, **hotel, room=room.id, by=None, now=day(0)),
    }

    filled = ("room", "period", "cleaning_task", "audit")
    scanned = {name: text for name, text in plans.items() if any(f"Seq Scan on {table} " in text for table in filled)}
    assert scanned == {}
    assert "period_no_room_twice" in plans["periods of a hotel from a night on"]
    assert "cleaning_task_to_do" in plans["tasks to do"]


def test_a_hot_query_without_its_index_would_scan(crowded: RoomsUnderTest) -> None:
    """The negative control: the check detects a scan."""
    with crowded.engine.connect() as connection:
        connection.exec_driver_sql("DROP INDEX cleaning_task_to_do, cleaning_task_of_room, cleaning_task_done")
        connection.exec_driver_sql("ALTER TABLE cleaning_task DROP CONSTRAINT cleaning_task_pkey")
        explained = "\n".join(
            connection.execute(
                sa.text("EXPLAIN SELECT * FROM cleaning_task WHERE hotel = 'bulk-7' AND done_at IS NOT NULL LIMIT 20")
            ).scalars()
        )
        connection.rollback()

    assert "Seq Scan on cleaning_task " in explained


def test_the_statements_of_a_query_do_not_grow_with_the_hotel(crowded: RoomsUnderTest) -> None:
    crowded.hotel, small = "bulk-7", crowded.rows("SELECT slug FROM hotel WHERE slug NOT LIKE 'bulk-%'")[0].slug

    def cost(ask: Ask[Any]) -> int:
        with crowded.statements() as sent:
            crowded.ask(ask)
        return len(sent)

    def costs(hotel: str, number: str) -> dict[str, int]:
        return {
            "rooms": cost(ListRooms(hotel=hotel, page=Page(page_size=100))),
            "free rooms": cost(FindFreeRooms(hotel=hotel, check_in=day(0), check_out=day(9))),
            "history": cost(GetRoomHistory(hotel=hotel, room_number=number)),
            "blocks": cost(ListBlocks(hotel=hotel, room_number=number)),
            "tasks": cost(ListTasks(hotel=hotel, status=TaskStatus.DONE, page=Page(page_size=100))),
        }

    assert costs("bulk-7", "7") == {"rooms": 2, "free rooms": 3, "history": 3, "blocks": 3, "tasks": 2}
    assert costs(small, "101") == {"rooms": 2, "free rooms": 3, "history": 3, "blocks": 3, "tasks": 3}


def test_the_statements_of_a_change_are_few_and_constant(service: RoomsUnderTest) -> None:
    def cost(ask: Ask[Any]) -> int:
        with service.statements() as sent:
            service.ask(ask)
        return len(sent)

    service.hold("BK-A", 0, 1)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.ask(service.moving_out("BK-A", day(0)))
    service.hold("BK-B", 3, 5)
    [task] = service.ask(ListTasks(hotel=service.hotel)).results
    turned = ChangeRoomStatus(hotel=service.hotel, room_number="102", to_status=RoomStatus.MAINTENANCE_REQUIRED)

    assert {
        "block": cost(BlockRoom(hotel=service.hotel, room_number="102", starts_on=day(1), until=day(30))),
        "unblock": cost(UnblockRoom(hotel=service.hotel, room_number="102")),
        "start": cost(StartTask(hotel=service.hotel, task_id=task.id)),
        "finish": cost(FinishTask(hotel=service.hotel, task_id=task.id)),
        "turn": cost(turned),
        "the same again": cost(turned),
        "candidates": cost(FindCandidates(hotel=service.hotel, booking_id="BK-B")),
    } == {"block": 6, "unblock": 7, "start": 7, "finish": 7, "turn": 5, "the same again": 2, "candidates": 5}
