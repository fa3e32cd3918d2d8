"""The rows that need everything running and filled."""

import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from rich.console import Console

from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack
from tests.bench.bench_stack import bench_stack
from tests.bench.calls import GUEST, book, call, desk_of, login, look, member_of
from tests.bench.filling import fill_hotels, fill_list, owner_url
from tests.bench.handling import commit_to_handled
from tests.bench.harness import Comparison
from tests.bench.noticing import Notices
from tests.bench.over_http import Scene
from tests.bench.pushing import commit_to_push, stay
from tests.bench.raw_booking import RawBookings, model_of
from tests.bench.relaying import relay
from tests.bench.screens import click_to_screen
from tests.bench.signing_in import signing_in

LIST_ROWS = 5_000
START_WITHIN = 120.0  # seconds
HOTEL = "hotel-killarney"


def system(*, hotels: int, console: Console) -> Iterator[Comparison]:
    """The rows, on one system; the last ones, when its services have ended."""
    with ExitStack() as things:
        stack = things.enter_context(bench_stack(Stack))
        bare_url = stack.postgres.create_database("bare").owner
        secret = stack.stack_json["stripe"]["webhook_secret"]
        bare = things.enter_context(bare_server(bare_url, secret=secret)).url
        scene = prepare(stack, bare, hotels, console)
        outbox = stack.postgres.create_database(f"relay_{uuid.uuid4().hex[:6]}").owner
        yield from scene.comparisons()
        yield from notices(stack, bare, bare_url).comparisons()
        with commit_to_push(
            bookings_url=scene.bookings_url,
            pusher=stack.stack_json["pusher"],
            book=lambda number: book_one(scene.gateway, number),
        ) as pushing:
            yield pushing
        with commit_to_handled(
            bookings=scene.bookings_url,
            consumer=owner_url(stack, "notifier"),
            bare=bare_url,
            amqp_url=stack.rabbit.amqp_url,
            book=lambda number: book_one(scene.gateway, number),
        ) as handling:
            yield handling
        yield signing_in(scene.gateway, stack.stack_json["staff"][0])
        with screens(stack.stack_json) as clicking:
            if clicking is not None:
                yield clicking
        for name in ("relay", "bookings", "payments", "rooms", "notifier"):
            stack.supervisor.stop(name)
        with relay(outbox, stack.rabbit.amqp_url) as relaying:
            yield relaying


class BareServer(NamedTuple):
    """The running yardstick server."""

    url: str
    pid: int


@contextmanager
def bare_server(database_url: str, *, secret: str) -> Iterator[BareServer]:
    """The yardstick server on a free port."""
    ports = Ports()
    port = ports.choose("bare")
    environment = {**os.environ, "DATABASE_URL": database_url, "WEBHOOK_SECRET": secret}
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", "--port", str(port)], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_WITHIN
        while True:
            try:
                urllib.request.urlopen(f"{url}/one", timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield BareServer(url, process.pid)
    finally:
        process.terminate()
        process.wait(10)
        ports.release()


def book_one(gateway: str, number: int) -> str:
    """One night in a hotel that has room for everybody; the booking's id."""
    body = {"room_type_code": "T1", **stay(1 + number % 600), "adults": 1, "guest": GUEST}
    return str(call(f"{gateway}/api/public/hotels/bench-1/room-bookings/", body)["booking_id"])


@contextmanager
def screens(stack_json: dict[str, Any]) -> Iterator[Comparison | None]:
    """A booking that arrives today, confirmed at the desk, on the guest's screen and the staff's."""
    gateway, hotel = stack_json["gateway"], "hotel-tokyo"
    account = member_of(stack_json, hotel, "manager")
    token = login(gateway, account)
    dates = stay(0, zone="Asia/Tokyo")
    body = {"room_type_code": "SGL", **dates, "adults": 1, "guest": GUEST}
    booking = call(f"{gateway}/api/public/hotels/{hotel}/room-bookings/", body)
    desk = f"{gateway}/api/staff/hotels/{hotel}/room-bookings/{booking['booking_id']}"
    call(f"{desk}/confirm/", {}, token)
    rooms = [each["room_number"] for each in look(f"{desk}/available-rooms/", token)["available_rooms"]][:2]
    with click_to_screen(gateway=gateway, hotel=hotel, account=account, booking=booking, rooms=rooms) as comparison:
        yield comparison


def prepare(stack: Stack, bare: str, hotels: int, console: Console) -> Scene:
    """Fill the system and know its people."""
    stack_json = stack.stack_json
    console.print(f"filling {hotels:,} hotels with two years of nights …")
    console.print(fill_hotels(owner_url(stack, "rooms"), hotels))
    booking_id, token = book(stack_json["gateway"], "bench-1", "T1")
    bookings_url = stack_json["databases"]["bookings"]
    console.print(fill_list(owner_url(stack, "bookings"), model=booking_id, hotel=HOTEL, rows=LIST_ROWS))
    raw = RawBookings(
        stack.postgres.create_database(f"raw_{uuid.uuid4().hex[:6]}").owner, *model_of(bookings_url, booking_id)
    )
    raw.prepare()
    return Scene(
        gateway=stack_json["gateway"], bare=bare, bookings_url=bookings_url, hotel=HOTEL,
        staff_token=desk_of(stack_json, HOTEL), booking_id=booking_id, guest_token=token, hotels=hotels, raw=raw,
    )  # fmt: skip


def notices(stack: Stack, bare: str, bare_url: str) -> Notices:
    """Notices about the page of a booking that waits to be paid."""
    stack_json = stack.stack_json
    booking_id, token = book(stack_json["gateway"], "bench-1", "T2")
    path = f"/api/public/hotels/bench-1/room-bookings/{booking_id}/payment/session/"
    session = call(stack_json["gateway"] + path, {}, token)
    return Notices(
        gateway=stack_json["gateway"], bare=bare, payments_url=stack_json["databases"]["payments"], bare_url=bare_url,
        secret=stack_json["stripe"]["webhook_secret"], session_id=session["session_id"],
    )  # fmt: skip
