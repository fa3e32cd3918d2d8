"""Changes of unpaid holds count on the caps of their guest, and on no other hold's nights."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.views import CreatedBooking
from contracts.payments.events import PaymentSessionExpired
from contracts.rooms.stay_changes import ChangeStay
from contracts.values import Caller
from services.bookings.store import hold_counts
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, authorized, opened, paid, refused
from tests.interface.bookings.test_hold_caps import capped, counters
from tests.unit.bookings.builders import CHECK_IN, PUBLIC, STAFF


def held(service: BookingsUnderTest, **more: Any) -> CreatedBooking:
    """An unpaid hold of three nights that counts."""
    created: CreatedBooking = service.ask(capped(**more), PUBLIC)
    return created


def to_nights(created: CreatedBooking, nights: int) -> ChangeBooking:
    change = RequestedChange(check_out=CHECK_IN + timedelta(days=nights))
    return ChangeBooking(**about(created.booking.booking_id, change=change, page_closed=True))


def changes(service: BookingsUnderTest, created: CreatedBooking, nights: int, by: Caller | None = None) -> str:
    """The code of the refusal; empty where the stay was changed."""
    try:
        service.ask(to_nights(created, nights), by or guest_of(created))
    except Refusal as refusal:
        return refusal.code
    return ""


def pays(service: BookingsUnderTest, created: CreatedBooking) -> str:
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    return str(service.stored(booking_id).status)


@pytest.mark.parametrize(
    ("nights", "code", "counted"), [(5, "", 5), (1, "", 1), (30, "", 30), (31, "STAY_TOO_LONG", 3)]
)
def test_a_changed_hold_counts_with_its_new_nights(
    service: BookingsUnderTest, nights: int, code: str, counted: int
) -> None:
    created = held(service)

    assert changes(service, created, nights) == code

    assert counters(service) == [("address", 1, counted), ("email", 1, counted)]
    assert pays(service, created) == "PENDING_APPROVAL"
    assert counters(service) == []


def test_no_change_passes_the_cap_and_its_refusal_counts_nothing(service: BookingsUnderTest) -> None:
    one, other = held(service), held(service)

    assert changes(service, one, 28) == "TOO_MANY_HOLDS"
    assert counters(service) == [("address", 2, 6), ("email", 2, 6)]
    assert service.stored(one.booking.booking_id).pending is None
    assert changes(service, one, 27) == ""
    assert counters(service) == [("address", 2, 30), ("email", 2, 30)]

    assert pays(service, one) == "PENDING_APPROVAL"
    assert counters(service) == [("address", 1, 3), ("email", 1, 3)]
    assert pays(service, other) == "PENDING_APPROVAL"
    assert counters(service) == []


def test_a_change_that_rooms_refuses_counts_nothing(service: BookingsUnderTest) -> None:
    created = held(service)
    service.rooms.instead[ChangeStay] = Refusal("SOLD_OUT", "Sold out.")

    assert changes(service, created, 5) == "SOLD_OUT"

    assert counters(service) == [("address", 1, 3), ("email", 1, 3)]


def test_the_nights_of_a_hold_that_ends_while_it_changes_are_not_counted(service: BookingsUnderTest) -> None:
    created, other = held(service), held(service)
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id))

    def expires(message: Any) -> Any:
        service.pass_time(hours=1)
        service.deliver(PaymentSessionExpired(**paid(booking_id), session_id="cs_1"))
        return service.rooms.answer(message)

    service.rooms.instead[ChangeStay] = expires

    assert changes(service, created, 5) == "BOOKING_ENDED"
    assert counters(service) == [("address", 1, 3), ("email", 1, 3)]
    assert service.stored(other.booking.booking_id).counted_by


def test_a_hold_that_staff_have_changed_does_not_count(service: BookingsUnderTest) -> None:
    created = held(service)

    assert changes(service, created, 40, STAFF) == ""

    assert counters(service) == []
    assert pays(service, created) == "PENDING_APPROVAL"


def test_without_the_count_of_its_nights_a_changed_hold_would_break_the_counter(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two holds of three nights: seven nights end where six are counted, and the payment could not be recorded."""
    created = held(service)
    held(service)
    monkeypatch.setattr(hold_counts.SqlHoldCounts, "shift", lambda *_, **__: None)
    assert changes(service, created, 7) == ""

    assert pays(service, created) != "PENDING_APPROVAL"


def test_a_guest_is_told_to_ask_the_hotel_for_a_long_stay(service: BookingsUnderTest) -> None:
    created = held(service)

    assert refused(service, to_nights(created, 31), guest_of(created)) == "STAY_TOO_LONG"
