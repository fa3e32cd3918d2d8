"""Guest services: the menu and the push token of a guest in house."""

from chassis.transactions.conversation import Conversation
from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.views import BookingDetail
from contracts.rooms.menu import GetMenu, Menu
from services.bookings.domain import access, orders
from services.bookings.steps.booking_access import live, locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def register_push_token(command: RegisterPushToken, work: BookingsWork) -> BookingDetail:
    """Store the push token with the booking, without an event."""
    booking = locked(work, command, staff=False)
    access.guest_only(work.caller)
    orders.in_house(booking)
    if booking.push_token != command.push_token:
        booking = work.note(booking, push_token=command.push_token)
    return booking_detail(work, booking)


def get_own_menu(query: GetOwnMenu, conversation: Conversation[BookingsWork]) -> Menu:
    """The menu items that the guest can order at this moment."""
    with conversation.reading() as work:
        booking = live(work, hotel=query.hotel, booking_id=query.booking_id)
        orders.in_house(booking)
    return conversation.ask(GetMenu(hotel=booking.hotel, only_available=True))
