"""Making a booking: rooms holds the nights under its new name, then one transaction writes it down."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chassis.refusal import Unavailable
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import CreateBooking, CreatedBooking
from contracts.rooms.holds import Held, HoldInventory
from contracts.rooms.hotels import GetHotel
from services.bookings.domain import access, creation, local_time, naming, presenting
from services.bookings.domain.booking import Booking
from services.bookings.domain.creation import Names
from services.bookings.store.bookings import NameTaken
from services.bookings.work import BookingsDependencies, BookingsWork

DRAWS = 5
FIRST_GENERATION = 1
# The sweep frees holds of bookings unknown for a minute: long before that, this one is written down or given up.
WRITTEN_WITHIN = 30.0


@dataclass(frozen=True)
class Taken:
    """What rooms gave to a booking that is not written down yet, and how its life then begins."""

    held: Held
    begin: Callable[[Booking, BookingsWork], Booking]


def create_booking(command: CreateBooking, conversation: KeyedConversation[BookingsWork]) -> CreatedBooking:
    """Hold (or, for a draft, price) the nights, then write the booking down. Refused as a stay is, and `SOLD_OUT`."""
    creation.check(command, conversation.context.caller)

    def begin(new: Booking, work: BookingsWork) -> Booking:
        facts = creation.begin(new, command, by=work.caller.actor, now=work.now)
        return work.record(new, facts, by=work.caller.actor)

    def hold(booking_id: str) -> Taken:
        return Taken(conversation.ask(_hold(command, booking_id)), begin)

    return under_a_new_name(command, conversation, year=_year(command, conversation), take=hold)


def under_a_new_name(
    command: CreateBooking, conversation: KeyedConversation[BookingsWork], *, year: int, take: Callable[[str], Taken]
) -> CreatedBooking:
    """Draw a name, have rooms `take` what it needs, and write the booking down; another name where it is taken."""
    for _ in range(DRAWS):
        booking_id = naming.booking_id(year, conversation.dependencies.choose)
        asked_at = time.monotonic()
        taken = take(booking_id)
        for _ in range(DRAWS):
            try:
                return _written(command, taken, booking_id, conversation, asked_at=asked_at)
            except NameTaken as name:
                if name.whose_id:
                    break
    raise Unavailable("every name that was drawn is taken")


def with_token(stored: CreatedBooking, work: BookingsWork) -> CreatedBooking:
    """A stored answer, with the token that is derived again instead of being kept: the first, also where revoked."""
    token = access.derived_token(work.dependencies.guest_token_key, stored.booking.booking_id, FIRST_GENERATION)
    return CreatedBooking(booking=stored.booking, guest_token=token)


def _hold(command: CreateBooking, booking_id: str) -> HoldInventory:
    return HoldInventory(
        booking_id=booking_id,
        hotel=command.hotel,
        room_type=command.room_type,
        check_in=command.check_in,
        check_out=command.check_out,
        adults=command.adults,
        children=command.children,
        promo_code=command.promo_code,
        quote_id=command.quote_id,
        price_only=command.draft,
    )


def _written(
    command: CreateBooking,
    taken: Taken,
    booking_id: str,
    conversation: KeyedConversation[BookingsWork],
    *,
    asked_at: float,
) -> CreatedBooking:
    dependencies: BookingsDependencies = conversation.dependencies
    held = taken.held
    token = access.derived_token(dependencies.guest_token_key, booking_id, FIRST_GENERATION)
    with conversation.transaction() as work:
        year = local_time.local_date(work.now, held.hotel.timezone).year
        names = Names(
            booking_id=booking_id,
            confirmation_number=naming.confirmation_number(held.hotel.code, year, dependencies.choose),
            token_hash=access.hashed(token),
        )
        new = creation.proposed(command, held, names, caller=work.caller, now=work.now)
        booking = taken.begin(new, work)
        detail = presenting.detail(booking, now=work.now)
        conversation.finish(work, CreatedBooking(booking=detail, guest_token=""))
        if time.monotonic() - asked_at > WRITTEN_WITHIN:
            raise Unavailable("the hold is too old to be relied on")
    return CreatedBooking(booking=detail, guest_token=token)


def _year(command: CreateBooking, conversation: KeyedConversation[BookingsWork]) -> int:
    """The hotel's year; its zone is asked for on the one day when that matters."""
    with conversation.reading() as work:
        now = work.now
    year = naming.year_everywhere(now)
    if year is None:
        card = conversation.ask(GetHotel(hotel=command.hotel)).card
        year = local_time.local_date(now, card.timezone).year
    return year
