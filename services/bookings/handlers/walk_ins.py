"""Receiving somebody who has not booked: rooms takes them in, then one transaction writes the whole booking down.

Nothing is ever half made: what rooms has done for a booking that is not written down, it undoes within a minute or
so, when the sweep of holds finds that there is no such booking.
"""

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import AddWalkIn, CreatedBooking
from contracts.rooms.settings import GetSettings
from contracts.rooms.walk_ins import ReceiveWalkIn
from services.bookings.domain import access, creation, local_time, walking_in
from services.bookings.domain.booking import Booking
from services.bookings.handlers import endings
from services.bookings.handlers.creating import Taken, under_a_new_name
from services.bookings.work import BookingsWork


def add_walk_in(command: AddWalkIn, conversation: KeyedConversation[BookingsWork]) -> CreatedBooking:
    """Book, confirm, assign and check in at once, or refuse and change nothing."""
    caller = conversation.context.caller
    access.staff_only(caller)
    terms = conversation.ask(GetSettings(hotel=command.hotel))
    with conversation.reading() as work:
        now = work.now
    timezone = terms.page.card.timezone
    request = walking_in.order(command, settings=terms.settings, timezone=timezone, now=now)
    creation.check(request, caller)

    def receive(booking_id: str) -> Taken:
        ask = ReceiveWalkIn(
            action_id=f"walk-in/{booking_id}",
            booking_id=booking_id,
            hotel=request.hotel,
            room_number=command.room_number,
            check_in=request.check_in,
            check_out=request.check_out,
            adults=request.adults,
            children=request.children,
            room_versions=conversation.context.if_match,
        )
        received = conversation.ask(ask)

        def begin(new: Booking, work: BookingsWork) -> Booking:
            facts = walking_in.begin(new, request, received.room, by=work.caller.actor, now=work.now)
            inside = endings.with_pin(new, received.wifi, work)
            return work.record(new, facts, by=work.caller.actor, in_house=inside)

        return Taken(received.held, begin)

    year = local_time.local_date(now, timezone).year
    return under_a_new_name(request, conversation, year=year, take=receive)
