"""The ports, keys and addresses of one run, and the environment of its processes."""

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.stack.databases import DatabaseUrls
from sandbox.stack.ports import ANY, LOOPBACK, Ports
from sandbox.stack.run_directory import Secrets

ROOT = Path(__file__).resolve().parents[2]
# Where a person finds each part, unless the environment says otherwise or the port is taken.
DEFAULT_PORTS = {
    "GATEWAY_PORT": 8080,
    "STRIPE_PORT": 8081,
    "PUSHER_PORT": 8082,
    "MAILBOX_HTTP_PORT": 8083,
    "MAILBOX_SMTP_PORT": 8025,
    "POSTGRES_PORT": 5433,
    "AMQP_PORT": 5673,
}
# What our own administration needs and no process of the product should see.
KEPT_BACK = {"DATABASE_URL", "AMQP_MANAGEMENT_URL"}


def wanted_ports(env: Mapping[str, str]) -> dict[str, int]:
    """The ports that the environment names, otherwise the default ports; 0 stands for any free port."""
    try:
        return {name: int(env.get(name) or usual) for name, usual in DEFAULT_PORTS.items()}
    except ValueError as error:
        raise SystemExit(f"A port in the environment is not a number: {error}") from error


def owner_environment(databases: Mapping[str, DatabaseUrls]) -> dict[str, str]:
    """The databases' URLs for the migration."""
    return {f"{name.upper()}_OWNER_DATABASE_URL": urls.owner for name, urls in databases.items()}


def relay_environment(databases: Mapping[str, DatabaseUrls]) -> dict[str, str]:
    """The databases' URLs for the relay."""
    return {f"{name.upper()}_RELAY_DATABASE_URL": urls.relay for name, urls in databases.items()}


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """The ports and secrets that are chosen before the first process starts."""

    ports: Mapping[str, int]
    stripe_api_key: str
    stripe_webhook_secret: str
    pusher_app_id: str
    pusher_key: str
    pusher_secret: str
    guest_token_key: str
    message_master_key: str
    database_prefix: str

    @classmethod
    def draw(cls, stored_secrets: Secrets, ports: Ports, preferred: Mapping[str, int] | None = None) -> "StackConfig":
        """Choose free ports, the `preferred` ones if possible, and read the run's secrets or generate them."""
        requested = preferred or dict.fromkeys(DEFAULT_PORTS, ANY)
        return cls(
            ports={name: ports.choose(name.removesuffix("_PORT").lower(), port) for name, port in requested.items()},
            stripe_api_key=stored_secrets.get("stripe_api_key", lambda: f"sk_test_{secrets.token_hex(24)}"),
            stripe_webhook_secret=stored_secrets.get("stripe_webhook_secret", lambda: f"whsec_{secrets.token_hex(24)}"),
            pusher_app_id=stored_secrets.get("pusher_app_id", lambda: str(secrets.randbelow(900_000) + 100_000)),
            pusher_key=stored_secrets.get("pusher_key", lambda: secrets.token_hex(10)),
            pusher_secret=stored_secrets.get("pusher_secret", lambda: secrets.token_hex(16)),
            guest_token_key=stored_secrets.get("guest_token_key", lambda: secrets.token_urlsafe(32)),
            message_master_key=stored_secrets.get("message_master_key", lambda: secrets.token_urlsafe(32)),
            database_prefix=stored_secrets.get("database_prefix", lambda: f"hotelmate_{secrets.token_hex(4)}_"),
        )

    def url(self, port_name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[port_name]}"

    def facts(self, *, stack_json: Path, stand_ins: Path, gateways: Iterable[int] = ()) -> dict[str, str]:
        """The values of the placeholders in the commands; `gateways` are the ports of the gateways."""
        return {
            "gateway_url": self.url("GATEWAY_PORT"),
            "stripe_port": str(self.ports["STRIPE_PORT"]),
            "stripe_api_key": self.stripe_api_key,
            "stripe_webhook_secret": self.stripe_webhook_secret,
            "pusher_port": str(self.ports["PUSHER_PORT"]),
            "pusher_app_id": self.pusher_app_id,
            "pusher_key": self.pusher_key,
            "pusher_secret": self.pusher_secret,
            "mailbox_port": str(self.ports["MAILBOX_HTTP_PORT"]),
            "smtp_port": str(self.ports["MAILBOX_SMTP_PORT"]),
            "gateway_port": str(self.ports["GATEWAY_PORT"]),
            "gateways": ",".join(f"{LOOPBACK}:{port}" for port in gateways),
            "stack_json": str(stack_json),
            "stand_ins": str(stand_ins),
        }

    def description(self, *, amqp_url: str, message_keys: str, databases: Mapping[str, DatabaseUrls]) -> dict[str, Any]:
        """Where other programs find each part of the system, with its keys; hotels and staff come with the seed."""
        return {
            "gateway": self.url("GATEWAY_PORT"),
            "stripe": {"url": self.url("STRIPE_PORT"), "webhook_secret": self.stripe_webhook_secret},
            "pusher": {
                "host": LOOPBACK, "port": self.ports["PUSHER_PORT"], "app_id": self.pusher_app_id,
                "key": self.pusher_key, "secret": self.pusher_secret,
            },
            "mailbox": {
                "smtp": f"{LOOPBACK}:{self.ports['MAILBOX_SMTP_PORT']}", "http": self.url("MAILBOX_HTTP_PORT"),
            },
            "amqp": amqp_url,
            "message_keys": message_keys,
            "databases": {name: urls.running for name, urls in databases.items()},
            "staff": [],
            "hotels": [],
        }  # fmt: skip

    def environment(self, *, amqp_url: str, databases: Mapping[str, DatabaseUrls]) -> dict[str, str]:
        """The environment variables of every process of the system, including those of this process.

        Only the migration and the relay need other roles' URLs (`owner_environment`, `relay_environment`).
        """
        gateway, stripe = self.url("GATEWAY_PORT"), self.url("STRIPE_PORT")
        ours = {name: value for name, value in os.environ.items() if name not in KEPT_BACK}
        direct = ",".join(filter(None, [LOOPBACK, "localhost", os.environ.get("NO_PROXY", "")]))
        python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return ours | {f"{name.upper()}_DATABASE_URL": urls.running for name, urls in databases.items()} | {
            "PYTHONPATH": python_path,
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": direct,
            "no_proxy": direct,
            "HOTELMATE_MODE": "demo",
            "LOG_FORMAT": "console",
            "AMQP_URL": amqp_url,
            "PAYMENTS_STRIPE_API_KEY": self.stripe_api_key,
            "PAYMENTS_STRIPE_API_BASE": stripe,
            "PAYMENTS_STRIPE_WEBHOOK_SECRETS": self.stripe_webhook_secret,
            "PAYMENTS_RETURN_ORIGINS": gateway,
            "NOTIFIER_PUSHER_APP_ID": self.pusher_app_id,
            "NOTIFIER_PUSHER_KEY": self.pusher_key,
            "NOTIFIER_PUSHER_SECRET": self.pusher_secret,
            "NOTIFIER_PUSHER_HOST": LOOPBACK,
            "NOTIFIER_PUSHER_PORT": str(self.ports["PUSHER_PORT"]),
            "NOTIFIER_PUSHER_SSL": "false",
            "NOTIFIER_PUSHER_CLUSTER": "mt1",
            "NOTIFIER_SMTP_HOST": LOOPBACK,
            "NOTIFIER_SMTP_PORT": str(self.ports["MAILBOX_SMTP_PORT"]),
            "NOTIFIER_SMTP_SECURITY": "none",
            "NOTIFIER_SMTP_USERNAME": "",
            "NOTIFIER_SMTP_PASSWORD": "",
            "NOTIFIER_MAIL_FROM": "stay@hotelmate.example",
            "NOTIFIER_PUBLIC_URL": gateway,
            "NOTIFIER_LEGACY_CHANNELS": "true",
            "BOOKINGS_GUEST_TOKEN_KEY": self.guest_token_key,
            "GATEWAY_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self.ports["GATEWAY_PORT"]),
            "GATEWAY_DRAIN_SECONDS": "0",  # nobody else takes the requests
            "GATEWAY_ALLOWED_ORIGINS": gateway,
            "GATEWAY_RATE_LIMITS": "off",
            "NOTIFIER_MAILS_BEFORE_PAYMENT": "0",
            "SANDBOX_STRIPE_URL": stripe,
        }  # fmt: skip
