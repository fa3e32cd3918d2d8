"""Quotes: the price of a stay, valid for half an hour."""

from datetime import timedelta
from uuid import uuid4

from chassis.transactions.conversation import Conversation
from contracts.rooms.quotes import GiveQuote, Quote
from services.rooms.domain import offers, policies, stays
from services.rooms.domain.mapping import mapped
from services.rooms.domain.offers import StayRequest, StoredQuote
from services.rooms.steps.offers import offer_for
from services.rooms.work import RoomsWork

VALID_FOR = timedelta(minutes=30)


def give_quote(command: GiveQuote, conversation: Conversation[RoomsWork]) -> Quote:
    """Read the offer, then insert the quote: each is one statement, without a transaction around them."""
    with conversation.at_once() as work:
        return _quote(command, work)


def _quote(command: GiveQuote, work: RoomsWork) -> Quote:
    request = StayRequest.of(command)
    offer = offer_for(work, command.hotel, command.room_type, request)
    if work.caller.kind not in ("staff", "system"):
        stays.check_public_length(request.stay, offer.hotel.settings)
    room_type = offers.check(request, offer, now=work.now)
    price = offers.price(request, offer, room_type=room_type, now=work.now)
    offers.check_total(price.total, offer.hotel)
    quote = StoredQuote(
        quote_id=f"Q-{uuid4().hex}",
        room_type_id=room_type.id,
        stay=request.stay,
        price=price,
        valid_until=work.now + VALID_FOR,
        kept_for=None,
    )
    work.offers.add_quote(quote, hotel=command.hotel)
    return mapped(
        Quote,
        command,
        quote,
        room_type_code=room_type.code,
        room_type_name=room_type.name,
        nights=request.stay.nights,
        dates=tuple(request.stay),
        currency=offer.hotel.currency,
        policy_text=policies.in_words(offer.policy, offer.hotel.currency).text,
    )
