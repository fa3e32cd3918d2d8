"""The definitions of the broker: users with hashed passwords, permissions, exchanges, queues and bindings.

RabbitMQ loads the file at each start (`load_definitions`), before clients can connect. What exists already is left as
it is, except for the users' passwords and permissions, which are set anew. The passwords are read from the
environment: BOOKINGS_AMQP_PASSWORD, PAYMENTS_…, ROOMS_…, NOTIFIER_…, GATEWAY_… and OPERATOR_AMQP_PASSWORD, and
AMQP_ADMIN_PASSWORD for the administrator `hotelmate`, who only migrates. INBOX_PARTITIONS is the number of partitions
of each inbox.
"""

import argparse
import base64
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chassis.messaging.permissions import permissions
from chassis.messaging.topology import USERS, Topology, topology
from chassis.settings import environment_faults, refusal

ADMINISTRATOR = "hotelmate"
NOT_HASHED = (
    "Without rabbitmq_consistent_hash_exchange each inbox has one partition, and the processes of a service share one "
    "queue of asks."
)


def definitions(
    shape: Topology, passwords: Mapping[str, str], *, vhost: str = "/", admin_password: str = ""
) -> dict[str, Any]:
    """The document, with an administrator where `admin_password` is given. `passwords` are those of `USERS`."""
    users = [_user(user, passwords[user]) for user in USERS]
    rights = [{"user": user, "vhost": vhost, **asdict(permissions(user))} for user in USERS]
    if admin_password:
        users.append(_user(ADMINISTRATOR, admin_password, tags="administrator"))
        rights.append({"user": ADMINISTRATOR, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"})
    return {"vhosts": [{"name": vhost}], "users": users, "permissions": rights, **_shape(shape, vhost)}


def _shape(shape: Topology, vhost: str) -> dict[str, Any]:
    durable = {"vhost": vhost, "durable": True, "auto_delete": False}
    return {
        "exchanges": [
            {**durable, "name": each.name, "type": each.kind, "internal": False, "arguments": each.arguments}
            for each in shape.exchanges
        ],
        "queues": [{**durable, "name": each.name, "arguments": each.arguments} for each in shape.queues],
        "bindings": [
            {
                "vhost": vhost,
                "source": each.source,
                "destination": each.destination,
                "destination_type": "queue" if each.to_queue else "exchange",
                "routing_key": each.key,
                "arguments": {},
            }
            for each in shape.bindings
        ],
    }


def _user(name: str, password: str, *, tags: str = "") -> dict[str, Any]:
    salt = secrets.token_bytes(4)
    digest = salt + hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def passwords_from_environment() -> dict[str, str]:
    """The password of each user. Exits with the variables that are not set, or that production refuses."""
    variables = {user: f"{user.upper()}_AMQP_PASSWORD" for user in USERS}
    if missing := [name for name in variables.values() if not os.environ.get(name)]:
        raise SystemExit(f"not set: {', '.join(missing)}")
    if sentences := environment_faults(variables.values()):
        raise SystemExit(refusal(sentences))
    return {user: os.environ[name] for user, name in variables.items()}


def main() -> None:
    """Write the definitions to a file, or to standard output."""
    parser = argparse.ArgumentParser(
        prog="python -m chassis.messaging.definitions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead of to standard output")
    parser.add_argument("--vhost", default="/", help="the virtual host (default: /)")
    parser.add_argument("--without-hash", action="store_true", help=f"for a broker without the plugin. {NOT_HASHED}")
    chosen = parser.parse_args()
    if chosen.without_hash:
        print(NOT_HASHED, file=sys.stderr)  # noqa: T201
    document = definitions(
        topology(partitions=int(os.environ.get("INBOX_PARTITIONS") or 1), hashed=not chosen.without_hash),
        passwords_from_environment(),
        vhost=chosen.vhost,
        admin_password=os.environ.get("AMQP_ADMIN_PASSWORD", ""),
    )
    text = json.dumps(document, indent=1) + "\n"
    if chosen.output is None:
        sys.stdout.write(text)
    else:
        chosen.output.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
