"""What a caller without an account can make grow: each table with its bound and its clean-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.transactions import retention
from contracts.catalogue import OWNERS
from services.bookings.handlers import drafts, guest_access, lookups, unusual_holds
from services.bookings.service import SERVICE as BOOKINGS
from services.notifier.handlers import mails
from services.notifier.service import SERVICE as NOTIFIER
from services.rooms.handlers import timers
from services.rooms.service import SERVICE as ROOMS
from tests.conversations.conftest import HOTEL, PlatformFixture
from tests.conversations.http_gateway import open_gateway
from tests.unit.gateway.fakes import Gateway

REQUESTS = "as many as the rate limits let through"


@dataclass(frozen=True)
class Growth:
    """The bound of a table, and its clean-up: a timer's step, or the words for what is kept as the hotel's record."""

    bound: str
    cleanup: Callable[..., Any] | str


BOOKING = "the hotel's record of a booking; the archive takes what ended"
OF_BOOKINGS = {
    "booking": Growth(f"{REQUESTS}; unpaid holds by caps, drafts end after 7 days", drafts.delete_ended_drafts),
    "booking_count": Growth("some dozen rows per hotel; one change of a booking in 32 sums them up", "the sum"),
    "guest": Growth("one row per booking", drafts.delete_ended_drafts),
    "booking_directory": Growth("one row per booking", drafts.delete_ended_drafts),
    "access_code": Growth("one row per mail, valid for 7 days", guest_access.delete_ended_codes),
    "hold": Growth("one row per live hold; deleted when rooms releases the nights", "InventoryReleased"),
    "hold_count": Growth("two rows per guest with unpaid holds; deleted with the last hold", "the last hold's end"),
    "unusual_night": Growth("one row per night with more than 30 % held unpaid", unusual_holds.watch_holds),
    "room_plan_check": Growth("one row per hotel", "the next check"),
    "communication": Growth("one row per sent mail", BOOKING),
    "payment_fact": Growth("a few rows per payment", BOOKING),
    "chat_message": Growth(f"{REQUESTS}, of 2,000 characters, while the booking lives", BOOKING),
    "chat_reading": Growth("two rows per booking", BOOKING),
    "lookup_request": Growth("one row per address; taken within seconds", lookups.begin_lookup_mail),
    "lookup_mail": Growth("one row per address and hotel in ten minutes", lookups.delete_old_lookups),
}
OF_ROOMS = {
    "quote": Growth(f"{REQUESTS}, of `max_public_nights` prices; valid for 30 minutes", timers.forget_quotes),
    "hold": Growth("one row per booking that held nights", BOOKING),
    "hold_part": Growth("one row per live hold; deleted with the release", "ReleaseInventory"),
}
OF_PAYMENTS = {
    "desired_state": Growth("one row per submitted booking", BOOKING),
    "balance_desired_state": Growth("one row per payment of a balance", BOOKING),
    "payment": Growth("one live row per booking and purpose", BOOKING),
    "payment_directory": Growth("three rows per payment", BOOKING),
    "provider_action": Growth("a few rows per payment", BOOKING),
    "refund": Growth("one row per refund", BOOKING),
    "ledger": Growth("one row per movement of money", BOOKING),
    "webhook": Growth("one row per signed webhook event", BOOKING),
}
OF_NOTIFIER = {
    "notice": Growth("a few rows per event", BOOKING),
    "mail_count": Growth("one row per recipient, of at most 5 notices, for 24 hours", mails.delete_old_mail_counts),
}
OF_EVERY_SERVICE = {
    "idempotency": Growth(f"{REQUESTS}, of one reply each, for 24 hours", retention.delete_old_rows),
    "job": Growth("a few rows per event, for 7 days after their end", retention.delete_old_rows),
    "inbox": Growth("one row per event, for 30 days", retention.delete_old_rows),
    "inbox_position": Growth("one row per booking", BOOKING),
    "outbox": Growth("one row per change", BOOKING),
    "audit": Growth("one row per change", BOOKING),
    "remark": Growth("one text of at most 2,000 characters per change that has one", BOOKING),
    "stream": Growth("one row per subject without a version of its own", BOOKING),
}
GROWS = {
    "bookings": OF_BOOKINGS | OF_EVERY_SERVICE,
    "rooms": OF_ROOMS | OF_EVERY_SERVICE,
    "payments": OF_PAYMENTS | OF_EVERY_SERVICE,
    "notifier": OF_NOTIFIER | OF_EVERY_SERVICE,
}
# Every other table: only staff, operators, the clock or an import add rows.
CLOSED = {
    "bookings": {"amendment", "overstay", "room_order", "ghost", "census"},
    "rooms": {
        "hotel", "room_type", "room", "night", "promotion", "cancellation_policy", "menu_item", "period",
        "cleaning_task", "action",
    },
    "payments": {"reconciliation", "finding", "provider_search"},
    "notifier": set(),
}  # fmt: skip
ALWAYS_CLOSED = {"alembic_version", "lease", "clock", "inbox_process", "inbox_partition"}
GUEST = {"first_name": "Ada", "last_name": "Guest", "email": "ada@example.com", "phone": "+353 1 5550100"}
PUBLIC = f"/api/public/hotels/{HOTEL}"


def rows_by_table(fixture: PlatformFixture) -> dict[tuple[str, str], int]:
    """The number of rows of every table of every service."""
    rows = {}
    for service in OWNERS:
        engine = fixture.platform.services[service].unit_of_work.engine
        with engine.begin() as connection:
            for table in sa.inspect(connection).get_table_names():
                rows[service, table] = connection.execute(sa.text(f'SELECT count(*) FROM "{table}"')).scalar_one()
    return rows


def ask_for_everything(fixture: PlatformFixture, gateway: Gateway) -> None:
    """Every kind of request that needs no account, with and without an Idempotency-Key."""
    today = fixture.today()
    kind = fixture.room_types()[0]
    stay = {"check_in": str(today), "check_out": str(today + timedelta(days=2)), "adults": 1, "room_type_code": kind}
    gateway.get(f"{PUBLIC}/availability/?check_in={stay['check_in']}&check_out={stay['check_out']}&adults=1")
    gateway.post(f"{PUBLIC}/pricing/quote/", stay)
    gateway.get("/api/bookings/lookup/?email=nobody@example.com")
    gateway.get("/api/bookings/lookup/?confirmation_number=KIL-2026-222222")
    gateway.post("/api/guest/exchange/", {"code": "nonsense"})
    for number, more in enumerate(({}, {"draft": True})):
        key = {"Idempotency-Key": f"a-key-of-a-guest-{number}"}
        answer = gateway.post(f"{PUBLIC}/room-bookings/", {**stay, "guest": GUEST, **more}, headers=key)
        made = answer.json()
        assert answer.status_code == 201, answer.text
        token = {"Authorization": f"Bearer {made['guest_token']}"}
        own = f"{PUBLIC}/room-bookings/{made['booking_id']}"
        fixture.settle()
        for path, body in (
            ("submit", {}),
            ("payment/session", {}),
            ("messages", {"text": "Hello"}),
            ("cancel", {"reason": "Plans changed."}),
        ):
            gateway.post(
                f"{own}/{path}/", body, headers={**token, "Idempotency-Key": f"a-key-of-the-request-{path}-{number}"}
            )
            fixture.settle()
        gateway.get(f"{own}/messages/", headers=token)
    gateway.get("/api/bookings/lookup/?email=ada@example.com")
    fixture.settle()


def test_every_table_that_public_requests_make_grow_is_listed(fixture: PlatformFixture) -> None:
    fixture.settle()  # what is due by the clock
    before = rows_by_table(fixture)

    with open_gateway(fixture) as gateway:
        ask_for_everything(fixture, gateway)

    after = rows_by_table(fixture)
    grown = {table for table, rows in after.items() if rows > before[table]}
    listed = {(service, table) for service, tables in GROWS.items() for table in tables}
    assert len(grown) > 20
    assert grown <= listed, grown - listed


@pytest.mark.parametrize("service", OWNERS)
def test_every_table_is_bounded_or_closed_to_the_public(fixture: PlatformFixture, service: str) -> None:
    engine = fixture.platform.services[service].unit_of_work.engine
    with engine.begin() as connection:
        tables = set(sa.inspect(connection).get_table_names())

    assert tables == set(GROWS[service]) | CLOSED[service] | ALWAYS_CLOSED


def test_every_clean_up_is_run_by_a_timer() -> None:
    steps = {timer.step for service in (BOOKINGS, ROOMS, NOTIFIER) for timer in service.timers}
    steps.add(retention.delete_old_rows)  # of every service: `chassis.hosting.run`
    growths = [growth for tables in GROWS.values() for growth in tables.values()]

    assert all(growth.bound for growth in growths)
    assert {growth.cleanup for growth in growths if callable(growth.cleanup)} <= steps
