"""Stripe's test cards: numbers, tokens and predefined payment methods, each with its behaviour.

Source: Stripe's documentation, "Test card numbers".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.stripe.errors import invalid


@dataclass(frozen=True, slots=True)
class Card:
    """A card and its behaviour: declined with `code`, requiring authentication, or failing later."""

    number: str
    brand: str = "visa"
    code: str | None = None
    decline_code: str | None = None
    message: str = ""
    requires_authentication: bool = False
    refund: Literal["succeeds", "succeeds_later", "fails_later"] = "succeeds"
    dispute: Literal["inquiry", "chargeback"] | None = None

    @property
    def last4(self) -> str:
        return self.number[-4:]


SUCCESS = Card("4242424242424242")
DECLINED = Card(
    "4000000000000002",
    code="card_declined",
    decline_code="generic_decline",
    message="Your card was declined.",
)
INSUFFICIENT = Card(
    "4000000000009995",
    code="card_declined",
    decline_code="insufficient_funds",
    message="Your card has insufficient funds.",
)
_EXPIRED = Card("4000000000000069", code="expired_card", message="Your card has expired.")
_WRONG_CVC = Card(
    "4000000000000127",
    code="incorrect_cvc",
    decline_code="incorrect_cvc",
    message="Your card's security code is incorrect.",
)
_PROCESSING = Card(
    "4000000000000119",
    code="processing_error",
    decline_code="processing_error",
    message="An error occurred while processing your card. Try again in a little bit.",
)
_REQUIRES_AUTHENTICATION = Card("4000002500003155", requires_authentication=True)
_SLOW_REFUND = Card("4000000000007726", refund="succeeds_later")
_FAILED_REFUND = Card("4000000000005126", refund="fails_later")
_CHARGEBACK = Card("4000000000000259", dispute="chargeback")
_INQUIRY = Card("4000000000001976", dispute="inquiry")

_CARDS = (
    SUCCESS, DECLINED, INSUFFICIENT, _EXPIRED, _WRONG_CVC, _PROCESSING, _REQUIRES_AUTHENTICATION,
    _SLOW_REFUND, _FAILED_REFUND, _CHARGEBACK, _INQUIRY,
    Card("5555555555554444", brand="mastercard"), Card("378282246310005", brand="amex"),
)  # fmt: skip
_BY_NUMBER = {card.number: card for card in _CARDS}
_BY_NAME = {
    "visa": SUCCESS,
    "mastercard": _BY_NUMBER["5555555555554444"],
    "amex": _BY_NUMBER["378282246310005"],
    "bypassPending": SUCCESS,
    "chargeDeclined": DECLINED,
    "visa_chargeDeclined": DECLINED,
    "chargeDeclinedInsufficientFunds": INSUFFICIENT,
    "visa_chargeDeclinedInsufficientFunds": INSUFFICIENT,
    "chargeDeclinedExpiredCard": _EXPIRED,
    "chargeDeclinedIncorrectCvc": _WRONG_CVC,
    "chargeDeclinedProcessingError": _PROCESSING,
    "authenticationRequired": _REQUIRES_AUTHENTICATION,
    "pendingRefund": _SLOW_REFUND,
    "refundFail": _FAILED_REFUND,
    "createDispute": _CHARGEBACK,
    "createDisputeInquiry": _INQUIRY,
}


def card_by_number(typed: str) -> Card:
    """The test card with this number; spaces and hyphens are ignored. Raises Stripe's `incorrect_number`."""
    number = typed.replace(" ", "").replace("-", "")
    if number not in _BY_NUMBER:
        raise invalid("Your card number is incorrect.", param="number", code="incorrect_number")
    return _BY_NUMBER[number]


def card_by_token(token: str) -> Card | None:
    """The test card of a token such as `tok_visa` or `pm_card_visa`."""
    return _BY_NAME.get(token.removeprefix("tok_").removeprefix("pm_card_"))
