"""The setting of the actors' tests: the synchronous platform with two hotels."""

import json
from collections.abc import Callable, Iterator

import pytest

from chassis.codec import typed
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from sandbox.stripe.in_memory import InMemoryStripe
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies
from tests.conversations.conftest import HOTELS, POOL, SECRET, _pool_closes, _settings, template_databases  # noqa: F401
from tests.fakes.platform import Platform
from tests.simulation.judge import Judge
from tests.simulation.synchronous import SynchronousWorld

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
            payments = platform.services["payments"].unit_of_work
            payments.dependencies = PaymentsDependencies(cards=cards, origins=("http://127.0.0.1:8080",))
            platform.ask(
                ImportHotel(definition=typed(json.loads((HOTELS / "hotel-kilkenny.json").read_text()), HotelDefinition))
            )
            world = SynchronousWorld(
                platform,
                stripe,
                mailbox=stand_ins.mailbox,
                pusher=stand_ins.pusher,
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
