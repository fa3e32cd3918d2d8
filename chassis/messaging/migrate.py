"""Migrates the broker: makes the topology, and moves messages out of the queues of former topologies.

AMQP_ADMIN_URL is the URL of an administrator of the broker. Over AMQP only exchanges, queues and bindings can be made,
no users and no permissions. Users and permissions come from RabbitMQ's `load_definitions` (see
`python -m chassis.messaging.definitions`) or, where AMQP_MANAGEMENT_URL names the management API with the
administrator's name and password, from there; the passwords are then read from BOOKINGS_AMQP_PASSWORD and so on.
A broker that has neither needs one user for all processes, which may do everything. INBOX_PARTITIONS is the number of
partitions of each inbox; partitions above the number are emptied and removed. MESSAGE_MASTER_KEYS are the keys from
which those of the processes are derived: messages that an older version left unsigned are signed with them.
"""

import argparse
import os
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError

from chassis.messaging.amqp.nodes import node_urls
from chassis.messaging.amqp.parameters import parameters
from chassis.messaging.amqp.probe import exchange_exists
from chassis.messaging.definitions import NOT_HASHED, definitions, passwords_from_environment
from chassis.messaging.former_topology import move_former_queues
from chassis.messaging.keys import masters_from_environment, relay_keys
from chassis.messaging.management import Management
from chassis.messaging.removed_partitions import remove_partitions
from chassis.messaging.topology import HASH_EXCHANGE, HASHED, Topology, topology
from chassis.messaging.unsigned import keyrings_of, sign_queues, signs
from chassis.observability import logs
from chassis.settings import environment_faults, refusal
from contracts.catalogue import OWNERS

PROBE = "topology.probe"

log = logs.logger(__name__)


def declare(channel: BlockingChannel, shape: Topology) -> None:
    """Make exchanges, queues and bindings; what exists is left unchanged, and refused where it differs."""
    for exchange in shape.exchanges:
        channel.exchange_declare(exchange.name, exchange.kind, durable=True, arguments=exchange.arguments)
    for queue in shape.queues:
        channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
    for binding in shape.bindings:
        if binding.to_queue:
            channel.queue_bind(binding.destination, binding.source, binding.key)
        else:
            channel.exchange_bind(binding.destination, binding.source, binding.key)


def migrate(amqp_url: str, *, partitions: int = 1, masters: Sequence[str] = ()) -> None:
    """Bring the topology of the broker at an administrator's URL up to date, over AMQP.

    Unsigned messages of former versions are signed with keys from the first of the master keys.
    """
    hashed = hashes(amqp_url)
    if not hashed:
        log.warning("topology_not_hashed", why=NOT_HASHED)
    with pika.BlockingConnection(parameters(amqp_url, "migrate")) as connection:
        declare(connection.channel(), topology(partitions=partitions, hashed=hashed))
        entries = {owner: relay_keys(owner, masters) for owner in OWNERS} if masters and signs(connection) else {}
        keyrings = keyrings_of(entries)
        moved = move_former_queues(connection, keyrings)
        moved |= remove_partitions(connection, partitions, keyrings) if hashed else {}
        signed = sign_queues(connection, keyrings, partitions=partitions if hashed else 1)
    log.info("broker_migrated", partitions=partitions if hashed else 1, moved=moved, signed=signed)


def hashes(amqp_url: str) -> bool:
    """Whether the broker has `rabbitmq_consistent_hash_exchange`. The broker closes the connection where not."""
    with pika.BlockingConnection(parameters(amqp_url, "migrate-probe")) as connection:
        if exchange_exists(connection, HASHED):
            return True
        channel = connection.channel()
        try:
            channel.exchange_declare(PROBE, HASH_EXCHANGE, arguments={"hash-header": "subject"})
            channel.exchange_delete(PROBE)
        except AMQPConnectionError:
            return False
        return True


def import_over_management(management_url: str, amqp_url: str, *, partitions: int) -> None:
    """Make users, permissions and topology in the virtual host of `amqp_url` through the management API."""
    management = Management(management_url)
    shape = topology(partitions=partitions, hashed=management.hashes())
    vhost = unquote(urlsplit(node_urls(amqp_url)[0]).path.removeprefix("/")) or "/"
    management.import_definitions(definitions(shape, passwords_from_environment(), vhost=vhost))
    log.info("definitions_imported", vhost=vhost)


def main() -> None:
    """Migrate the broker that the environment names."""
    formatter = argparse.RawDescriptionHelpFormatter
    prog = "python -m chassis.messaging.migrate"
    argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=formatter).parse_args()
    logs.configure("migrate", level=os.environ.get("LOG_LEVEL", "INFO"), fmt=os.environ.get("LOG_FORMAT", "json"))
    amqp_url, management_url = os.environ.get("AMQP_ADMIN_URL"), os.environ.get("AMQP_MANAGEMENT_URL")
    if not amqp_url:
        raise SystemExit("AMQP_ADMIN_URL is not set")
    if sentences := environment_faults(["AMQP_ADMIN_URL"]):
        raise SystemExit(refusal(sentences))
    partitions = int(os.environ.get("INBOX_PARTITIONS") or 1)
    if management_url:
        import_over_management(management_url, amqp_url, partitions=partitions)
    migrate(amqp_url, partitions=partitions, masters=masters_from_environment())


if __name__ == "__main__":
    main()
