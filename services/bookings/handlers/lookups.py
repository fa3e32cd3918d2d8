"""Finding bookings again. By e-mail alone nothing is told, in words or in time: who has bookings is seen afterwards."""

import secrets
from datetime import timedelta
from uuid import uuid4

from chassis.refusal import Refusal
from contracts.bookings import (
    BookingInBrief,
    FoundBookings,
    GetLookupLetter,
    LinkedBooking,
    LookUpBookings,
    LookupLetter,
    LookupRequested,
)
from services.bookings.domain import access, presenting
from services.bookings.domain.booking import Booking
from services.bookings.handlers.access import CODE_KEPT
from services.bookings.store.lookups import MOST_LINKS, LookupMail
from services.bookings.work import BookingsWork

QUIET = timedelta(minutes=10)


def look_up_bookings(command: LookUpBookings, work: BookingsWork) -> FoundBookings:
    """What the number, or number and address together, find. An address alone is only noted down."""
    address, number = command.email.strip().lower(), command.confirmation_number.strip().upper()
    if not number:
        if not address:
            raise Refusal("MISSING_FIELD", "Give an e-mail address, a confirmation number, or both.")
        work.lookups.ask_for(address, now=work.now)
        return FoundBookings()
    found = work.lookups.with_number(number, address or None)
    if address:
        return FoundBookings(whole=tuple(presenting.detail(booking, now=work.now) for booking in found))
    return FoundBookings(brief=tuple(_brief(booking) for booking in found))


def begin_lookup_mail(work: BookingsWork) -> bool:
    """See whether one address that was asked for has bookings, and have each hotel's mail sent, once in a while."""
    address = work.lookups.take()
    if address is None:
        return False
    theirs = work.lookups.of_address(address, ended_after=work.now - access.TOKEN_OUTLIVES)
    for hotel in dict.fromkeys(booking.hotel for booking in theirs):
        named = tuple(booking.id for booking in theirs if booking.hotel == hotel)[:MOST_LINKS]
        mail = LookupMail(id=str(uuid4()), address=address, hotel=hotel, booking_ids=named)
        if work.lookups.begin(mail, now=work.now, quiet_until=work.now + QUIET):
            work.publish(LookupRequested(lookup_id=mail.id, hotel=hotel, requested_at=work.now))
    return True


def get_lookup_letter(command: GetLookupLetter, work: BookingsWork) -> LookupLetter:
    """What the mail says; each link's code is kept as a hash only, for a week."""
    access.system_only(work.caller)
    mail = work.lookups.find(command.lookup_id)
    found = [booking for each in (mail.booking_ids if mail else ()) if (booking := work.bookings.find(each))]
    # Whoever no longer has that address gets no link there.
    theirs = [booking for booking in found if mail and booking.guest.email.lower() == mail.address]
    if mail is None or not theirs:
        raise Refusal("LOOKUP_NOT_FOUND", "There is no such lookup.")
    return LookupLetter(
        recipient=theirs[0].guest.email,
        hotel_card=theirs[0].terms.hotel,
        bookings=tuple(_linked(booking, work) for booking in theirs),
    )


def forget_lookups(work: BookingsWork) -> bool:
    """Let go of the addresses of old lookups."""
    work.lookups.forget(work.now)
    return False


def _brief(booking: Booking) -> BookingInBrief:
    return BookingInBrief(
        confirmation_number=booking.confirmation_number,
        hotel=booking.hotel,
        hotel_name=booking.terms.hotel.name,
        status=presenting.status_of(booking),
        check_in=booking.check_in,
        check_out=booking.check_out,
    )


def _linked(booking: Booking, work: BookingsWork) -> LinkedBooking:
    code = secrets.token_urlsafe(24)
    work.codes.issue(booking.id, access.hashed(code), ends_at=work.now + CODE_KEPT)
    return LinkedBooking(
        booking_id=booking.id,
        confirmation_number=booking.confirmation_number,
        room_type_name=booking.room_type_name,
        check_in=booking.check_in,
        check_out=booking.check_out,
        status=presenting.status_of(booking),
        access_code=code,
    )
