"""Creation of bookings and drafts."""

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.asks import CreateBooking
from contracts.bookings.views import CreatedBooking
from contracts.rooms.holds import HoldInventory
from contracts.rooms.hotels import GetHotel
from contracts.values import SYSTEM
from services.bookings.domain import booking_names, creation, local_time
from services.bookings.domain.booking import Booking
from services.bookings.steps import booking_creation
from services.bookings.steps.booking_creation import HeldStay
from services.bookings.work import BookingsWork


def create_booking(command: CreateBooking, conversation: KeyedConversation[BookingsWork]) -> CreatedBooking:
    """Store a booking with held nights, or a draft. Raises the refusals of `creation.check` and the rooms service."""
    creation.check(command, conversation.context.caller)

    def begin(new: Booking, work: BookingsWork) -> Booking:
        events = creation.begin(new, command, by=work.caller.actor, now=work.now)
        booking = work.record(new, events, by=work.caller.actor)
        return work.record(booking, creation.without_payment(booking, now=work.now), by=SYSTEM)

    def hold(booking_id: str) -> HeldStay:
        return HeldStay(conversation.ask(_hold(command, booking_id)), begin)

    return booking_creation.create(command, conversation, year=_year(command, conversation), hold=hold)


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
        by_card=command.payment == "card",
    )


def _year(command: CreateBooking, conversation: KeyedConversation[BookingsWork]) -> int:
    """The hotel-local year. Around New Year, the rooms service is asked for the hotel's time zone."""
    with conversation.reading() as work:
        now = work.now
    year = booking_names.year_everywhere(now)
    if year is None:
        card = conversation.ask(GetHotel(hotel=command.hotel)).card
        year = local_time.local_date(now, card.timezone).year
    return year
