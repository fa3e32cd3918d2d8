"""A closed, signed-out or re-keyed account at a running system: its token, its stream and its pushes end."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import httpx
import pytest

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.clients import ApiClient
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import ExpectationFailed
from sandbox.demo.transcript import SilentTranscript
from sandbox.stack.stack import Stack
from tests.sandbox.pusher_client import Client

WITHIN = 5.0  # seconds
NEW = "seven quiet rivers"
Run = Callable[..., tuple[int, str]]


@dataclass
class Member:
    """A new member of staff who reads a booking's stream and hears the hotel's channel."""

    email: str
    password: str
    http: ApiClient
    push: Client
    lines: Iterator[str]

    def hears_pushes(self) -> bool:
        return [frame["event"] for frame in self.push.hear_until_pong()] == []

    def is_refused(self) -> bool:
        try:
            self.http.expect_refusal("GET", "/api/staff/hotels/hotel-killarney/me/", status=401, code="INVALID_TOKEN")
        except ExpectationFailed:
            return False
        return True

    def ends_within(self, seconds: float) -> bool:
        """Whether token, stream and pushes end in time."""
        began = time.monotonic()
        while not self.is_refused():
            assert time.monotonic() - began < seconds, "the token has not ended"
            time.sleep(0.1)
        for _ in self.lines:
            pass
        return self.push.close_code() == 4009 and time.monotonic() - began < seconds


class Desk:
    """Adds members of staff, each with an open stream and an open push connection."""

    def __init__(self, stack: Stack, demo: DemoContext, command_line: Run, booked: DemoBooking) -> None:
        self.run, self._demo, self._booked = command_line, demo, booked
        self._pusher = stack.stack_json["pusher"]
        self._open = ExitStack()

    def member(self) -> Member:
        email = f"new.{token_hex(4)}@{self._demo.hotel}.example"
        code, said = self.run(
            "staff", "add", "--email", email, "--name", "New", "--hotel", self._demo.hotel, "--role", "front_desk"
        )
        assert code == 0, said
        password = said.rpartition("password: ")[2].strip()
        visitor = ApiClient("staff", self._demo.addresses.gateway, SilentTranscript())
        session = visitor.call("POST", "/api/staff/login/", body={"email": email, "password": password}).body
        http = visitor.with_token(session["token"])
        return Member(email, password, http, self._pushes(http), self._stream(session["token"]))

    def close(self) -> None:
        self._open.close()

    def _pushes(self, http: ApiClient) -> Client:
        where = f"ws://{self._pusher['host']}:{self._pusher['port']}/app/{self._pusher['key']}?protocol=7"
        client = self._open.enter_context(Client(where))
        body = {"socket_id": client.socket_id}
        client.say("pusher:signin", http.call("POST", "/api/realtime/user-auth/", body=body).body)
        assert client.hear()["event"] == "pusher:signin_success"
        channel = f"private-hotel-{self._demo.hotel}"
        auth = http.call("POST", "/api/realtime/auth/", body=body | {"channel_name": channel}).body
        assert client.subscribe(channel, **auth)["event"] == "pusher_internal:subscription_succeeded"
        return client

    def _stream(self, token: str) -> Iterator[str]:
        url = f"{self._demo.addresses.gateway}{self._booked.path}/events/"
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        answer = self._open.enter_context(
            httpx.stream("GET", url, headers=headers, trust_env=False, timeout=4 * WITHIN)
        )
        lines = answer.iter_lines()
        while not next(lines).startswith("id: "):
            pass
        return lines


@pytest.fixture
def desk(stack: Stack, demo: DemoContext, command_line: Run, paid: Callable[[], DemoBooking]) -> Iterator[Desk]:
    made = Desk(stack, demo, command_line, paid())
    yield made
    made.close()


@pytest.mark.parametrize("command", ["deactivate", "password", "sign-out"])
def test_a_command_ends_token_stream_and_pushes_of_one_account_only(desk: Desk, command: str) -> None:
    one, other = desk.member(), desk.member()

    code, said = desk.run("staff", command, one.email)

    assert code == 0, said
    assert one.ends_within(WITHIN)
    assert other.http.call("GET", "/api/staff/hotels/hotel-killarney/me/").body["email"] == other.email
    assert other.hears_pushes()


def test_an_own_password_change_ends_all_but_the_new_token(desk: Desk) -> None:
    one = desk.member()
    body: dict[str, Any] = {"old_password": one.password, "new_password": NEW}

    session = one.http.call("POST", "/api/staff/password/change/", body=body).body

    assert one.ends_within(WITHIN)
    assert one.http.with_token(session["token"]).call("GET", "/api/staff/hotels/hotel-killarney/me/").status == 200
