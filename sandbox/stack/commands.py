"""The commands that start the system's programs. Placeholders such as `{stripe_port}` are filled for each run."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

Argv = tuple[str, ...]
SERVICES = ("bookings", "payments", "rooms", "notifier")
DATABASES = (*SERVICES, "gateway")
BROKER_USERS = (*DATABASES, "operator")
WEBHOOK_PATH = "/api/public/hotels/room-bookings/stripe-webhook/"
PYTHON = (sys.executable, "-m")


def _stand_ins() -> dict[str, Argv]:
    return {
        "stripe": (
            *PYTHON, "sandbox.stripe", "--port", "{stripe_port}", "--webhook-url", "{gateway_url}" + WEBHOOK_PATH,
            "--webhook-secret", "{stripe_webhook_secret}", "--api-key", "{stripe_api_key}",
            "--data", "{stand_ins}/stripe",
        ),
        "pusher": (
            *PYTHON, "sandbox.pusher", "--port", "{pusher_port}", "--app-id", "{pusher_app_id}",
            "--key", "{pusher_key}", "--secret", "{pusher_secret}",
        ),
        "mailbox": (
            *PYTHON, "sandbox.mailbox", "--smtp-port", "{smtp_port}", "--http-port", "{mailbox_port}",
            "--data", "{stand_ins}/mailbox",
        ),
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Commands:
    """The commands of a stack; an empty command is not run.

    A service is up once all its `queues` have consumers, and its exchange `asks` has a queue.
    """

    stand_ins: Mapping[str, Argv] = field(default_factory=_stand_ins)
    message_keys: Argv = (*PYTHON, "chassis.messaging.keys")
    definitions: Argv = (*PYTHON, "chassis.messaging.definitions")
    migrate: Argv = (*PYTHON, "chassis.transactions.migrate", *DATABASES)
    migrate_broker: Argv = (*PYTHON, "chassis.messaging.migrate")
    service: Argv = (*PYTHON, "chassis.hosting.run", "{service}")
    queues: tuple[str, ...] = ("{service}.inbox.0",)
    asks: str = "{service}.asks"
    relay: Argv = (*PYTHON, "chassis.messaging.relay", *SERVICES)
    gateway: Argv = (*PYTHON, "gateway")
    balancer: Argv = (*PYTHON, "sandbox.balancer", "--port", "{gateway_port}", "--gateways", "{gateways}")
    seed: Argv = (*PYTHON, "sandbox.demo.seed")
    walk: Argv = (*PYTHON, "sandbox.demo", "--stack", "{stack_json}")


COMMANDS = Commands()


def filled(argv: Argv, facts: Mapping[str, str]) -> list[str]:
    return [word.format_map(facts) for word in argv]
