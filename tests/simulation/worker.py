"""A worker: a process of its own that runs seeds one after the other, by the orders on its standard input.

Each line of the input is `{"seed", "steps", "tape", "lines", "spared", "plan"}`, and each line of the output a
`RunResult` as JSON; or it is `{"fault", "seeds"}`, for `planted.search`. The first line of the input names the
databases.
"""

from tests.simulation import seeded

seeded.take_over()

import json
import sys
from functools import partial
from typing import Any

from chassis.observability import logs
from contracts.rooms.hotel_import import ImportHotel
from tests.simulation import providers
from tests.simulation.choices import Choices
from tests.simulation.crash_points import CrashPoints, PlannedDeath
from tests.simulation.databases import SimulatedDatabase
from tests.simulation.hotel import HOTELS, definition
from tests.simulation.mixture import NO_FAULTS
from tests.simulation.planted.search import search_fault
from tests.simulation.run import come_to_rest, run
from tests.simulation.service_tasks import SERVICES
from tests.simulation.world import World


def build_world(config: dict[str, Any]) -> World:
    """The world on these databases, with its hotels."""
    settings = {service.name: service.settings(**_settings(service.name, config)) for service in SERVICES}
    seeded.begin(0)
    world = World(SERVICES, settings, config["admin_url"])
    for service in SERVICES:
        urls = config["urls"][service.name]
        database = SimulatedDatabase(
            service.name, urls["admin"], urls["running"], now=world.now,
            written=partial(world.wrote, service.name), failed=world.runtime_checks.statement_failed,
        )  # fmt: skip
        database.prepare(urls["role"])
        world.databases[service.name] = database
    world.begin(Choices(0), mixture=NO_FAULTS)
    for slug in HOTELS:
        world.client_asks.ask_directly("rooms", ImportHotel(definition=definition(slug)))
    come_to_rest(world)
    for database in world.databases.values():
        database.keep()
    world.providers.keep()
    return world


def _settings(name: str, config: dict[str, Any]) -> dict[str, Any]:
    common = {"database_url": config["urls"][name]["running"], "mode": "demo"}
    own: dict[str, dict[str, Any]] = {
        "bookings": {"guest_token_key": "k" * 32},
        "payments": {
            "stripe_api_key": providers.STRIPE_KEY,
            "stripe_webhook_secrets": providers.WEBHOOK_SECRET,
            "return_origins": "https://hotel.example",
        },
        "rooms": {},
        "notifier": {
            "pusher_app_id": "1",
            "pusher_key": "key",
            "pusher_secret": "secret",
            "legacy_channels": False,
            "mails_before_payment": 0,
        },
    }
    return common | own[name]


def run_seed(world: World, order: dict[str, Any]) -> dict[str, Any]:
    """Run the seed of an order, or replay its tape, with the deaths of its plan."""
    began, spared = seeded.real_time(), order["spared"]
    plan = [PlannedDeath(**death) for death in order["plan"]]
    world.points = CrashPoints(None if spared is None else frozenset(spared), plan)
    result = run(world, order["seed"], order["steps"], tape=order["tape"])
    result.trace = result.trace[-order["lines"] :]
    return {
        **vars(result),
        "plan": order["plan"],
        "spared": spared,
        "seconds": seeded.real_time() - began,
        "passes": world.points.passes,
        "passes_at_rest": world.points.passes_at_rest,
        "hits": world.points.hits,
    }


def main() -> None:
    """Carry out the orders of the input until its end."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    logs.configure("simulation", level="CRITICAL")
    world = build_world(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        order = json.loads(line)
        answer = search_fault(world, order) if "fault" in order else run_seed(world, order)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
