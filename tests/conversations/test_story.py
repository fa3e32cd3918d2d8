"""One booking's story: what all services have noted of it, each thing below what led to it."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
import sqlalchemy as sa

from contracts.bookings import ApproveBooking, CancelBooking
from hotelmate.invariants import Parked
from hotelmate.story import Gathered, Kind, as_json, gather, show, weave
from tests.conversations.actions import assigned, checked_in
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, new_fixture

TRACE = "a" * 32
CLICK = replace(STAFF, request_id="req-approve", traceparent=f"00-{TRACE}-{'b' * 16}-01")


@pytest.fixture(scope="module")
def stay(
    template_databases: dict[str, str], copied_database: Callable[[str], str]
) -> Iterator[tuple[PlatformFixture, Gathered]]:
    """The story of a booking that was paid, approved by a click of staff's, and checked in; and where it happened."""
    with new_fixture(template_databases, copied_database) as fixture:
        created = fixture.book()
        fixture.pay(created)
        fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), CLICK)
        fixture.settle()
        assigned(fixture, created.booking.id, "101")
        checked_in(fixture, created.booking.id)
        fixture.settle()
        yield fixture, told(fixture, created.booking.id)


@pytest.fixture
def story(stay: tuple[PlatformFixture, Gathered]) -> Gathered:
    return stay[1]


def told(fixture: PlatformFixture, name: str, *, parked: tuple[Parked, ...] = ()) -> Gathered:
    with ExitStack() as opened:
        services = fixture.platform.services
        connections = {
            service: opened.enter_context(instance.engine.connect()) for service, instance in services.items()
        }
        found = gather(connections, name, parked=parked)
    assert found is not None
    return found


def below(found: Gathered, root: str) -> list[tuple[str, str]]:
    """Kind and name of all that stands below the roots of that name."""
    lines = weave(found.happenings)
    return [(line.happening.kind, line.happening.what) for line in lines if line.depth and line.root.what == root]


def about_events(found: Gathered) -> set[str]:
    return {line for line in found.under_way if "number" in line}


def test_a_click_is_told_with_all_that_came_of_it(story: Gathered) -> None:
    came = below(story, "HTTP request")
    for happening in (
        (Kind.CHANGE, "BookingApproved"),
        (Kind.PUSH, "booking_approved"),
        (Kind.CALL, "capture"),
        (Kind.CHANGE, "PaymentCaptured"),
        (Kind.MONEY, "capture"),
        (Kind.CHANGE, "BookingConfirmed"),
        (Kind.MAIL, "booking_confirmed"),
    ):
        assert came.count(happening) == 1, happening
    [request] = [one for one in story.happenings if one.kind is Kind.REQUEST]
    assert (request.facts["request_id"], request.trace_id) == ("req-approve", TRACE)
    posted = [one for one in story.happenings if one.kind in (Kind.PUSH, Kind.MAIL)]
    assert {(one.facts["status"], one.facts["tries"]) for one in posted} == {("SENT", 1)}
    assert story.under_way == []


def test_a_notice_of_the_provider_is_told_with_all_that_came_of_it(story: Gathered) -> None:
    came = [
        what
        for root in ("payment_intent.amount_capturable_updated", "checkout.session.completed")
        for _, what in below(story, root)
    ]
    assert [what for what in came if what[0].isupper()] == ["PaymentAuthorized", "BookingAwaitsApproval"]
    assert "payment_authorized" in came


def test_every_event_is_told_once_and_with_everyone_who_heard_it(stay: tuple[PlatformFixture, Gathered]) -> None:
    (fixture, story), stayed = stay, stay[1].booking["id"]
    events = {str(one.id) for one in fixture.platform.published if stayed in (one.subject, one.data.get("booking_id"))}
    ids = [one.id for one in story.happenings]
    notices = {one.id for one in fixture.platform.published if one.source == "notifier"}
    assert events - notices <= set(ids)
    assert len(weave(story.happenings)) == len(story.happenings)
    heard = {(one.service, one.cause) for one in story.happenings if one.kind is Kind.DELIVERY}
    [captured] = [one.id for one in story.happenings if one.what == "PaymentCaptured"]
    assert ("bookings", captured) in heard


def test_the_confirmation_number_names_the_same_booking(fixture: PlatformFixture) -> None:
    created = fixture.book()

    found = told(fixture, created.booking.confirmation_number.lower())

    assert found.booking["id"] == created.booking.id
    with pytest.raises(AssertionError):
        told(fixture, "BK-2026-NOBODY")


def test_what_has_not_arrived_or_is_parked_is_under_way(fixture: PlatformFixture) -> None:
    created = fixture.book()
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="ill"), STAFF)
    found = told(fixture, created.booking.id)
    assert about_events(found) == {"bookings' BookingCancelled, number 2, waits for the relay"}

    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE outbox SET published_at = now() WHERE published_at IS NULL"))
    letter = Parked(service="rooms", id="1", source="bookings", subject=created.booking.id, sequence=2)
    found = told(fixture, created.booking.id, parked=(letter,))

    assert about_events(found) == {
        "bookings' BookingCancelled, number 2, is parked for rooms",
        "bookings' BookingCancelled, number 2, has not reached payments",
        "bookings' BookingCancelled, number 2, has not reached notifier",
    }


def test_a_story_can_be_shown_and_names_nobody(story: Gathered, capsys: pytest.CaptureFixture[str]) -> None:
    show(story)
    shown, machine = capsys.readouterr().out, as_json(story)

    assert "req-approve" in shown
    assert "PENDING_APPROVAL -> CONFIRMED" in shown
    assert "payments heard +" in shown
    assert [one["what"] for one in json.loads(machine)["happenings"]].count("GuestCheckedIn") == 1
    for private in ("Ada", "ada@example.com", "5550100", "Nora"):
        assert private not in shown + machine
