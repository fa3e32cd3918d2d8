"""The invariants of audit, events, keys, notices and dead letters hold over a stay, and each finds its fault."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking, CreateBooking
from contracts.bookings.views import GuestDetails
from contracts.operations import PublishAgain
from contracts.values import Caller, Context
from hotelmate.doctor_run import judge, says
from hotelmate.invariants.catalogue import CHECKS, examine
from hotelmate.invariants.context import ExaminationContext, ParkedMessage
from tests.conversations.actions import checked_out, confirmed, in_house, moved, walked_in
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, new_fixture
from tests.fakes.database_copies import CopyDatabase
from tests.fakes.operators import open_services

MINE = ("I3", "I4", "I5", "I6", "I15", "I16", "I17")


@pytest.fixture(scope="module")
def lived(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[PlatformFixture]:
    """Guests have left, moved, walked in, paid, called it off with and without money, and booked with a key."""
    with new_fixture(template_databases, copied_database) as fixture:
        checked_out(fixture, in_house(fixture, "105", room_type="DBL"))
        moved(fixture, in_house(fixture, "106", room_type="DBL"), "201")
        walked_in(fixture, "103")
        called_off = confirmed(fixture, room_type="DBL").id
        fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=called_off, reason="ill"), STAFF)
        for over in (False, True):
            paid = fixture.book()
            fixture.pay(paid)
            about = {"hotel": HOTEL, "booking_id": paid.booking.id}
            fixture.platform.ask(ApproveBooking(**about), STAFF)
            fixture.settle()
            if over:
                fixture.platform.ask(CancelBooking(**about, reason="ill", waive_fee=True), STAFF)
        _book_with_a_key(fixture)
        fixture.settle()
        yield fixture


def _book_with_a_key(fixture: PlatformFixture) -> None:
    ask = CreateBooking(
        hotel=HOTEL,
        room_type="DBL",
        check_in=fixture.today(),
        check_out=fixture.today() + timedelta(days=1),
        adults=1,
        children=0,
        guest=GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone=""),
    )
    context = Context(caller=Caller(kind="anonymous"), idempotency_key="k" * 20, fingerprint="f")
    fixture.platform.ask(ask, context)


@contextmanager
def examination(
    fixture: PlatformFixture, **bounds: Any
) -> Iterator[tuple[ExaminationContext, Mapping[str, sa.Connection]]]:
    """The context in which invariants are judged, and the connections; what is written to them is rolled back."""
    with open_services(fixture.platform) as services:
        context = ExaminationContext(ask=services, older_than=timedelta(0), parked=(), **bounds)
        yield context, services.connections


def test_a_day_in_the_house_breaks_no_invariant(lived: PlatformFixture) -> None:
    with examination(lived) as (context, _):
        assert examine(context, only=MINE) == []


BOOKINGS, PAYMENTS, ROOMS, NOTIFIER = "bookings", "payments", "rooms", "notifier"
FAULTS = {
    "a status nobody recorded": (BOOKINGS, "UPDATE booking SET status = 'NO_SHOW' WHERE status = 'CANCELLED'", {"I3"}),
    "a version too many": (BOOKINGS, "UPDATE booking SET version = version + 1 WHERE status = 'COMPLETED'", {"I3"}),
    "a step that is not allowed": (
        BOOKINGS,
        "UPDATE audit SET from_status = 'DRAFT' WHERE what = 'GuestCheckedOut'",
        {"I3"},
    ),
    "a payment's status nobody recorded": (
        PAYMENTS,
        "UPDATE payment SET status = 'VOIDED' WHERE status = 'CAPTURED'",
        {"I3"},
    ),
    "a room's status nobody recorded": (
        ROOMS,
        "UPDATE room SET status = 'OUT_OF_ORDER' WHERE status = 'CHECKOUT_DIRTY'",
        {"I3"},
    ),
    "a number is missing in the trail": (BOOKINGS, "DELETE FROM audit WHERE what = 'RoomAssigned'", {"I3", "I4"}),
    "a change with no event": (
        BOOKINGS,
        "DELETE FROM outbox WHERE type = 'bookings.GuestCheckedIn.v1'",
        {"I3", "I4", "I6"},
    ),
    "a payment's change is noted twice": (
        PAYMENTS,
        """
        INSERT INTO audit (hotel, subject, sequence, what, by, from_status, to_status, at)
        SELECT hotel, subject, 99, what, by, from_status, to_status, at FROM audit
        WHERE what = 'PaymentCaptured' LIMIT 1
        """,
        {"I3", "I4"},
    ),
    "a room's change of status has no audit row": (
        ROOMS,
        "DELETE FROM audit WHERE what LIKE 'RoomStatusChanged%' AND to_status = 'CHECKOUT_DIRTY'",
        {"I3", "I4"},
    ),
    "an event the broker never confirmed": (
        BOOKINGS,
        "UPDATE outbox SET published_at = NULL WHERE type = 'bookings.GuestCheckedOut.v1'",
        {"I5"},
    ),
    "a listener that never heard": (ROOMS, "DELETE FROM inbox_position WHERE source = 'bookings'", {"I6"}),
    "a listener that passed without applying": (
        BOOKINGS,
        """
        DELETE FROM inbox WHERE event_id = (
            SELECT event_id FROM inbox WHERE type = 'payments.PaymentCaptured.v1' ORDER BY applied_at DESC LIMIT 1
        )
        """,
        {"I6"},
    ),
    "a listener ahead of its owner": (
        PAYMENTS,
        "UPDATE inbox_position SET last = last + 10 WHERE source = 'bookings' AND subject LIKE 'BK-%'",
        {"I6"},
    ),
    "a key's booking is gone": (
        BOOKINGS,
        """UPDATE idempotency SET answer = jsonb_set(answer, '{booking,id}', '"BK-2020-GONE22"')""",
        {"I15"},
    ),
    "one booking under two keys": (
        BOOKINGS,
        """
        INSERT INTO idempotency (key, fingerprint, answer, claimed_until)
        SELECT 'another', fingerprint, answer, claimed_until FROM idempotency
        """,
        {"I15"},
    ),
    "a mail nobody will send": (
        NOTIFIER,
        """
        UPDATE notice SET status = 'PENDING', settled_at = NULL
        WHERE id = (SELECT min(id::text)::uuid FROM notice WHERE medium = 'mail')
        """,
        {"I16"},
    ),
    "given up for no reason": (
        NOTIFIER,
        """
        UPDATE notice SET status = 'GAVE_UP'
        WHERE id = (SELECT min(id::text)::uuid FROM notice WHERE medium = 'push' AND status = 'SENT')
        """,
        {"I16"},
    ),
    "a notice of Stripe's parked": (
        PAYMENTS,
        "UPDATE webhook SET outcome = 'PARKED' WHERE event_id = (SELECT min(event_id) FROM webhook)",
        {"I17"},
    ),
    "a call to Stripe given up": (
        PAYMENTS,
        """
        UPDATE job SET done_at = NULL, gave_up_at = now()
        WHERE position = (SELECT min(position) FROM job WHERE kind = 'ConvergePayment')
        """,
        {"I17"},
    ),
    "a push nobody wrote down": (NOTIFIER, "DELETE FROM notice WHERE occasion = 'booking_checked_in'", {"I16"}),
    "a mail sent twice": (
        NOTIFIER,
        """
        INSERT INTO outbox (id, subject, sequence, type, hotel, time, data, published_at)
        SELECT gen_random_uuid(), subject, 2, type, hotel, time, data, now() FROM outbox
        WHERE type = 'notifier.NoticeSent.v1' ORDER BY position LIMIT 1
        """,
        {"I6", "I16"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(lived: PlatformFixture, fault: str) -> None:
    service, statement, invariants = FAULTS[fault]

    with examination(lived) as (context, connections):
        assert connections[service].execute(sa.text(statement)).rowcount != 0
        violations = examine(context, only=MINE)

    assert {violation.invariant for violation in violations} == invariants


def test_a_dead_letter_is_found_and_explains_what_waits_behind_it(lived: PlatformFixture) -> None:
    with examination(lived) as (context, connections):
        connection = connections[ROOMS]
        stuck = connection.execute(
            sa.text("DELETE FROM inbox_position WHERE source = 'bookings' AND subject LIKE 'BK-%' RETURNING subject")
        ).scalars()
        letters = [
            ParkedMessage(service=ROOMS, id="1f3c", type="t", source=BOOKINGS, subject=subject, sequence=1)
            for subject in stuck
        ]

        violations = examine(replace(context, parked=letters), only=MINE)

    assert {(violation.invariant, violation.subject) for violation in violations} == {("I17", "1f3c")}


def test_a_breach_that_is_gone_when_judged_again_is_left_out(lived: PlatformFixture) -> None:
    with examination(lived) as (context, connections):
        connection = connections[ROOMS]
        connection.execute(sa.text("DELETE FROM inbox_position WHERE source = 'bookings'"))

        verdict = judge(context, "I6", pause=lambda _: connection.rollback())

    assert (verdict.verdict, verdict.violations) == ("holds", ())


# In place of the table: each read of it waits for longer than a statement may take.
SLOW_OUTBOX = """
    CREATE TEMPORARY VIEW outbox AS
    SELECT event.* FROM public.outbox AS event, LATERAL (SELECT event.id, pg_sleep(1) OFFSET 0) AS slow OFFSET 0
"""


def test_an_invariant_that_takes_too_long_is_not_judged(lived: PlatformFixture) -> None:
    with open_services(lived.platform, longest=0.1) as services:
        services.connections[BOOKINGS].execute(sa.text(SLOW_OUTBOX))

        verdict = judge(ExaminationContext(ask=services), "I5")

    assert verdict.verdict == "not judged"


def test_dead_letters_are_not_judged_without_the_broker(lived: PlatformFixture) -> None:
    with open_services(lived.platform) as services:
        verdict = judge(ExaminationContext(ask=services, parked=None), "I17")

    assert verdict.verdict == "not judged"


def test_only_the_newest_rows_are_judged(lived: PlatformFixture) -> None:
    with examination(lived) as (context, connections):
        connections[BOOKINGS].execute(
            sa.text("UPDATE outbox SET published_at = NULL WHERE position = (SELECT min(position) FROM outbox)")
        )
        few = replace(context, newest=5)

        assert (context.is_whole(BOOKINGS), few.is_whole(BOOKINGS)) == (True, False)
        assert examine(few, only=["I3", "I4", "I6", "I7", "I8", "I9", "I10", "I15", "I16"]) == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_invariant_has_a_sentence(name: str) -> None:
    assert len(says(name)) > 20


def test_events_that_a_broker_has_lost_are_published_again_and_applied_once(
    template_databases: dict[str, str], copied_database: CopyDatabase
) -> None:
    with new_fixture(template_databases, copied_database) as fixture:
        earlier = confirmed(fixture)
        fixture.settle()
        lost = confirmed(fixture).id
        for instance in fixture.platform.services.values():
            instance.take_outbox()  # the broker had them, and no subscriber received them
        with examination(fixture) as (context, _):
            assert lost in {violation.subject for violation in examine(context, only=["I6"])}
        pushes = len(fixture.pusher.events(channel=f"private-booking-{earlier.id}"))

        for service in fixture.platform.services:
            fixture.platform.ask(PublishAgain(seconds=3600), service=service)
        fixture.settle()

        with examination(fixture) as (context, _):
            assert examine(context, only=MINE) == []
        assert len(fixture.pusher.events(channel=f"private-booking-{earlier.id}")) == pushes
