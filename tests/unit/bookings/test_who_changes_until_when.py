"""Until when a booking may be changed, as its preview says."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.bookings.status import BookingStatus
from contracts.values import CancellationPolicy, HotelSettings
from services.bookings.domain import change_rules
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import CHECK_IN, NOW, a_booking, awaiting_approval, unpaid
from tests.unit.bookings.changes import FLEXIBLE, NO_REFUND

OPENS = datetime(2030, 6, 10, 14, 0, tzinfo=UTC)  # 15:00 in Dublin
NO_SHOW = datetime(2030, 6, 11, 11, 0, tzinfo=UTC)  # noon in Dublin
HOUR = timedelta(hours=1)


def confirmed(rule: str = "free_hours", policy: CancellationPolicy = FLEXIBLE) -> Booking:
    return a_booking(settings=HotelSettings(guest_changes=rule), policy=policy)


@pytest.mark.parametrize(
    ("booking", "guest", "staff"),
    [
        (unpaid(status=BookingStatus.DRAFT), NOW + timedelta(days=7), NOW + timedelta(days=7)),
        (unpaid(expires_at=NOW + HOUR), NOW + HOUR, NOW + HOUR),
        (unpaid(expires_at=NOW + HOUR, pay_until=NOW + 2 * HOUR), NOW + 2 * HOUR, NOW + 2 * HOUR),
        (awaiting_approval(approval_deadline_at=NOW + 5 * HOUR), NOW + 5 * HOUR, NOW + 5 * HOUR),
        (awaiting_approval(decision_made_at=NOW), None, None),
        (confirmed(), OPENS - 24 * HOUR, NO_SHOW),
        (confirmed(policy=NO_REFUND), None, NO_SHOW),  # never free
        (confirmed("always"), OPENS, NO_SHOW),
        (confirmed("never"), None, NO_SHOW),
        (a_booking(status=BookingStatus.IN_HOUSE), None, None),
        (a_booking(status=BookingStatus.COMPLETED), None, None),
    ],
)
def test_a_booking_is_changed_until_its_status_ends_and_by_its_guest_until_the_free_hour(
    booking: Booking, guest: datetime | None, staff: datetime | None
) -> None:
    assert booking.check_in == CHECK_IN
    assert change_rules.changeable_until(booking, as_guest=True) == guest
    assert change_rules.changeable_until(booking, as_guest=False) == staff
