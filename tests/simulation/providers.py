"""The providers in memory: the card provider with its webhooks, the push provider and the mail server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from chassis.refusal import Refusal, Unavailable
from chassis.service import Service
from contracts.payments.webhooks import StoreWebhook
from contracts.values import Context
from sandbox.stripe.in_memory import InMemoryStripe
from sandbox.stripe.webhook_sender import signature
from services.notifier.domain.jobs import PushMessage
from services.notifier.staff_names import StaffNameCache
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies
from tests.fakes.planned_here import PLANNING_HERE
from tests.simulation.provider_clients import SimulatedMailServer, SimulatedPusher, SimulatedStripeHttp

if TYPE_CHECKING:
    from chassis.settings import ServiceSettings
    from tests.simulation.world import World

STRIPE_KEY, WEBHOOK_SECRET = "sk_test_simulated_1234", "whsec_simulated"
REPEATED_AFTER, LATEST_REPETITION = 30.0, 3_600.0  # seconds until the provider repeats a webhook, the first and last


@dataclass(eq=False)
class WebhookDelivery:
    """A webhook that the provider sends at `due`, in the world's seconds."""

    event: dict[str, Any]
    due: float
    attempt: int = 1


class SimulatedProviders:
    """All providers. `mailbox` and `pusher` have the arrived mails and pushes, `acknowledged` the accepted webhooks."""

    def __init__(self, world: World, settings: Mapping[str, ServiceSettings]) -> None:
        self._world = world
        self._settings = settings
        self.stripe = InMemoryStripe(api_key=STRIPE_KEY)
        self._cards = StripeCards(
            STRIPE_KEY,
            url="http://stripe.invalid",
            secrets=(WEBHOOK_SECRET,),
            http=SimulatedStripeHttp(world, self.stripe),
        )
        self._made: dict[str, Any] = {}
        self._pushed_before: tuple[PushMessage, ...] = ()
        self.reset()

    def reset(self) -> None:
        """Delete all records but those that `keep` kept."""
        self.stripe.state.reset()
        self.mailbox: list[EmailMessage] = []
        self.pusher: list[PushMessage] = list(self._pushed_before)
        self.webhooks: list[WebhookDelivery] = []
        self.acknowledged: set[str] = set()
        self._noticed = 0

    def keep(self) -> None:
        """Have every later run begin with what was pushed until now: the events of the hotels' own beginning."""
        self._pushed_before = tuple(self.pusher)

    def dependencies(self, service: Service) -> Any:
        """The dependencies of a process of the service, besides its database."""
        if service.name == "rooms":
            return PLANNING_HERE
        if service.name not in self._made:  # templates of mails are compiled once
            self._made[service.name] = service.dependencies(self._settings[service.name])
        made = self._made[service.name]
        if service.name == "payments":
            return PaymentsDependencies(cards=self._cards, origins=made.origins, compare_every=made.compare_every)
        if service.name == "notifier":
            return replace(
                made,
                push=SimulatedPusher(self._world, made.settings),
                mail_server=SimulatedMailServer(self._world),
                staff_names=StaffNameCache(),
            )
        return made

    def notice_webhooks(self) -> None:
        """Queue a delivery of each new event of the card provider; some come twice, some late."""
        events = self.stripe.state.store.events
        if len(events) == self._noticed:
            return
        world = self._world
        for event in list(events.values())[self._noticed :]:
            copies = 2 if world.fault("a webhook is doubled", world.mixture.webhooks) else 1
            for _ in range(copies):
                late = world.fault("a webhook is late", world.mixture.webhooks)
                self.webhooks.append(WebhookDelivery(event, world.elapsed + (REPEATED_AFTER if late else 0.0)))
        self._noticed = len(events)

    def send(self, delivery: WebhookDelivery) -> str:
        """Send a webhook in a task of its own; it is repeated until it is answered."""
        world = self._world
        self.webhooks.remove(delivery)
        kind = delivery.event["type"]
        if world.fault("a webhook is lost", world.mixture.webhooks):
            self._again(delivery)
            return f"lost webhook {kind}"
        world.shares["webhook"] += 1
        world.turns.spawn(f"webhook {kind}", lambda: self._store(delivery))
        return f"webhook {kind}"

    def _store(self, delivery: WebhookDelivery) -> None:
        """Repeat the webhook until it is answered, also where this task is ended because the run comes to rest."""
        body, event_id = json.dumps(delivery.event), delivery.event["id"]
        try:
            self._world.network.ask(StoreWebhook(body=body, signature=signature(body, [WEBHOOK_SECRET])), Context())
            self.acknowledged.add(event_id)
        except (Refusal, Unavailable):
            pass
        finally:
            if event_id not in self.acknowledged:
                self._again(delivery)

    def _again(self, delivery: WebhookDelivery) -> None:
        delivery.due = self._world.elapsed + min(REPEATED_AFTER * 2.0**delivery.attempt, LATEST_REPETITION)
        delivery.attempt += 1
        self.webhooks.append(delivery)
