"""Money at the provider under the ids of one of our payments that no decision of ours asked for.

A payment's own money is on the intent of its own checkout session. Every other intent with our ids that holds or has
taken money becomes a payment of its own, of purpose `UNREQUESTED`: its first sync tells staff and returns the money.
"""

from datetime import datetime

from chassis.transactions.conversation import Conversation
from contracts.payments.events import PaymentPurpose
from services.payments.cards import Cards, UnknownObject
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.domain.provider_snapshot import IntentSnapshot
from services.payments.work import PaymentsWork


def payment_of_intent(intent: IntentSnapshot, key: PaymentKey, conversation: Conversation[PaymentsWork]) -> PaymentKey:
    """The payment to which the intent belongs: that of `key`, or a new one for unrequested money.

    `key` is of the payment of ours that the intent names. Raises `Unavailable`.
    """
    if not is_unrequested(intent, key, conversation):
        return key
    with conversation.transaction() as work:
        named = work.payments.get(key)
        if named is None:
            raise LookupError(f"there is no payment {key.id}")
        payment = unrequested_payment(intent, named, now=work.now)
        work.payments.insert(payment)
    return payment.key


def is_unrequested(intent: IntentSnapshot, key: PaymentKey, conversation: Conversation[PaymentsWork]) -> bool:
    """Whether the intent holds or has taken money, and was not created on the checkout session of the payment.

    The session is read after the intent: Stripe creates a session's intent when the guest confirms the session, and
    money moves after that (https://docs.stripe.com/changelog/2022-08-01/deferred-paymentintent-checkout-session).
    Raises `Unavailable`.
    """
    if intent.charge is None:
        return False
    cards: Cards = conversation.dependencies.cards
    with conversation.reading() as work:
        payment = work.payments.get(key)
    if payment is None or payment.intent_id == intent.id:
        return False
    if payment.session_id is None:
        return cards.session_of_intent(intent.id) is None
    try:
        return cards.session(payment.session_id).intent_id != intent.id
    except UnknownObject:
        return True


def unrequested_payment(intent: IntentSnapshot, named: Payment, *, now: datetime) -> Payment:
    """The payment for unrequested money under the ids of the payment `named`, of the same booking. `now` is UTC."""
    return Payment(
        id=f"unrequested_{intent.id}",
        booking_id=named.booking_id,
        hotel=named.hotel,
        amount=intent.amount,
        hold_expires_at=now,
        created_at=now,
        purpose=PaymentPurpose.UNREQUESTED,
        intent_id=intent.id,
    )
