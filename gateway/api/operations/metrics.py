"""The metrics of the whole platform for Prometheus: those of the gateway, the services and the broker."""

import hmac
from collections.abc import Iterable, Iterator
from itertools import chain

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chassis.messaging import topology
from chassis.refusal import Unavailable
from contracts.catalogue import SUBSCRIPTIONS
from contracts.operations import Metrics, ReadMetrics
from gateway.app_state import AppState
from gateway.bus.port import ask_every_service


async def metrics(request: Request) -> Response:
    """All metrics in Prometheus's text format. Where `GATEWAY_METRICS_TOKEN` is set, callers must send that token."""
    state: AppState = request.app.state.app_state
    token = state.settings.metrics_token
    if token and not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {token}"):
        message = "The request needs the metrics token.\n"
        return PlainTextResponse(message, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    replies = await ask_every_service(state.bus, ReadMetrics())
    registry = CollectorRegistry()
    registry.register(_Families([*_of_services(replies), *await _of_broker(state, replies)]))
    text = generate_latest(state.request_metrics.registry) + generate_latest(registry)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Families:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _of_services(replies: dict[str, Metrics | None]) -> Iterator[Metric]:
    up = GaugeMetricFamily("hotelmate_up", "Whether the service answers.", labels=("service",))
    families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for owner, reply in replies.items():
        up.add_metric((owner,), 1.0 if reply else 0.0)
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


async def _of_broker(state: AppState, replies: dict[str, Metrics | None]) -> list[Metric]:
    count = state.settings.inbox_partitions
    queues = {
        "dead_letters": {service: [topology.dead_letters(service)] for service in SUBSCRIPTIONS},
        "inbox_waiting": {service: topology.partitions(service, count) for service in SUBSCRIPTIONS},
    }
    up = GaugeMetricFamily("hotelmate_broker_up", "Whether the broker is there.")
    try:
        depths = await state.bus.depths(
            queue for by_service in queues.values() for queue in chain(*by_service.values())
        )
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
    return [up, *families]


def _unacknowledged(reply: Metrics | None) -> float:
    return sum(metric.value for metric in reply.metrics if metric.name == "inbox_unacknowledged") if reply else 0
