"""Creation of a booking: the rooms service holds the nights, then one transaction stores the whole booking.

Where the booking is never stored, its nights are released as an orphan hold within about a minute. A repetition under
the same Idempotency-Key asks for the same hold before that.
"""

import hashlib
import hmac
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions import idempotency
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.asks import CreateBooking
from contracts.bookings.views import CreatedBooking
from contracts.rooms.holds import Held, ReleaseInventory
from services.bookings.domain import booking_names, creation, local_time, views
from services.bookings.domain.booking import Booking
from services.bookings.domain.booking_names import BookingNames, Choose, NameTaken
from services.bookings.domain.guest_tokens import hashed
from services.bookings.work import BookingsDependencies, BookingsWork

log = logs.logger(__name__)

DRAWS = 5
FIRST_GENERATION = 1
STORE_WITHIN = 30.0  # seconds; orphan holds are released after a minute
REPEATED_WITHIN = 15.0  # seconds from the first attempt; leaves the time to store the booking


@dataclass(frozen=True)
class HeldStay:
    """The reply of the rooms service for a new booking, and the function that records the booking's first events."""

    held: Held
    begin: Callable[[Booking, BookingsWork], Booking]


def create(
    command: CreateBooking, conversation: KeyedConversation[BookingsWork], *, year: int, hold: Callable[[str], HeldStay]
) -> CreatedBooking:
    """Draw a booking id, call `hold` with it, and store the booking. Taken ids and numbers are drawn again."""
    choose, age = _source(conversation)
    for _ in range(DRAWS):
        booking_id = booking_names.booking_id(year, choose)
        asked_at = time.monotonic() - age
        stay = hold(booking_id)
        for _ in range(DRAWS):
            try:
                return _store(command, stay, booking_id, conversation, choose=choose, asked_at=asked_at)
            except NameTaken as name:
                if name.is_booking_id:
                    break
            except Refusal:
                _release(command.hotel, booking_id, conversation)
                raise
    raise Unavailable("every name that was drawn is taken")


def _release(hotel: str, booking_id: str, conversation: KeyedConversation[BookingsWork]) -> None:
    """Release the nights of a booking that is refused. Where that fails, they are released as an orphan hold.

    A repetition of the request, which may have taken the claim over, keeps its nights.
    """
    try:
        if conversation.claim:
            with conversation.transaction() as work:
                idempotency.renew(work.connection, conversation.claim)
        conversation.ask(ReleaseInventory(hotel=hotel, booking_id=booking_id, unwritten=True))
    except (Refusal, Unavailable) as problem:
        log.warning("orphan_hold_waits", booking_id=booking_id, why=type(problem).__name__)


def with_token(stored: CreatedBooking, work: BookingsWork) -> CreatedBooking:
    """The stored reply with the booking's first guest token. The token is added even if it is revoked."""
    tokens, booking_id = work.dependencies.guest_tokens, stored.booking.booking_id
    token = tokens.new(booking_id, FIRST_GENERATION)
    if len(tokens.keys) > 1 and (booking := work.bookings.find(stored.booking.hotel, booking_id)):
        token = tokens.stored(booking_id, FIRST_GENERATION, booking.guest.token_hash)
    return CreatedBooking(booking=stored.booking, guest_token=token)


def _source(conversation: KeyedConversation[BookingsWork]) -> tuple[Choose, float]:
    """The random source of names, and the seconds since a hold may have been made under the first of them.

    A request with an Idempotency-Key and its repetition draw the same names, which nobody can foresee.
    """
    dependencies: BookingsDependencies = conversation.dependencies
    claim = conversation.claim
    if claim is None or claim.age > REPEATED_WITHIN:
        return dependencies.choose, 0.0
    attempt = f"names/{claim.key}/{claim.since.isoformat()}"
    seed = hmac.new(dependencies.guest_tokens.newest_key.encode(), attempt.encode(), hashlib.sha256).digest()
    return random.Random(seed).choice, claim.age  # noqa: S311 (the seed is secret)


def _store(
    command: CreateBooking,
    stay: HeldStay,
    booking_id: str,
    conversation: KeyedConversation[BookingsWork],
    *,
    choose: Choose,
    asked_at: float,
) -> CreatedBooking:
    dependencies: BookingsDependencies = conversation.dependencies
    held = stay.held
    token = dependencies.guest_tokens.new(booking_id, FIRST_GENERATION)
    with conversation.transaction() as work:
        year = local_time.local_date(work.now, held.hotel.timezone).year
        names = BookingNames(
            booking_id=booking_id,
            confirmation_number=booking_names.confirmation_number(held.hotel.code, year, choose),
            token_hash=hashed(token),
        )
        new = creation.new_booking(command, held, names, caller=work.caller, now=work.now)
        booking = stay.begin(new, work)
        detail = views.detail(booking, now=work.now)
        conversation.finish(work, CreatedBooking(booking=detail, guest_token=""))
        if time.monotonic() - asked_at > STORE_WITHIN:
            raise Unavailable("the hold is too old to be relied on")
    return CreatedBooking(booking=detail, guest_token=token)
