"""Checks after a fault: no acknowledged booking is lost, and every event was published and applied once."""

import subprocess
import sys
import time
from datetime import timedelta

import httpx

from chassis.messaging.ask_client import AskClient
from chassis.refusal import Unavailable
from contracts.catalogue import OWNERS
from hotelmate.config import ask_client
from hotelmate.outbox import unpublished
from sandbox.demo.addresses import Addresses
from sandbox.stack.stack import Stack
from sandbox.stack.stack_config import ROOT
from tests.availability.traffic import AcknowledgedBooking, Traffic

AT_REST_WITHIN = 30.0  # seconds
LATELY = timedelta(seconds=2)
UNKNOWN = (1, timedelta.max)


def lost_bookings(traffic: Traffic) -> list[str]:
    """The acknowledged bookings that are not there, or not in a status that the guest may expect."""
    with httpx.Client(base_url=traffic.gateway, trust_env=False, timeout=30) as client:
        return [problem for each in traffic.acknowledged if (problem := _problem(client, each))]


def _problem(client: httpx.Client, booking: AcknowledgedBooking) -> str:
    answer = client.get(f"{booking.path}/", headers={"Authorization": f"Bearer {booking.token}"})
    if answer.status_code != 200:
        return f"{booking.path}: {answer.status_code} {answer.text[:200]}"
    status = answer.json()["status"]
    expected = booking.statuses | ({"EXPIRED"} if "PENDING_PAYMENT" in booking.statuses else set())
    return "" if status in expected else f"{booking.path}: {status}, not {sorted(expected)}"


def published_lately(stack: Stack, *, within: float) -> None:
    """Wait until no event waits for the broker for long. Raises AssertionError after `within` seconds."""
    until = time.monotonic() + within
    with ask_client(Addresses.of(stack.stack_json)) as client:
        while old := {owner: age for owner in OWNERS if (age := _unpublished(client, owner)[1]) > LATELY}:
            assert time.monotonic() < until, f"not published: {old}"
            time.sleep(0.2)


def drained(stack: Stack, *, within: float = AT_REST_WITHIN) -> float:
    """Wait until every outbox is published; returns the seconds. Raises AssertionError after `within` seconds."""
    began = time.monotonic()
    with ask_client(Addresses.of(stack.stack_json)) as client:
        while waiting := {owner: n for owner in OWNERS if (n := _unpublished(client, owner)[0])}:
            assert time.monotonic() - began < within, f"not published: {waiting}"
            time.sleep(0.2)
    return time.monotonic() - began


def _unpublished(client: AskClient, owner: str) -> tuple[int, timedelta]:
    try:
        return unpublished(client, owner)
    except Unavailable:
        return UNKNOWN


def doctor(stack: Stack) -> str:
    """The report of `hotelmate doctor`, which judges dead letters, too. Raises AssertionError unless all is well."""
    done = subprocess.run(
        [sys.executable, "-m", "hotelmate", "doctor"],
        env=stack.environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
