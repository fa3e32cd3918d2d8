"""The judge reports every kind of lost or doubled write of a stay."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.chaos.client.acknowledgements import AcknowledgedRoomChange, ClientAct, StayRecord
from sandbox.chaos.judge.reading import StayReading
from sandbox.chaos.judge.room_checks import check_rooms
from sandbox.chaos.judge.stay_checks import check_stay
from tests.sandbox.chaos.example_stay import KINDS, feed, reading, record, without


def checks(stay: StayRecord, actual: StayReading) -> set[str]:
    return {violation.check for violation in check_stay(stay, actual)}


def test_a_stay_that_went_well_breaks_nothing() -> None:
    assert checks(record(), reading()) == set()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("BookingAwaitsApproval", "BookingConfirmed")])
def test_an_acknowledged_command_without_its_event_is_a_lost_write(kind: str) -> None:
    violations = list(check_stay(record(), without(kind)))

    assert [(each.check, each.lost_write) for each in violations] == [("acknowledged command is there", True)]
    assert kind in violations[0].what


@pytest.mark.parametrize(
    ("actual", "check"),
    [
        (StayReading(same_address=1), "acknowledged booking is there"),
        (replace(reading(), problem="its events: 500"), "acknowledged booking is there"),
        (reading(status="IN_HOUSE"), "acknowledged status is there"),
        (reading(version=7), "acknowledged state is there"),
        (reading(total_amount="128.00"), "acknowledged field is there"),
        (reading(assigned_room_number="102"), "acknowledged field is there"),
        (reading(internal_notes=None), "acknowledged field is there"),
        (replace(reading(), same_address=0), "one key, one effect"),
        (replace(reading(), same_address=2), "one key, one effect"),
        (replace(reading(), feed=feed(*KINDS)[:-1]), "feed is 1..n"),
        (replace(reading(), feed=(feed(*KINDS)[0], *feed(*KINDS)[2:])), "feed is 1..n"),
        (replace(reading(), feed=(), last_sequence=0), "feed is 1..n"),
        (replace(reading(), feed=feed(*KINDS, "BookingApproved"), last_sequence=len(KINDS) + 1), "one key, one effect"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_broken_promise_is_reported(actual: StayReading, check: str) -> None:
    assert check in checks(record(), actual)


def test_a_paid_booking_that_waits_for_payment_is_reported() -> None:
    stay = record()
    stay.acknowledged = stay.acknowledged[:3]
    kinds = KINDS[:2]
    actual = replace(reading(status="PENDING_PAYMENT"), feed=feed(*kinds), last_sequence=2)

    assert checks(stay, actual) == {"paid booking goes on"}


def test_a_create_that_nobody_answered_makes_at_most_one_booking() -> None:
    stay = StayRecord(1, "hotel-killarney", "a@guest.example", unknown_outcomes={ClientAct.CREATED})

    results = [checks(stay, StayReading(same_address=count)) for count in (0, 1, 2)]

    assert results == [set(), set(), {"one key, one effect"}]


def test_a_command_that_was_refused_makes_no_booking() -> None:
    stay = StayRecord(1, "hotel-killarney", "a@guest.example")

    assert checks(stay, StayReading(same_address=1)) == {"one key, one effect"}


def test_a_command_without_an_answer_excuses_the_status_but_not_a_second_event() -> None:
    stay = record()
    stay.acknowledged.pop()
    stay.unknown_outcomes = {ClientAct.CHECKED_OUT}

    assert checks(stay, reading()) == set()
    assert checks(stay, without("GuestCheckedOut")) == set()
    twice = replace(reading(), feed=feed(*KINDS, "GuestCheckedOut"), last_sequence=len(KINDS) + 1)
    assert checks(stay, twice) == {"one key, one effect"}


def history(*statuses: str) -> Callable[[str, str], list[str]]:
    return lambda hotel, room: list(statuses)


def test_an_acknowledged_room_status_that_its_history_lacks_is_a_lost_write() -> None:
    changes = [AcknowledgedRoomChange(float(at), "hotel-killarney", "101", "READY_FOR_GUEST") for at in (1, 2)]

    assert list(check_rooms(changes, history("READY_FOR_GUEST", "CHECKOUT_DIRTY", "READY_FOR_GUEST"))) == []
    [violation] = check_rooms(changes, history("READY_FOR_GUEST"))
    assert (violation.subject, violation.lost_write, violation.at) == ("hotel-killarney/101", True, 2)
