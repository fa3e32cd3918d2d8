"""A dearer change that is paid first: it waits with its nights, and is made once the money is captured, or lapses."""

from datetime import timedelta

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.stays import AssignRoom
from tests.conversations.balances import about, advance, books_agree, page, pays, published, status_of
from tests.conversations.changes_paid_first import CHANGES, command, held, nights_held, rooms_held, sold
from tests.conversations.conftest import STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import (
    NIGHT,
    booked,
    captured,
    equation_holds,
    other_type,
    preview,
    total_is_that_of_its_nights,
    wished,
)
from tests.conversations.test_any_series_of_changes import examined


def test_a_paid_change_is_made_with_its_money(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    before, wish = sold(fixture), wished(created, longer=2)
    offer = preview(fixture, created, wish, guest(created))

    change, session = held(fixture, created, wish)

    waiting = fixture.booking(created)
    assert (offer.allowed, offer.settlement, change.preview) == (True, "pay_first", offer)
    assert (waiting.nights, waiting.total_amount, waiting.balance_due.amount) == (2, created.booking.total_amount, 0)
    assert (session.amount, session.payment_url) == (offer.difference, session.payment_url)
    assert (nights_held(fixture, change.change_id), rooms_held(fixture, change.change_id)) == (2, 2)
    equation_holds(fixture, created)
    examined(fixture)

    pays(fixture, session)
    advance(fixture, timedelta(seconds=3))

    after = fixture.booking(created)
    assert (after.nights, after.total_amount, after.balance_due.amount) == (4, offer.new_total, 0)
    assert (after.pending_change, after.assigned_room_number) == (None, "101")
    assert captured(fixture) == after.total_amount.amount
    assert sold(fixture) == before + 2
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld", "StayChanged"]
    assert fixture.mails()[-1] == f"Booking changed - {created.booking.id}"
    equation_holds(fixture, created)
    total_is_that_of_its_nights(fixture, created)
    books_agree(fixture)
    examined(fixture)


def test_a_change_that_is_not_paid_leaves_everything_as_before(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    fixture.settle()
    nights, booking = sold(fixture), fixture.booking(created)
    change, session = held(fixture, created, wished(created, later=-1, longer=2))
    assert rooms_held(fixture, change.change_id) == 2

    advance(fixture, timedelta(minutes=18))
    advance(fixture, timedelta(minutes=2))

    after = fixture.booking(created)
    assert (after.nights, after.total_amount, after.assigned_room_number) == (2, booking.total_amount, "101")
    assert (after.pending_change, sold(fixture)) == (None, nights)
    assert (nights_held(fixture, change.change_id), rooms_held(fixture, change.change_id)) == (0, 0)
    assert status_of(fixture, session) == "SESSION_EXPIRED"
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld", "StayChangeLapsed"]
    assert fixture.mails()[-1] == f"Change not paid - {created.booking.id}"
    equation_holds(fixture, created)
    examined(fixture)


def test_a_payment_that_comes_too_late_is_given_back(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    total = created.booking.total_amount
    _, session = held(fixture, created, wished(created, longer=1))

    fixture.platform.advance(timedelta(minutes=18))
    fixture.stripe.pay(session.session_id)
    fixture.settle()
    fixture.settle()

    after = fixture.booking(created)
    assert (after.nights, after.total_amount, after.pending_change) == (2, total, None)
    assert captured(fixture) == total.amount
    equation_holds(fixture, created)
    books_agree(fixture)
    examined(fixture)


@pytest.mark.parametrize("paid", [False, True])
def test_a_cancellation_withdraws_the_change_and_its_payment(fixture: PlatformFixture, paid: bool) -> None:
    created = booked(fixture, nights=2)
    change, session = held(fixture, created, wished(created, longer=1))
    if paid:
        fixture.stripe.pay(session.session_id)
        fixture.stripe.wait_until_delivered()

    fixture.platform.ask(CancelBooking(**about(created)), STAFF)
    fixture.settle()

    assert fixture.booking(created).status == "CANCELLED"
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld", "StayChangeLapsed"]
    assert (nights_held(fixture, change.change_id), captured(fixture)) == (0, 0)
    equation_holds(fixture, created)
    books_agree(fixture)
    examined(fixture)


def test_another_change_takes_the_place_of_the_one_that_waits(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2, room_type="STE")
    first, closed = held(fixture, created, wished(created, longer=1))

    second, session = held(fixture, created, wished(created, longer=2))

    assert first.change_id != second.change_id
    assert (nights_held(fixture, first.change_id), nights_held(fixture, second.change_id)) == (0, 2)
    assert status_of(fixture, closed) == "SESSION_EXPIRED"
    pays(fixture, session)
    advance(fixture, timedelta(seconds=3))
    assert fixture.booking(created).nights == 4
    equation_holds(fixture, created)
    examined(fixture)


def test_the_same_change_again_continues(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    first, page_of_first = held(fixture, created, wished(created, longer=1))

    again, same_page = held(fixture, created, wished(created, longer=1))

    assert (again.change_id, again.expires_at) == (first.change_id, first.expires_at)
    assert same_page.session_id == page_of_first.session_id
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld"]


def test_the_stay_as_it_is_withdraws_the_change_that_waits(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    change, _ = held(fixture, created, wished(created, longer=1))

    detail = fixture.platform.ask(command(created, wished(created)), guest(created))
    fixture.settle()

    assert detail.pending_change is None
    assert nights_held(fixture, change.change_id) == 0
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld", "StayChangeLapsed"]
    assert fixture.mails()[-1] != f"Change not paid - {created.booking.id}"


def test_a_change_at_once_takes_the_place_of_the_one_that_waits(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=3)
    change, _ = held(fixture, created, wished(created, longer=1))

    detail = fixture.platform.ask(command(created, wished(created, longer=-1)), guest(created))
    fixture.settle()

    assert (detail.nights, detail.pending_change, nights_held(fixture, change.change_id)) == (2, None, 0)
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld", "StayChangeLapsed", "StayChanged"]
    equation_holds(fixture, created)
    examined(fixture)


def test_a_changed_room_type_is_held_and_the_old_one_is_free_once_it_is_paid(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    before = sold(fixture)
    change, session = held(fixture, created, wished(created, room_type_code=other_type(fixture, created)))
    assert (nights_held(fixture, change.change_id), sold(fixture)) == (2, before + 2)

    pays(fixture, session)
    advance(fixture, timedelta(seconds=3))

    after = fixture.booking(created)
    assert (after.room_type_code, sold(fixture)) == (other_type(fixture, created), before)
    equation_holds(fixture, created)
    examined(fixture)


def test_a_declined_card_can_be_tried_again_and_what_was_owed_before_stays_owed(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    owed = fixture.platform.ask(command(created, wished(created, longer=1)), STAFF).balance_due
    fixture.settle()
    wish = wished(created, longer=2)

    change, session = held(fixture, created, wish)
    assert page(fixture, created).session_id == session.session_id
    pays(fixture, session)
    advance(fixture, timedelta(seconds=3))

    after = fixture.booking(created)
    assert (after.nights, after.balance_due, change.amount) == (4, owed, session.amount)
    assert fixture.booking(created).check_out == created.booking.check_out + 2 * NIGHT
    equation_holds(fixture, created)
