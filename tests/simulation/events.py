"""Events from the outboxes to the inboxes' partitions, and from there, in batches, to the processes that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chassis import codec, time_limits
from chassis.messaging import event_protocol, topology
from chassis.messaging.acknowledgement import EventDelivery, acknowledge
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.messaging.keys import Keyring
from chassis.refusal import Unavailable
from contracts.catalogue import SUBSCRIPTIONS
from contracts.message import Envelope
from tests.simulation.broker import SimulatedBroker, SimulatedChannel
from tests.simulation.processes import SimulatedProcess

if TYPE_CHECKING:
    from tests.simulation.world import World

PARTITIONS = 2
REFUSED_PAUSE, OUTAGE_PAUSE = 1.0, 0.5  # seconds, as the relay's and the host's; its module would load eventlet
LOST_AFTER = 12.0  # seconds of silence after which the broker closes a connection
ONE_BY_ONE = 20  # events after a batch that stalled

_SELECTED = "SELECT * FROM outbox WHERE published_at IS NULL ORDER BY position FOR UPDATE SKIP LOCKED"
_TAKEN = f"""
    WITH taken AS ({_SELECTED}) UPDATE outbox SET published_at = %(now)s FROM taken
    WHERE outbox.position = taken.position RETURNING taken.*
"""
_REFUSED = "UPDATE outbox SET published_at = NULL WHERE position = ANY(%(positions)s)"


class Partition:
    """A partition of a service's inbox, and the process that consumes it; `channel` is that of the current batch."""

    def __init__(self, service: str, number: int) -> None:
        self.service = service
        self.number = number
        self.queue = topology.partition(service, number)
        self.holder: SimulatedProcess | None = None
        self.channel: EventChannel | None = None


class EventChannel(SimulatedChannel):
    """A channel that the broker may have closed; what is acknowledged on it then is void."""

    def __init__(self, broker: SimulatedBroker, queue: str) -> None:
        super().__init__(broker, queue)
        self.is_open = True


class EventTransport:
    """The relay's part and the consumers' part."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.broker = SimulatedBroker(topology.topology(partitions=PARTITIONS), lambda: world.elapsed)
        self.partitions = [Partition(service, number) for service in SUBSCRIPTIONS for number in range(PARTITIONS)]
        self._keyrings = {service: Keyring(service, "") for service in SUBSCRIPTIONS}

    def reset(self) -> None:
        """Empty all queues."""
        self.broker.clear()
        for partition in self.partitions:
            partition.holder = partition.channel = None

    def publish(self, owner: str) -> str:
        """Publish an outbox as the relay does. A relay that dies publishes some events, and all of them again later.

        An event that the broker refuses is published after those behind it, in a second or with the next commit.
        """
        world = self._world
        before, after = (f"relay of {owner}: publish {moment}" for moment in ("before", "after"))
        odds = [world.points.probability(point, world.mixture.deaths) for point in (before, after)]
        for point in (before, after):
            world.points.passed(point, at_rest=world.faults_stopped)
        planned = next(filter(world.points.is_planned, (before, after)), None)
        dies = world.fault("the relay dies", max(odds)) or planned is not None
        rows = world.databases[owner].sql(_SELECTED if dies else _TAKEN, now=world.now())
        rows.sort(key=lambda row: row["position"])
        count = len(rows)
        if dies:
            count *= planned == after
            if planned is None:
                count = world.choices.number("published before the death", len(rows) + 1)
            point = planned or (after if count else before)
            world.points.doomed(point)
            world.points.hit(point)
        confirmed = [row for row in rows[:count] if not world.fault("an event is refused", world.mixture.refused)]
        if not dies:
            world.outboxes.discard(owner)
            self._try_again(owner, [row["position"] for row in rows if row not in confirmed])
        world.shares["publish"] += len(confirmed)
        for row in confirmed:
            envelope = _envelope(owner, row)
            properties = event_protocol.event_properties(envelope)
            self.broker.publish(topology.exchange(owner), envelope.type, codec.encode(envelope), properties)
        return f"relay of {owner} publishes {len(confirmed)} of {len(rows)}"

    def _try_again(self, owner: str, refused: Sequence[int]) -> None:
        world = self._world
        if refused:
            world.databases[owner].sql(_REFUSED, positions=refused)
            waiting = world.turns.spawn(f"relay of {owner}", lambda: world.sleep(REFUSED_PAUSE))
            waiting.ends.append(lambda: world.outboxes.add(owner))

    def deliverable(self) -> list[Partition]:
        """The partitions with messages whose consumer has nothing in hand."""
        self._hand_out()
        return [
            each
            for each in self.partitions
            if each.holder and not each.holder.applies and not each.holder.frozen and self.broker.queues[each.queue]
        ]

    def deliver(self, partition: Partition) -> str:
        """Begin a batch of the partition, in a task of the process that holds it."""
        world, process = self._world, partition.holder
        assert process is not None
        queue = self.broker.queues[partition.queue]
        most = 1 if process.one_by_one else min(len(queue), 20)
        process.one_by_one = max(0, process.one_by_one - 1)
        size = most - world.choices.number("left out of the batch", most)
        keyring = self._keyrings[partition.service]
        deliveries = [
            EventDelivery.received(at + 1, queue[at].properties, queue[at].body, keyring, partition=partition.number)
            for at in range(size)
        ]
        channel = partition.channel = EventChannel(self.broker, partition.queue)
        process.applies = True

        def ended() -> None:
            process.applies = False
            partition.channel = None

        names = "+".join(dict.fromkeys(each.envelope.type.split(".")[1] for each in deliveries if each.envelope))
        task = world.turns.spawn(
            f"events {names}" if size == 1 else "events", lambda: self._apply(process, channel, deliveries), process
        )
        task.ends.append(ended)
        return f"{process.name} gets {size} of {partition.queue}: {names}"

    def connection_lost(self, process: SimulatedProcess) -> None:
        """The broker has closed the connection of a process that was silent for too long."""
        for partition in self.partitions:
            if partition.holder is process:
                partition.holder = None
                if partition.channel:
                    partition.channel.is_open = False

    def _hand_out(self) -> None:
        for partition in self.partitions:
            if partition.holder and partition.holder.up:
                continue
            fit = [each for each in self._world.living(partition.service) if not each.frozen]
            partition.holder = fit[partition.number % len(fit)] if fit else None

    def _apply(self, process: SimulatedProcess, channel: EventChannel, deliveries: Sequence[EventDelivery]) -> None:
        results = self._results(process, channel, deliveries)
        self._world.point("acknowledge", "before")
        if not channel.is_open:
            return
        if results is None:
            process.one_by_one = ONE_BY_ONE
            return
        fake: Any = channel
        acknowledge(process.service.name, fake, fake, deliveries, results)
        self._world.shares["event"] += len(deliveries)
        self._world.point("acknowledge", "after")

    def _results(
        self, process: SimulatedProcess, channel: EventChannel, deliveries: Sequence[EventDelivery]
    ) -> list[DispatchResult] | None:
        """As `chassis.hosting.batches.apply_patiently` does, with the world's deadline and pause."""
        envelopes = [each.envelope for each in deliveries if each.envelope]
        outage = False
        try:
            with self._world.turns.deadline(time_limits.BATCH):
                while True:
                    results = process.event_dispatcher.apply(envelopes)
                    self._world.runtime_checks.check_results(results)
                    outage = any(each.disposition is Disposition.OUTAGE for each in results)
                    if not outage:
                        return results
                    self._world.sleep(OUTAGE_PAUSE)
                    if not channel.is_open:
                        return None
        except Unavailable as passed:
            if outage or len(deliveries) > 1:
                return None
            return [DispatchResult(Disposition.FAILED, str(passed))]


def _envelope(owner: str, row: dict[str, Any]) -> Envelope:
    return Envelope(
        id=str(row["id"]), source=owner, type=row["type"], subject=row["subject"], time=row["time"],
        sequence=row["sequence"], hotel=row["hotel"], data=row["data"],
        dataschema=f"urn:hotelmate:schema:{row['type']}", traceparent=row["traceparent"],
        correlationid=row["correlation_id"], causationid=row["causation_id"],
    )  # fmt: skip
