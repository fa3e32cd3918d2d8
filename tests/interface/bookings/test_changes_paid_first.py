"""Changes that are paid first: what accepts a payment, applies a change, and has it lapse."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetPayable
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import CreatedBooking
from contracts.payments.events import PaymentPurpose, PaymentRefunded, RefundFailed
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from contracts.values import HotelSettings
from services.bookings.handlers.action_completion import drive_stale_actions
from services.bookings.handlers.holds import release_orphan_holds
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.handlers.waiting_changes import settle_due_change
from tests.interface.bookings.changes_paid_first import (
    DIFFERENCE,
    NIGHT,
    OLD,
    PAYMENT,
    capture_failed,
    change_authorized,
    change_captured,
    confirmed,
    held,
    longer,
    of_change,
    page_closed,
    page_opened,
    voided,
    waiting,
)
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, refused
from tests.interface.bookings.test_recovery import due
from tests.unit.bookings.builders import CHECK_OUT, HOTEL, NOW, STAFF, eur

SOON = timedelta(seconds=15)
Step = Callable[[BookingsUnderTest, CreatedBooking], Any]


def events_after_held(service: BookingsUnderTest, created: CreatedBooking) -> list[str]:
    names = service.events(created.booking.booking_id)
    return names[names.index("StayChangeHeld") + 1 :]


def equation(service: BookingsUnderTest, created: CreatedBooking) -> None:
    """Captured + settled - refunded + balance due = total + fees - waived, from the stored row alone."""
    row = service.stored(created.booking.booking_id)
    has = (row.captured or 0) + (row.settled or 0) - (row.refunded or 0) + (row.balance_due or 0)
    promised = (row.refund_amount or 0) - (row.refunded or 0)
    total = 0 if row.status in ("CANCELLED", "NO_SHOW") else row.total_amount
    assert has - promised == total + (row.cancellation_fee or 0) + (row.change_fees or 0) - (row.waived or 0)


def test_the_booking_changes_with_the_captured_money_and_not_before(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    booking_id = created.booking.booking_id

    for event in (page_opened(created), change_authorized(created, change_id), change_captured(created)):
        service.deliver(event)
        stored = service.stored(booking_id)
        assert (stored.total_amount, stored.captured, stored.balance_due or 0) == (OLD, OLD, 0)
        equation(service, created)
    assert service.tick(settle_due_change)
    assert not service.tick(settle_due_change)

    stored = service.stored(booking_id)
    assert (stored.total_amount, stored.captured, stored.balance_due) == (OLD + DIFFERENCE, OLD + DIFFERENCE, 0)
    assert (stored.check_out, stored.pending_change, stored.change_due_at) == (CHECK_OUT + NIGHT, None, None)
    assert [charge["payment_id"] for charge in stored.charges] == [PAYMENT]
    assert events_after_held(service, created) == ["BalancePaymentAccepted", "StayChanged"]
    changed = service.row("SELECT data FROM outbox WHERE type = 'bookings.StayChanged.v1'").data
    assert (changed["change_id"], changed["settlement"]) == (change_id, "pay_first")
    equation(service, created)


def test_a_part_that_was_captured_makes_the_change_and_the_rest_is_owed(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)

    service.deliver(change_authorized(created, change_id), change_captured(created, 900))
    service.tick(settle_due_change)

    assert service.stored(created.booking.booking_id).balance_due == DIFFERENCE - 900
    equation(service, created)


@pytest.mark.parametrize(
    "payment",
    [
        lambda created, _: change_authorized(created, "BK-other~1"),
        lambda created, change_id: change_authorized(created, change_id, amount=DIFFERENCE - 1),
    ],
)
def test_a_payment_for_another_change_or_amount_is_refused(service: BookingsUnderTest, payment: Any) -> None:
    created, change_id = waiting(service)

    service.deliver(payment(created, change_id))

    assert events_after_held(service, created) == ["BalancePaymentRefused"]
    assert service.stored(created.booking.booking_id).pending_change["id"] == change_id


def test_a_second_payment_of_one_difference_is_refused(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    paid = change_authorized(created, change_id)

    service.deliver(paid, paid, change_authorized(created, change_id, payment_id="pay-3"))

    assert events_after_held(service, created) == ["BalancePaymentAccepted", "BalancePaymentRefused"]


@pytest.mark.parametrize(
    ("page", "lapses_after"),
    [((), SOON), ((page_opened,), timedelta(minutes=2)), ((page_opened, page_closed), SOON)],
)
def test_a_change_lapses_once_no_payment_can_be_on_its_way(
    service: BookingsUnderTest, page: tuple[Any, ...], lapses_after: timedelta
) -> None:
    created, _ = waiting(service)
    service.deliver(*(event(created) for event in page))
    expires_at = NOW + timedelta(minutes=15)

    service.at(expires_at + lapses_after - timedelta(seconds=1))
    assert not service.tick(settle_due_change)
    service.at(expires_at + lapses_after)
    assert service.tick(settle_due_change)

    assert events_after_held(service, created) == ["StayChangeLapsed"]
    assert service.stored(created.booking.booking_id).pending_change is None


def test_an_accepted_payment_does_not_lapse(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id))

    service.pass_time(hours=5)

    assert not service.tick(settle_due_change)


@pytest.mark.parametrize("failure", [capture_failed, voided])
def test_a_capture_that_fails_ends_the_change(service: BookingsUnderTest, failure: Any) -> None:
    created, change_id = waiting(service)

    service.deliver(change_authorized(created, change_id), failure(created))

    after = events_after_held(service, created)
    assert after == ["BalancePaymentAccepted", "StayChangeLapsed", "BalancePaymentRefused"]
    equation(service, created)


def cancels(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.ask(CancelBooking(**about(created.booking.booking_id)))


def checks_in(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.ask(AssignRoom(**about(created.booking.booking_id), room_number="101"))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(created.booking.booking_id)))


def does_not_come(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.at(ARRIVES + timedelta(hours=22))
    assert service.tick(apply_due_deadline)


def changes_otherwise(service: BookingsUnderTest, created: CreatedBooking) -> None:
    service.ask(longer(created, -1), guest_of(created))


WITHDRAWALS: list[tuple[Step, str]] = [
    (cancels, "cancelled"),
    (checks_in, "checked_in"),
    (does_not_come, "no_show"),
    (changes_otherwise, "replaced"),
]


@pytest.mark.parametrize(("step", "reason"), WITHDRAWALS)
def test_what_withdraws_a_change_that_waits(service: BookingsUnderTest, step: Step, reason: str) -> None:
    created, change_id = waiting(service)

    step(service, created)

    lapse = service.row("SELECT data FROM outbox WHERE type = 'bookings.StayChangeLapsed.v1'").data
    assert (lapse["change_id"], lapse["reason"]) == (change_id, reason)
    assert service.stored(created.booking.booking_id).pending_change is None
    service.deliver(change_authorized(created, change_id))
    assert service.events(created.booking.booking_id)[-1] == "BalancePaymentRefused"
    equation(service, created)


@pytest.mark.parametrize("captured", [False, True], ids=["accepted", "captured"])
@pytest.mark.parametrize(("step", "reason"), WITHDRAWALS[:3])
def test_a_withdrawn_change_that_was_paid_is_returned_whole(
    service: BookingsUnderTest, step: Step, reason: str, captured: bool
) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id))
    if captured:
        service.deliver(change_captured(created))

    step(service, created)

    names = events_after_held(service, created)
    assert names.index("StayChangeLapsed") + 1 == names.index("BalancePaymentRefused")
    stored = service.stored(created.booking.booking_id)
    assert (stored.captured, stored.pending_change) == (OLD, None)
    equation(service, created)
    if not captured:
        service.deliver(change_captured(created))
    returned = {"refund_id": "re_1", "amount": eur(DIFFERENCE), "refunded_total": eur(DIFFERENCE), "refunded_at": NOW}
    service.deliver(PaymentRefunded(**of_change(created), **returned))
    assert service.stored(created.booking.booking_id).refunded is None
    equation(service, created)


def test_a_refund_that_fails_is_told_to_staff(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id), change_captured(created))
    cancels(service, created)
    failed = {"amount": eur(DIFFERENCE), "reason_code": "lost_or_stolen_card", "failed_at": NOW}

    service.deliver(RefundFailed(**of_change(created), **failed))

    assert service.events(created.booking.booking_id)[-1] == "BookingRefundFailed"
    assert service.stored(created.booking.booking_id).refund_status == "FAILED"


def test_a_change_that_is_being_paid_is_not_replaced(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id))

    for other in (longer(created, 2), longer(created, 0)):
        assert refused(service, other, guest_of(created)) == "PAYMENT_UNDER_WAY"

    again = service.ask(longer(created), guest_of(created))
    assert (again.pending_change.change_id, again.pending_change.can_pay) == (change_id, False)


def test_only_who_opens_the_page_holds_a_change(service: BookingsUnderTest) -> None:
    created = confirmed(service)

    refusal = refused(service, longer(created, pays_first=False), guest_of(created))

    assert refusal == "CHANGE_NOT_ALLOWED"
    assert "HoldStayChange" not in service.rooms.kinds()


def test_the_page_takes_the_difference_while_the_change_waits(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)

    def payable() -> Any:
        return service.ask(GetPayable(hotel=HOTEL, booking_id=created.booking.booking_id))

    due_now = payable()
    assert (due_now.purpose, due_now.amount, due_now.change_id) == (PaymentPurpose.CHANGE, eur(DIFFERENCE), change_id)
    assert (due_now.payable, due_now.expires_at) == (True, NOW + timedelta(minutes=15))
    service.pass_time(minutes=15)
    assert not payable().payable


def test_staff_hold_a_change_where_the_hotel_says_so(service: BookingsUnderTest) -> None:
    service.rooms.held = replace(service.rooms.held, settings=HotelSettings(change_payment_staff="first"))
    created = confirmed(service)

    detail = service.ask(longer(created))

    assert detail.pending_change
    assert service.ask(longer(created, 1, pays_first=True), STAFF).pending_change == detail.pending_change


@pytest.mark.parametrize("after", [False, True], ids=["before rooms is asked", "after rooms has done it"])
@pytest.mark.parametrize("kind", [HoldStayChange, ApplyStayChange])
def test_a_change_goes_on_wherever_the_process_dies(service: BookingsUnderTest, kind: type, after: bool) -> None:
    created = confirmed(service)

    def dies(message: Any) -> Any:
        del service.rooms.instead[kind]
        if after:
            service.rooms.answer(message)
        raise Unavailable("the process crashed")

    service.rooms.instead[kind] = dies
    if kind is HoldStayChange:
        with pytest.raises(Unavailable):
            held(service, created)
        assert refused(service, longer(created), guest_of(created)) == "ACTION_IN_PROGRESS"
        due(service)
        assert service.tick(drive_stale_actions)
        change_id = service.stored(created.booking.booking_id).pending_change["id"]
    else:
        change_id = held(service, created)
    service.deliver(change_authorized(created, change_id), change_captured(created))
    service.tick(settle_due_change)
    due(service)
    service.tick(drive_stale_actions)

    stored = service.stored(created.booking.booking_id)
    assert (stored.check_out, stored.pending, stored.pending_change) == (CHECK_OUT + NIGHT, None, None)
    asks = [message.action_id for message in service.rooms.asks if isinstance(message, kind)]
    assert len(asks) == 2
    assert len(set(asks)) == 1
    equation(service, created)


def test_a_repeated_request_with_its_key_has_the_same_reply_also_once_the_change_is_made(
    service: BookingsUnderTest,
) -> None:
    created = confirmed(service)
    key = {"idempotency_key": "k-1", "fingerprint": "f-1"}
    first = service.answer(longer(created), guest_of(created), **key)
    change_id = first.reply.pending_change.change_id
    service.deliver(change_authorized(created, change_id), change_captured(created))
    service.tick(settle_due_change)

    again = service.answer(longer(created), guest_of(created), **key)

    assert (again.replayed, again.reply) == (True, first.reply)
    assert service.rooms.kinds().count("HoldStayChange") == 1


def test_a_change_whose_nights_are_gone_lapses_and_is_returned(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id), change_captured(created))

    def gone(_: Any) -> Any:
        raise Refusal("NOTHING_HELD", "Gone.")

    service.rooms.instead[ApplyStayChange] = gone
    assert service.tick(settle_due_change)

    assert events_after_held(service, created)[-2:] == ["StayChangeLapsed", "BalancePaymentRefused"]
    assert not service.tick(settle_due_change)
    equation(service, created)


@pytest.mark.parametrize("needed", [True, False])
def test_the_sweep_keeps_the_hold_of_a_change_that_waits_and_releases_any_other(
    service: BookingsUnderTest, needed: bool
) -> None:
    created, change_id = waiting(service)
    hold_id = change_id if needed else f"{created.booking.booking_id}~other"
    service.rows(
        "INSERT INTO hold (hotel, booking_id, held_at, check_at) VALUES (:hotel, :id, now(), now())",
        hotel=HOTEL,
        id=hold_id,
    )

    service.tick(release_orphan_holds)

    released = [message.booking_id for message in service.rooms.asks if isinstance(message, ReleaseInventory)]
    assert released == ([] if needed else [hold_id])
    assert (service.row("SELECT check_at FROM hold WHERE booking_id = :id", id=hold_id).check_at is None) is needed


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("booking_change_is_its_own", {"id": "BK-other~1"}),
        ("booking_change_costs_money", {"amount": {"amount": 0, "currency": "EUR"}}),
    ],
)
def test_the_database_refuses_a_change_that_is_not_the_bookings_or_costs_nothing(
    service: BookingsUnderTest, constraint: str, change: dict[str, Any]
) -> None:
    created, _ = waiting(service)
    statement = sa.text("UPDATE booking SET pending_change = pending_change || :change WHERE id = :id")
    values = {"change": change, "id": created.booking.booking_id}

    with pytest.raises(sa.exc.IntegrityError, match=constraint), service.engine.begin() as connection:
        connection.execute(statement.bindparams(sa.bindparam("change", type_=JSONB)), values)
