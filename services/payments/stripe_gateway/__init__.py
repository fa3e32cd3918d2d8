"""The card provider as it is: Stripe, through its official library. Nothing outside this folder names it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import stripe
from requests import Session
from requests.adapters import HTTPAdapter

from contracts.payments import ReconciliationPart
from services.payments.cards import InvalidNotice, Listing, Notice, Order
from services.payments.domain import Want
from services.payments.domain.seen import SeenDispute, SeenIntent, SeenRefund, SeenSession
from services.payments.stripe_gateway import incoming, lists, outgoing
from services.payments.stripe_gateway.troubles import answers

TIMEOUT = (3.0, 8.0)  # seconds to connect, and to wait for an answer
TOLERANCE = 300  # seconds that a notice's signature may be old
CONNECTIONS = 32
SKEW = timedelta(minutes=5)


class StripeCards:
    """`Cards` over HTTP. `url` is for a stand-in; `secrets` are the webhook's active ones, all accepted.

    Unless `http` is given, one session of `requests` serves all green threads: the library would otherwise open one
    for each.
    """

    def __init__(
        self,
        key: str,
        *,
        url: str | None = None,
        secrets: Sequence[str] = (),
        timeout: tuple[float, float] = TIMEOUT,
        http: stripe.HTTPClient | None = None,
    ) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": url} if url else None,
            http_client=http or _pooled(timeout),
            max_network_retries=0,
        )

    def order(self, order: Order) -> str:
        return outgoing.order(order)

    def request(self, want: Want) -> str:
        return outgoing.request(want)

    def perform(self, request: str, *, key: str) -> str:
        with answers():
            return outgoing.send(self._client, request, key=key)

    def session(self, session_id: str) -> SeenSession:
        with answers():
            return incoming.session(self._client.v1.checkout.sessions.retrieve(session_id))

    def session_of(self, payment_id: str, *, since: datetime) -> SeenSession | None:
        after = int((since - SKEW).timestamp())
        with answers():
            page = self._client.v1.checkout.sessions.list({"created": {"gte": after}, "limit": 100})
            for found in page.auto_paging_iter():
                if incoming.metadata(found).get("payment_id") == payment_id:
                    return incoming.session(found)
        return None

    def intent(self, intent_id: str) -> SeenIntent:
        with answers():
            found = self._client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
            return incoming.intent(found)

    def refunds(self, intent_id: str) -> tuple[SeenRefund, ...]:
        with answers():
            page = self._client.v1.refunds.list({"payment_intent": intent_id, "limit": 100})
            return tuple(reversed([incoming.refund(found) for found in page.auto_paging_iter()]))

    def disputes(self, intent_id: str) -> tuple[SeenDispute, ...]:
        with answers():
            page = self._client.v1.disputes.list({"payment_intent": intent_id, "limit": 100})
            return tuple(reversed([incoming.dispute(found) for found in page.auto_paging_iter()]))

    def listed(self, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> Listing:
        with answers():
            return lists.listed(self._client, part, since=since, after=after)

    def notice(self, body: str, signature: str) -> Notice:
        for secret in self._secrets:
            event = _verified(self._client.construct_event, body, signature, secret)
            if event is not None:
                return _reduced(event)
        raise InvalidNotice("no active secret has signed this")


def _pooled(timeout: tuple[float, float]) -> stripe.HTTPClient:
    pool = HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS)
    session = Session()
    session.mount("https://", pool)
    session.mount("http://", pool)
    return stripe.RequestsClient(timeout=timeout, session=session)


def _verified(construct: Callable[..., stripe.Event], body: str, signature: str, secret: str) -> stripe.Event | None:
    """The event, or None where this secret did not sign it; raises `InvalidNotice` for a signed body of another kind.

    A mangled header makes the library raise more than its own errors, so anything counts as unsigned.
    """
    try:
        event = construct(body, signature, secret, TOLERANCE)
    except (stripe.SignatureVerificationError, ValueError, TypeError, LookupError, AttributeError):
        return None
    if not incoming.is_event(event):
        raise InvalidNotice("signed, but not an event")
    return event


def _reduced(event: stripe.Event) -> Notice:
    """What we keep of a signed event; raises `InvalidNotice` where its names or moments are none that we could keep."""
    try:
        notice = incoming.notice(event)
    except (ValueError, TypeError, OverflowError, OSError, AttributeError) as problem:
        raise InvalidNotice("signed, but not to be understood") from problem
    names = (notice.event_id, notice.type, notice.object_id, notice.payment_id, notice.session_id, notice.intent_id)
    if not all(name is None or (name.isascii() and name.isprintable()) for name in names):
        raise InvalidNotice("signed, but with names that cannot be the provider's")
    return notice
