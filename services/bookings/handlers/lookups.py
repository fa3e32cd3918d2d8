"""Booking lookup. A lookup by e-mail alone has the same reply and duration whether or not bookings exist."""

from datetime import timedelta
from uuid import uuid4

from chassis.email_address import address_key
from chassis.refusal import Refusal
from contracts.bookings.lookups import (
    BookingInBrief,
    FoundBookings,
    GetLookupLetter,
    LinkedBooking,
    LookUpBookings,
    LookupLetter,
    LookupRequested,
)
from services.bookings.domain import access, views
from services.bookings.domain.booking import Booking
from services.bookings.domain.lookups import MOST_LINKS, LookupMail
from services.bookings.steps import access_codes
from services.bookings.work import BookingsWork

QUIET = timedelta(minutes=10)


def look_up_bookings(command: LookUpBookings, work: BookingsWork) -> FoundBookings:
    """Find a booking by confirmation number. The details are returned only if the guest's address is given, too.

    A wrong address, or an address alone, finds no booking. An address alone is stored for a lookup mail.
    """
    address, number = address_key(command.email), command.confirmation_number.strip().upper()
    if not number:
        if not address:
            raise Refusal("MISSING_FIELD", "Give an e-mail address, a confirmation number, or both.")
        work.lookups.add_request(address, now=work.now)
        return FoundBookings()
    bookings = work.lookups.with_number(number, address or None)
    if address:
        return FoundBookings(whole=tuple(views.detail(booking, now=work.now) for booking in bookings))
    return FoundBookings(brief=tuple(_brief(booking) for booking in bookings))


def begin_lookup_mail(work: BookingsWork) -> bool:
    """Request one mail for each hotel where a stored address has bookings.

    Returns False where no address is stored. An address gets at most one mail per hotel in ten minutes.
    """
    address = work.lookups.take_request()
    if address is None:
        return False
    bookings = work.lookups.of_address(address_key(address), ended_after=work.now - access.TOKEN_OUTLIVES)
    for hotel in dict.fromkeys(booking.hotel for booking in bookings):
        ids = tuple(booking.id for booking in bookings if booking.hotel == hotel)[:MOST_LINKS]
        mail = LookupMail(id=str(uuid4()), address=address, hotel=hotel, booking_ids=ids)
        if work.lookups.begin(mail, now=work.now, quiet_until=work.now + QUIET):
            work.publish(LookupRequested(lookup_id=mail.id, hotel=hotel, requested_at=work.now))
    return True


def get_lookup_letter(command: GetLookupLetter, work: BookingsWork) -> LookupLetter:
    """The content of a lookup mail, with new one-time codes. Refused `LOOKUP_NOT_FOUND`.

    A booking is left out if its guest's e-mail address has changed since the lookup.
    """
    access.system_only(work.caller)
    mail = work.lookups.find(command.hotel, command.lookup_id)
    ids = mail.booking_ids if mail else ()
    bookings = [booking for each in ids if (booking := work.bookings.find(command.hotel, each))]
    own = [booking for booking in bookings if mail and _same(booking.guest.email, mail.address)]
    if mail is None or not own:
        raise Refusal("LOOKUP_NOT_FOUND", "There is no such lookup.")
    return LookupLetter(
        recipient=own[0].guest.email,
        hotel_card=own[0].terms.hotel,
        bookings=tuple(_linked(booking, work) for booking in own),
    )


def delete_old_lookups(work: BookingsWork) -> bool:
    """Delete lookup mails, with their addresses, after two days."""
    work.lookups.delete_old(work.now)
    return False


def _same(address: str, other: str) -> bool:
    return address_key(address) == address_key(other)


def _brief(booking: Booking) -> BookingInBrief:
    shared, hotel_name = views.shared(booking, BookingInBrief), booking.terms.hotel.name
    return BookingInBrief(**shared, hotel_name=hotel_name, status=views.status_of(booking))


def _linked(booking: Booking, work: BookingsWork) -> LinkedBooking:
    return LinkedBooking(
        **views.shared(booking, LinkedBooking),
        booking_id=booking.id,
        status=views.status_of(booking),
        access_code=access_codes.issue_code(booking, work),
    )
