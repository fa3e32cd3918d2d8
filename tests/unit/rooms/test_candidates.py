"""The candidate rooms of a booking, and their order."""

from contracts.rooms.events import RoomStatus
from contracts.values import Stay
from services.rooms.domain.candidates import Candidate, ranked
from services.rooms.domain.holds import Hold
from tests.unit.rooms.builders import SUITE, TODAY, a_hold, a_room, a_stay, day

LATER = Stay(day(20), day(22))


def candidates(*rooms: object, hold: Hold | None = None, strict: bool = False, **more: object) -> list[Candidate]:
    params = {"periods": [], "full_types": (), "party": 2} | more
    return list(ranked(rooms, hold or a_hold(), today=TODAY, strict_room_type=strict, **params))  # type: ignore[arg-type]


def numbers(ranking: list[Candidate]) -> list[str]:
    return [candidate.room.room_number for candidate in ranking]


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


def test_for_tonight_the_rooms_of_the_type_come_first_by_readiness() -> None:
    assert numbers(candidates(*ROOMS, periods=[a_stay(room_id=5)])) == ["20", "110", "103", "108", "104"]


def test_for_a_later_stay_the_state_of_cleaning_today_does_not_matter() -> None:
    assert numbers(candidates(*ROOMS, hold=a_hold(stay=LATER))) == ["20", "103", "105", "106", "110", "108", "104"]


def test_a_candidate_has_an_explanation_and_warnings() -> None:
    by_number = {each.room.room_number: (each.warnings, each.explanation) for each in candidates(*ROOMS)}

    assert by_number["20"] == ((), "Of the booked type, ready.")
    assert by_number["103"] == (("ROOM_NOT_READY",), "Of the booked type, to be cleaned.")
    assert by_number["104"] == (("ROOM_TYPE_MISMATCH",), "Another type than booked, ready.")


def test_a_dirty_room_today_is_no_warning_for_a_later_stay() -> None:
    [one] = candidates(a_room(status=RoomStatus.CHECKOUT_DIRTY), hold=a_hold(stay=LATER))

    assert (one.warnings, one.explanation) == ((), "Of the booked type, today to be cleaned.")


def test_a_room_of_a_full_type_is_no_candidate_unless_the_booking_counts_on_that_type() -> None:
    suite = a_room(id=2, room_number="201", room_type_id=SUITE)
    own = a_stay(room_id=2, booking_id="BK-1")

    assert numbers(candidates(a_room(), suite, full_types={SUITE})) == ["101"]
    assert numbers(candidates(a_room(), suite, full_types={1, SUITE}, periods=[own])) == ["201"]
    assert numbers(candidates(a_room(), suite, full_types={1})) == ["101", "201"]


def test_a_strict_hotel_has_candidates_of_the_booked_type_only() -> None:
    assert numbers(candidates(a_room(), a_room(id=2, room_number="201", room_type_id=SUITE), strict=True)) == ["101"]


def test_the_room_of_the_booking_stays_a_candidate() -> None:
    assert len(candidates(a_room(), periods=[a_stay(booking_id="BK-1")])) == 1


def test_a_candidate_is_of_the_same_type_or_an_upgrade_or_another_room() -> None:
    dearer = a_room(id=2, room_number="201", room_type_id=SUITE, base_price=25000, max_occupancy=4)
    cheaper = a_room(id=3, room_number="301", room_type_id=3, base_price=8000, max_occupancy=4)

    ranking = candidates(cheaper, dearer, a_room())

    assert [(one.room.room_number, one.fit) for one in ranking] == [
        ("101", "same_type"),
        ("201", "upgrade"),
        ("301", "other"),
    ]
    assert ranking[1].explanation == "An upgrade, ready."


def test_rooms_that_are_too_small_for_the_party_come_last() -> None:
    small_suite = a_room(id=2, room_number="201", room_type_id=SUITE, base_price=25000, max_occupancy=2)
    large = a_room(id=3, room_number="301", room_type_id=3, base_price=8000, max_occupancy=4)

    ranking = candidates(a_room(), small_suite, large, party=3)

    assert numbers(ranking) == ["301", "101", "201"]
    assert [one.fit for one in ranking] == ["other", "same_type", "other"]
    assert ranking[1].warnings == ("ROOM_TOO_SMALL",)
    assert ranking[2].warnings == ("ROOM_TYPE_MISMATCH", "ROOM_TOO_SMALL")
    assert ranking[1].explanation == "Of the booked type, ready, sleeps only 2."
