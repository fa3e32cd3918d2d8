"""A look at the provider, recorded: the one path on which a payment learns anything, whoever asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from services.payments.cards import Cards
from services.payments.domain import Payment, Seen, Want, decide
from services.payments.domain.owed import Pursue
from services.payments.store import Call, State, refusals
from services.payments.work import PaymentsWork

PATIENCE = 5  # how often somebody else may change the payment while we look


@dataclass(frozen=True, kw_only=True)
class Clue:
    """A name of the provider's that somebody has heard of, for a payment that does not know it yet."""

    session_id: str | None = None
    intent_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """The payment after the look, whether the look changed it, and the call that is wanted next, its request kept."""

    payment: Payment
    changed: bool
    call: Call | None


Known = tuple[Payment, Mapping[str, Call]]
Then = Callable[[Learnt, PaymentsWork], None]


def look(
    payment_id: str,
    conversation: Conversation[PaymentsWork],
    *,
    why: str,
    clue: Clue = Clue(),
    pursue: bool = True,
    then: Then | None = None,
) -> Learnt:
    """Look, decide and record in one transaction. With `pursue`, what is wanted next is owed as an errand.

    What was known before the look is compared with what is known when it is recorded, calls and their answers
    included: a look that somebody has overtaken is thrown away, so that nothing is ever decided on an old sight.
    """
    for _ in range(PATIENCE):
        with conversation.reading() as work:
            known = known_of(payment_id, work)
        seen = sight(known[0], conversation.dependencies.cards, clue)
        with conversation.transaction() as work:
            locked = work.payments.lock(payment_id)
            if locked and not _overtaken(known, (locked, work.actions.latest(payment_id))):
                return _recorded(locked, known[1], seen, work, why=why, pursue=pursue, then=then)
    raise Unavailable("others keep changing the payment")


def _overtaken(known: Known, now: Known) -> bool:
    return known != now


def known_of(payment_id: str, work: PaymentsWork) -> Known:
    """What we know: the payment, and the last attempt at each of its calls. Raises `LookupError`."""
    payment = work.payments.get(payment_id)
    if payment is None:
        raise LookupError(f"there is no payment {payment_id}")
    return payment, work.actions.latest(payment_id)


def sight(payment: Payment, cards: Cards, clue: Clue = Clue()) -> Seen:
    """What the provider shows. Once an intent is known the page tells nothing more, unless it may still be open."""
    session_id = payment.session_id or clue.session_id
    session = None
    if session_id is None:
        session = cards.session_of(payment.id, since=payment.created_at)
    elif payment.intent_id is None:
        session = cards.session(session_id)
    intent_id = payment.intent_id or (session.intent_id if session else None) or clue.intent_id
    intent = cards.intent(intent_id) if intent_id else None
    if intent and payment.intent_id is None and not (session and session.intent_id) and intent.payment_id != payment.id:
        intent = None
    charge = intent.charge if intent else None
    return Seen(
        session=session,
        intent=intent,
        refunds=cards.refunds(intent.id) if intent and charge and charge.captured else (),
        disputes=cards.disputes(intent.id) if intent and charge and charge.disputed else (),
    )


def _recorded(
    payment: Payment,
    latest: Mapping[str, Call],
    seen: Seen,
    work: PaymentsWork,
    *,
    why: str,
    pursue: bool,
    then: Then | None,
) -> Learnt:
    standing = work.standings.towards(payment)
    decision = decide(payment, standing, seen, refused=refusals(latest), now=work.now)
    work.record(payment, decision, why=why)
    call = _kept(payment.id, decision.want, latest, work) if decision.want else None
    if call and pursue:
        work.enqueue(Pursue(payment_id=payment.id, why=why), key=f"pursue:{call.key}")
    learnt = Learnt(payment=decision.payment, changed=bool(decision.changes), call=call)
    if then:
        then(learnt, work)
    return learnt


def _kept(payment_id: str, want: Want, latest: Mapping[str, Call], work: PaymentsWork) -> Call:
    """The attempt to make: the last one again where its answer is not known, else the next.

    That the last one failed or was refused was known before the look, and the look shows that it is still wanted:
    the object is unchanged, so another attempt can do nothing twice.
    """
    last = latest.get(want.action)
    if last and last.state in (State.OWED, State.DONE):
        return last
    attempt = last.attempt + 1 if last else 1
    request = work.dependencies.cards.request(want)
    return work.actions.begin(Call(payment_id=payment_id, action=want.action, attempt=attempt, request=request))
