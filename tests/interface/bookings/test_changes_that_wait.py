"""Changes that are paid first: what is held and shown while one waits, and what goes on after a crash."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetPayable
from contracts.operations import ReadMetrics
from contracts.payments.events import PaymentPurpose
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from contracts.values import HotelSettings
from services.bookings.handlers.action_completion import drive_stale_actions
from services.bookings.handlers.holds import release_orphan_holds
from services.bookings.handlers.waiting_changes import settle_due_change
from tests.interface.bookings.changes_paid_first import (
    DIFFERENCE,
    NIGHT,
    change_authorized,
    change_captured,
    confirmed,
    equation,
    events_after_held,
    held,
    longer,
    waiting,
)
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import refused
from tests.interface.bookings.test_recovery import due
from tests.unit.bookings.builders import CHECK_OUT, HOTEL, NOW, STAFF, eur


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


def test_changes_that_wait_and_those_that_are_late_are_counted(service: BookingsUnderTest) -> None:
    def counted() -> tuple[float, float]:
        values = {each.name: each.value for each in service.ask(ReadMetrics()).metrics}
        return values["changes_waiting"], values["deadlines_late"]

    assert counted() == (0, 0)
    waiting(service)
    assert counted() == (1, 0)
    service.pass_time(minutes=15, seconds=44)
    assert counted() == (1, 0)
    service.pass_time(seconds=2)  # 15 s in which a page may still be opened, and two runs of the timer
    assert counted() == (1, 1)
    assert service.tick(settle_due_change)
    assert counted() == (0, 0)


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
