"""The proxies in front of the gateway, and the addresses of clients that they forward."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from gateway.http import proxies
from gateway.http.proxies import TrustedProxies
from gateway.settings import GatewaySettings
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway

PUBLIC = f"/api/public/hotels/{builders.HOTEL}/"


def statuses(gateway: Gateway, trusted: str, *, peer: str, forwarded: Callable[[int], str]) -> list[int]:
    """The statuses of five requests through the proxies' layer, each with its own forwarded address."""
    settings = GatewaySettings(trusted_proxies=trusted, mode="demo")
    app: Any = TrustedProxies(gateway.app, settings.proxies)
    transport = httpx.ASGITransport(app=app, client=(peer, 123))

    async def requests(_: Any) -> list[int]:
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            answers = [await client.get(PUBLIC, headers={"X-Forwarded-For": forwarded(n)}) for n in range(5)]
        return [answer.status_code for answer in answers]

    result: list[int] = gateway.together(requests)
    return result


@pytest.fixture
def limited(app: Any) -> Any:
    made = Gateway(app=app, rate_limits="public=2")
    yield made
    made.close()


def test_a_header_from_anybody_passes_every_limit_where_everybody_is_trusted(limited: Gateway) -> None:
    assert statuses(limited, "*", peer="203.0.113.9", forwarded=lambda n: f"10.0.0.{n}") == [200] * 5


def test_a_header_from_a_client_does_not_pass_a_limit(limited: Gateway) -> None:
    answers = statuses(limited, "192.0.2.1", peer="203.0.113.9", forwarded=lambda n: f"10.0.0.{n}")

    assert answers == [200, 200, 429, 429, 429]


def test_behind_a_named_proxy_each_client_has_its_own_limit(limited: Gateway) -> None:
    answers = statuses(limited, "192.0.2.0/24", peer="192.0.2.1", forwarded=lambda n: f"10.0.0.{n}")

    assert answers == [200] * 5


def test_a_client_behind_a_named_proxy_cannot_choose_its_address(limited: Gateway) -> None:
    answers = statuses(limited, "192.0.2.1", peer="192.0.2.1", forwarded=lambda n: f"10.0.0.{n}, 203.0.113.9")

    assert answers == [200, 200, 429, 429, 429]


@pytest.mark.parametrize("trusted", ["*", "192.0.2.1, *", "0.0.0.0/0", "::/0"])
def test_outside_the_demo_not_everybody_is_trusted(trusted: str) -> None:
    with pytest.raises(ValidationError, match="GATEWAY_TRUSTED_PROXIES trusts every address"):
        GatewaySettings(trusted_proxies=trusted, mode="production")
    assert GatewaySettings(trusted_proxies=trusted, mode="demo")


@pytest.mark.parametrize("trusted", ["proxy", "192.0.2.1/33", "192.0.2.1/24", "10.0.0.300"])
def test_a_proxy_is_an_address_or_a_network(trusted: str) -> None:
    with pytest.raises(ValidationError, match="no address and no network"):
        GatewaySettings(trusted_proxies=trusted)


@pytest.mark.parametrize("trusted", ["", "127.0.0.1", "127.0.0.1, ::1", "10.0.0.0/8,2001:db8::/32"])
def test_addresses_and_networks_are_trusted(trusted: str) -> None:
    assert len(GatewaySettings(trusted_proxies=trusted).proxies) == len([each for each in trusted.split(",") if each])


def test_a_forwarded_address_from_an_untrusted_peer_is_reported_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as entries:
        monkeypatch.setattr(proxies, "log", proxies.logs.logger("test"))
        statuses(gateway, "192.0.2.1", peer="192.0.2.1", forwarded=lambda n: f"10.0.0.{n}")
        statuses(gateway, "127.0.0.1", peer="172.18.0.5", forwarded=lambda n: f"10.0.0.{n}")

    warnings = [entry for entry in entries if entry["event"] == "forwarded_address_ignored"]
    assert [(entry["peer"], entry["log_level"]) for entry in warnings] == [("172.18.0.5", "warning")]
    assert "GATEWAY_TRUSTED_PROXIES" in warnings[0]["hint"]
