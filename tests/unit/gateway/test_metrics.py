"""What Prometheus is told."""

from prometheus_client.parser import text_string_to_metric_families

from contracts.operations import Metric, Metrics, ReadMetrics
from tests.unit.gateway.fakes import Gateway


def told(gateway: Gateway, **headers: str) -> dict[tuple[str, str], float]:
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


def test_every_service_is_asked_and_told(gateway: Gateway) -> None:
    gateway.bus.answers(ReadMetrics, figures("any"))

    seen = told(gateway)

    assert seen["hotelmate_up", "payments"] == 1
    assert seen["hotelmate_outbox_age_seconds", "rooms"] == 1.5
    assert seen["hotelmate_events_failed_total", "notifier"] == 2
    assert seen["hotelmate_dead_letters", "bookings"] == 0


def test_a_service_that_does_not_answer_is_down_and_the_rest_is_told(gateway: Gateway) -> None:
    gateway.bus.up = False

    seen = told(gateway)

    assert seen["hotelmate_up", "payments"] == 0
    assert seen["hotelmate_broker_up", ""] == 0


def test_latencies_are_told_by_route_and_not_by_path(gateway: Gateway) -> None:
    gateway.get("/api/public/hotels/hotel-killarney/")

    assert told(gateway)["hotelmate_http_request_seconds_count", "/api/public/hotels/{slug}/"] >= 1


def test_with_a_token_set_nobody_else_is_told() -> None:
    gateway = Gateway(metrics_token="a-token-of-some-length")

    assert gateway.get("/metrics").status_code == 401
    assert told(gateway, Authorization="Bearer a-token-of-some-length")
    gateway.close()
