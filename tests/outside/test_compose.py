"""The whole as `docker-compose.yml` has it, on a real engine: a booking is made, paid and approved, and all is well.

Where no engine answers, what would be asked of one is still tried on a stand-in.
"""

import json
import re
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docker
import docker.errors
import pytest
from docker.models.containers import _create_container_args

from chassis.messaging.keys import variables
from contracts.catalogue import OWNERS
from sandbox.demo import approval_steps
from sandbox.demo.addresses import Account, Addresses
from sandbox.demo.booking_steps import book
from sandbox.demo.context import DemoContext
from sandbox.demo.payment_steps import pay
from sandbox.demo.search_steps import search_availability, stay_params
from sandbox.demo.transcript import SilentTranscript
from tests.outside.composed import Missing, Whole, arguments, filled, in_order, read

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
HOTEL = ROOT / "sandbox" / "demo" / "hotels" / "hotel-killarney.json"
STAND_INS = ("stripe", "pusher", "mailbox")
LASTING = (*STAND_INS, *OWNERS, "relay", "gateway")


def an_environment() -> dict[str, str]:
    """What somebody would fill in who wants the demo profile: the example's own lines, and secrets."""
    demo = EXAMPLE.partition("# --- the demo profile")[2].partition("# --- `make demo`")[0]
    result = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    result |= dict(re.findall(r"^# ([A-Z_]+)=(.*)$", demo, re.MULTILINE))
    result |= {name: str(a_free_port()) for name in ("GATEWAY_PORT", "STRIPE_PORT", "PUSHER_PORT", "MAILBOX_HTTP_PORT")}
    result |= {
        "PAYMENTS_STRIPE_API_KEY": f"sk_test_{secrets.token_hex(8)}",
        "PAYMENTS_STRIPE_WEBHOOK_SECRETS": f"whsec_{secrets.token_hex(16)}",
        "NOTIFIER_PUSHER_APP_ID": "1",
        "GATEWAY_RATE_LIMITS": "off",
    }
    result |= dict(variables([secrets.token_hex(24)]))
    return {name: value or secrets.token_hex(24) for name, value in result.items()}


def a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def engine() -> Iterator[Any]:
    """A Docker engine that answers."""
    try:
        client = docker.from_env(timeout=300)
        client.ping()
    except docker.errors.DockerException as silence:
        pytest.skip(f"no Docker engine answers here: {str(silence)[:200]}")
    yield client
    client.close()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_booking_is_made_paid_and_approved_in_the_images(engine: Any) -> None:
    environment = an_environment()
    whole = Whole(engine, read(environment))
    try:
        whole.up(LASTING)
        imported = whole.run("cli", ["hotel", "import", "/hotel.json"], volumes=[f"{HOTEL}:/hotel.json:ro"])
        assert imported[0] == 0, imported[1]
        demo = _world(whole, environment)
        today = datetime.now(ZoneInfo(demo.page["timezone"])).date()

        room_type = search_availability(demo, check_in=today, nights=1)["room_type_code"]
        booked = book(demo, stay_params(room_type, check_in=today))
        pay(booked)
        approval_steps.approve(booked)
        booked.expect_mail(f"Booking Confirmed - {booked.id}")

        examined = whole.run("cli", ["doctor"])
        assert examined[0] == 0, examined[1]
        result = whole.run("cli", ["explain", booked.id, "--json"])
        assert "BookingConfirmed" in {entry["what"] for entry in json.loads(result[1])["happenings"]}
    finally:
        whole.down()


def _world(whole: Whole, environment: dict[str, str]) -> DemoContext:
    slug, email = HOTEL.stem, f"desk@{HOTEL.stem}.example"
    adding = ["staff", "add", "--email", email, "--name", "Niamh", "--hotel", slug, "--role", "front_desk"]
    code, said = whole.run("cli", adding)
    assert code == 0, said
    account = Account(email, said.rpartition("password: ")[2].strip(), "front_desk", slug)
    url = {name: f"http://127.0.0.1:{environment[f'{name}_PORT']}" for name in ("GATEWAY", "STRIPE", "PUSHER")}
    mailbox = f"http://127.0.0.1:{environment['MAILBOX_HTTP_PORT']}"
    return DemoContext(
        Addresses(url["GATEWAY"], url["STRIPE"], url["PUSHER"], mailbox, "", (account,), (slug,)),
        slug,
        SilentTranscript(),
    )


@dataclass
class StandIn:
    """An engine that notes what it is asked, and refuses what a real one's library would."""

    params: list[str] = field(default_factory=list)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    ends: tuple[str, ...] = ("hotelmate-test/migrate-bookings",)

    def __getattr__(self, name: str) -> "StandIn":
        return self

    def pull(self, image: str) -> None:
        self.params.append(f"pull {image}")

    def build(self, *, target: str, tag: str, **_: Any) -> tuple[Any, None]:
        self.params.append(f"build {target}")
        return StandIn(), None

    def get(self, _: str) -> "StandIn":
        return self

    def connect(self, _: Any, *, aliases: list[str]) -> None:
        self.aliases += aliases

    def create(self, name: str, **result: Any) -> "Container":
        if "environment" in result:
            _create_container_args({"image": name, "version": "1.47", **result})
            self.made[name] = result
        return Container("exited" if name in self.ends else "running")


@dataclass
class Container:
    """One that is healthy at once, or ended well."""

    status: str

    @property
    def attrs(self) -> dict[str, Any]:
        return {"State": {"Status": self.status, "ExitCode": 0, "Health": {"Status": "healthy"}}}

    def start(self) -> None:
        pass

    reload = start


def test_the_containers_start_in_order_with_all_options_of_the_compose_file() -> None:
    engine, environment = StandIn(), an_environment()

    Whole(engine, read(environment)).up(LASTING)

    order = engine.aliases
    assert set(order) == {*LASTING, "postgres", "rabbitmq", "migrate", "definitions", "migrate-broker"}
    assert order.index("definitions") < order.index("rabbitmq") < order.index("migrate-broker") < order.index("relay")
    assert order.index("postgres") < order.index("migrate") < min(order.index(name) for name in (*OWNERS, "relay"))
    bookings = engine.made["hotelmate-test/service-bookings"]
    password = environment["BOOKINGS_DATABASE_PASSWORD"]
    assert (
        bookings["environment"]["BOOKINGS_DATABASE_URL"] == f"postgresql://bookings:{password}@postgres:5432/bookings"
    )
    assert (bookings["read_only"], bookings["cap_drop"]) == (True, ["ALL"])
    assert "${" not in str(engine.made)


def test_a_compose_option_that_cannot_be_translated_is_refused() -> None:
    with pytest.raises(LookupError, match="privileged"):
        arguments({"environment": {}, "privileged": True}, project="p")


def test_an_empty_secret_is_missing() -> None:
    assert filled("${A:?}-${B:-b}-${C}", {"A": "a"}) == "a-b-"
    with pytest.raises(Missing, match="A"):
        filled({"url": ["x${A:?}"]}, {"A": ""})


def test_every_service_of_the_compose_file_can_be_translated() -> None:
    services = read(an_environment())

    assert [name for name in services if not arguments(services[name], project="p")] == []
    assert in_order(services, ["gateway"])[-1] == "gateway"
