"""The metrics for Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from contracts.operations import Metric, Metrics, ReadMetrics
from tests.unit.gateway.fakes import Gateway


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
