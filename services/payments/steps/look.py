"""The look at the provider: the snapshot of all objects of one payment."""

from services.payments.cards import Cards, UnknownObject
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ProviderSnapshot, SessionSnapshot, SessionState


def take_snapshot(payment: Payment, cards: Cards, created_session: str | None = None) -> ProviderSnapshot:
    """Read the payment's objects at the provider. The session is read only until the payment has an intent.

    An intent becomes the payment's only through the payment's own session: any other intent is unrequested money.
    Raises `UnknownObject`, `Unavailable`.
    """
    session = None if payment.intent_id else _session(payment, cards, created_session)
    intent_id = payment.intent_id or (session.intent_id if session else None)
    intent = cards.intent(intent_id) if intent_id else None
    charge = intent.charge if intent else None
    return ProviderSnapshot(
        session=session,
        intent=intent,
        refunds=cards.refunds(intent.id) if intent and charge and charge.captured else (),
        disputes=cards.disputes(intent.id) if intent and charge and charge.disputed else (),
    )


def _session(payment: Payment, cards: Cards, created_session: str | None) -> SessionSnapshot | None:
    if payment.session_id is None:
        return (
            cards.session(created_session)
            if created_session
            else cards.find_session(payment.id, since=payment.created_at)
        )
    try:
        return cards.session(payment.session_id)
    except UnknownObject:
        return SessionSnapshot(id=payment.session_id, state=SessionState.GONE, url=None, intent_id=None)
