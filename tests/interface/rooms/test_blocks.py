"""Blocks: the room, the counters and the events change together; a block never overlaps a stay."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.blocks import BlockRoom, ListBlocks, RoomBlock, RoomBlocks, UnblockRoom
from contracts.rooms.events import AvailabilityChanged, RoomBlocked, RoomStatus, RoomUnblocked
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Permission, Stay
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, at_once, day, staff

CLIENTS = 40

pytestmark = pytest.mark.usefixtures("consistent_capacity")


def blocking(service: RoomsUnderTest, first: int = 1, until: int = 3, **overrides: Any) -> BlockRoom:
    params: dict[str, Any] = {
        "hotel": service.hotel,
        "room_number": "101",
        "starts_on": day(first),
        "until": day(until),
        "reason": "painters, ask for Tom",
    }
    return BlockRoom(**(params | overrides))


def block(service: RoomsUnderTest, first: int = 1, until: int = 3, **overrides: Any) -> RoomBlock:
    return service.ask(blocking(service, first, until, **overrides), caller=staff(service, Permission.MANAGE_ROOMS))


def unblocking(service: RoomsUnderTest, **overrides: Any) -> UnblockRoom:
    return UnblockRoom(**({"hotel": service.hotel, "room_number": "101"} | overrides))


def listed(service: RoomsUnderTest, number: str = "101") -> RoomBlocks:
    return service.ask(ListBlocks(hotel=service.hotel, room_number=number))


def turned(service: RoomsUnderTest, to: RoomStatus, **more: Any) -> ChangeRoomStatus:
    return ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=to, **more)


def test_a_blocked_room_is_neither_counted_nor_assigned_on_those_nights(service: RoomsUnderTest) -> None:
    made = block(service)

    assert service.capacity()[:5] == [2, 1, 1, 2, 2]
    assert listed(service).blocks == (made,)
    assert made.blocked_by
    assert made.blocked_by.id == "7"
    service.hold("BK-A", 2, 4)
    assert service.refusal(service.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"
    service.hold("BK-B", 3, 5)
    service.give("BK-B", "101")


def test_the_events_of_a_block_have_its_nights_and_not_its_reason(service: RoomsUnderTest) -> None:
    made = block(service)
    service.ask(unblocking(service, block_id=made.id))

    blocked, lifted = service.events(RoomBlocked, RoomUnblocked)
    assert (blocked.starts_on, blocked.until, blocked.out_of_order) == (day(1), day(3), False)
    assert (lifted.block_id, lifted.free_from, lifted.until) == (blocked.block_id, day(1), day(3))
    assert [fact.room_types for fact in service.events(AvailabilityChanged)[1:]] == [("DBL",), ("DBL",)]
    assert service.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%Tom%'") == []
    trail = service.rows(
        "SELECT what, from_status, to_status, why FROM audit WHERE subject = :s ORDER BY sequence", s=f"block/{made.id}"
    )
    assert [tuple(row) for row in trail] == [
        ("RoomBlocked", None, "BLOCKED", ""),
        ("RoomUnblocked", "BLOCKED", "LIFTED", ""),
    ]


def test_a_block_without_a_start_begins_today(service: RoomsUnderTest) -> None:
    assert block(service, starts_on=None).starts_on == day(0)


@pytest.mark.parametrize(("first", "until"), [(-1, 3), (2, 2), (3, 1)])
def test_a_block_without_a_future_night_is_refused(service: RoomsUnderTest, first: int, until: int) -> None:
    assert service.refusal(blocking(service, first, until)).code == "VALIDATION_ERROR"


def test_a_block_on_a_stay_or_on_another_block_is_refused(service: RoomsUnderTest) -> None:
    made = block(service)
    service.hold("BK-A", 5, 7)
    service.give("BK-A", "101")

    upon_a_stay = service.refusal(blocking(service, 4, 6))
    upon_a_block = service.refusal(blocking(service, 2, 4))

    assert (upon_a_stay.code, upon_a_stay.details["conflicts"]) == ("ROOM_OVERLAP_CONFLICT", ["BK-A"])
    assert (upon_a_block.code, upon_a_block.details["blocks"]) == ("ROOM_OVERLAP_CONFLICT", [made.id])
    block(service, 3, 5)  # next to both


def test_an_overstaying_guest_has_the_room_tonight(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 1)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=11)

    assert service.refusal(blocking(service, 1, 3)).details["conflicts"] == ["BK-A"]
    block(service, 2, 3)


def test_a_block_of_a_room_that_is_needed_is_refused_with_the_nights(service: RoomsUnderTest) -> None:
    for booking, first, until in (("BK-A", 0, 3), ("BK-B", 1, 2), ("BK-C", 2, 4)):
        service.hold(booking, first, until)

    refused = service.refusal(blocking(service, 0, 5))

    assert refused.code == "WOULD_OVERSELL"
    assert refused.details["nights"] == [day(1).isoformat(), day(2).isoformat()]
    assert service.capacity() == [2] * 10
    assert listed(service).blocks == ()
    assert service.events(RoomBlocked, AvailabilityChanged)[1:] == []


def test_a_block_beyond_the_counted_nights_counts_when_those_nights_are_counted(service: RoomsUnderTest) -> None:
    block(service, 738, 742)

    service.unit_of_work.moment = START + timedelta(days=3)
    with service.unit_of_work.begin() as work:
        work.nights.extend(service.hotel, first=day(738), through=day(740))

    assert [row.capacity for row in service.rows(
        "SELECT capacity FROM night n JOIN room_type t ON t.id = n.room_type_id"
        " WHERE t.code = 'DBL' AND night > :last ORDER BY night", last=day(737),
    )] == [1, 1, 1]  # fmt: skip


def test_the_end_of_a_block_frees_its_remaining_nights(service: RoomsUnderTest) -> None:
    made = block(service, 0, 4)
    service.unit_of_work.moment = START + timedelta(days=2)

    left = service.ask(unblocking(service, block_id=made.id))

    assert left.blocks == ()
    assert service.capacity()[:5] == [1, 1, 2, 2, 2]
    assert service.events(RoomUnblocked)[0].free_from == day(2)
    assert service.refusal(unblocking(service, block_id=made.id)).code == "BLOCK_NOT_FOUND"


def test_unblocking_by_dates_leaves_the_other_blocks(service: RoomsUnderTest) -> None:
    block(service, 1, 3)
    later = block(service, 6, 8)

    left = service.ask(unblocking(service, starts_on=day(2), until=day(6)))

    assert left.blocks == (later,)
    assert service.ask(unblocking(service)).blocks == ()
    assert service.ask(unblocking(service)).blocks == ()
    assert service.capacity() == [2] * 10


def test_an_out_of_order_block_ends_with_the_status_only(service: RoomsUnderTest) -> None:
    other = block(service, 5, 7)
    service.ask(turned(service, RoomStatus.OUT_OF_ORDER, until=day(3), note="boiler"))
    [mine] = [listed_block for listed_block in listed(service).blocks if listed_block.out_of_order]

    assert (mine.starts_on, mine.until, mine.reason) == (day(0), day(3), "boiler")
    assert service.refusal(unblocking(service, block_id=mine.id)).code == "ROOM_OUT_OF_ORDER"
    assert service.ask(unblocking(service, starts_on=day(0), until=day(2))).blocks == (mine, other)
    service.ask(turned(service, RoomStatus.CHECKOUT_DIRTY))
    assert listed(service).blocks == (other,)
    assert service.capacity()[:8] == [2, 2, 2, 2, 2, 1, 1, 2]


def test_a_late_return_to_order_ends_the_past_block(service: RoomsUnderTest) -> None:
    service.ask(turned(service, RoomStatus.OUT_OF_ORDER, until=day(2)))
    service.unit_of_work.moment = START + timedelta(days=5)

    service.ask(turned(service, RoomStatus.READY_FOR_GUEST))

    assert listed(service).blocks == ()
    assert service.rows("SELECT 1 FROM period WHERE live") == []
    assert service.events(RoomUnblocked) == []


def test_a_block_needs_the_permission_to_manage_rooms(service: RoomsUnderTest) -> None:
    cleaner = staff(service, Permission.CLEAN, Permission.INSPECT)
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(Permission))

    assert service.refusal(blocking(service), caller=cleaner).code == "PERMISSION_DENIED"
    assert service.refusal(unblocking(service), caller=cleaner).code == "PERMISSION_DENIED"
    assert service.refusal(blocking(service), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert service.refusal(blocking(service), caller=Caller()).code == "PERMISSION_DENIED"
    assert service.refusal(blocking(service, room_number="9")).code == "ROOM_NOT_FOUND"
    assert service.refusal(blocking(service), if_match=(9,)).code == "VERSION_MISMATCH"


def test_of_concurrent_blocks_and_assignments_of_a_room_one_succeeds(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=tuple(str(n) for n in range(101, 101 + CLIENTS))),))
    for n in range(0, CLIENTS, 2):
        service.hold(f"BK-{n}", n % 3, 3)

    answers = at_once(
        [
            lambda n=n: service.ask(blocking(service, 2, 4)) if n % 2 else service.give(f"BK-{n}", "101")  # type: ignore[misc]
            for n in range(CLIENTS)
        ]
    )

    refused = {answer.code for answer in answers if isinstance(answer, Refusal)}
    assert len([answer for answer in answers if not isinstance(answer, Refusal)]) == 1
    assert refused <= {"ROOM_OVERLAP_CONFLICT", "ROOM_NOT_BOOKABLE"}
    assert len(service.rows("SELECT id FROM period WHERE live")) == 1


def test_without_constraint_and_lock_a_stay_and_a_block_would_overlap(service: RoomsUnderTest) -> None:
    """The negative control: a read, then a write, on a copy of the table without the exclusion constraint."""
    with service.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE naive_period (kind text, nights daterange)"))
    together = threading.Barrier(2)
    nights = {"first": day(0), "until": day(2)}

    def take(kind: str) -> bool:
        with service.engine.begin() as connection:
            looked = "SELECT count(*) FROM naive_period WHERE nights && daterange(:first, :until)"
            free = connection.execute(sa.text(looked), nights).scalar_one() == 0
            together.wait(timeout=10)
            wrote = "INSERT INTO naive_period VALUES (:kind, daterange(:first, :until))"
            connection.execute(sa.text(wrote), nights | {"kind": kind})
            return free

    try:
        assert at_once([lambda: take("STAY"), lambda: take("BLOCK")]) == [True, True]
        assert service.rows("SELECT count(*) FROM naive_period")[0][0] == 2
    finally:
        with service.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE naive_period"))


def test_the_constraint_alone_refuses_an_overlapping_block(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    with service.unit_of_work.begin() as work:
        [room] = work.rooms.named(service.hotel, ids=(), numbers=("101",))

    with pytest.raises(Refusal) as refused, service.unit_of_work.begin() as work:
        work.periods.begin_block(room, nights=Stay(day(1), day(9)), reason="", out_of_order=False, now=work.now)

    assert refused.value.code == "ROOM_OVERLAP_CONFLICT"


def test_an_out_of_order_room_has_one_block(service: RoomsUnderTest) -> None:
    service.ask(turned(service, RoomStatus.OUT_OF_ORDER, until=day(2)))

    with pytest.raises(sa.exc.IntegrityError, match="period_one_out_of_order"), service.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO period (hotel, room_id, kind, nights, out_of_order, began_at)"
                " SELECT hotel, room_id, kind, daterange(:first, :until), true, began_at FROM period WHERE live"
            ),
            {"first": day(5), "until": day(6)},
        )
