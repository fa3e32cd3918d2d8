"""What anybody may call for operations: closed where the caller needs a token, and cheap for any number of calls."""

from dataclasses import dataclass
from typing import Any

import pytest

from contracts.catalogue import OWNERS
from contracts.operations import Metrics, Ping, ReadMetrics
from gateway.api.routes import operations
from gateway.http.routing import PlainRoute
from gateway.identity.admission import Audience
from gateway.lookups import metrics, readiness
from tests.unit.gateway.document import APP
from tests.unit.gateway.fakes import Gateway

CALLS = 10
TOKEN = {"metrics_token": "a-token-of-some-length"}
ALLOWED = {"Authorization": "Bearer a-token-of-some-length"}


@dataclass(frozen=True)
class Endpoint:
    """`asks` is the query that one answer costs at each service. A limited endpoint refuses after its public limit.

    Probes and scrapes are not limited, because a refused probe would take a sound gateway out of service: their cost is
    bounded by the age of their answers.
    """

    path: str
    status: int = 200
    asks: type[Any] | None = None
    limited: bool = False


ENDPOINTS = (
    Endpoint("/livez"),
    Endpoint("/readyz", status=503, asks=Ping),
    Endpoint("/metrics", asks=ReadMetrics),
    Endpoint("/openapi.json", limited=True),
    Endpoint("/asyncapi.json", limited=True),
)
ASKING = [endpoint for endpoint in ENDPOINTS if endpoint.asks]
each = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
each_that_asks = pytest.mark.parametrize("endpoint", ASKING, ids=lambda endpoint: endpoint.path)


def statuses(gateway: Gateway, path: str, calls: int = CALLS) -> list[int]:
    gateway.bus.answers(ReadMetrics, Metrics(service="any", instance="host:1", metrics=()))
    answers = [gateway.get(path, headers=ALLOWED).status_code for _ in range(calls)]
    gateway.close()
    return answers


def stand_still(gateway: Gateway) -> None:
    """Stop the clock of the caches, so that all calls are within the age of an answer."""
    gateway.app_state.readiness._checks._clock = lambda: 0.0
    gateway.app_state.metrics._texts._clock = lambda: 0.0


def test_every_operation_that_anybody_may_call_is_in_the_table() -> None:
    gateway = Gateway(app=APP, **TOKEN)
    plain = [route.path for route in APP.routes if isinstance(route, PlainRoute)]
    texts = {path for path in plain if "text/html" not in gateway.get(path, headers=ALLOWED).headers["content-type"]}
    gateway.close()
    probes = {operation.path.rstrip("/") for operation in operations() if operation.audience is Audience.OPERATOR}

    assert texts | probes == {endpoint.path for endpoint in ENDPOINTS}


@each_that_asks
def test_no_call_within_the_age_of_an_answer_asks_a_service_again(endpoint: Endpoint) -> None:
    gateway = Gateway(app=APP, **TOKEN)
    stand_still(gateway)

    assert set(statuses(gateway, endpoint.path)) == {endpoint.status}

    assert endpoint.asks
    assert gateway.bus.count(endpoint.asks) == len(gateway.bus.asks) == len(OWNERS)


@each_that_asks
def test_without_the_cache_each_call_asks_every_service(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for lookup in (readiness, metrics):
        monkeypatch.setattr(lookup, "MAX_AGE", 0.0)
    gateway = Gateway(app=APP, **TOKEN)
    stand_still(gateway)

    statuses(gateway, endpoint.path)

    assert len(gateway.bus.asks) == CALLS * len(OWNERS)


@each
def test_an_endpoint_without_an_answer_of_services_asks_none(endpoint: Endpoint) -> None:
    gateway = Gateway(app=APP, **TOKEN)

    statuses(gateway, endpoint.path)

    assert (gateway.bus.asks == []) == (endpoint.asks is None)


@each
def test_documents_are_limited_and_probes_are_not(endpoint: Endpoint) -> None:
    answers = statuses(Gateway(app=APP, rate_limits="public=2", **TOKEN), endpoint.path, calls=4)

    refused = 429 if endpoint.limited else endpoint.status
    assert answers == [endpoint.status] * 2 + [refused] * 2


@each
def test_without_rate_limits_no_call_is_refused(endpoint: Endpoint) -> None:
    assert set(statuses(Gateway(app=APP, rate_limits="off", **TOKEN), endpoint.path)) == {endpoint.status}


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [({}, {}, 404), ({}, ALLOWED, 404), (TOKEN, {}, 401), (TOKEN, {"Authorization": "Bearer other"}, 401)],
    ids=["no token is set", "a token of the caller's own", "no token is sent", "a wrong token"],
)
def test_metrics_are_closed_and_ask_nobody(settings: dict[str, str], headers: dict[str, str], status: int) -> None:
    gateway = Gateway(app=APP, **settings)
    object.__setattr__(gateway.app_state.settings, "mode", "production")

    assert gateway.get("/metrics", headers=headers).status_code == status

    assert gateway.bus.asks == []
    gateway.close()
