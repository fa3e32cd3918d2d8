"""What a guest in house may do from the room: look into the menu, leave the phone's push token."""

from chassis.transactions.conversation import Conversation
from contracts.bookings import BookingDetail, GetOwnMenu, RegisterPushToken
from contracts.rooms import GetMenu, Menu
from services.bookings.domain import access, orders, presenting
from services.bookings.handlers.admission import locked, seen
from services.bookings.work import BookingsWork


def register_push_token(command: RegisterPushToken, work: BookingsWork) -> BookingDetail:
    """Keep the token with the stay. No fact of the booking's life: nobody is told."""
    booking = locked(work, command, staff=False)
    access.guest_only(work.caller)
    access.may_change(booking, work.caller)
    orders.in_house(booking)
    if booking.push_token != command.push_token:
        booking = work.note(booking, push_token=command.push_token)
    return presenting.detail(booking, now=work.now)


def get_own_menu(query: GetOwnMenu, conversation: Conversation[BookingsWork]) -> Menu:
    """What can be ordered now; rooms knows it."""
    with conversation.reading() as work:
        booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
        access.may_change(booking, work.caller)
        orders.in_house(booking)
    return conversation.ask(GetMenu(hotel=booking.hotel, only_available=True))
