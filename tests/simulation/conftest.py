"""The setting of the actors' tests: the synchronous platform with two hotels."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from chassis.codec import typed
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from sandbox.stripe.in_memory import InMemoryStripe
from services.notifier.domain.jobs import PushMessage
from services.notifier.pusher_gateway import PusherGateway
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies
from tests.conversations.conftest import HOTELS, POOL, SECRET, _pool_closes, _settings, template_databases  # noqa: F401
from tests.fakes.platform import Platform
from tests.simulation.judge import Judge
from tests.simulation.synchronous import SynchronousWorld


class ListedMails:
    """A mail server that keeps its mails in a list."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    @contextmanager
    def connect(self) -> Iterator["ListedMails"]:
        yield self

    def send(self, mail: EmailMessage) -> None:
        if not mail["To"]:
            raise PermanentFailure("LETTER_UNSENDABLE")
        self.mails.append(mail)


class ListedPushes(PusherGateway):
    """A push provider that keeps its messages in a list."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.messages: list[PushMessage] = []

    def send(self, messages: Sequence[PushMessage]) -> None:
        self.messages.extend(messages)

    def end_connections(self, user_id: str) -> None:
        del user_id


KEY = "sk_test_town_1234"


@pytest.fixture
def new_world(
    template_databases: dict[str, str], copied_database: Callable[[str], str]
) -> Iterator[Callable[[int], SynchronousWorld]]:
    worlds: list[SynchronousWorld] = []
    with POOL.lend() as stand_ins:

        def make(seed: int) -> SynchronousWorld:
            stand_ins.reset()
            urls = {name: copied_database(url) for name, url in template_databases.items()}
            platform = Platform(_settings(urls, stand_ins))
            stripe = InMemoryStripe(api_key=KEY)
            cards = StripeCards(KEY, url="http://stripe.invalid", secrets=(SECRET,), http=stripe)
            mailbox, pusher = (
                ListedMails(),
                ListedPushes(platform.services["notifier"].unit_of_work.dependencies.settings),
            )
            notifier = platform.services["notifier"].unit_of_work
            notifier.dependencies = replace(notifier.dependencies, push=pusher, mail_server=mailbox)
            payments = platform.services["payments"].unit_of_work
            payments.dependencies = PaymentsDependencies(cards=cards, origins=("http://127.0.0.1:8080",))
            platform.ask(
                ImportHotel(definition=typed(json.loads((HOTELS / "hotel-kilkenny.json").read_text()), HotelDefinition))
            )
            world = SynchronousWorld(
                platform,
                stripe,
                mailbox=mailbox.mails,
                pusher=pusher.messages,
                secret=SECRET,
                seed=seed,
                judge=Judge(),
            )
            worlds.append(world)
            return world

        yield make
        for world in worlds:
            world.close()
            world.platform.close()
