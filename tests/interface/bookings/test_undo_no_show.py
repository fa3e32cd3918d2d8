"""An undone no-show: the booking, its money and its clock."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.queries import GetTimeline
from contracts.bookings.stays import MarkNoShow
from contracts.bookings.undo import PreviewUndo, UndoNoShow
from contracts.payments.events import PaymentRefunded, RefundFailed
from contracts.rooms.events import InventoryHeld
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.undo import HoldAgain, UndoStep
from services.bookings.handlers.holds import release_orphan_holds
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.repeated_undo import assert_no_second_effect
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import ARRIVES, about, confirmed, paid, refused
from tests.interface.bookings.test_recovery import due
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, NOW, STAFF, eur

NOON = ARRIVES + timedelta(hours=21, minutes=1)  # of the day after check-in, in Dublin
FEE, REST = 13080, 21800


def undo(booking_id: str, **more: Any) -> UndoNoShow:
    return UndoNoShow(**about(booking_id, **{"reason": "The flight was late.", **more}))


def refunded(booking_id: str, total: int = REST) -> PaymentRefunded:
    return PaymentRefunded(
        **paid(booking_id), refund_id="re_1", amount=eur(total), refunded_total=eur(total), refunded_at=NOW
    )


def refund_failed(booking_id: str, total: int) -> RefundFailed:
    return RefundFailed(
        **paid(booking_id), refund_id="re_1", amount=eur(REST), reason_code="lost", failed_at=NOW,
        refunded_total=eur(total),
    )  # fmt: skip


def no_show(service: BookingsUnderTest) -> str:
    """A booking paid by card that the clock has marked."""
    booking_id = confirmed(service)
    service.at(NOON)
    assert service.tick(apply_due_deadline)
    return booking_id


def reason_of(service: BookingsUnderTest, booking_id: str) -> Any:
    with pytest.raises(Refusal) as caught:
        service.ask(undo(booking_id), STAFF)
    assert caught.value.code == "CANNOT_UNDO"
    said = service.ask(PreviewUndo(**about(booking_id, step=UndoStep.NO_SHOW))).refusals
    assert [each.code for each in said] == [caught.value.details["reason"]]
    return caught.value.details["reason"]


def test_what_was_kept_counts_towards_the_stay(service: BookingsUnderTest) -> None:
    booking_id = no_show(service)
    service.deliver(refunded(booking_id))
    said = service.ask(PreviewUndo(**about(booking_id, step=UndoStep.NO_SHOW)))

    after = service.ask(undo(booking_id))

    assert (after.status, after.balance_due, after.cancellation_fee) == ("CONFIRMED", eur(REST), None)
    assert (after.refund_amount, after.refund_status, after.payment_status) == (
        eur(REST), "SUCCEEDED", "PARTIALLY_REFUNDED",
    )  # fmt: skip
    assert (said.balance_due, said.first_night) == (after.balance_due, CHECK_IN + timedelta(days=1))
    assert after.late_arrival_expected
    stored = service.stored(booking_id)
    assert (stored.ended_at, stored.held_from, stored.check_in) == (None, CHECK_IN + timedelta(days=1), CHECK_IN)
    assert not service.tick(apply_due_deadline)
    changes = {
        change.field: (change.from_value, change.to_value)
        for item in service.ask(GetTimeline(**about(booking_id))).items
        for change in item.changes
        if item.what == "NoShowUndone"
    }
    assert changes == {"cancellation_fee": (str(eur(FEE)), None), "balance_due": (str(eur(0)), str(eur(REST)))}


def test_an_undone_no_show_that_is_repeated_has_no_second_effect(service: BookingsUnderTest) -> None:
    booking_id = no_show(service)
    service.deliver(refunded(booking_id))

    assert_no_second_effect(service, undo(booking_id), "NoShowUndone")
    assert len([message for message in service.rooms.asks if isinstance(message, HoldAgain)]) == 1


def test_what_cannot_be_undone_is_refused_with_the_reason(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    assert reason_of(service, booking_id) == "NEVER_HAPPENED"
    service.at(NOON)
    service.ask(MarkNoShow(**about(booking_id)))
    assert reason_of(service, booking_id) == "REFUND_PENDING"
    service.deliver(refund_failed(booking_id, 0))
    assert reason_of(service, booking_id) == "REFUND_PENDING"
    service.deliver(refunded(booking_id))
    service.at(NOON + timedelta(hours=12, seconds=1))
    assert reason_of(service, booking_id) == "TOO_LATE"


def test_rooms_may_still_be_releasing_the_nights(service: BookingsUnderTest) -> None:
    booking_id = no_show(service)
    service.deliver(refunded(booking_id))
    service.rooms.instead[HoldAgain] = Refusal("ACTION_IN_PROGRESS", "Try again.")

    assert refused(service, undo(booking_id)) == "ACTION_IN_PROGRESS"
    assert service.stored(booking_id).pending is None


def test_a_refund_that_fails_after_its_success_is_still_promised(service: BookingsUnderTest) -> None:
    booking_id = no_show(service)
    service.deliver(refunded(booking_id))
    service.ask(undo(booking_id))

    service.deliver(refund_failed(booking_id, 0))

    stored = service.stored(booking_id)
    assert (stored.status, stored.refunded, stored.balance_due) == ("CONFIRMED", 0, REST)
    assert (stored.refund_amount, stored.refund_status) == (REST, "FAILED")
    service.deliver(refunded(booking_id))
    stored = service.stored(booking_id)
    assert (stored.refunded, stored.balance_due, stored.refund_status) == (REST, REST, "SUCCEEDED")


def test_no_orphan_hold_is_released_while_its_no_show_is_undone(service: BookingsUnderTest) -> None:
    booking_id = no_show(service)
    service.deliver(
        refunded(booking_id),
        InventoryHeld(**about(booking_id), room_type_code="DBL", check_in=CHECK_IN, check_out=CHECK_OUT, held_at=NOW),
    )
    due(service)
    codes = []

    def release(_: Any) -> Any:
        codes.append(refused(service, undo(booking_id)))
        raise Refusal("NOTHING_HELD", "Nothing.")

    service.rooms.instead[ReleaseInventory] = release
    service.tick(release_orphan_holds)

    assert codes == ["ACTION_IN_PROGRESS"]
