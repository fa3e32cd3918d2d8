"""What a stay looks like at rest, read back over HTTP."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.chaos.client import operations
from sandbox.chaos.client.acknowledgements import StayRecord
from sandbox.chaos.client.operations import ClientOperation

PAGE = 100
TRIES = 3


@dataclass(frozen=True)
class FeedFact:
    """An event of a booking's feed; `kind` is its type's name without owner and version."""

    id: str
    kind: str
    sequence: int


@dataclass(frozen=True)
class StayReading:
    """A booking at rest.

    `booking` is empty where the booking cannot be read; `same_address` counts the bookings of the address.
    """

    booking: Mapping[str, Any] = field(default_factory=dict)
    feed: tuple[FeedFact, ...] = ()
    last_sequence: int = 0
    same_address: int = 0
    problem: str = ""

    @property
    def status(self) -> str:
        return str(self.booking.get("status", ""))

    @property
    def kinds(self) -> Counter[str]:
        return Counter(fact.kind for fact in self.feed)


class RestReader:
    """Reads over HTTP. `desks` are the tokens of the front desk by hotel."""

    def __init__(self, url: str, desks: Mapping[str, str]) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._desks = desks

    def close(self) -> None:
        self._http.close()

    def stay(self, record: StayRecord) -> StayReading:
        """Read a booking as staff, and its feed as its guest where the guest has a token."""
        desk = self._desks[record.hotel]
        listed = self._get(operations.LIST, record, desk, search=record.email)
        rows = listed.json()["results"] if listed.is_success else []
        if not record.booking_id:
            return StayReading(same_address=len(rows))
        booking = self._get(operations.READ_AS_STAFF, record, desk)
        if not booking.is_success:
            return StayReading(same_address=len(rows), problem=f"{booking.status_code} {booking.text[:200]}")
        events = self._get(operations.EVENTS, record, record.token or desk)
        if not events.is_success:
            problem = f"its events: {events.status_code} {events.text[:200]}"
            return StayReading(booking.json(), same_address=len(rows), problem=problem)
        feed = events.json()
        facts = tuple(FeedFact(row["event_id"], row["type"].split(".")[1], row["sequence"]) for row in feed["events"])
        return StayReading(booking.json(), facts, feed["last_sequence"], len(rows))

    def room_history(self, hotel: str, room: str) -> Sequence[str]:
        """Each status that the room got, newest first."""
        statuses: list[str] = []
        for page in range(1, 1_000):
            path = operations.ROOM_HISTORY.path.format(hotel=hotel, room=room)
            headers = {"Authorization": f"Bearer {self._desks[hotel]}"}
            answer = self._http.get(path, params={"page": page, "page_size": PAGE}, headers=headers).raise_for_status()
            statuses += [row["new_status"] for row in answer.json()["results"]]
            if answer.json()["next"] is None:
                break
        return statuses

    def _get(self, operation: ClientOperation, record: StayRecord, token: str, **params: str) -> httpx.Response:
        """An answer; a failed request is repeated, since connections of a killed gateway may still be known."""
        path = operation.path.format(hotel=record.hotel, booking=record.booking_id)
        for tries in range(1, TRIES + 1):
            try:
                answer = self._http.get(path, params=params, headers={"Authorization": f"Bearer {token}"})
            except httpx.HTTPError:
                if tries == TRIES:
                    raise
            else:
                if answer.status_code < 500 or tries == TRIES:
                    return answer
            time.sleep(0.5)
        raise AssertionError("unreachable")
