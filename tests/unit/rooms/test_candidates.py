"""Which rooms suit a booking, and in which order."""

from contracts.rooms import RoomStatus
from contracts.values import Stay
from services.rooms.domain.candidates import Candidate, ranked
from services.rooms.domain.inventory import Hold
from tests.unit.rooms.builders import SUITE, TODAY, a_hold, a_room, a_stay, day

LATER = Stay(day(20), day(22))


def found(*rooms: object, hold: Hold | None = None, strict: bool = False, **more: object) -> list[Candidate]:
    asked = {"taken": [], "full_types": ()} | more
    return list(ranked(rooms, hold or a_hold(), today=TODAY, strict_room_type=strict, **asked))  # type: ignore[arg-type]


def numbers(candidates: list[Candidate]) -> list[str]:
    return [one.room.room_number for one in candidates]


ROOMS = [
    a_room(id=1, room_number="110"),
    a_room(id=2, room_number="20"),
    a_room(id=3, room_number="103", status=RoomStatus.CHECKOUT_DIRTY),
    a_room(id=4, room_number="104", room_type_id=SUITE),
    a_room(id=5, room_number="105"),
    a_room(id=6, room_number="106", status=RoomStatus.OCCUPIED, occupied_by="BK-2"),
    a_room(id=7, room_number="107", is_active=False),
    a_room(id=8, room_number="108", status=RoomStatus.MAINTENANCE_REQUIRED),
]


def test_for_tonight_the_nearest_to_ready_of_the_type_come_first() -> None:
    assert numbers(found(*ROOMS, taken=[a_stay(room_id=5)])) == ["20", "110", "103", "108", "104"]


def test_for_a_later_stay_it_does_not_matter_who_has_to_clean_today() -> None:
    assert numbers(found(*ROOMS, hold=a_hold(stay=LATER))) == ["20", "103", "105", "106", "110", "108", "104"]


def test_each_says_how_it_fits_and_what_it_is_warned_of() -> None:
    told = {one.room.room_number: (one.warnings, one.explanation) for one in found(*ROOMS)}

    assert told["20"] == ((), "Of the booked type, ready.")
    assert told["103"] == (("ROOM_NOT_READY",), "Of the booked type, to be cleaned.")
    assert told["104"] == (("ROOM_TYPE_MISMATCH",), "Another type than booked, ready.")


def test_what_is_dirty_today_is_no_warning_for_a_later_stay() -> None:
    [one] = found(a_room(status=RoomStatus.CHECKOUT_DIRTY), hold=a_hold(stay=LATER))

    assert (one.warnings, one.explanation) == ((), "Of the booked type, today to be cleaned.")


def test_a_type_without_a_night_left_is_no_candidate_unless_the_booking_counts_on_it() -> None:
    suite = a_room(id=2, room_number="201", room_type_id=SUITE)
    own = a_stay(room_id=2, booking_id="BK-1")

    assert numbers(found(a_room(), suite, full_types={SUITE})) == ["101"]
    assert numbers(found(a_room(), suite, full_types={1, SUITE}, taken=[own])) == ["201"]
    assert numbers(found(a_room(), suite, full_types={1})) == ["101", "201"]


def test_a_strict_hotel_has_candidates_of_the_type_only() -> None:
    assert numbers(found(a_room(), a_room(id=2, room_number="201", room_type_id=SUITE), strict=True)) == ["101"]


def test_the_bookings_own_room_stays_a_candidate() -> None:
    assert len(found(a_room(), taken=[a_stay(booking_id="BK-1")])) == 1
