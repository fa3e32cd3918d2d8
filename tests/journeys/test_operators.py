"""Metrics, logs, `hotelmate explain` and `hotelmate doctor` of the running system."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import pika
from prometheus_client.parser import text_string_to_metric_families

from chassis.messaging import topology
from chassis.messaging.amqp import parameters
from contracts.catalogue import OWNERS
from hotelmate.timeline.log_files import read_log_line
from sandbox.demo import approval_steps, stay_steps
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually
from sandbox.stack.stack import Stack

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def test_metrics_show_the_whole_platform_and_no_guest(demo: DemoContext, paid: Callable[[], DemoBooking]) -> None:
    booked = paid()

    text = httpx.get(f"{demo.addresses.gateway}/metrics", trust_env=False).text

    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    up = {sample.labels["service"]: sample.value for sample in samples if sample.name == "hotelmate_up"}
    assert up == dict.fromkeys(OWNERS, 1.0)
    [waiting] = [sample.value for sample in samples if sample.name == "hotelmate_approvals_waiting"]
    assert waiting >= 1
    depths = {sample.labels["service"]: sample.value for sample in samples if sample.name == "hotelmate_dead_letters"}
    assert depths == dict.fromkeys(OWNERS, 0.0)
    assert not any(secret in text for secret in (booked.email, booked.id, booked.first_name))
    there = {sample.name for sample in samples} | {family.name for family in text_string_to_metric_families(text)}
    documented = set(re.findall(r"\bhotelmate_[a-z_]+", OPERATIONS.read_text("utf-8"))) - {"hotelmate_rabbitmq"}
    assert len(documented) > 12
    assert documented - there == set(), "every metric that operators are told of is there, also while it is nothing"


def test_explain_shows_a_booking_s_timeline_over_all_services(
    command_line: Callable[..., tuple[int, str]], stack: Stack, demo: DemoContext, paid: Callable[[], DemoBooking]
) -> None:
    booked = paid()
    approval_steps.approve(booked)

    def whole_timeline() -> list[dict[str, Any]]:
        code, said = command_line("explain", booked.id, "--json", "--logs", str(stack.directory / "logs"))
        assert code == 0, said
        happenings: list[dict[str, Any]] = json.loads(said)["happenings"]
        return happenings

    entries = eventually(
        "all mails are sent",
        whole_timeline,
        holds=lambda read: [entry["facts"].get("status") for entry in read if entry["kind"] == "mail"] == ["SENT"] * 3,
    )
    roots = [entry["what"].replace("{slug}", demo.hotel) for entry in entries if entry["depth"] == 0]
    for route in ("/room-bookings/", "/payment/session/", "/stripe-webhook/", "/approve/"):
        assert any(root.startswith("POST") and root.endswith(route) for root in roots), (route, roots)
    kinds = {entry["kind"] for entry in entries}
    assert kinds >= {"request", "change", "event", "delivery", "webhook", "call", "money", "push", "mail"}
    approval = next(place for place, entry in enumerate(entries) if entry["what"].endswith("/approve/"))
    happened = []
    for entry in entries[approval + 1 :]:
        if entry["depth"] == 0:
            break
        happened.append((entry["service"], entry["what"]))
    for happening in (("payments", "capture"), ("bookings", "BookingConfirmed"), ("notifier", "booking_confirmed")):
        assert happening in happened


def test_a_healthy_system_passes_doctor(command_line: Callable[..., tuple[int, str]]) -> None:
    code, said = command_line("doctor")

    assert (code, "All is well." in said) == (0, True), said


def test_a_healthy_system_passes_a_direct_doctor_and_explains_a_booking_directly(
    command_line: Callable[..., tuple[int, str]], paid: Callable[[], DemoBooking]
) -> None:
    booked = paid()

    code, said = command_line("doctor", "--direct")
    timelines = [command_line("explain", booked.id, "--json", *option) for option in ((), ("--direct",))]

    assert (code, "All is well." in said) == (0, True), said
    params, direct = (json.loads(output)["booking"] for _, output in timelines)
    assert params == direct
    assert direct["id"] == booked.id


def test_a_parked_message_fails_doctor_until_it_is_dropped(
    command_line: Callable[..., tuple[int, str]], stack: Stack
) -> None:
    name = token_hex(8)
    with pika.BlockingConnection(parameters.parameters(stack.rabbit.amqp_url, "test")) as connection:
        parked = pika.BasicProperties(message_id=name, delivery_mode=2)
        connection.channel().basic_publish("", topology.dead_letters("rooms"), b"{nonsense", parked)

    result = eventually(
        "it is found", lambda: command_line("doctor", "--only", "i17", "--json"), holds=lambda said: said[0] == 1
    )
    [invariant] = json.loads(result[1])["invariants"]
    assert (invariant["verdict"], [finding["subject"] for finding in invariant["findings"]]) == ("broken", [name])
    assert command_line("dlq", "drop", "rooms", name, "--yes")[0] == 0

    assert command_line("doctor", "--only", "I17")[0] == 0


def test_each_step_of_a_booking_s_life_is_in_the_logs_under_its_documented_name(
    stack: Stack, demo: DemoContext, paid: Callable[[], DemoBooking]
) -> None:
    booked = paid()
    approval_steps.approve(booked)
    number = stay_steps.assign(booked)
    stay_steps.check_in(booked, number)
    stay_steps.check_out(booked, number)
    booked.expect_mail(f"Thank you for staying at {booked.read()['hotel_name']}")
    stay_steps.clean_room(demo, number)
    table = (
        OPERATIONS.read_text("utf-8").partition("Over a booking's life, in this order:")[2].partition("or otherwise")[0]
    )
    documented = re.findall(r"^\| `(\w+)` \| (\w+) \|", table, re.MULTILINE)
    assert len(documented) == 12

    def unlogged() -> list[str]:
        logged = set()
        for service in OWNERS:
            lines = (stack.directory / "logs" / f"{service}.log").read_text("utf-8").splitlines()
            entries = [entry for entry in map(read_log_line, lines) if entry and entry.get("booking_id") == booked.id]
            logged |= {(entry["event"], service) for entry in entries if entry.get("trace_id") or service == "notifier"}
        return [name for name, service in documented if (name, service) not in logged]

    eventually("each is logged", unlogged, holds=lambda missing: missing == [])
