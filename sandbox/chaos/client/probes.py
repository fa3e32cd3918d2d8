"""The probes: one request per route that matters, each of which must answer 2xx, and a paid booking's way through."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from sandbox.chaos.client import operations
from sandbox.chaos.client.accounts import ChaosHotel
from sandbox.chaos.client.acknowledgements import StayRecord
from sandbox.chaos.client.operations import ClientOperation

ANSWERED_WITHIN = 4.0
PASSES = 2  # one by each gateway
AHEAD = timedelta(days=450)


@dataclass(frozen=True)
class Probe:
    """A request. Repeating it changes nothing."""

    operation: ClientOperation
    token: str = ""
    params: Mapping[str, str] | None = None
    body: Mapping[str, object] | None = None


class RouteProbes:
    """Asks every probed route of a hotel. `stay` is a confirmed booking that nobody else changes."""

    def __init__(self, url: str, hotel: ChaosHotel, stay: StayRecord, *, offset: float = 0.0) -> None:
        self._url, self._hotel, self._stay = url, hotel, stay
        day = hotel.today(offset) + AHEAD
        dates = {"check_in": str(day), "check_out": str(day + timedelta(days=1))}
        session = next(each.facts["session_id"] for each in stay.acknowledged if "session_id" in each.facts)
        self._probes = (
            Probe(operations.HOTEL),
            Probe(operations.SEARCH, params=dates),
            Probe(operations.READ, stay.token),
            Probe(operations.VERIFY, stay.token, params={"session_id": session}),
            Probe(operations.LIST, hotel.desk, params={"status": "CONFIRMED"}),
            Probe(operations.LIST_ROOMS, hotel.desk),
            Probe(operations.COMMUNICATIONS, hotel.desk),
            Probe(operations.QUOTE, body={"room_type_code": "DBL", "adults": 2, "children": 0, **dates}),
            Probe(operations.AMEND, hotel.desk, body={"internal_notes": "probed"}),
        )

    def first_refused(self) -> str:
        """Ask every route `PASSES` times over new connections; the first that does not answer 2xx, or empty."""
        path = {"hotel": self._hotel.slug, "booking": self._stay.booking_id}
        for _ in range(PASSES):
            with httpx.Client(base_url=self._url, timeout=ANSWERED_WITHIN, trust_env=False) as http:
                for probe in self._probes:
                    headers = {"Authorization": f"Bearer {probe.token}"} if probe.token else {}
                    url = probe.operation.path.format(**path)
                    try:
                        answer = http.request(
                            probe.operation.method, url, headers=headers, params=probe.params, json=probe.body
                        )
                    except httpx.HTTPError as error:
                        return f"{probe.operation.name}: {type(error).__name__}"
                    if not answer.is_success:
                        return f"{probe.operation.name}: {answer.status_code}"
        return ""

    def wait_for_service(self, within: float) -> tuple[float, str]:
        """Ask until every route answers.

        Returns the monotonic moment since which every route has answered, and what still does not answer after `within`
        seconds, or empty.
        """
        deadline = time.monotonic() + within
        while True:
            began = time.monotonic()
            refused = self.first_refused()
            if not refused or began > deadline:
                return began, refused
            time.sleep(0.1)
