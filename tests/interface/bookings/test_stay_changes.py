"""Changes of a stay: what happens between the decision, the reply of the rooms service, and its record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.stay_changes import ChangeBooking, ExpectedChange, PreviewChange, RequestedChange
from contracts.payments.events import PaymentSessionExpired
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.stay_changes import ChangeStay, PreviewStayChange
from contracts.values import HotelSettings
from services.bookings.handlers.action_completion import drive_stale_actions
from services.bookings.steps import booking_access
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of, may
from tests.interface.bookings.steps import about, authorized, awaiting, captured, confirmed, opened, paid, refused
from tests.interface.bookings.test_recovery import due
from tests.unit.bookings.builders import CHECK_OUT, GUEST, NOW, STAFF, eur

NIGHT = timedelta(days=1)
OLD, NIGHT_WITH_TAX = 34880, 10900


def longer(nights: int = 1, **more: Any) -> RequestedChange:
    return RequestedChange(check_out=CHECK_OUT + nights * NIGHT, **more)


def change(booking_id: str, nights: int = 1, **more: Any) -> ChangeBooking:
    return ChangeBooking(**about(booking_id, change=longer(nights), **more))


def while_asked(service: BookingsUnderTest, step: Any) -> None:
    """Have `step` happen while the rooms service carries out the change."""

    def answer(message: Any) -> Any:
        step()
        return service.rooms.answer(message)

    service.rooms.instead[ChangeStay] = answer


def test_a_booking_that_changes_while_it_is_previewed_is_previewed_again(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)

    def amended(message: Any) -> Any:
        del service.rooms.instead[PreviewStayChange]
        service.ask(AmendBooking(**about(booking_id, special_requests="A cot, please.")))
        return service.rooms.answer(message)

    service.rooms.instead[PreviewStayChange] = amended
    service.ask(change(booking_id))

    assert service.rooms.kinds().count("PreviewStayChange") == 2
    assert service.events(booking_id)[-2:] == ["BookingAmended", "StayChanged"]


def test_a_change_that_was_decided_on_an_old_version_is_refused(service: BookingsUnderTest) -> None:
    """The first look does not lock the booking; the second one does, and compares the version that the client read."""
    booking_id = confirmed(service)
    version = service.stored(booking_id).version

    def amended(message: Any) -> Any:
        service.ask(AmendBooking(**about(booking_id, special_requests="A cot, please.")))
        return service.rooms.answer(message)

    service.rooms.instead[PreviewStayChange] = amended
    with pytest.raises(Refusal, match="VERSION_MISMATCH"):
        service.ask(change(booking_id), if_match=(version,))

    assert service.events(booking_id)[-1] == "BookingAmended"
    assert service.stored(booking_id).check_out == CHECK_OUT


def test_a_stay_that_changes_after_the_first_look_is_changed_back(service: BookingsUnderTest) -> None:
    """The command asks for the stay as it is at the first look, and as it is no longer when the booking is locked."""
    booking_id = confirmed(service)
    first_look = booking_access.unlocked

    def looked(work: Any, command: Any) -> Any:
        booking = first_look(work, command)
        mp.undo()
        service.ask(change(booking_id))
        return booking

    with pytest.MonkeyPatch.context() as mp:
        mp.setattr(booking_access, "unlocked", looked)
        after = service.ask(change(booking_id, 0))

    assert after.check_out == CHECK_OUT
    assert service.events(booking_id)[-2:] == ["StayChanged", "StayChanged"]


@pytest.mark.parametrize(("nights", "due_after", "taken"), [(1, NIGHT_WITH_TAX, OLD), (-1, 0, OLD - NIGHT_WITH_TAX)])
def test_an_old_total_that_is_paid_while_the_stay_changes_counts_towards_the_new_one(
    service: BookingsUnderTest, nights: int, due_after: int, taken: int
) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id))
    while_asked(service, lambda: service.deliver(authorized(booking_id)))

    after = service.ask(change(booking_id, nights, page_closed=True), guest_of(created))
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(replace(captured(booking_id), amount=eur(taken)))

    stored = service.stored(booking_id)
    assert (after.status, stored.status, stored.captured) == ("PENDING_APPROVAL", "CONFIRMED", taken)
    assert (stored.balance_due or 0) == due_after
    approved = service.row("SELECT data FROM outbox WHERE type = 'bookings.BookingApproved.v1'").data
    assert approved["amount"]["amount"] == taken


def test_a_change_waits_for_a_capture_that_began_meanwhile(service: BookingsUnderTest) -> None:
    service.rooms.held = replace(service.rooms.held, settings=HotelSettings(approval_required=False))
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id))
    while_asked(service, lambda: service.deliver(authorized(booking_id)))
    with pytest.raises(Unavailable):
        service.ask(change(booking_id, -1, page_closed=True), guest_of(created))
    del service.rooms.instead[ChangeStay]

    service.deliver(captured(booking_id))
    due(service)
    assert service.tick(drive_stale_actions)

    stored = service.stored(booking_id)
    assert (stored.status, stored.captured, stored.refund_amount) == ("CONFIRMED", OLD, NIGHT_WITH_TAX)
    assert service.events(booking_id)[-1] == "StayChanged"


def test_the_nights_of_a_booking_that_expires_while_it_changes_are_released(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id))

    def expires() -> None:
        service.pass_time(hours=1)
        service.deliver(PaymentSessionExpired(**paid(booking_id), session_id="cs_1"))

    while_asked(service, expires)

    assert refused(service, change(booking_id, page_closed=True), guest_of(created)) == "BOOKING_ENDED"
    due(service)
    assert service.tick(drive_stale_actions)
    assert isinstance(service.rooms.asks[-1], ReleaseInventory)
    stored = service.stored(booking_id)
    assert (stored.status, stored.pending, stored.check_out) == ("EXPIRED", None, CHECK_OUT)


def test_a_repeated_change_has_one_effect(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    key = {"idempotency_key": "k-1", "fingerprint": "f-1"}

    first = service.answer(change(booking_id), **key)
    again = service.answer(change(booking_id), **key)
    without_key = service.ask(change(booking_id))

    assert (again.replayed, again.reply) == (True, first.reply)
    assert without_key.version == first.reply.version
    with pytest.raises(Refusal) as other:
        service.ask(change(booking_id, 2), idempotency_key="k-1", fingerprint="f-2")
    assert other.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert service.events(booking_id).count("StayChanged") == 1


def test_a_result_that_is_not_the_expected_one_is_refused_with_the_new_preview(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    expected = service.ask(PreviewChange(**about(booking_id, change=longer())))
    seen_by_client = ExpectedChange(total=expected.new_total.text, difference="109.00", fee="0.00")
    service.ask(change(booking_id, expected=seen_by_client))

    with pytest.raises(Refusal) as caught:
        service.ask(change(booking_id, 2, expected=seen_by_client))

    assert caught.value.code == "PRICE_CHANGED"
    assert caught.value.details["preview"]["new_total"]["amount"] == OLD + 2 * NIGHT_WITH_TAX


def test_a_price_that_changes_after_the_preview_is_refused_with_the_new_preview(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    version = service.stored(booking_id).version
    service.rooms.instead[ChangeStay] = Refusal("PRICE_CHANGED", "Rooms has another price.")

    with pytest.raises(Refusal) as caught:
        service.ask(change(booking_id))

    assert caught.value.code == "PRICE_CHANGED"
    assert caught.value.details["preview"]["new_total"]["amount"] == OLD + NIGHT_WITH_TAX
    assert (service.stored(booking_id).pending, service.stored(booking_id).version) == (None, version)
    del service.rooms.instead[ChangeStay]
    assert service.ask(change(booking_id)).check_out == CHECK_OUT + NIGHT


@pytest.mark.parametrize("after", [False, True], ids=["before rooms is asked", "after rooms has done it"])
def test_a_change_whose_process_died_is_completed_by_its_repetition_and_by_no_other_request(
    service: BookingsUnderTest, after: bool
) -> None:
    booking_id = confirmed(service)
    key = {"idempotency_key": "k-1", "fingerprint": "f-1"}
    service.rooms.die_at(ChangeStay, done=after)
    with pytest.raises(Unavailable):
        service.ask(change(booking_id), **key)
    del service.rooms.instead[ChangeStay]

    others: list[tuple[ChangeBooking, dict[str, Any], str]] = [
        (change(booking_id, 2), {"idempotency_key": "k-1", "fingerprint": "f-2"}, "IDEMPOTENCY_KEY_REUSED"),
        (change(booking_id, 2), {"idempotency_key": "k-2", "fingerprint": "f-2"}, "ACTION_IN_PROGRESS"),
        (change(booking_id), {}, "ACTION_IN_PROGRESS"),
    ]
    for other, its_key, code in others:
        with pytest.raises(Refusal) as caught:
            service.ask(other, **its_key)
        assert caught.value.code == code
    repeated = service.ask(change(booking_id), **key)
    without_key = service.ask(change(booking_id))

    assert (repeated.check_out, without_key.version) == (CHECK_OUT + NIGHT, repeated.version)
    assert service.events(booking_id).count("StayChanged") == 1
    asks = [message.action_id for message in service.rooms.asks if isinstance(message, ChangeStay)]
    assert (len(asks), len(set(asks))) == (2, 1)


@pytest.mark.parametrize(
    ("wish", "caller", "code"),
    [
        (longer(waive_difference=True), STAFF, "NOTE_REQUIRED"),
        (longer(waive_difference=True, reason="A cot."), may(), "PERMISSION_DENIED"),
        (longer(waive_difference=True, reason="A cot."), GUEST, "PERMISSION_DENIED"),
        (longer(), GUEST, "CHANGE_NOT_ALLOWED"),  # a dearer stay is paid first, and the caller opens no page
        (RequestedChange(check_out=CHECK_OUT - 3 * NIGHT), STAFF, "VALIDATION_ERROR"),
        (RequestedChange(adults=0), STAFF, "VALIDATION_ERROR"),
    ],
)
def test_what_is_not_allowed_changes_nothing(
    service: BookingsUnderTest, wish: RequestedChange, caller: Any, code: str
) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    by = guest_of(created) if caller is GUEST else caller
    version = service.stored(booking_id).version

    assert refused(service, ChangeBooking(**about(booking_id, change=wish)), by) == code
    assert service.stored(booking_id).version == version
    assert "ChangeStay" not in service.rooms.kinds()


def test_a_guest_in_house_changes_nothing_and_staff_extend(service: BookingsUnderTest) -> None:
    created = service.in_house()
    booking_id = created.booking.booking_id

    assert refused(service, change(booking_id), guest_of(created)) == "CHANGE_NOT_ALLOWED"
    service.ask(change(booking_id))

    assert service.events(booking_id)[-1] == "StayExtended"
    extension = service.rooms.asks[-1]
    assert (type(extension), extension.expected) == (ExtendStay, eur(NIGHT_WITH_TAX))


def test_a_change_before_the_approval_moves_the_deadline(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    before = service.stored(booking_id).approval_deadline_at
    sooner = RequestedChange(check_in=NOW.date() + NIGHT, check_out=NOW.date() + 2 * NIGHT)

    service.ask(ChangeBooking(**about(booking_id, change=sooner)))

    assert service.stored(booking_id).approval_deadline_at < before


def test_a_stay_that_is_moved_to_tonight_after_the_cutoff_can_still_be_approved(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    late = datetime(2030, 6, 5, 21, 30, tzinfo=UTC)  # 22:30 in Dublin, half an hour after the cutoff
    service.at(late)
    tonight = RequestedChange(check_in=late.date(), check_out=late.date() + NIGHT)

    service.ask(ChangeBooking(**about(booking_id, change=tonight)))

    assert service.stored(booking_id).approval_deadline_at == late + timedelta(minutes=30)
    assert service.ask(ApproveBooking(**about(booking_id))).decision_made_at == late
