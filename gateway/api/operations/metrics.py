"""The figures of the whole platform for Prometheus: the gateway's own, and what services and broker say when asked."""

import asyncio
import hmac
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chassis.messaging import topology
from chassis.observability import trace
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from contracts.operations import Metrics, ReadMetrics
from contracts.values import Caller, Context
from gateway.app_state import AppState

PATIENCE = 2.0


async def metrics(request: Request) -> Response:
    """Everything, in Prometheus's text format. With `GATEWAY_METRICS_TOKEN` set, only for who bears it."""
    tools: AppState = request.app.state.app_state
    wanted = tools.settings.metrics_token
    if wanted and not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {wanted}"):
        return PlainTextResponse("Bear the metrics token.\n", status_code=401, headers={"WWW-Authenticate": "Bearer"})
    answers = await asyncio.gather(*(_asked(tools, owner) for owner in OWNERS))
    registry = CollectorRegistry()
    registry.register(_Told([*_of_services(dict(zip(OWNERS, answers, strict=True))), *await _of_the_broker(tools)]))
    text = generate_latest(tools.request_metrics.registry) + generate_latest(registry)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Told:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


async def _asked(tools: AppState, owner: str) -> Metrics | None:
    context = Context(caller=Caller(kind="system"), traceparent=trace.current())
    try:
        reply, _ = await tools.bus.ask(ReadMetrics(), context, service=owner, deadline=PATIENCE)
    except (Unavailable, Refusal):
        return None
    return reply


def _of_services(answers: dict[str, Metrics | None]) -> Iterator[Metric]:
    up = GaugeMetricFamily("hotelmate_up", "Whether the service answers.", labels=("service",))
    families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for owner, told in answers.items():
        up.add_metric((owner,), 1.0 if told else 0.0)
        for figure in told.metrics if told else ():
            name, counts = f"hotelmate_{figure.name}", figure.name.endswith("_total")
            if name not in families:
                labels = ("service", "instance") if counts else ("service", "kind")
                family = CounterMetricFamily if counts else GaugeMetricFamily
                families[name] = family(name, figure.name.replace("_", " "), labels=labels)
            second = told.instance if counts and told else figure.label
            families[name].add_metric((owner, second), figure.value)
    yield up
    yield from families.values()


async def _of_the_broker(tools: AppState) -> list[Metric]:
    kinds = {"dead_letters": topology.dead_letters, "inbox_waiting": topology.inbox}
    up = GaugeMetricFamily("hotelmate_broker_up", "Whether the broker is there.")
    try:
        depths = await tools.bus.depths([queue(service) for queue in kinds.values() for service in SUBSCRIPTIONS])
    except (Unavailable, TimeoutError):
        up.add_metric((), 0.0)
        return [up]
    up.add_metric((), 1.0)
    families = []
    for name, queue in kinds.items():
        family = GaugeMetricFamily(f"hotelmate_{name}", "Messages in the service's queue.", labels=("service",))
        for service in SUBSCRIPTIONS:
            family.add_metric((service,), depths[queue(service)])
        families.append(family)
    return [up, *families]
