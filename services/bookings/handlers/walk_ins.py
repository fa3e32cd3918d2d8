"""Walk-ins: the rooms service receives the guest, then one transaction stores the whole booking."""

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.views import CreatedBooking
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.settings import GetSettings
from contracts.rooms.walk_ins import ReceiveWalkIn
from services.bookings.domain import access, cancellation, creation, local_time, room_pin, walk_ins
from services.bookings.domain.booking import Booking
from services.bookings.steps import booking_creation
from services.bookings.steps.booking_creation import HeldStay
from services.bookings.work import BookingsWork


def add_walk_in(command: AddWalkIn, conversation: KeyedConversation[BookingsWork]) -> CreatedBooking:
    """Create, confirm, assign and check in a booking at once. A refusal leaves everything unchanged."""
    caller = conversation.context.caller
    access.staff_only(caller)
    if command.override:
        cancellation.require_override(command.reason, caller)
    terms = conversation.ask(GetSettings(hotel=command.hotel))
    with conversation.reading() as work:
        now = work.now
    timezone = terms.page.card.timezone
    request = walk_ins.booking_request(command, settings=terms.settings, timezone=timezone, now=now)
    creation.check(request, caller, email_required=False)

    def receive(booking_id: str) -> HeldStay:
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
            override=command.override,
        )
        received = conversation.ask(ask)

        def begin(new: Booking, work: BookingsWork) -> Booking:
            events = walk_ins.begin(new, request, received.room, by=work.caller.actor, now=work.now)
            in_house = room_pin.in_house_secrets(new, received.wifi, work.dependencies.draw)
            return work.record(new, events, by=work.caller.actor, remark=command.reason, in_house=in_house)

        return HeldStay(received.held, begin)

    year = local_time.local_date(now, timezone).year
    return booking_creation.create(request, conversation, year=year, hold=receive)
