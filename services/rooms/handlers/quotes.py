"""Quotes: the price of a stay, valid for half an hour."""

from datetime import timedelta
from uuid import uuid4

from chassis.transactions.conversation import KeyedConversation
from contracts.rooms.quotes import GiveQuote, Quote
from services.rooms.domain import offers, policies, stays
from services.rooms.domain.mapping import mapped
from services.rooms.domain.offers import Offer, StayRequest, StoredQuote
from services.rooms.steps.offers import offer_for
from services.rooms.work import RoomsWork

VALID_FOR = timedelta(minutes=30)


def give_quote(command: GiveQuote, conversation: KeyedConversation[RoomsWork]) -> Quote:
    """Read the offer, then insert the quote, without a transaction around them; the reply for a key shares one."""
    request = StayRequest.of(command)
    with conversation.at_once() as work:
        offer = offer_for(work, command.hotel, command.room_type, request)
        quote = _quote(request, offer, work)
        if conversation.claim is None:
            work.offers.add_quote(quote, hotel=command.hotel)
            return _reply(command, quote, offer)
    with conversation.transaction() as work:
        work.offers.add_quote(quote, hotel=command.hotel)
        return conversation.finish(work, _reply(command, quote, offer))


def _quote(request: StayRequest, offer: Offer, work: RoomsWork) -> StoredQuote:
    if work.caller.kind not in ("staff", "system"):
        stays.check_public_length(request.stay, offer.hotel.settings)
    room_type = offers.check(request, offer, now=work.now)
    price = offers.price(request, offer, room_type=room_type, now=work.now)
    offers.check_total(price.total, offer.hotel)
    return StoredQuote(
        quote_id=f"Q-{uuid4().hex}",
        room_type_id=room_type.id,
        stay=request.stay,
        price=price,
        valid_until=work.now + VALID_FOR,
        kept_for=None,
    )


def _reply(command: GiveQuote, quote: StoredQuote, offer: Offer) -> Quote:
    room_type = offers.type_of(offer)
    return mapped(
        Quote,
        command,
        quote,
        room_type_code=room_type.code,
        room_type_name=room_type.name,
        nights=quote.stay.nights,
        dates=tuple(quote.stay),
        currency=offer.hotel.currency,
        policy_text=policies.in_words(offer.policy, offer.hotel.currency).text,
    )
