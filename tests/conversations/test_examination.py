"""The invariants of trails, events, keys, notices and dead letters: they hold over a stay, and each finds its fault."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from contracts.bookings import ApproveBooking, CancelBooking, CreateBooking, GuestDetails
from contracts.values import Caller, Context
from hotelmate.examination import judged, says
from hotelmate.invariants import CHECKS, Books, Parked, examine
from hotelmate.outboxes import unpublish
from tests.conversations.actions import checked_out, confirmed, in_house, moved, walked_in
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, new_fixture

MINE = ("I3", "I4", "I5", "I6", "I15", "I16", "I17")


@pytest.fixture(scope="module")
def lived(template_databases: dict[str, str], copied_database: Callable[[str], str]) -> Iterator[PlatformFixture]:
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
def books(fixture: PlatformFixture) -> Iterator[Books]:
    """Open books; what is written into them is undone."""
    with ExitStack() as open_ones:
        connections = {
            name: open_ones.enter_context(instance.engine.connect())
            for name, instance in fixture.platform.services.items()
        }
        yield Books(connections=connections, unrest=timedelta(0), parked=())


def test_a_day_in_the_house_keeps_them(lived: PlatformFixture) -> None:
    with books(lived) as opened:
        assert examine(opened, only=MINE) == []


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
        INSERT INTO audit (subject, sequence, what, by, from_status, to_status, at)
        SELECT subject, 99, what, by, from_status, to_status, at FROM audit WHERE what = 'PaymentCaptured' LIMIT 1
        """,
        {"I3", "I4"},
    ),
    "a room's turn is not told": (
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
        WHERE id = (SELECT min(id::text)::uuid FROM notice WHERE medium = 'push')
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
        WHERE position = (SELECT min(position) FROM job WHERE kind = 'Pursue')
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

    with books(lived) as opened:
        assert opened.connections[service].execute(sa.text(statement)).rowcount != 0
        found = examine(opened, only=MINE)

    assert {finding.invariant for finding in found} == invariants


def test_a_dead_letter_is_found_and_explains_what_waits_behind_it(lived: PlatformFixture) -> None:
    with books(lived) as opened:
        connection = opened.connections[ROOMS]
        stuck = connection.execute(
            sa.text("DELETE FROM inbox_position WHERE source = 'bookings' AND subject LIKE 'BK-%' RETURNING subject")
        ).scalars()
        letters = [
            Parked(service=ROOMS, id="1f3c", type="t", source=BOOKINGS, subject=each, sequence=1) for each in stuck
        ]

        found = examine(replace(opened, parked=letters), only=MINE)

    assert {(finding.invariant, finding.subject) for finding in found} == {("I17", "1f3c")}


def test_what_is_over_at_a_second_look_is_not_found(lived: PlatformFixture) -> None:
    with books(lived) as opened:
        connection = opened.connections[ROOMS]
        connection.execute(sa.text("DELETE FROM inbox_position WHERE source = 'bookings'"))

        [verdict] = judged(opened, only=["I6"], pause=lambda _: connection.rollback())

    assert (verdict.verdict, verdict.findings) == ("holds", ())


def test_what_takes_too_long_is_not_judged(lived: PlatformFixture) -> None:
    with books(lived) as opened:
        engine = sa.create_engine(lived.platform.services[BOOKINGS].engine.url.set(drivername="postgresql+psycopg"))
        with engine.connect() as slow:
            slow.execute(sa.text("SET statement_timeout = 1"))
            slow.execute(sa.text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
            slow.commit()
            lazy = _Lazy(connections={**opened.connections, BOOKINGS: slow}, parked=())
            [verdict] = judged(lazy, only=["I5"])
        engine.dispose()

    assert verdict.verdict == "not judged"


class _Lazy(Books):
    """Books in which every question takes a tenth of a second."""

    def rows(self, service: str, statement: str, **values: object) -> object:  # type: ignore[override]
        return super().rows(service, "SELECT pg_sleep(0.1)" if service == BOOKINGS else statement, **values)


def test_only_the_newest_are_looked_at_where_it_is_said_so(lived: PlatformFixture) -> None:
    with books(lived) as opened:
        opened.connections[BOOKINGS].execute(
            sa.text("UPDATE outbox SET published_at = NULL WHERE position = (SELECT min(position) FROM outbox)")
        )
        few = replace(opened, newest=5)

        assert (opened.is_whole(BOOKINGS), few.is_whole(BOOKINGS)) == (True, False)
        assert examine(few, only=["I3", "I4", "I6", "I7", "I8", "I9", "I10", "I15", "I16"]) == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_invariant_says_what_it_is(name: str) -> None:
    assert len(says(name)) > 20


def test_what_a_broker_has_lost_is_published_again_and_heard_once(
    template_databases: dict[str, str], copied_database: Callable[[str], str]
) -> None:
    with new_fixture(template_databases, copied_database) as fixture:
        kept = confirmed(fixture)
        fixture.settle()
        lost = confirmed(fixture).id
        for instance in fixture.platform.services.values():
            instance.take_outbox()  # the broker had them, and nobody heard of them
        with books(fixture) as opened:
            assert lost in {finding.subject for finding in examine(opened, only=["I6"])}
        pushes = len(fixture.pusher.events(channel=f"private-booking-{kept.id}"))

        for instance in fixture.platform.services.values():
            with instance.engine.begin() as connection:
                unpublish(connection, within=timedelta(hours=1))
        fixture.settle()

        with books(fixture) as opened:
            assert examine(opened, only=MINE) == []
        assert len(fixture.pusher.events(channel=f"private-booking-{kept.id}")) == pushes
