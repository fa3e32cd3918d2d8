"""The metrics for Prometheus."""

import asyncio

import httpx
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from contracts.catalogue import OWNERS
from contracts.operations import Metric, Metrics, Ping, ReadMetrics
from gateway.lookups.metrics import MetricsLookup
from tests.unit.gateway.fakes import FakeBus, Gateway


def samples(gateway: Gateway, **headers: str) -> dict[tuple[str, str], float]:
    answer = gateway.get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, sample.labels.get("service", sample.labels.get("route", ""))): sample.value
        for family in families
        for sample in family.samples
    }


def figures(service: str) -> Metrics:
    return Metrics(
        service=service,
        instance="host:1",
        metrics=(Metric(name="outbox_age_seconds", value=1.5), Metric(name="events_failed_total", value=2)),
    )


def test_metrics_include_every_service(gateway: Gateway) -> None:
    gateway.bus.answers(ReadMetrics, figures("any"))

    values = samples(gateway)

    assert values["hotelmate_up", "payments"] == 1
    assert values["hotelmate_outbox_age_seconds", "rooms"] == 1.5
    assert values["hotelmate_events_failed_total", "notifier"] == 2
    assert values["hotelmate_dead_letters", "bookings"] == 0


def test_metrics_count_what_the_gateway_refuses(gateway: Gateway) -> None:
    gateway.bus.refused = {"asks": 3, "events": 1}

    values = samples(gateway)

    assert values["hotelmate_asks_refused_total", "gateway"] == 3
    assert values["hotelmate_events_refused_total", "gateway"] == 1


def test_events_that_a_service_has_not_acknowledged_count_as_waiting(gateway: Gateway) -> None:
    in_hand = (Metric(name="inbox_unacknowledged", value=7),)
    gateway.bus.answers(ReadMetrics, Metrics(service="any", instance="host:1", metrics=in_hand))

    values = samples(gateway)

    assert values["hotelmate_inbox_waiting", "rooms"] == 7
    assert values["hotelmate_dead_letters", "rooms"] == 0


def test_each_partition_of_an_inbox_has_a_metric() -> None:
    bus = FakeBus()

    text = asyncio.run(MetricsLookup(bus, CollectorRegistry(), partitions=2).text()).decode()

    waiting = [line for line in text.splitlines() if line.startswith("hotelmate_inbox_partition_waiting{")]
    assert len(waiting) == 2 * len(OWNERS)
    assert 'hotelmate_inbox_partition_waiting{partition="1",service="rooms"} 0.0' in waiting


def test_metrics_leave_out_a_service_that_does_not_answer(gateway: Gateway) -> None:
    gateway.bus.up = False

    values = samples(gateway)

    assert values["hotelmate_up", "payments"] == 0
    assert values["hotelmate_broker_up", ""] == 0


def test_durations_are_counted_by_route_and_not_by_path(gateway: Gateway) -> None:
    gateway.get("/api/public/hotels/hotel-killarney/")

    assert samples(gateway)["hotelmate_http_request_seconds_count", "/api/public/hotels/{slug}/"] >= 1


def test_metrics_need_the_token_where_one_is_set() -> None:
    gateway = Gateway(metrics_token="a-token-of-some-length")

    assert gateway.get("/metrics").status_code == 401
    assert samples(gateway, Authorization="Bearer a-token-of-some-length")
    gateway.close()


def test_without_a_token_only_the_demo_has_metrics(gateway: Gateway) -> None:
    assert gateway.get("/metrics").status_code == 200

    object.__setattr__(gateway.app_state.settings, "mode", "production")

    assert gateway.get("/metrics").status_code == 404


def test_a_hundred_scrapes_at_once_ask_each_service_once(gateway: Gateway) -> None:
    gateway.bus.answers(ReadMetrics, figures("any"))

    async def scrape(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(*(client.get("/metrics") for _ in range(100)))

    answers = gateway.together(scrape)

    assert {answer.status_code for answer in answers} == {200}
    assert gateway.bus.count(ReadMetrics) == len(OWNERS)


def test_a_hundred_readiness_checks_at_once_ask_each_service_once(gateway: Gateway) -> None:
    async def check(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(*(client.get("/readyz") for _ in range(100)))

    answers = gateway.together(check)

    assert {answer.status_code for answer in answers} == {503}
    assert gateway.bus.count(Ping) == len(OWNERS)


def test_what_was_read_is_served_for_a_second_and_not_longer() -> None:
    bus, now = FakeBus(), [0.0]
    bus.answers(ReadMetrics, figures("any"))
    lookup = MetricsLookup(bus, CollectorRegistry())
    lookup._texts._clock = lambda: now[0]

    async def scrape_for(seconds: float) -> int:
        now[0] = seconds
        await lookup.text()
        return bus.count(ReadMetrics) // len(OWNERS)

    async def scenario() -> list[int]:
        return [await scrape_for(seconds) for seconds in (0.0, 0.9, 1.1, 1.2)]

    assert asyncio.run(scenario()) == [1, 1, 2, 2]
