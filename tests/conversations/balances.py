"""A guest in house who owes a balance: added nights, payment pages, and whether the books agree."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from contracts.values import Context
from hotelmate.invariants.catalogue import examine
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.test_invariants import examination


def staying(fixture: PlatformFixture, room: str) -> CreatedBooking:
    """A guest in house, paid by card, until the day after tomorrow."""
    created = fixture.book()
    fixture.pay(created)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    fixture.platform.ask(AssignRoom(**about(created), room_number=room), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return created


def about(created: CreatedBooking) -> dict[str, str]:
    return {"hotel": HOTEL, "booking_id": created.booking.id}


def advance(fixture: PlatformFixture, delta: timedelta) -> None:
    """Everyone's clock goes on, the provider's included."""
    fixture.platform.advance(delta)
    fixture.stripe.advance(int(delta.total_seconds()))
    fixture.settle()


def extend(fixture: PlatformFixture, created: CreatedBooking, nights: int) -> BookingDetail:
    after = fixture.platform.ask(ExtendBooking(**about(created), add_nights=nights), STAFF)
    fixture.settle()
    return after


def page(fixture: PlatformFixture, created: CreatedBooking, context: Context | None = None) -> PaymentSession:
    session = fixture.platform.ask(OpenPaymentSession(**about(created)), context or guest(created))
    fixture.settle()
    return session


def pays(fixture: PlatformFixture, session: PaymentSession, **how: Any) -> None:
    fixture.stripe.pay(session.session_id, **how)
    fixture.settle()


def status_of(fixture: PlatformFixture, session: PaymentSession) -> str:
    with fixture.platform.services["payments"].engine.connect() as connection:
        statement = sa.text("SELECT status FROM payment WHERE session_id = :id")
        return str(connection.execute(statement, {"id": session.session_id}).scalar_one())


def published(fixture: PlatformFixture, created: CreatedBooking, *names: str) -> list[str]:
    return [name for name in fixture.platform.event_names(created.booking.id) if name in names]


def books_agree(fixture: PlatformFixture) -> None:
    """Asserts that the ledger of payments equals the provider's journal, to the cent and in order per payment."""
    same = {"release": "void", "expire": "void"}
    with fixture.platform.services["payments"].engine.connect() as connection:
        ours = connection.exec_driver_sql("SELECT kind, amount FROM ledger").all()
    theirs = [(same.get(kind, kind), amount) for kind, amount in fixture.movements()]
    assert sorted((row.kind, row.amount) for row in ours) == sorted(theirs)


def money_agrees(fixture: PlatformFixture) -> None:
    """Asserts that ended bookings hold no money but what they owe the hotel."""
    with examination(fixture) as (context, _):
        assert examine(context, only=("I7", "I8")) == []
