"""Creation of bookings and drafts."""

from dataclasses import replace

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.asks import CreateBooking
from contracts.bookings.views import CreatedBooking
from contracts.rooms.holds import HoldInventory
from contracts.rooms.hotels import GetHotel
from contracts.values import SYSTEM, Caller, Stay
from services.bookings.domain import booking_names, creation, hold_counts, local_time
from services.bookings.domain.booking import Booking
from services.bookings.domain.guest_tokens import GuestTokens
from services.bookings.domain.hold_counts import HoldCount
from services.bookings.steps import booking_creation
from services.bookings.steps.booking_creation import HeldStay
from services.bookings.work import BookingsWork


def create_booking(command: CreateBooking, conversation: KeyedConversation[BookingsWork]) -> CreatedBooking:
    """Store a booking with held nights, or a draft.

    Raises the refusals of `creation.check`, of the rooms service, and `TOO_MANY_HOLDS`.
    """
    creation.check(command, conversation.context.caller)
    counters = _counters(command, conversation)

    def begin(new: Booking, work: BookingsWork) -> Booking:
        counted = () if new.total.is_zero else counters
        new = replace(new, counted_by=hold_counts.names(counted))
        events = creation.begin(new, command, by=work.caller.actor, now=work.now)
        booking = work.record(new, events, by=work.caller.actor)
        if counted:
            work.hold_counts.add(booking.hotel, counted, nights=booking.stay.nights)
        return work.record(booking, creation.without_payment(booking, now=work.now), by=SYSTEM)

    def hold(booking_id: str) -> HeldStay:
        return HeldStay(conversation.ask(_hold(command, booking_id, conversation.context.caller)), begin)

    year = _year(command, conversation, counters)
    return booking_creation.create(command, conversation, year=year, hold=hold)


def _counters(command: CreateBooking, conversation: KeyedConversation[BookingsWork]) -> tuple[HoldCount, ...]:
    if command.draft or conversation.context.caller.kind == "staff":
        return ()
    tokens: GuestTokens = conversation.dependencies.guest_tokens
    return hold_counts.counters(command.caps, email_hash=tokens.email_hash(command.guest.email))


def _hold(command: CreateBooking, booking_id: str, caller: Caller) -> HoldInventory:
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
        public=caller.kind != "staff",
    )


def _year(
    command: CreateBooking, conversation: KeyedConversation[BookingsWork], counters: tuple[HoldCount, ...]
) -> int:
    """The hotel-local year. Around New Year, the rooms service is asked for the hotel's time zone.

    Before the rooms service is asked for anything, a guest with too many unpaid holds is refused `TOO_MANY_HOLDS`.
    """
    with conversation.reading() as work:
        now = work.now
        if counters:
            nights = Stay(command.check_in, command.check_out).nights
            work.hold_counts.check(command.hotel, counters, nights=nights)
    year = booking_names.year_everywhere(now)
    if year is None:
        card = conversation.ask(GetHotel(hotel=command.hotel)).card
        year = local_time.local_date(now, card.timezone).year
    return year
