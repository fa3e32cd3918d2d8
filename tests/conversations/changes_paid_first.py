"""Changes that are paid first: what is held, what a page takes, and what the databases have of it."""

from typing import Any

import sqlalchemy as sa

from contracts.bookings.change_previews import WaitingChange
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from contracts.values import Context
from tests.conversations.balances import about
from tests.conversations.conftest import PlatformFixture, guest

CHANGES = ("StayChangeHeld", "StayChangeLapsed", "StayChanged")


def command(created: CreatedBooking, wish: RequestedChange, **more: Any) -> ChangeBooking:
    """The change as the gateway asks for it."""
    return ChangeBooking(**about(created), change=wish, pays_first=True, **more)


def held(
    fixture: PlatformFixture, created: CreatedBooking, wish: RequestedChange, by: Context | None = None
) -> tuple[WaitingChange, PaymentSession]:
    """The change that waits, with the page that the gateway opens for it."""
    detail = fixture.platform.ask(command(created, wish), by or guest(created))
    assert detail.pending_change
    session = fixture.platform.ask(OpenPaymentSession(**about(created)), by or guest(created))
    fixture.settle()
    return detail.pending_change, session


def sold(fixture: PlatformFixture) -> int:
    """The nights that the counters of all types have as sold."""
    return int(_scalar(fixture, "rooms", "SELECT sum(sold) FROM night"))


def nights_held(fixture: PlatformFixture, change_id: str) -> int:
    """The nights of the live hold of a change."""
    statement = """
        SELECT coalesce(sum(until - first_night), 0) FROM hold JOIN hold_part USING (hotel, booking_id)
        WHERE booking_id = :id AND ended_at IS NULL
    """
    return int(_scalar(fixture, "rooms", statement, id=change_id))


def rooms_held(fixture: PlatformFixture, change_id: str) -> int:
    """The nights of a room that are held for a change."""
    statement = """
        SELECT coalesce(sum(upper(nights) - lower(nights)), 0) FROM period WHERE live AND held AND booking_id = :id
    """
    return int(_scalar(fixture, "rooms", statement, id=change_id))


def _scalar(fixture: PlatformFixture, service: str, statement: str, **values: Any) -> Any:
    with fixture.platform.services[service].engine.connect() as connection:
        return connection.execute(sa.text(statement), values).scalar_one()
