"""Caps of unpaid holds per e-mail address and network address. Each succeeds as an attack without its mechanism."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking, HoldCaps, SubmitBooking
from contracts.rooms.holds import HoldInventory, ReleaseInventory
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.store.hold_counts import SqlHoldCounts
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of, statements
from tests.interface.bookings.steps import about, authorized, capture_failed, opened, refused
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings import builders as build
from tests.unit.bookings.builders import CHECK_IN, PUBLIC, STAFF, a_request

CLICKS = 50


def caps(address: str = "home", **more: int) -> HoldCaps:
    return HoldCaps(**{"address": address, "email_holds": 3, "email_nights": 30, "address_holds": 10, **more})


def guest(number: int = 0) -> Any:
    return build.details(email=f"guest{number}@example.com")


def capped(number: int = 0, **more: Any) -> Any:
    """A request with the caps, by one of several guests who share a network address."""
    return a_request(**{"guest": guest(number), "caps": caps(), **more})


def clicks(service: BookingsUnderTest, request: Any = None) -> Counter[str]:
    """The outcomes of equal clicks at once: `booked`, or the code of the refusal."""
    ask = request or capped()
    replies = at_once(*[lambda: service.ask(ask, PUBLIC)] * CLICKS)
    return Counter(reply if isinstance(reply, str) else "booked" for reply in replies)


def counters(service: BookingsUnderTest) -> list[tuple[str, int, int]]:
    rows = service.rows("SELECT split_part(name, '/', 1) AS kind, holds, nights FROM hold_count ORDER BY name")
    return [(row.kind, row.holds, row.nights) for row in rows]


@contextmanager
def without_the_constraint(service: BookingsUnderTest) -> Iterator[None]:
    service.rows("ALTER TABLE hold_count DROP CONSTRAINT hold_count_capped")
    try:
        yield
    finally:
        service.rows("TRUNCATE hold_count")
        service.rows(
            "ALTER TABLE hold_count ADD CONSTRAINT hold_count_capped"
            " CHECK (holds <= most_holds AND nights <= coalesce(most_nights, nights))"
        )


def test_without_caps_one_guest_holds_fifty_rooms(service: BookingsUnderTest) -> None:
    assert clicks(service, a_request()) == {"booked": CLICKS}


def test_without_the_constraint_clicks_at_once_pass_the_cap(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlHoldCounts, "check", lambda *_, **__: None)
    with without_the_constraint(service):
        assert clicks(service)["booked"] == CLICKS


def test_fifty_equal_clicks_at_once_give_exactly_the_cap(service: BookingsUnderTest) -> None:
    assert clicks(service) == {"booked": 3, "TOO_MANY_HOLDS": CLICKS - 3}

    assert counters(service) == [("address", 3, 9), ("email", 3, 9)]
    assert service.row("SELECT count(*) AS n FROM booking WHERE status = 'PENDING_PAYMENT'").n == 3


def test_the_nights_of_refused_clicks_are_released_at_once(service: BookingsUnderTest) -> None:
    clicks(service)

    held = {ask.booking_id for ask in service.rooms.asks if isinstance(ask, HoldInventory)}
    released = {ask.booking_id for ask in service.rooms.asks if isinstance(ask, ReleaseInventory)}
    booked = {row.id for row in service.rows("SELECT id FROM booking")}
    assert held - released == booked


def test_a_guest_over_the_cap_is_refused_before_rooms_is_asked(service: BookingsUnderTest) -> None:
    for _ in range(3):
        service.ask(capped(), PUBLIC)
    service.rooms.asks.clear()

    assert refused(service, capped(), PUBLIC) == "TOO_MANY_HOLDS"
    assert service.rooms.asks == []


def test_one_network_address_holds_ten_rooms_under_any_number_of_e_mail_addresses(service: BookingsUnderTest) -> None:
    outcomes = at_once(*[lambda number=number: service.ask(capped(number), PUBLIC) for number in range(20)])

    assert Counter(isinstance(outcome, str) for outcome in outcomes) == {True: 10, False: 10}
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == {"TOO_MANY_HOLDS"}
    assert service.ask(capped(99, caps=caps("another")), PUBLIC)


def test_another_spelling_of_an_e_mail_address_counts_as_the_same(service: BookingsUnderTest) -> None:
    for _ in range(3):
        service.ask(capped(), PUBLIC)
    shouted = capped(guest=build.details(email="GUEST0@EXAMPLE.COM"), caps=caps("elsewhere"))

    assert refused(service, shouted, PUBLIC) == "TOO_MANY_HOLDS"


@pytest.mark.parametrize(("nights", "code"), [((30,), None), ((31,), "TOO_MANY_HOLDS"), ((29, 2), "TOO_MANY_HOLDS")])
def test_one_e_mail_address_holds_thirty_room_nights(
    service: BookingsUnderTest, nights: tuple[int, ...], code: str | None
) -> None:
    *before, last = [capped(check_out=CHECK_IN + timedelta(days=count)) for count in nights]
    for request in before:
        service.ask(request, PUBLIC)

    if code:
        assert refused(service, last, PUBLIC) == code
    else:
        assert service.ask(last, PUBLIC)


def test_thirty_one_night_stays_over_a_change_of_the_clocks_are_thirty_nights(service: BookingsUnderTest) -> None:
    """The night of the change has 23 hours, and is one night."""
    springs = capped(
        check_in=build.NOW.date().replace(year=2031, month=3, day=29),
        check_out=build.NOW.date().replace(year=2031, month=3, day=31),
    )
    service.ask(springs, PUBLIC)

    assert counters(service) == [("address", 1, 2), ("email", 1, 2)]


def test_a_booking_without_a_price_does_not_count(service: BookingsUnderTest) -> None:
    yen = build.Money(0, "JPY")
    service.rooms.held = build.held(price=build.a_price(nights=(yen,), subtotal=yen, discount=yen, tax=yen, total=yen))

    for _ in range(5):
        service.ask(capped(), PUBLIC)

    assert counters(service) == []


def test_bookings_by_staff_do_not_count(service: BookingsUnderTest) -> None:
    for _ in range(5):
        service.ask(capped(), STAFF)

    assert counters(service) == []
    assert service.ask(capped(), PUBLIC)


@pytest.mark.parametrize("end", ["pay", "cancel", "expire"])
def test_a_hold_that_ends_counts_no_more(service: BookingsUnderTest, end: str) -> None:
    first, *_ = [service.ask(capped(), PUBLIC) for _ in range(3)]
    booking_id = first.booking.booking_id

    if end == "pay":
        service.deliver(opened(booking_id), authorized(booking_id))
    elif end == "cancel":
        service.ask(CancelBooking(**about(booking_id)), guest_of(first))
    else:
        service.rows("UPDATE booking SET due_at = expires_at, pay_until = expires_at WHERE id = :id", id=booking_id)
        service.pass_time(minutes=5)
        assert service.tick(apply_due_deadline)

    assert counters(service) == [("address", 2, 6), ("email", 2, 6)]
    assert service.stored(booking_id).counted_by == []
    assert service.ask(capped(), PUBLIC)


def test_the_second_payment_after_a_failed_capture_does_not_count(service: BookingsUnderTest) -> None:
    created = service.ask(capped(), PUBLIC)
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(capture_failed(booking_id))

    assert service.stored(booking_id).status == "PENDING_PAYMENT"
    assert counters(service) == []
    service.ask(CancelBooking(**about(booking_id)), guest_of(created))
    assert counters(service) == []


def test_drafts_count_when_they_are_submitted(service: BookingsUnderTest) -> None:
    drafts = [service.ask(capped(draft=True), PUBLIC) for _ in range(8)]
    assert counters(service) == []

    def submit(draft: Any) -> Any:
        return service.ask(SubmitBooking(**about(draft.booking.booking_id, caps=caps())), guest_of(draft))

    outcomes = at_once(*[lambda draft=draft: submit(draft) for draft in drafts])

    assert Counter(outcome for outcome in outcomes if isinstance(outcome, str)) == {"TOO_MANY_HOLDS": 5}
    assert counters(service) == [("address", 3, 9), ("email", 3, 9)]


def test_a_submission_that_rooms_refuses_counts_no_more(service: BookingsUnderTest) -> None:
    draft = service.ask(capped(draft=True), PUBLIC)
    service.rooms.instead[HoldInventory] = Refusal("SOLD_OUT", "Sold out.")

    command = SubmitBooking(**about(draft.booking.booking_id, caps=caps()))

    assert refused(service, command, guest_of(draft)) == "SOLD_OUT"
    assert counters(service) == []


def test_no_address_is_stored_with_a_counter(service: BookingsUnderTest) -> None:
    service.ask(capped(), PUBLIC)

    stored = service.rows("SELECT hold_count::text AS text FROM hold_count UNION SELECT counted_by::text FROM booking")
    assert not any("example" in row.text for row in stored)


def test_the_caps_take_two_statements_of_a_creation_and_one_of_its_end(service: BookingsUnderTest) -> None:
    created = service.ask(capped(), PUBLIC)
    with statements(service.engine) as without:
        plain = service.ask(a_request(), PUBLIC)
    with statements(service.engine) as counted:
        service.ask(capped(), PUBLIC)
    with statements(service.engine) as cancelled:
        service.ask(CancelBooking(**about(plain.booking.booking_id)), guest_of(plain))
    with statements(service.engine) as uncounted:
        service.ask(CancelBooking(**about(created.booking.booking_id)), guest_of(created))

    assert len(counted) - len(without) == 2
    assert len(uncounted) - len(cancelled) == 1


def test_after_a_race_of_bookings_and_cancellations_each_counter_equals_its_holds(service: BookingsUnderTest) -> None:
    first = [service.ask(capped(), PUBLIC) for _ in range(3)]

    def cancel(created: Any) -> Any:
        return service.ask(CancelBooking(**about(created.booking.booking_id)), guest_of(created))

    at_once(
        *[lambda created=created: cancel(created) for created in first],
        *[lambda number=number: service.ask(capped(number % 2), PUBLIC) for number in range(20)],
    )

    counted = service.rows("""
        SELECT name, count(*) AS holds, sum(check_out - check_in) AS nights
        FROM booking, unnest(counted_by) AS name GROUP BY name ORDER BY name
    """)
    stored = service.rows("SELECT name, holds, nights FROM hold_count ORDER BY name")
    assert [tuple(row) for row in stored] == [tuple(row) for row in counted]
    assert all(row.holds <= (3 if row.name.startswith("email") else 10) for row in stored)
