"""Staff answer chats, write communications, and handle the orders of room service."""

from __future__ import annotations

from contracts.bookings.chat import GetChat, ListChats, ReadChat, SendChatMessage
from contracts.bookings.communications import Communicate, CommunicationType
from contracts.bookings.orders import AcceptOrder, CancelOrder, CompleteOrder, ListOrders, OrderCommand, OrderStatus
from contracts.bookings.queries import GetTimeline
from tests.simulation.actors.colleague import Colleague

ORDER_STEPS: dict[OrderStatus, tuple[type[OrderCommand], ...]] = {
    OrderStatus.PLACED: (AcceptOrder, AcceptOrder, AcceptOrder, CancelOrder, CompleteOrder),
    OrderStatus.ACCEPTED: (CompleteOrder, CompleteOrder, CompleteOrder, CancelOrder, AcceptOrder),
    OrderStatus.COMPLETED: (CompleteOrder, CancelOrder),
    OrderStatus.CANCELLED: (AcceptOrder, CancelOrder),
}


def advance_order(colleague: Colleague) -> None:
    """Take an order one step on, or try a step that its status does not allow."""
    order = colleague.client.one_of("order", ListOrders(hotel=colleague.hotel.slug), lambda orders: orders.results)
    if order:
        step = colleague.pick("step", ORDER_STEPS[order.status])
        colleague.client.command(step(hotel=colleague.hotel.slug, order_id=order.id))


def answer_chats(colleague: Colleague) -> None:
    """Answer an open chat."""
    hotel = colleague.hotel.slug
    chat = colleague.client.one_of("chat", ListChats(hotel=hotel), lambda chats: chats.results)
    if chat:
        colleague.client.read(GetChat(hotel=hotel, booking_id=chat.booking_id))
        colleague.client.command(SendChatMessage(hotel=hotel, booking_id=chat.booking_id, text="From seven to ten."))
        colleague.client.command(ReadChat(hotel=hotel, booking_id=chat.booking_id))


def communicate(colleague: Colleague) -> None:
    """Write to a guest, or note a call."""
    booking = colleague.a_booking()
    if booking is None:
        return
    kind = colleague.pick("kind", tuple(CommunicationType))
    colleague.client.command(
        Communicate(**colleague.about(booking), communication_type=kind, message="Welcome.", subject="Your stay")
    )


def read_the_timeline(colleague: Colleague) -> None:
    """Read a booking's timeline."""
    if booking := colleague.a_booking():
        colleague.client.read(GetTimeline(**colleague.about(booking)))
