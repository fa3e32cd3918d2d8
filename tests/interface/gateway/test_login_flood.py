"""A flood of wrong passwords while guests book and staff work: counted, with every hash held back by the test."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from chassis.settings import with_driver
from contracts.bookings.asks import CreateBooking
from contracts.bookings.views import CreatedBooking
from gateway.app import build
from gateway.app_state import make_app_state
from gateway.identity.accounts import Accounts
from gateway.identity.fair_pool import WAITING, FairPool
from gateway.identity.passwords import Passwords
from gateway.settings import GatewaySettings
from tests.interface.gateway.desk import EMAIL, PASSWORD, Desk
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import FakeBus
from tests.unit.gateway.test_public import GUEST, STAY

HOTEL = "hotel-killarney"
ADDRESSES = [f"198.51.100.{number}" for number in range(100)]
WRONG_AT_ONCE = 150
OTHERS = 40  # bookings of guests, and as many requests of staff


class HeldBack(PasswordHasher):
    """Each verification waits until the test lets it go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.begun = 0
        self.gate = threading.Semaphore(0)

    def verify(self, hash: Any, password: Any) -> Any:  # noqa: A002
        """Wait, then verify."""
        self.begun += 1
        assert self.gate.acquire(timeout=60)
        return super().verify(hash, password)


class Attacked:
    """The application on a real database, and clients at many addresses."""

    def __init__(self, url: str) -> None:
        self.hasher = HeldBack()
        self.accounts = Accounts(with_driver(url, "psycopg"), passwords=Passwords(self.hasher))
        settings = GatewaySettings(rate_limits="off")
        self.app: FastAPI = build(settings=settings)
        bus = FakeBus()
        bus.answers(CreateBooking, CreatedBooking(booking=builders.booking(), guest_token="a-token"))
        self.app.state.app_state = make_app_state(settings, bus=bus, accounts=self.accounts)

    async def call(self, method: str, path: str, *, address: str = "203.0.113.9", **more: Any) -> int:
        transport = httpx.ASGITransport(app=self.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            return (await client.request(method, path, **more)).status_code

    def sign_in(self, password: str, *, address: str) -> asyncio.Future[int]:
        body = {"email": EMAIL, "password": password}
        return asyncio.ensure_future(self.call("POST", "/api/staff/login/", address=address, json=body))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


async def attack(url: str, token: str) -> tuple[list[int], list[int], int, int]:
    """The statuses of guests and staff, and of the flood; the right sign-in's, and how many checks began before it."""
    attacked = Attacked(url)
    hasher = attacked.hasher
    flood = [
        attacked.sign_in("wrong horse battery", address=ADDRESSES[each % len(ADDRESSES)])
        for each in range(WRONG_AT_ONCE)
    ]
    refused = WRONG_AT_ONCE - 2 - WAITING
    await until(lambda: hasher.begun == 2 and sum(each.done() for each in flood) == refused)

    right = attacked.sign_in(PASSWORD, address="203.0.113.10")
    booking = f"/api/public/hotels/{HOTEL}/room-bookings/"
    guests = [attacked.call("POST", booking, json={**STAY, "guest": GUEST}) for _ in range(OTHERS)]
    me = f"/api/staff/hotels/{HOTEL}/me/"
    staff = [attacked.call("GET", me, headers={"Authorization": f"Bearer {token}"}) for _ in range(OTHERS)]
    others = await asyncio.gather(*guests, *staff)  # although no check of a password ends

    before = -1
    while not right.done():
        before += 1
        done = sum(each.done() for each in flood)
        hasher.gate.release()
        await until(lambda done=done: right.done() or sum(each.done() for each in flood) > done)  # type: ignore[misc]
    hasher.gate.release(10 * WRONG_AT_ONCE)
    statuses = await asyncio.gather(*flood)
    await attacked.accounts.close()
    return others, statuses, await right, before


def test_during_a_flood_guests_and_staff_are_answered_and_a_right_password_is_the_next_one(desk: Desk) -> None:
    desk.add()

    others, flood, right, before = asyncio.run(attack(desk.url, desk.token()))

    assert others == [201] * OTHERS + [200] * OTHERS  # bookings, and what staff read
    assert set(flood) == {401, 429, 503}  # judged; gave way to another address; found no place
    assert right == 200
    assert before <= 4  # the running ones, and those that end meanwhile


def test_without_fair_turns_a_right_password_waits_for_the_whole_flood(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add()
    monkeypatch.setattr(FairPool, "_choose", lambda pool: next(iter(pool._waiting)))

    _, _, right, before = asyncio.run(attack(desk.url, desk.token()))

    assert right == 200
    assert before > 80
