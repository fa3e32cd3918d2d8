"""A block keeps a room from everybody and off the counters, in one transaction; never beside a stay."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms import (
    AvailabilityChanged,
    BlockRoom,
    ChangeRoomStatus,
    ListBlocks,
    RoomBlock,
    RoomBlocked,
    RoomBlocks,
    RoomStatus,
    RoomUnblocked,
    UnblockRoom,
)
from contracts.values import Caller, Permission, Stay
from tests.interface.rooms.house import START, House, a_type, at_once, day, staff

CLIENTS = 40

pytestmark = pytest.mark.usefixtures("fitting")


def blocking(house: House, first: int = 1, until: int = 3, **overrides: Any) -> BlockRoom:
    asked: dict[str, Any] = {
        "hotel": house.hotel,
        "room_number": "101",
        "starts_on": day(first),
        "until": day(until),
        "reason": "painters, ask for Tom",
    }
    return BlockRoom(**(asked | overrides))


def block(house: House, first: int = 1, until: int = 3, **overrides: Any) -> RoomBlock:
    return house.ask(blocking(house, first, until, **overrides), caller=staff(house, Permission.MANAGE_ROOMS))


def unblocking(house: House, **overrides: Any) -> UnblockRoom:
    return UnblockRoom(**({"hotel": house.hotel, "room_number": "101"} | overrides))


def listed(house: House, number: str = "101") -> RoomBlocks:
    return house.ask(ListBlocks(hotel=house.hotel, room_number=number))


def turned(house: House, to: RoomStatus, **more: Any) -> ChangeRoomStatus:
    return ChangeRoomStatus(hotel=house.hotel, room_number="101", to_status=to, **more)


def test_a_blocked_room_is_off_the_counters_on_those_nights_and_is_given_to_nobody(house: House) -> None:
    made = block(house)

    assert house.capacity()[:5] == [2, 1, 1, 2, 2]
    assert listed(house).blocks == (made,)
    assert made.blocked_by
    assert made.blocked_by.name == "Aoife"
    house.hold("BK-A", 2, 4)
    assert house.refusal(house.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"
    house.hold("BK-B", 3, 5)
    house.give("BK-B", "101")


def test_the_facts_say_which_nights_and_never_why(house: House) -> None:
    made = block(house)
    house.ask(unblocking(house, block_id=made.id))

    blocked, lifted = house.events(RoomBlocked, RoomUnblocked)
    assert (blocked.starts_on, blocked.until, blocked.out_of_order) == (day(1), day(3), False)
    assert (lifted.block_id, lifted.free_from, lifted.until) == (blocked.block_id, day(1), day(3))
    assert [fact.room_types for fact in house.events(AvailabilityChanged)] == [("DBL",), ("DBL",)]
    assert house.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%Tom%'") == []
    trail = house.rows("SELECT what, why FROM audit WHERE subject = :s ORDER BY sequence", s=f"block/{made.id}")
    assert [tuple(row) for row in trail] == [("RoomBlocked", "painters, ask for Tom"), ("RoomUnblocked", "")]


def test_without_a_beginning_a_block_begins_today(house: House) -> None:
    assert block(house, starts_on=None).starts_on == day(0)


@pytest.mark.parametrize(("first", "until"), [(-1, 3), (2, 2), (3, 1)])
def test_a_block_of_no_night_to_come_is_refused(house: House, first: int, until: int) -> None:
    assert house.refusal(blocking(house, first, until)).code == "VALIDATION_ERROR"


def test_a_block_stands_neither_on_a_stay_nor_on_another_block(house: House) -> None:
    made = block(house)
    house.hold("BK-A", 5, 7)
    house.give("BK-A", "101")

    upon_a_stay = house.refusal(blocking(house, 4, 6))
    upon_a_block = house.refusal(blocking(house, 2, 4))

    assert (upon_a_stay.code, upon_a_stay.details["conflicts"]) == ("ROOM_OVERLAP_CONFLICT", ["BK-A"])
    assert (upon_a_block.code, upon_a_block.details["blocks"]) == ("ROOM_OVERLAP_CONFLICT", [made.id])
    block(house, 3, 5)  # next to both


def test_a_guest_who_should_have_left_still_has_the_room_tonight(house: House) -> None:
    house.hold("BK-A", 0, 1)
    house.give("BK-A", "101")
    house.move_in("BK-A")
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=11)

    assert house.refusal(blocking(house, 1, 3)).details["conflicts"] == ["BK-A"]
    block(house, 2, 3)


def test_a_block_of_what_is_needed_is_refused_with_the_nights_and_changes_nothing(house: House) -> None:
    for booking, first, until in (("BK-A", 0, 3), ("BK-B", 1, 2), ("BK-C", 2, 4)):
        house.hold(booking, first, until)

    refused = house.refusal(blocking(house, 0, 5))

    assert refused.code == "WOULD_OVERSELL"
    assert refused.details["nights"] == [day(1).isoformat(), day(2).isoformat()]
    assert house.capacity() == [2] * 10
    assert listed(house).blocks == ()
    assert house.events(RoomBlocked, AvailabilityChanged) == []


def test_a_block_beyond_what_is_on_sale_counts_when_those_nights_come(house: House) -> None:
    block(house, 731, 735)

    house.unit_of_work.moment = START + timedelta(days=3)
    with house.unit_of_work.begin() as work:
        work.nights.extend(house.hotel, first=day(731), through=day(733))

    assert [row.capacity for row in house.rows(
        "SELECT capacity FROM night n JOIN room_type t ON t.id = n.room_type_id"
        " WHERE t.code = 'DBL' AND night > :last ORDER BY night", last=day(730),
    )] == [1, 1, 1]  # fmt: skip


def test_lifting_gives_back_what_is_left(house: House) -> None:
    made = block(house, 0, 4)
    house.unit_of_work.moment = START + timedelta(days=2)

    left = house.ask(unblocking(house, block_id=made.id))

    assert left.blocks == ()
    assert house.capacity()[:5] == [1, 1, 2, 2, 2]
    assert house.events(RoomUnblocked)[0].free_from == day(2)
    assert house.refusal(unblocking(house, block_id=made.id)).code == "BLOCK_NOT_FOUND"


def test_lifting_by_dates_leaves_the_other_blocks(house: House) -> None:
    block(house, 1, 3)
    later = block(house, 6, 8)

    left = house.ask(unblocking(house, starts_on=day(2), until=day(6)))

    assert left.blocks == (later,)
    assert house.ask(unblocking(house)).blocks == ()
    assert house.ask(unblocking(house)).blocks == ()
    assert house.capacity() == [2] * 10


def test_out_of_order_is_a_block_that_ends_with_the_status_alone(house: House) -> None:
    other = block(house, 5, 7)
    house.ask(turned(house, RoomStatus.OUT_OF_ORDER, until=day(3), note="boiler"))
    [mine] = [one for one in listed(house).blocks if one.out_of_order]

    assert (mine.starts_on, mine.until, mine.reason) == (day(0), day(3), "boiler")
    assert house.refusal(unblocking(house, block_id=mine.id)).code == "ROOM_OUT_OF_ORDER"
    assert house.ask(unblocking(house, starts_on=day(0), until=day(2))).blocks == (mine, other)
    house.ask(turned(house, RoomStatus.CHECKOUT_DIRTY))
    assert listed(house).blocks == (other,)
    assert house.capacity()[:8] == [2, 2, 2, 2, 2, 1, 1, 2]


def test_a_room_that_comes_back_late_lifts_what_is_over(house: House) -> None:
    house.ask(turned(house, RoomStatus.OUT_OF_ORDER, until=day(2)))
    house.unit_of_work.moment = START + timedelta(days=5)

    house.ask(turned(house, RoomStatus.READY_FOR_GUEST))

    assert listed(house).blocks == ()
    assert house.rows("SELECT 1 FROM period WHERE live") == []
    assert house.events(RoomUnblocked) == []


def test_only_who_manages_rooms_blocks_them(house: House) -> None:
    cleaner = staff(house, Permission.CLEAN, Permission.INSPECT)
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(Permission))

    assert house.refusal(blocking(house), caller=cleaner).code == "PERMISSION_DENIED"
    assert house.refusal(unblocking(house), caller=cleaner).code == "PERMISSION_DENIED"
    assert house.refusal(blocking(house), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert house.refusal(blocking(house), caller=Caller()).code == "PERMISSION_DENIED"
    assert house.refusal(blocking(house, room_number="9")).code == "ROOM_NOT_FOUND"
    assert house.refusal(blocking(house), if_match=(9,)).code == "VERSION_MISMATCH"


def test_of_many_who_block_and_give_one_room_at_once_one_gets_it(house: House) -> None:
    house.import_hotel(room_types=(a_type(rooms=tuple(str(n) for n in range(101, 101 + CLIENTS))),))
    for n in range(0, CLIENTS, 2):
        house.hold(f"BK-{n}", n % 3, 3)

    answers = at_once(
        [
            lambda n=n: house.ask(blocking(house, 2, 4)) if n % 2 else house.give(f"BK-{n}", "101")  # type: ignore[misc]
            for n in range(CLIENTS)
        ]
    )

    refused = {answer.code for answer in answers if isinstance(answer, Refusal)}
    assert len([answer for answer in answers if not isinstance(answer, Refusal)]) == 1
    assert refused <= {"ROOM_OVERLAP_CONFLICT", "ROOM_NOT_BOOKABLE"}
    assert len(house.rows("SELECT id FROM period WHERE live")) == 1


def test_without_constraint_and_lock_a_stay_and_a_block_would_share_a_room(house: House) -> None:
    """The negative control: look, then write, on a copy of the table that lacks only the exclusion constraint."""
    with house.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE naive_period (kind text, nights daterange)"))
    together = threading.Barrier(2)
    nights = {"first": day(0), "until": day(2)}

    def take(kind: str) -> bool:
        with house.engine.begin() as connection:
            looked = "SELECT count(*) FROM naive_period WHERE nights && daterange(:first, :until)"
            free = connection.execute(sa.text(looked), nights).scalar_one() == 0
            together.wait(timeout=10)
            wrote = "INSERT INTO naive_period VALUES (:kind, daterange(:first, :until))"
            connection.execute(sa.text(wrote), nights | {"kind": kind})
            return free

    try:
        assert at_once([lambda: take("STAY"), lambda: take("BLOCK")]) == [True, True]
        assert house.rows("SELECT count(*) FROM naive_period")[0][0] == 2
    finally:
        with house.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE naive_period"))


def test_the_constraint_alone_refuses_a_block_that_slipped_past_the_check(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")
    [stay] = house.rows("SELECT room_id FROM period WHERE live")

    with pytest.raises(Refusal) as refused, house.unit_of_work.begin() as work:
        work.periods.block(
            stay.room_id, "101", nights=Stay(day(1), day(9)), reason="", out_of_order=False, now=work.now
        )

    assert refused.value.code == "ROOM_OVERLAP_CONFLICT"


def test_a_room_is_out_of_order_once(house: House) -> None:
    house.ask(turned(house, RoomStatus.OUT_OF_ORDER, until=day(2)))

    with pytest.raises(sa.exc.IntegrityError, match="period_one_out_of_order"), house.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO period (room_id, kind, nights, out_of_order, began_at)"
                " SELECT room_id, kind, daterange(:first, :until), true, began_at FROM period WHERE live"
            ),
            {"first": day(5), "until": day(6)},
        )
