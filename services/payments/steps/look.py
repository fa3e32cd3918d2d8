"""The look at the provider: the snapshot of all objects of one payment."""

from services.payments.cards import Cards, UnknownObject
from services.payments.domain.payment import Payment
from services.payments.domain.provider_call import CallResult
from services.payments.domain.provider_snapshot import IntentSnapshot, ProviderSnapshot, SessionSnapshot, SessionState


def take_snapshot(payment: Payment, cards: Cards, answer: CallResult | None = None) -> ProviderSnapshot:
    """Read the payment's objects at the provider. The session is read only until the payment has an intent.

    An object that the answer to a call has just shown is not read again. An intent becomes the payment's only through
    the payment's own session: any other intent is unrequested money. Raises `UnknownObject`, `Unavailable`.
    """
    session = None if payment.intent_id else _session(payment, cards, answer)
    intent_id = payment.intent_id or (session.intent_id if session else None)
    intent = _intent(intent_id, session, cards, answer) if intent_id else None
    charge = intent.charge if intent else None
    return ProviderSnapshot(
        session=session,
        intent=intent,
        refunds=intent.refunds if intent and charge and charge.captured else (),
        disputes=cards.disputes(intent.id) if intent and charge and charge.disputed else (),
    )


def _intent(intent_id: str, session: SessionSnapshot | None, cards: Cards, answer: CallResult | None) -> IntentSnapshot:
    in_answer = session.intent if session else answer.snapshot if answer else None
    return in_answer if isinstance(in_answer, IntentSnapshot) and in_answer.id == intent_id else cards.intent(intent_id)


def _session(payment: Payment, cards: Cards, answer: CallResult | None) -> SessionSnapshot | None:
    in_answer = answer.snapshot if answer else None
    if isinstance(in_answer, SessionSnapshot) and payment.session_id in (None, in_answer.id):
        return in_answer
    if payment.session_id is None:
        created = answer.object_id if answer else None
        return cards.session(created) if created else cards.find_session(payment.id, since=payment.created_at)
    try:
        return cards.session(payment.session_id)
    except UnknownObject:
        return SessionSnapshot(id=payment.session_id, state=SessionState.GONE, url=None, intent_id=None)
