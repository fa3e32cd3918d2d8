"""Finds RabbitMQ's own scripts, because the packages' wrappers on PATH run only as root or rabbitmq."""

import os
import shutil
from pathlib import Path

INSTALL = (
    "RabbitMQ is not installed. `make setup` installs it from the system's packages"
    " (Debian: apt-get install --no-install-recommends rabbitmq-server); or set AMQP_URL to a broker that runs."
)
USUAL_PLACES = (
    Path("/usr/lib/rabbitmq/bin"),
    Path("/opt/homebrew/opt/rabbitmq/sbin"),
    Path("/usr/local/opt/rabbitmq/sbin"),
    Path("/opt/rabbitmq/sbin"),
)


HASH_EXCHANGE = "rabbitmq_consistent_hash_exchange"


def has_hash_exchange() -> bool:
    """Whether the installed RabbitMQ has the plugin of the consistent-hash exchange."""
    plugins = (find_rabbit() / "rabbitmq-server").resolve().parents[1] / "plugins"
    return any(plugins.glob(f"{HASH_EXCHANGE}-*"))


def find_rabbit() -> Path:
    """The directory with `rabbitmq-server` and `rabbitmqctl`; the variable RABBITMQ_SCRIPTS may name it."""
    named = os.environ.get("RABBITMQ_SCRIPTS")
    on_path = shutil.which("rabbitmq-server")
    places = [Path(named)] if named else [*USUAL_PLACES, *([Path(on_path).resolve().parent] if on_path else [])]
    for place in places:
        if (place / "rabbitmq-server").exists() and (place / "rabbitmqctl").exists():
            return place
    raise RuntimeError(INSTALL)
