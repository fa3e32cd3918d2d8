"""Queries: mail facts and codes, feed, timeline, payable amount, notes, names."""

from dataclasses import replace
from datetime import timedelta

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.communications import GetMailFacts, GetManyMailFacts, MailedBooking
from contracts.bookings.guest_access import ExchangeCode
from contracts.bookings.queries import GetFeed, GetGuestNames, GetPayable, GetTimeline, ListBookings
from contracts.bookings.stays import GetCandidateRooms
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, awaiting, opened, refused
from tests.unit.bookings.builders import CLERK, HOTEL, NOW, PUBLIC, STAFF, SYSTEM, eur


def test_a_mails_code_opens_the_booking_once_within_a_week(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    facts = service.ask(GetMailFacts(**about(booking_id)), SYSTEM)
    assert facts.booking.guest_email == "ada@example.com"
    assert facts.access_code not in str(service.rows("SELECT * FROM access_code"))

    opened = service.ask(ExchangeCode(code=facts.access_code), PUBLIC)

    assert (opened.guest_token, opened.booking_id, opened.read_only) == (created.guest_token, booking_id, False)
    assert refused(service, ExchangeCode(code=facts.access_code), PUBLIC) == "INVALID_CODE"
    assert refused(service, ExchangeCode(code="nonsense"), PUBLIC) == "INVALID_CODE"
    late = service.ask(GetMailFacts(**about(booking_id)), SYSTEM).access_code
    service.pass_time(days=7)
    assert refused(service, ExchangeCode(code=late), PUBLIC) == "INVALID_CODE"


def test_mail_facts_are_for_services_only(service: BookingsUnderTest) -> None:
    created = service.book()

    assert refused(service, GetMailFacts(**about(created.booking.booking_id)), STAFF) == "PERMISSION_DENIED"
    assert service.ask(GetMailFacts(**about(created.booking.booking_id), with_code=False), SYSTEM).access_code is None


def test_the_data_of_many_mails_is_in_the_asks_order_each_with_a_code_of_its_own(service: BookingsUnderTest) -> None:
    first, second = (service.book().booking.booking_id for _ in range(2))
    ids = [second, "BK-2030-NOSUCH", first, second]
    mailed = tuple(MailedBooking(**about(each)) for each in ids)

    facts = service.ask(GetManyMailFacts(bookings=mailed), SYSTEM).facts

    assert [each and each.booking.booking_id for each in facts] == [second, None, first, second]
    assert [each and replace(each, access_code=None) for each in facts[2:]] == [
        service.ask(GetMailFacts(**about(each), with_code=False), SYSTEM) for each in ids[2:]
    ]
    codes = [each.access_code for each in facts if each]
    assert len(set(codes)) == 3
    opened = [service.ask(ExchangeCode(code=code), PUBLIC).booking_id for code in codes]
    assert opened == [second, first, second]
    assert refused(service, GetManyMailFacts(bookings=mailed), STAFF) == "PERMISSION_DENIED"


def test_the_feed_has_every_number_and_names_no_staff_to_the_guest(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    service.ask(ConfirmBooking(**about(booking_id)))

    guests = service.ask(GetFeed(**about(booking_id)), guest_of(created))
    staffs = service.ask(GetFeed(**about(booking_id, after=1)), STAFF)

    assert [item.sequence for item in guests.events] == [1, 2]
    assert [item.sequence for item in staffs.events] == [2]
    assert guests.last_sequence == 2
    assert guests.events[1].id == staffs.events[0].id
    assert guests.events[1].data["confirmed_by"] == {"kind": "staff", "id": None}
    assert staffs.events[0].data["confirmed_by"] == {"kind": "staff", "id": "7"}
    assert (guests.events[1].data["status"], guests.events[1].data["previous_status"]) == (
        "CONFIRMED",
        "PENDING_PAYMENT",
    )


def test_the_payable_amount_of_a_booking(service: BookingsUnderTest) -> None:
    created = service.book()
    query = GetPayable(**about(created.booking.booking_id))

    payable = service.ask(query, guest_of(created))
    assert (payable.payable, payable.amount, payable.guest_email) == (True, eur(34880), "ada@example.com")
    service.pass_time(minutes=15)
    assert not service.ask(query, SYSTEM).payable
    assert not service.ask(GetPayable(**about(service.book(draft=True).booking.booking_id)), SYSTEM).payable


def test_an_amendment_of_notes_and_contact_publishes_no_values(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)

    amended = service.ask(
        AmendBooking(**about(booking_id, internal_notes="VIP guest", guest_email="new@example.com")), CLERK
    )
    again = service.ask(AmendBooking(**about(booking_id, internal_notes="VIP guest")), CLERK)

    assert (amended.internal_notes, amended.guest_email, again.version) == ("VIP guest", "new@example.com", 5)
    page = service.ask(ListBookings(hotel=HOTEL, search="NEW@example"))
    assert [row.booking_id for row in page.results] == [booking_id]
    assert service.events(booking_id)[-2:] == ["BookingAmended", "GuestTokenRevoked"]
    data = [row.data for row in service.rows("SELECT data::text AS data FROM outbox")]
    assert not any("new@example.com" in each or "VIP" in each for each in data)


def test_a_new_booking_is_seen_without_a_new_version(service: BookingsUnderTest) -> None:
    booking = service.book().booking

    marked = service.ask(MarkSeen(**about(booking.booking_id)))

    assert (booking.is_new_for_staff, marked.is_new_for_staff, marked.version) == (True, False, booking.version)


def test_notices_are_in_the_timeline(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    notice = {"booking_id": booking_id, "hotel": HOTEL, "occasion": "received", "medium": "mail"}
    service.pass_time(seconds=1)
    service.deliver(
        NoticeSent(notice_id="n1", **notice, sent_at=NOW),
        NoticeGaveUp(notice_id="n2", **notice, reason_code="SMTP_550", gave_up_at=NOW + timedelta(hours=1)),
    )

    items = service.ask(GetTimeline(**about(booking_id))).items

    assert [(item.what, item.why) for item in items] == [
        ("BookingHeld", ""),
        ("NoticeSent", "mail received"),
        ("NoticeGaveUp", "mail received: SMTP_550"),
    ]


def test_guest_names_are_for_the_hotels_own_staff(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    names = service.ask(GetGuestNames(hotel=HOTEL, booking_ids=(booking_id, "BK-2030-NOSUCH"))).names

    assert names == {booking_id: "Ada Lovelace"}


def test_candidate_rooms_come_from_rooms(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id

    assert service.ask(GetCandidateRooms(**about(booking_id))).rooms == ()
    assert service.rooms.kinds()[-1] == "FindCandidates"
    draft = service.book(draft=True).booking.booking_id
    assert refused(service, GetCandidateRooms(**about(draft))) == "BOOKING_STATUS_NOT_ASSIGNABLE"


def test_an_event_names_the_event_that_caused_it(service: BookingsUnderTest) -> None:
    """Also where several are applied in one transaction."""
    first, second = service.book().booking.booking_id, service.book().booking.booking_id
    trace = "00-{}-00f067aa0ba902b7-01"
    causes = [
        replace(service.envelope(opened(booking_id)), traceparent=trace.format(digit * 32))
        for booking_id, digit in ((first, "a"), (second, "b"))
    ]

    service.event_dispatcher.apply(causes)

    rows = service.rows(
        "SELECT causation_id, traceparent FROM outbox WHERE type LIKE '%PaymentAwaited%' ORDER BY position"
    )
    assert [row.causation_id for row in rows] == [envelope.id for envelope in causes]
    assert [row.traceparent[3:35] for row in rows] == ["a" * 32, "b" * 32]
