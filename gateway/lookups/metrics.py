"""The metrics of the whole platform for Prometheus: those of the gateway, the services and the broker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as MetricFamily

from chassis.messaging import topology
from chassis.observability.metrics import INSTANCE
from chassis.refusal import Unavailable
from contracts.askers import GATEWAY
from contracts.catalogue import SUBSCRIPTIONS
from contracts.operations import Metric, Metrics, ReadMetrics
from gateway.bus.port import Bus, ask_every_service
from gateway.lookups.cache import Cache

MAX_AGE = 1.0  # seconds


class MetricsLookup:
    """Renders all metrics in Prometheus's text format, at most once a second. `own` has the gateway's own metrics."""

    def __init__(self, bus: Bus, own: CollectorRegistry, *, partitions: int = 1) -> None:
        self._bus = bus
        self._partitions = partitions
        self._own = own
        self._texts: Cache[str, bytes] = Cache(self._render, max_age=MAX_AGE)

    async def text(self) -> bytes:
        """The metrics as they were at most a second ago."""
        return await self._texts.get("")

    async def _render(self, _: str) -> bytes:
        replies = await ask_every_service(self._bus, ReadMetrics())
        registry = CollectorRegistry()
        of_broker = await self._of_broker(replies)
        registry.register(_Families([*_of_processes(replies, self._of_gateway()), *of_broker]))
        return generate_latest(self._own) + generate_latest(registry)

    def _of_gateway(self) -> Metrics:
        refused = [Metric(name=f"{what}_refused_total", value=n) for what, n in self._bus.refused.items()]
        return Metrics(service=GATEWAY, instance=INSTANCE, metrics=tuple(refused))

    async def _of_broker(self, replies: dict[str, Metrics | None]) -> list[MetricFamily]:
        queues = {
            "dead_letters": {service: [topology.dead_letters(service)] for service in SUBSCRIPTIONS},
            "inbox_waiting": {service: topology.partitions(service, self._partitions) for service in SUBSCRIPTIONS},
        }
        up = GaugeMetricFamily("hotelmate_broker_up", "Whether the broker is there.")
        try:
            depths = await self._bus.depths(queue for each in queues.values() for queue in chain(*each.values()))
        except (Unavailable, TimeoutError):
            up.add_metric((), 0.0)
            return [up]
        up.add_metric((), 1.0)
        families = []
        for name, by_service in queues.items():
            family = GaugeMetricFamily(f"hotelmate_{name}", "Messages in the service's queues.", labels=("service",))
            for service, names in by_service.items():
                in_hand = _unacknowledged(replies.get(service)) if name == "inbox_waiting" else 0
                family.add_metric((service,), sum(depths[queue] for queue in names) + in_hand)
            families.append(family)
        return [up, *families, _by_partition(queues["inbox_waiting"], depths)]


class _Families:
    def __init__(self, families: Iterable[MetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[MetricFamily]:
        yield from self._families


def _of_processes(replies: dict[str, Metrics | None], gateway: Metrics) -> Iterator[MetricFamily]:
    up = GaugeMetricFamily("hotelmate_up", "Whether the service answers.", labels=("service",))
    families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for owner, reply in replies.items():
        up.add_metric((owner,), 1.0 if reply else 0.0)
    for owner, reply in {**replies, GATEWAY: gateway}.items():
        for metric in reply.metrics if reply else ():
            name, is_counter = f"hotelmate_{metric.name}", metric.name.endswith("_total")
            if name not in families:
                labels = ("service", "instance") if is_counter else ("service", "kind")
                family = CounterMetricFamily if is_counter else GaugeMetricFamily
                families[name] = family(name, metric.name.replace("_", " "), labels=labels)
            label = reply.instance if is_counter and reply else metric.label
            families[name].add_metric((owner, label), metric.value)
    yield up
    yield from families.values()


def _by_partition(queues: Mapping[str, Sequence[str]], depths: Mapping[str, int]) -> MetricFamily:
    labels = ("service", "partition")
    family = GaugeMetricFamily("hotelmate_inbox_partition_waiting", "Events in a partition's queue.", labels=labels)
    for service, names in queues.items():
        for number, name in enumerate(names):
            family.add_metric((service, str(number)), depths[name])
    return family


def _unacknowledged(reply: Metrics | None) -> float:
    return sum(metric.value for metric in reply.metrics if metric.name == "inbox_unacknowledged") if reply else 0
