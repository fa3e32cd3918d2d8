"""`StripeCards`: the port `Cards` over Stripe's HTTP API."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import stripe
from requests import Session
from requests.adapters import HTTPAdapter

from contracts.payments.reconciliation import ReconciliationPart
from services.payments.cards import ProviderPage
from services.payments.domain.provider_snapshot import DisputeSnapshot, IntentSnapshot, RefundSnapshot, SessionSnapshot
from services.payments.domain.webhook import WebhookEvent
from services.payments.stripe_gateway import calls, lists, snapshots, webhook_parsing
from services.payments.stripe_gateway.errors import translated_call, translated_read

TIMEOUT = (3.0, 8.0)  # seconds to connect, and to wait for an answer
CONNECTIONS = 32
SKEW = timedelta(minutes=5)


class StripeCards:
    """`Cards` over HTTP. `url` names a stand-in for Stripe. A webhook may be signed with any of `secrets`.

    Unless `http` is given, all green threads share one `requests` session. Stripe's library by itself would open a
    session for each green thread.
    """

    checkout_request = staticmethod(calls.checkout_request)
    action_request = staticmethod(calls.action_request)

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

    def perform(self, request: str, *, key: str) -> str:
        with translated_call():
            return calls.send(self._client, request, key=key)

    def session(self, session_id: str) -> SessionSnapshot:
        with translated_read():
            return snapshots.session(self._client.v1.checkout.sessions.retrieve(session_id))

    def find_session(self, payment_id: str, *, since: datetime) -> SessionSnapshot | None:
        after = int((since - SKEW).timestamp())
        with translated_read():
            page = self._client.v1.checkout.sessions.list({"created": {"gte": after}, "limit": 100})
            for session in page.auto_paging_iter():
                if snapshots.metadata(session).get("payment_id") == payment_id:
                    return snapshots.session(session)
        return None

    def session_of_intent(self, intent_id: str) -> SessionSnapshot | None:
        with translated_read():
            page = self._client.v1.checkout.sessions.list({"payment_intent": intent_id, "limit": 1})
            return next((snapshots.session(session) for session in page.data), None)

    def intent(self, intent_id: str) -> IntentSnapshot:
        with translated_read():
            intent = self._client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
            return snapshots.intent(intent)

    def refunds(self, intent_id: str) -> tuple[RefundSnapshot, ...]:
        with translated_read():
            page = self._client.v1.refunds.list({"payment_intent": intent_id, "limit": 100})
            return tuple(reversed([snapshots.refund(refund) for refund in page.auto_paging_iter()]))

    def disputes(self, intent_id: str) -> tuple[DisputeSnapshot, ...]:
        with translated_read():
            page = self._client.v1.disputes.list({"payment_intent": intent_id, "limit": 100})
            return tuple(reversed([snapshots.dispute(dispute) for dispute in page.auto_paging_iter()]))

    def list_objects(self, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> ProviderPage:
        with translated_read():
            return lists.page(self._client, part, since=since, after=after)

    def parse_webhook(self, body: str, signature: str) -> WebhookEvent:
        return webhook_parsing.parse(self._client, body, signature, self._secrets)


def _pooled(timeout: tuple[float, float]) -> stripe.HTTPClient:
    pool = HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS)
    session = Session()
    session.mount("https://", pool)
    session.mount("http://", pool)
    return stripe.RequestsClient(timeout=timeout, session=session)
