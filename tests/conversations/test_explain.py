"""One booking's timeline over all services, each entry below its cause."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.operations import EntryKind
from contracts.values import from_major
from hotelmate.invariants.context import ParkedMessage
from hotelmate.timeline.causality import by_cause
from hotelmate.timeline.collector import BookingTimeline, collect
from hotelmate.timeline.render import as_json, show
from tests.conversations.actions import assigned, checked_in
from tests.conversations.balances import advance
from tests.conversations.changes_paid_first import held
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, new_fixture
from tests.conversations.stay_changes import booked, wished
from tests.fakes.database_copies import CopyDatabase

TRACE = "a" * 32
CLICK = replace(STAFF, request_id="req-approve", traceparent=f"00-{TRACE}-{'b' * 16}-01")


@pytest.fixture(scope="module")
def stay(
    template_databases: dict[str, str], copied_database: CopyDatabase
) -> Iterator[tuple[PlatformFixture, BookingTimeline]]:
    """The timeline of a booking that was paid, approved by staff, and checked in; and its fixture."""
    with new_fixture(template_databases, copied_database) as fixture:
        created = fixture.book()
        fixture.pay(created)
        fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), CLICK)
        fixture.settle()
        assigned(fixture, created.booking.id, "101")
        checked_in(fixture, created.booking.id)
        fixture.settle_availability()
        yield fixture, explained(fixture, created.booking.id)


@pytest.fixture
def timeline(stay: tuple[PlatformFixture, BookingTimeline]) -> BookingTimeline:
    return stay[1]


def explained(fixture: PlatformFixture, name: str, *, parked: tuple[ParkedMessage, ...] = ()) -> BookingTimeline:
    timeline = collect(lambda service, query: fixture.platform.ask(query, service=service), name, parked=parked)
    assert timeline is not None
    return timeline


def below(timeline: BookingTimeline, root: str) -> list[tuple[str, str]]:
    """Kind and name of all entries below the roots of that name."""
    places = by_cause(timeline.entries)
    return [(place.entry.kind, place.entry.what) for place in places if place.depth and place.root.what == root]


def about_events(timeline: BookingTimeline) -> set[str]:
    return {sentence for sentence in timeline.under_way if "number" in sentence}


def test_a_request_is_above_all_that_it_caused(timeline: BookingTimeline) -> None:
    came = below(timeline, "HTTP request")
    for effect in (
        (EntryKind.CHANGE, "BookingApproved"),
        (EntryKind.PUSH, "booking_approved"),
        (EntryKind.CALL, "capture"),
        (EntryKind.CHANGE, "PaymentCaptured"),
        (EntryKind.MONEY, "capture"),
        (EntryKind.CHANGE, "BookingConfirmed"),
        (EntryKind.MAIL, "booking_confirmed"),
    ):
        assert came.count(effect) == 1, effect
    [request] = [one for one in timeline.entries if one.kind is EntryKind.REQUEST]
    assert (request.facts["request_id"], request.trace_id) == ("req-approve", TRACE)
    posted = [one for one in timeline.entries if one.kind in (EntryKind.PUSH, EntryKind.MAIL)]
    assert {(one.facts["status"], one.facts["tries"]) for one in posted} == {("SENT", 1)}
    assert timeline.under_way == []


def test_amounts_are_printed_in_major_units(timeline: BookingTimeline, capsys: pytest.CaptureFixture[str]) -> None:
    show(timeline)
    printed = capsys.readouterr().out

    [payment] = timeline.payments
    total = f"{payment['currency']} {payment['amount']}"
    minor = payment["amount"].replace(".", "")
    assert from_major(payment["amount"], payment["currency"]).text == payment["amount"]
    assert f"payment {payment['id']}  CAPTURED  {total}\n" in printed
    assert {one.facts["amount"] for one in timeline.entries if one.kind is EntryKind.MONEY} == {total}
    assert minor not in printed
    assert minor not in as_json(timeline)


def test_a_webhook_event_is_above_all_that_it_caused(timeline: BookingTimeline) -> None:
    came = [
        what
        for root in ("payment_intent.amount_capturable_updated", "checkout.session.completed")
        for _, what in below(timeline, root)
    ]
    assert [what for what in came if what[0].isupper()] == ["PaymentAuthorized", "BookingAwaitsApproval"]
    assert "payment_authorized" in came


def test_every_event_has_one_entry_and_its_deliveries(stay: tuple[PlatformFixture, BookingTimeline]) -> None:
    (fixture, timeline), stayed = stay, stay[1].booking["id"]
    events = {str(one.id) for one in fixture.platform.published if stayed in (one.subject, one.data.get("booking_id"))}
    ids = [one.id for one in timeline.entries]
    notices = {one.id for one in fixture.platform.published if one.source == "notifier"}
    assert events - notices <= set(ids)
    assert len(by_cause(timeline.entries)) == len(timeline.entries)
    heard = {(one.service, one.cause) for one in timeline.entries if one.kind is EntryKind.DELIVERY}
    [captured] = [one.id for one in timeline.entries if one.what == "PaymentCaptured"]
    assert ("bookings", captured) in heard


def test_the_confirmation_number_names_the_same_booking(fixture: PlatformFixture) -> None:
    created = fixture.book()

    timeline = explained(fixture, created.booking.confirmation_number.lower())

    assert timeline.booking["id"] == created.booking.id
    with pytest.raises(AssertionError):
        explained(fixture, "BK-2026-NOBODY")


def test_an_event_that_has_not_arrived_or_is_parked_is_under_way(fixture: PlatformFixture) -> None:
    created = fixture.book()
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="ill"), STAFF)
    timeline = explained(fixture, created.booking.id)
    assert about_events(timeline) == {"bookings' BookingCancelled, number 2, waits for the relay"}

    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE outbox SET published_at = now() WHERE published_at IS NULL"))
    letter = ParkedMessage(service="rooms", id="1", source="bookings", subject=created.booking.id, sequence=2)
    timeline = explained(fixture, created.booking.id, parked=(letter,))

    assert about_events(timeline) == {
        "bookings' BookingCancelled, number 2, is parked for rooms",
        "bookings' BookingCancelled, number 2, has not reached payments",
        "bookings' BookingCancelled, number 2, has not reached notifier",
    }


def test_a_change_that_waits_is_explained_with_what_it_holds(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    change, _ = held(fixture, created, wished(created, longer=1))

    waiting = explained(fixture, created.booking.id)
    advance(fixture, timedelta(minutes=18))
    lapsed = explained(fixture, created.booking.id)

    [sentence] = [sentence for sentence in waiting.under_way if sentence.startswith("change")]
    assert sentence.startswith(f"change {change.change_id} waits for its payment; a timer looks at it after ")
    assert [entry.what for entry in waiting.entries].count("InventoryHeld") == 2
    assert [sentence for sentence in lapsed.under_way if sentence.startswith("change")] == []
    names = [entry.what for entry in lapsed.entries]
    assert {"StayChangeHeld", "StayChangeLapsed", "InventoryReleased"} <= set(names)


def test_a_printed_timeline_names_no_person(timeline: BookingTimeline, capsys: pytest.CaptureFixture[str]) -> None:
    show(timeline)
    table, machine = capsys.readouterr().out, as_json(timeline)

    assert "req-approve" in table
    assert "PENDING_APPROVAL -> CONFIRMED" in table
    assert "payments applied +" in table
    assert [one["what"] for one in json.loads(machine)["happenings"]].count("GuestCheckedIn") == 1
    for private in ("Ada", "ada@example.com", "5550100", "Nora"):
        assert private not in table + machine
