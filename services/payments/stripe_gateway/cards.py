"""`StripeCards`: the port `Cards` over Stripe's HTTP API."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import stripe

from contracts.payments.reconciliation import ReconciliationPart
from services.payments.cards import CallAnswer, ProviderPage
from services.payments.domain.provider_snapshot import DisputeSnapshot, IntentSnapshot, RefundSnapshot, SessionSnapshot
from services.payments.domain.webhook import WebhookEvent
from services.payments.stripe_gateway import calls, lists, snapshots, webhook_parsing
from services.payments.stripe_gateway.api import StripeApi, path_of
from services.payments.stripe_gateway.errors import translated_call, translated_read
from services.payments.stripe_gateway.http import TIMEOUT, PooledHttpClient

SKEW = timedelta(minutes=5)
SESSIONS = path_of("checkout", "sessions")


class StripeCards:
    """`Cards` over HTTP. `url` names a stand-in for Stripe. A webhook may be signed with any of `secrets`.

    Unless `http` is given, all green threads share one pool of connections. Stripe's library by itself would open a
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
        base = url or stripe.DEFAULT_API_BASE
        client = stripe.StripeClient(
            key,
            base_addresses={"api": base},
            http_client=http or PooledHttpClient(base, timeout=timeout),
            max_network_retries=0,
        )
        self._secrets = tuple(secret for secret in secrets if secret)
        self._api = StripeApi(client)

    def perform(self, request: str, *, key: str) -> CallAnswer:
        with translated_call():
            return calls.send(self._api, request, key=key)

    def session(self, session_id: str) -> SessionSnapshot:
        expand = [f"payment_intent.{snapshots.WHOLE_INTENT}"]
        with translated_read():
            path = path_of("checkout", "sessions", session_id)
            return snapshots.session(self._api.read(path, {"expand": expand}))

    def find_session(self, payment_id: str, *, since: datetime) -> SessionSnapshot | None:
        after = int((since - SKEW).timestamp())
        with translated_read():
            for session in self._api.read_all(SESSIONS, {"created": {"gte": after}}):
                if snapshots.metadata(session).get("payment_id") == payment_id:
                    return snapshots.session(session)
        return None

    def session_of_intent(self, intent_id: str) -> SessionSnapshot | None:
        with translated_read():
            page = self._api.read(SESSIONS, {"payment_intent": intent_id, "limit": 1})
            return next((snapshots.session(session) for session in page["data"]), None)

    def intent(self, intent_id: str) -> IntentSnapshot:
        with translated_read():
            intent = self._api.read(path_of("payment_intents", intent_id), {"expand": [snapshots.WHOLE_INTENT]})
            return snapshots.whole_intent(intent) or snapshots.intent(intent, self._all_refunds(intent_id))

    def disputes(self, intent_id: str) -> tuple[DisputeSnapshot, ...]:
        with translated_read():
            disputes = self._api.read_all(path_of("disputes"), {"payment_intent": intent_id})
            return tuple(reversed([snapshots.dispute(dispute) for dispute in disputes]))

    def list_objects(self, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> ProviderPage:
        with translated_read():
            return lists.page(self._api, part, since=since, after=after)

    def parse_webhook(self, body: str, signature: str) -> WebhookEvent:
        return webhook_parsing.parse(body, signature, self._secrets)

    def _all_refunds(self, intent_id: str) -> tuple[RefundSnapshot, ...]:
        """All refunds of an intent whose charge has more of them than an expanded charge shows."""
        return snapshots.refunds(self._api.read_all(path_of("refunds"), {"payment_intent": intent_id}))
