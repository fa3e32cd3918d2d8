"""Each check of the judge can fail: a settled system has no violation, and every spoiled row is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CreateBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import CreatedBooking
from contracts.values import Context
from tests.conversations.conftest import HOTEL, STAFF, _pool_closes, template_databases  # noqa: F401
from tests.fakes.database_copies import CopyDatabase
from tests.simulation.judging.answered_objects import KINDS
from tests.simulation.settled_stays import GUEST, SettledStays, StaysTemplate, play_stays


@pytest.fixture(scope="module")
def original(request: pytest.FixtureRequest, copied_database: CopyDatabase) -> Iterator[StaysTemplate]:
    with play_stays(request.getfixturevalue("template_databases"), copied_database) as made:
        yield made


@pytest.fixture
def stays(original: StaysTemplate, copied_database: CopyDatabase) -> Iterator[SettledStays]:
    with original.copy(copied_database) as made:
        yield made


OTHER_STAY = """
    INSERT INTO period (hotel, room_id, kind, nights, reason, live, began_at)
    SELECT hotel, room_id, 'BLOCK', nights, '', true, began_at FROM period WHERE booking_id IS NOT NULL AND live
"""
_ONCE_MORE = """
    INSERT INTO outbox (id, type, subject, sequence, hotel, time, data, traceparent, correlation_id, causation_id)
    SELECT gen_random_uuid(), type, subject, sequence + 9, hotel, time, data, traceparent, correlation_id, causation_id
    FROM outbox WHERE type = 'bookings.StayExtended.v1'
"""
# The invariant, the service, and the statements by which a row is spoiled.
PLANTED = {
    "two stays share a room": ("I1", "rooms", "ALTER TABLE period DROP CONSTRAINT period_no_room_twice", OTHER_STAY),
    "a night is sold once too often": ("I2", "rooms", "UPDATE night SET sold = sold + 1 WHERE sold > 0"),
    "a hold is gone": ("I2", "rooms", "DELETE FROM hold_part"),
    "more is refunded than captured": (
        "I9", "payments", "ALTER TABLE payment DROP CONSTRAINT payment_refunds_no_more_than_captured",
        "UPDATE payment SET refunded = captured + 1 WHERE captured > 0",
    ),
    "a feed has a gap": ("feed", "bookings", "DELETE FROM outbox WHERE sequence = 2"),
    "a feed ends too early": ("feed", "bookings", "UPDATE booking SET version = version + 1"),
    "an event waits": ("liveness", "rooms", "UPDATE outbox SET published_at = NULL WHERE position = 1"),
    "a job waits": ("liveness", "notifier", "UPDATE job SET done_at = NULL, try_at = now() - interval '1 hour'"),
    "a hold is not ended": (
        "liveness", "bookings",
        """UPDATE booking SET status = 'PENDING_PAYMENT', in_house = NULL, expires_at = now() - interval '1 hour'
           WHERE status = 'IN_HOUSE'""",
    ),
    "a booking is gone": ("I14", "bookings", "DELETE FROM audit WHERE to_status = 'IN_HOUSE'"),
    "a status is another one": ("I14", "bookings", "UPDATE audit SET to_status = 'DRAFT' WHERE to_status = 'IN_HOUSE'"),
    "a room is another one": (
        "I14", "bookings",
        """UPDATE outbox SET data = data || '{"room_number": "999"}' WHERE type = 'bookings.RoomAssigned.v1'""",
    ),
    "a payment page is gone": ("I14", "payments", "UPDATE payment SET session_id = NULL"),
    "more is owed": ("money", "bookings", "UPDATE booking SET balance_due = 100 WHERE status = 'IN_HOUSE'"),
    "the price is another one": (
        "money", "bookings",
        """UPDATE booking SET terms = jsonb_set(terms, '{price,total,amount}', '1') WHERE status = 'IN_HOUSE'""",
    ),
}  # fmt: skip


def kinds(stays: SettledStays) -> list[str]:
    """The kinds of violations at rest, without I12: these stays do not go on, while the machine's clock does."""
    return [kind for kind, _ in stays.judged() if kind != "I12"]


def test_settled_stays_have_no_violation(stays: SettledStays) -> None:
    assert kinds(stays) == []
    assert stays.judge.check_outs == 0
    assert stays.judge.answers["CreateBooking answered"] == 2


@pytest.mark.long
@pytest.mark.parametrize("name", PLANTED)
def test_a_spoiled_row_is_found(stays: SettledStays, name: str) -> None:
    invariant, service, *statements = PLANTED[name]
    for statement in statements:
        stays.sql(service, statement)

    assert invariant in kinds(stays)


def test_a_mail_that_did_not_arrive_is_found(stays: SettledStays) -> None:
    stays.mailbox.pop()

    assert kinds(stays) == ["I16"]


def test_a_mail_that_arrived_twice_is_found_unless_an_accident_explains_it(stays: SettledStays) -> None:
    stays.mailbox.append(stays.mailbox[0])

    assert kinds(stays) == ["I16"]
    stays.shares["kill"] = 1
    assert kinds(stays) == []


def test_a_push_that_did_not_arrive_is_found(stays: SettledStays) -> None:
    lost = stays.pusher[0].data["event_id"]
    stays.pusher[:] = [message for message in stays.pusher if message.data.get("event_id") != lost]

    assert kinds(stays) == ["I16"]


def test_a_refund_too_many_is_found_in_the_journal_alone(stays: SettledStays) -> None:
    [refund] = [entry for entry in stays.stripe.journal() if entry["movement"] == "refund"]
    stays.stripe.state.store.journal._entries.append(stays.stripe.state.store.journal._entries[refund["sequence"] - 1])

    assert {"money", "I10"} <= set(kinds(stays))


def test_a_second_capture_and_one_that_nobody_decided_are_found(stays: SettledStays) -> None:
    entries = stays.stripe.state.store.journal._entries
    stays.judge.after_step(stays)
    entries.append(next(entry for entry in entries if entry.movement == "capture"))
    stays.sql("bookings", "DELETE FROM outbox WHERE type = 'bookings.BookingApproved.v1'")
    stays.sql("bookings", "DELETE FROM outbox WHERE type = 'bookings.BookingCancelled.v1'")

    stays.judge.after_step(stays)
    assert [kind for kind, _ in stays.violations] == ["I9", "I7"]


def test_money_that_is_still_held_for_an_ended_booking_is_found(stays: SettledStays) -> None:
    for intent in stays.stripe.state.store.intents.values():
        intent["status"] = "requires_capture"

    texts = [text for kind, text in stays.judged() if kind == "liveness"]
    assert len(texts) == 1
    assert stays.cancelled in texts[0]


def create() -> CreateBooking:
    """Any command that creates a booking."""
    nights: dict[str, Any] = {"check_in": date(2031, 5, 5), "check_out": date(2031, 5, 6)}
    return CreateBooking(hotel=HOTEL, room_type="SGL", **nights, adults=1, children=0, guest=GUEST)


def heard(stays: SettledStays, message: object, context: Context, outcome: object, key: str = "") -> list[str]:
    """The kinds of violations after one more answer."""
    stays.judge.answered(message, context, key, outcome)
    stays.violations.clear()
    stays.judge.after_step(stays)
    return [kind for kind, _ in stays.violations]


def test_a_refusal_that_is_not_documented_is_found(stays: SettledStays) -> None:
    approve = ApproveBooking(hotel=HOTEL, booking_id=stays.staying)

    assert heard(stays, approve, STAFF, Refusal("ILLEGAL_TRANSITION", "")) == []
    assert heard(stays, approve, STAFF, Unavailable("")) == []
    assert heard(stays, approve, STAFF, Refusal("TASK_DONE", "")) == ["undocumented"]
    assert heard(stays, approve, STAFF, KeyError("booking")) == ["unexpected"]


def test_an_answer_to_staff_of_another_hotel_is_found(stays: SettledStays) -> None:
    query = GetBooking(hotel="hotel-elsewhere", booking_id=stays.staying)
    reply = stays.platform.ask(GetBooking(hotel=HOTEL, booking_id=stays.staying), STAFF)

    assert heard(stays, query, STAFF, Refusal("BOOKING_NOT_FOUND", "")) == []
    approve = ApproveBooking(hotel="hotel-elsewhere", booking_id=stays.staying)
    assert heard(stays, approve, STAFF, reply) == ["foreign"]


def test_two_answers_to_one_key_are_found(stays: SettledStays) -> None:
    one = stays.platform.ask(GetBooking(hotel=HOTEL, booking_id=stays.staying), STAFF)
    other = stays.platform.ask(GetBooking(hotel=HOTEL, booking_id=stays.cancelled), STAFF)
    created = [CreatedBooking(booking=each, guest_token="secret") for each in (one, one, other)]

    assert heard(stays, create(), Context(), created[0], "key") == []
    assert heard(stays, create(), Context(), created[1], "key") == []
    assert heard(stays, create(), Context(), created[2], "key") == ["I15"]


def test_one_version_answered_with_and_without_its_room_is_found(stays: SettledStays) -> None:
    query = GetBooking(hotel=HOTEL, booking_id=stays.staying)
    reply = stays.platform.ask(query, STAFF)

    assert heard(stays, query, STAFF, reply) == []
    assert heard(stays, query, STAFF, replace(reply, assigned_room_number=None)) == []
    assert kinds(stays) == ["I14"]


def test_a_booking_that_nobody_asked_for_is_found(stays: SettledStays) -> None:
    stays.judge.client_answers.created.discard(stays.cancelled)

    assert kinds(stays) == ["I15"]
    stays.judge.answered(create(), Context(), "lost", Unavailable(""))
    assert kinds(stays) == []
    stays.judge.answered(create(), Context(), "lost", Refusal("SOLD_OUT", ""))
    assert kinds(stays) == ["I15"]


def test_every_object_that_was_answered_and_is_not_stored_is_found(stays: SettledStays) -> None:
    for reply_type, kind in KINDS.items():
        key = tuple(999 if column in ("number", "version") else "none" for column in kind.columns)
        stays.judge.client_answers.objects.keys.setdefault(reply_type, set()).add(key)

    assert kinds(stays) == ["I14"] * len(KINDS)


def test_an_effect_that_nobody_requested_is_found(stays: SettledStays) -> None:
    extend = ExtendBooking(hotel=HOTEL, booking_id=stays.staying, add_nights=1)
    stays.sql("bookings", _ONCE_MORE)
    assert "I15" in kinds(stays)

    stays.judge.answered(extend, STAFF, "extend", Unavailable(""))  # the key of the first one
    assert "I15" in kinds(stays)
    stays.judge.answered(extend, STAFF, "again", Unavailable(""))
    assert "I15" not in kinds(stays)
