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


def changed(act: ClientAct) -> StayRecord:
    """The stay with a night more."""
    stay = record()
    stay.acknowledge(act, total_amount="258.00", check_out="2026-12-01")
    return stay


@pytest.mark.parametrize("act", [ClientAct.CHANGED, ClientAct.CHANGE_PAID])
def test_a_changed_stay_is_as_the_change_was_answered(act: ClientAct) -> None:
    kinds = (*KINDS, "StayChanged")
    actual = reading(total_amount="258.00", check_out="2026-12-01")
    whole = replace(actual, feed=feed(*kinds), last_sequence=len(kinds))

    assert checks(changed(act), whole) == set()
    assert checks(changed(act), actual) == {"acknowledged command is there"}
    earlier = replace(whole, booking=reading(total_amount="129.00", check_out="2026-11-30").booking)
    assert checks(changed(act), earlier) == {"acknowledged field is there"}
    twice = replace(whole, feed=feed(*kinds, "StayChanged"), last_sequence=len(kinds) + 1)
    assert checks(changed(act), twice) == {"one key, one effect"}


def test_a_change_without_an_answer_excuses_the_total() -> None:
    stay = record()
    assert checks(stay, reading(total_amount="258.00")) == {"acknowledged field is there"}

    stay.unknown_outcomes = {ClientAct.CHANGED}
    assert checks(stay, reading(total_amount="258.00")) == set()


def test_a_check_in_that_was_taken_back_leaves_a_confirmed_booking() -> None:
    stay = record()
    stay.acknowledged.pop()
    stay.acknowledge(ClientAct.CHECK_IN_UNDONE)
    kinds = (*KINDS[:-1], "CheckInUndone")
    actual = replace(reading(status="CONFIRMED"), feed=feed(*kinds), last_sequence=len(kinds))

    assert checks(stay, actual) == set()
    in_house = replace(actual, booking=reading(status="IN_HOUSE").booking)
    assert checks(stay, in_house) == {"acknowledged status is there"}


def history(*statuses: str) -> Callable[[str, str], list[str]]:
    return lambda hotel, room: list(statuses)


def test_an_acknowledged_room_status_that_its_history_lacks_is_a_lost_write() -> None:
    changes = [AcknowledgedRoomChange(float(at), "hotel-killarney", "101", "READY_FOR_GUEST") for at in (1, 2)]

    assert list(check_rooms(changes, history("READY_FOR_GUEST", "CHECKOUT_DIRTY", "READY_FOR_GUEST"))) == []
    [violation] = check_rooms(changes, history("READY_FOR_GUEST"))
    assert (violation.subject, violation.lost_write, violation.at) == ("hotel-killarney/101", True, 2)
