"""A steady load on the public and the staff API: every answer that is not the expected one is a failure."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from sandbox.guest_details import guest_details

HOTEL = "hotel-killarney"
PUBLIC, STAFF = f"/api/public/hotels/{HOTEL}", f"/api/staff/hotels/{HOTEL}"
PATIENCE = 20.0


class SteadyLoad:
    """Clients that each send a request, wait for the answer, and send the next; `rate` is that of all together.

    `failures` has a line for each request that got another status than the expected one, or no answer. No request is
    sent twice.
    """

    def __init__(self, url: str, account: Mapping[str, Any], *, rate: float, clients: int = 6, seed: int = 1) -> None:
        self.requests = 0
        self.failures: list[str] = []
        self._url, self._account = url, account
        self._every = clients / rate
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(seed * 100 + n,), daemon=True) for n in range(clients)
        ]

    @contextmanager
    def running(self) -> Iterator["SteadyLoad"]:
        """The load, for the block."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            for thread in self._threads:
                thread.join()

    def _run(self, seed: int) -> None:
        chance = random.Random(seed)
        with httpx.Client(base_url=self._url, trust_env=False, timeout=PATIENCE) as http:
            client = _Client(http, chance, self._expect)
            client.sign_in(self._account)
            while not self._ended.is_set():
                began = time.monotonic()
                client.act()
                self._ended.wait(max(0.0, self._every - (time.monotonic() - began)))

    def _expect(self, http: httpx.Client, method: str, path: str, status: int, **params: Any) -> Any:
        """The body of the answer with this status; empty after a failure."""
        began = time.monotonic()
        try:
            answer = http.request(method, path, **params)
            problem = "" if answer.status_code == status else f"{answer.status_code} {answer.text[-200:]}"
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__}: {error}"
        with self._lock:
            self.requests += 1
            if problem:
                at = f"{time.strftime('%H:%M:%S')} after {time.monotonic() - began:.2f} s"
                self.failures.append(f"{method} {path} at {at}: {problem}")
        return {} if problem else answer.json()


class _Client:
    """A guest who books and reads, and a member of staff who reads."""

    def __init__(self, http: httpx.Client, chance: random.Random, expect: Callable[..., Any]) -> None:
        self._http, self._chance, self._expect = http, chance, expect
        self._staff: dict[str, str] = {}
        self._booking: tuple[str, dict[str, str]] | None = None

    def sign_in(self, account: Mapping[str, Any]) -> None:
        credentials = {"email": account["email"], "password": account["password"]}
        body = self._expect(self._http, "POST", "/api/staff/login/", 200, json=credentials)
        self._staff = _bearer(body.get("token", ""))

    def act(self) -> None:
        """Send one request."""
        self._chance.choice([self._search, self._quote, self._book, self._read, self._list])()

    def _search(self) -> None:
        check_in, check_out = self._nights()
        self._expect(
            self._http, "GET", f"{PUBLIC}/availability/", 200, params={"check_in": check_in, "check_out": check_out}
        )

    def _quote(self) -> None:
        self._expect(self._http, "POST", f"{PUBLIC}/pricing/quote/", 200, json=self._stay())

    def _book(self) -> None:
        mark = f"{self._chance.getrandbits(64):016x}"
        body = self._expect(
            self._http, "POST", f"{PUBLIC}/room-bookings/", 201, json={**self._stay(), "guest": guest_details(mark)},
            headers={"Idempotency-Key": mark},
        )  # fmt: skip
        if body:
            self._booking = body["booking_id"], _bearer(body["guest_token"])

    def _read(self) -> None:
        if self._booking:
            booking_id, token = self._booking
            self._expect(self._http, "GET", f"{PUBLIC}/room-bookings/{booking_id}/", 200, headers=token)

    def _list(self) -> None:
        self._expect(self._http, "GET", f"{STAFF}/room-bookings/", 200, headers=self._staff)

    def _stay(self) -> dict[str, Any]:
        check_in, check_out = self._nights()
        return {"room_type_code": "DBL", "check_in": check_in, "check_out": check_out, "adults": 2, "children": 0}

    def _nights(self) -> tuple[str, str]:
        check_in = datetime.now(UTC).date() + timedelta(days=self._chance.randrange(20, 330))
        return str(check_in), str(check_in + timedelta(days=1))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
