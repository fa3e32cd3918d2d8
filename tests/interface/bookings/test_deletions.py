"""The running role can delete abandoned drafts and no other booking; the database refuses."""

import pytest
import sqlalchemy as sa

from tests.fakes.roles import running_engine
from tests.interface.bookings.service_under_test import BookingsUnderTest

DELETE = "DELETE FROM booking WHERE id = :id"


@pytest.fixture
def booking_id(service: BookingsUnderTest) -> str:
    """A booking whose contact has gone, so that no other row refers to the booking."""
    booking_id = service.book().booking.booking_id
    with running_engine(service.engine.url).begin() as connection:
        connection.execute(sa.text("DELETE FROM guest WHERE booking_id = :id"), {"id": booking_id})
    return booking_id


def delete(service: BookingsUnderTest, booking_id: str) -> int:
    with running_engine(service.engine.url).begin() as connection:
        return connection.execute(sa.text(DELETE), {"id": booking_id}).rowcount


@pytest.mark.parametrize("reason", [None, "PAYMENT_TIMEOUT"])
def test_a_booking_that_is_no_abandoned_draft_stays(
    service: BookingsUnderTest, booking_id: str, reason: str | None
) -> None:
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE booking SET expiry_reason = :reason"), {"reason": reason})

    with pytest.raises(sa.exc.IntegrityError, match=f"{booking_id} is not an abandoned draft"):
        delete(service, booking_id)

    assert service.stored(booking_id)


def test_an_abandoned_draft_goes(service: BookingsUnderTest, booking_id: str) -> None:
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE booking SET expiry_reason = 'DRAFT_ABANDONED'"))

    assert delete(service, booking_id) == 1


def test_without_the_trigger_the_running_role_deletes_a_booking(service: BookingsUnderTest, booking_id: str) -> None:
    turn(service, "DISABLE")
    try:
        assert delete(service, booking_id) == 1
    finally:
        turn(service, "ENABLE")


def turn(service: BookingsUnderTest, how: str) -> None:
    with service.engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE booking {how} TRIGGER booking_stays"))
