"""Extensions: repetition, races and recovery."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.overstays import AcknowledgeOverstay
from contracts.bookings.queries import GetBooking
from contracts.bookings.stays import CheckOut
from contracts.rooms.events import InventoryExtended
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.holds import ReleaseInventory
from services.bookings.handlers.action_completion import drive_stale_actions
from services.bookings.handlers.overstays import flag_overstays
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about
from tests.interface.bookings.test_overstays import incidents, staying
from tests.interface.bookings.test_races import at_once
from tests.interface.bookings.test_recovery import due
from tests.unit.bookings.builders import CHECK_OUT, HOTEL, eur

LATER = CHECK_OUT + timedelta(days=1)


def extend(service: BookingsUnderTest, booking_id: str, **how: Any) -> Any:
    return service.ask(ExtendBooking(**about(booking_id, **how or {"add_nights": 1})))


def extensions_asked(service: BookingsUnderTest) -> list[Any]:
    return [message for message in service.rooms.asks if isinstance(message, ExtendStay)]


@pytest.mark.parametrize("how", [{"add_nights": 1}, {"new_check_out": LATER}])
def test_an_extension_changes_dates_price_and_balance_together(service: BookingsUnderTest, how: dict[str, Any]) -> None:
    booking_id = staying(service)

    after = extend(service, booking_id, **how)

    assert (after.check_out, after.nights) == (LATER, 4)
    assert (after.total_amount, after.balance_due) == (eur(45780), eur(45780))  # it was booked without a card
    assert after.checkout_deadline_at.isoformat() == "2030-06-14T10:00:00+00:00"
    assert extensions_asked(service)[0].until == LATER
    assert service.stored(booking_id).total_amount == 45780
    assert service.ask(GetBooking(**about(booking_id))).total_amount == eur(45780)


def test_an_extension_whose_deadline_lies_ahead_resolves_the_overstay(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=90))
    service.tick(flag_overstays)
    service.ask(AcknowledgeOverstay(**about(booking_id)))

    after = extend(service, booking_id)

    assert service.events(booking_id)[-2:] == ["StayExtended", "OverstayResolved"]
    assert [(incident.status, incident.resolution) for incident in incidents(service, booking_id)] == [
        ("RESOLVED", "EXTENDED")
    ]
    assert not after.is_overstay
    service.at(after.checkout_deadline_at + timedelta(minutes=1))
    assert service.tick(flag_overstays)
    assert [incident.status for incident in incidents(service, booking_id)] == ["RESOLVED", "OPEN"]


def test_an_extension_with_a_passed_deadline_resolves_no_overstay(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(hours=30))
    service.tick(flag_overstays)

    after = extend(service, booking_id)

    assert (after.is_overstay, after.balance_due) == (True, eur(45780))
    assert [incident.status for incident in incidents(service, booking_id)] == ["OPEN"]


def test_a_repeated_date_or_key_is_one_extension(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    key = {"idempotency_key": "k", "fingerprint": "f"}

    first = service.answer(ExtendBooking(**about(booking_id, add_nights=1)), **key)
    replayed = service.answer(ExtendBooking(**about(booking_id, add_nights=1)), **key)
    extend(service, booking_id, new_check_out=LATER)

    assert (first.replayed, replayed.replayed) == (False, True)
    assert replayed.reply == first.reply
    assert service.events(booking_id).count("StayExtended") == 1
    assert len(extensions_asked(service)) == 1


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"add_nights": 1, "new_check_out": LATER}, "new_checkout_date"),
        ({"add_nights": None}, "new_checkout_date"),
        ({"add_nights": 0}, "add_nights"),
        ({"add_nights": 366}, "add_nights"),
        ({"new_check_out": CHECK_OUT - timedelta(days=1)}, "new_checkout_date"),
    ],
)
def test_an_invalid_extension_is_refused(service: BookingsUnderTest, how: dict[str, Any], field: str) -> None:
    booking_id = staying(service)

    with pytest.raises(Refusal) as caught:
        extend(service, booking_id, **how)

    assert (caught.value.code, caught.value.errors[0]["field"]) == ("VALIDATION_ERROR", field)


def test_only_a_stay_in_house_is_extended(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id

    with pytest.raises(Refusal) as caught:
        extend(service, booking_id)

    assert caught.value.code == "NOT_CHECKED_IN"


def test_a_refusal_by_rooms_reaches_the_caller_in_full_and_removes_the_intent(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    service.rooms.instead[ExtendStay] = Refusal(
        "EXTENSION_CONFLICT", "Taken.", conflicts=[{"booking_id": "BK-B"}], suggested_rooms=[{"room_number": "102"}]
    )

    with pytest.raises(Refusal) as caught:
        extend(service, booking_id)

    assert caught.value.details["suggested_rooms"] == [{"room_number": "102"}]
    stored = service.stored(booking_id)
    assert (stored.pending, stored.check_out) == (None, CHECK_OUT)


def test_two_extensions_at_once_are_neither_lost_nor_charged_twice(service: BookingsUnderTest) -> None:
    for _ in range(6):
        booking_id = staying(service)

        answers = at_once(*[lambda booking_id=booking_id: extend(service, booking_id)] * 2)

        done = [answer for answer in answers if not isinstance(answer, str)]
        stored = service.stored(booking_id)
        assert {answer for answer in answers if isinstance(answer, str)} <= {"ACTION_IN_PROGRESS"}
        assert stored.check_out == CHECK_OUT + timedelta(days=len(done))
        assert stored.balance_due == 34880 + 10900 * len(done)


def test_an_extension_and_a_check_out_at_once_both_end(service: BookingsUnderTest) -> None:
    for _ in range(6):
        booking_id = staying(service)

        answers = at_once(
            lambda booking_id=booking_id: extend(service, booking_id),
            lambda booking_id=booking_id: service.ask(CheckOut(**about(booking_id))),
        )

        codes = {answer for answer in answers if isinstance(answer, str)}
        assert codes <= {"ACTION_IN_PROGRESS", "NOT_CHECKED_IN"}
        assert len(codes) <= 1


def test_nights_added_to_a_stay_that_has_ended_are_released(service: BookingsUnderTest) -> None:
    """Nothing leads here while an action shuts everyone out; should anything ever, rooms is asked to undo it."""
    booking_id = staying(service)

    def meanwhile(message: ExtendStay) -> Any:
        service.rows(
            "UPDATE booking SET status = 'COMPLETED', ended_at = now(), in_house = NULL WHERE id = :id", id=booking_id
        )
        return service.rooms.answer(message)

    service.rooms.instead[ExtendStay] = meanwhile
    with pytest.raises(Refusal) as caught:
        extend(service, booking_id)
    assert caught.value.code == "BOOKING_ENDED"
    assert "StayExtended" not in service.events(booking_id)

    due(service)
    assert service.tick(drive_stale_actions)

    assert [message.booking_id for message in service.rooms.asks if isinstance(message, ReleaseInventory)] == [
        booking_id
    ]
    assert service.stored(booking_id).pending is None


def test_an_event_of_rooms_makes_the_pending_action_due(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    service.rooms.instead[ExtendStay] = Unavailable("the answer was lost")
    with pytest.raises(Unavailable):
        extend(service, booking_id)
    before = service.stored(booking_id).action_due_at

    service.deliver(
        InventoryExtended(
            booking_id=booking_id,
            hotel=HOTEL,
            room_type_code="DBL",
            first_night=CHECK_OUT,
            until=LATER,
            action_id=extensions_asked(service)[-1].action_id,
        )
    )

    assert (before - service.stored(booking_id).action_due_at).total_seconds() > 3


def test_extension_events_carry_no_personal_data_and_no_secret(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    extend(service, booking_id)

    [row] = service.rows("SELECT data FROM outbox WHERE type LIKE '%StayExtended%'")

    assert not {"guest", "terms", "price", "in_house"} & set(row.data)
