"""The desired states that a batch of booking events leaves: of a booking's events, the last one counts."""

from collections.abc import Callable, Sequence

import pytest

from chassis.messaging.event_dispatcher import APPLIED, DispatchResult
from contracts.message import Envelope
from services.payments.work import PaymentsWork
from tests.interface.payments.payments_under_test import PaymentsUnderTest


def in_a_batch(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch, *publishing: Callable[[], object]
) -> list[DispatchResult]:
    """Apply the published events in one transaction."""
    envelopes: list[Envelope] = []

    def collect(given: Sequence[Envelope]) -> list[DispatchResult]:
        envelopes.extend(given)
        return [APPLIED]

    with monkeypatch.context() as collecting:
        collecting.setattr(service.event_dispatcher, "apply", collect)
        for publish in publishing:
            publish()
    return service.event_dispatcher.apply(envelopes)


def desired(service: PaymentsUnderTest, booking_id: str) -> tuple[str, int | None]:
    (row,) = service.sql("SELECT phase, fee FROM desired_state WHERE booking_id = :id", id=booking_id)
    return row["phase"], row["fee"]


def test_a_batch_about_two_bookings_leaves_a_state_and_a_convergence_for_each(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = service.authorised(), service.authorised()

    results = in_a_batch(service, monkeypatch, lambda: service.approve(one), lambda: service.cancel(other))

    assert results == [APPLIED, APPLIED]
    assert (desired(service, one), desired(service, other)) == (("APPROVED", None), ("ENDED", 0))
    service.run_until_idle()
    assert (service.status(one), service.status(other)) == ("CAPTURED", "VOIDED")


def test_of_the_events_of_a_booking_in_a_batch_the_last_one_counts(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = service.authorised()

    results = in_a_batch(
        service, monkeypatch, lambda: service.approve(booking_id), lambda: service.cancel(booking_id, fee=8000)
    )

    assert results == [APPLIED, APPLIED]
    assert desired(service, booking_id) == ("ENDED", 8000)
    service.run_until_idle()
    assert service.ledger(booking_id)[1:] == [("capture", 8000), ("void", 7000)]


def end_twice(service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int | None]:
    booking_id = service.authorised()
    in_a_batch(
        service,
        monkeypatch,
        lambda: service.cancel(booking_id, fee=8000),
        lambda: service.cancel(booking_id, fee=9000),
    )
    return desired(service, booking_id)


def test_a_booking_that_ends_twice_in_a_batch_keeps_the_fee_of_its_first_end(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert end_twice(service, monkeypatch) == ("ENDED", 8000)


def test_without_a_look_at_what_the_batch_has_set_the_second_end_would_count(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(
        PaymentsWork,
        "desired_state",
        lambda work, hotel, booking_id: work.desired_states.of_booking(booking_id, hotel),
    )

    assert end_twice(service, monkeypatch) == ("ENDED", 9000)
