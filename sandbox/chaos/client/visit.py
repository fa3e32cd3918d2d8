"""One guest's booking, step by step: the requests of the guest and the staff, and their acknowledgements."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.chaos.client import operations
from sandbox.chaos.client.accounts import ChaosHotel, new_guest
from sandbox.chaos.client.acknowledgements import AcknowledgedRoomChange, AcknowledgementLog, ClientAct, StayRecord
from sandbox.chaos.client.api import RepeatingClient
from sandbox.chaos.client.operations import ClientOperation
from sandbox.chaos.client.payment_page import PaymentPage
from sandbox.gateway_response import GatewayResponse

LOOK_EVERY = 0.4  # seconds between two looks at a booking
VERIFY_EVERY = 6  # looks: then the page asks the payment provider's side, as the product's page does
CHANGE_TIMEOUT = 75.0  # seconds in which a guest looks for a change


@dataclass
class Visit:
    """The setting of one visit. `rng` draws all choices of the guest and the staff."""

    api: RepeatingClient
    page: PaymentPage
    acknowledgements: AcknowledgementLog
    hotel: ChaosHotel
    rng: random.Random
    clock_offset: float = 0.0

    @property
    def today(self) -> date:
        return self.hotel.today(self.clock_offset)

    async def ask(
        self, operation: ClientOperation, *, stay: StayRecord | None = None, **more: Any
    ) -> GatewayResponse | None:
        """Perform an operation about the hotel, a room or the booking; a guest's operation has the guest's token."""
        path = {"hotel": self.hotel.slug, "booking": stay.booking_id if stay else "", "room": more.pop("room", "")}
        token = more.pop("token", stay.token if stay else "")
        return await self.api.perform(operation, path, token=token, rng=self.rng, **more)

    async def search(self, check_in: date, nights: int) -> list[str]:
        """The codes of the room types that are free for two."""
        params = {"check_in": str(check_in), "check_out": str(check_in + timedelta(days=nights)), "adults": "2"}
        answer = await self.ask(operations.SEARCH, params=params)
        rows = answer.body["room_types"] if answer else []
        return [row["room_type_code"] for row in rows if row["is_available"] and row["can_accommodate"]]

    async def book(self, check_in: date, *, nights: int) -> StayRecord | None:
        """Search and book; None where nothing is free, or nobody answered."""
        codes = await self.search(check_in, nights)
        if not codes:
            return None
        details = new_guest(self.rng)
        dates = {"check_in": str(check_in), "check_out": str(check_in + timedelta(days=nights))}
        stay = {"room_type_code": self.rng.choice(codes), **dates, "adults": 2, "children": 0}
        if self.rng.random() < 0.5:
            await self.ask(operations.QUOTE, body=stay)
        record = self.acknowledgements.new_stay(self.hotel.slug, details["email"])
        record.unknown_outcomes.add(ClientAct.CREATED)
        body = {**stay, "guest": details}
        answer = await self.ask(operations.CREATE, body=body, allowed=frozenset({"SOLD_OUT"}))
        if answer is None:
            return None
        record.unknown_outcomes.discard(ClientAct.CREATED)
        if not answer.ok:
            return None
        booking = answer.body
        record.booking_id, record.token = booking["booking_id"], booking["guest_token"]
        record.total, record.currency = booking["total_amount"], booking["currency"]
        self._record_version(record, booking)
        record.acknowledge(ClientAct.CREATED, **dates, total_amount=booking["total_amount"])
        return record

    async def read(self, stay: StayRecord) -> dict[str, Any]:
        """The booking as its guest sees it; empty where nobody answered."""
        answer = await self.ask(operations.READ, stay=stay)
        if answer is None:
            return {}
        self._record_version(stay, answer.body)
        return dict(answer.body)

    async def pay(self, stay: StayRecord) -> bool:
        """Open the payment page, pay there, and wait until the booking shows it. Whether it did."""
        session = await self.act(stay, ClientAct.SESSION_OPENED, operations.OPEN_SESSION)
        if session is None or not session.body.get("payment_url"):
            return False
        stay.unknown_outcomes.add(ClientAct.PAID)
        if not await self.page.pay(session.body["payment_url"]):
            return False
        stay.acknowledge(ClientAct.PAID, session_id=session.body["session_id"])
        stay.unknown_outcomes.discard(ClientAct.PAID)
        expected = {"PENDING_APPROVAL", "CONFIRMED"}
        return await self.wait_for(stay, expected, session_id=session.body["session_id"])

    async def pay_for_change(self, stay: StayRecord, held: Mapping[str, Any], *, check_out: str) -> bool:
        """Pay the difference on the page of a change that waits, and wait until the booking is changed. Whether it is.

        `held` is the answer to the change to this `check_out`.
        """
        stay.unknown_outcomes.add(ClientAct.CHANGE_PAID)
        if not await self.page.pay(held["payment"]["payment_url"]):
            return False
        total = held["preview"]["new_total"]
        stay.acknowledge(ClientAct.CHANGE_PAID, total_amount=total, check_out=check_out)
        stay.unknown_outcomes.discard(ClientAct.CHANGE_PAID)
        stay.total = total
        session_id = held["payment"]["session_id"]
        return await self.wait_until(stay, lambda booking: booking.get("total_amount") == total, session_id=session_id)

    async def wait_for(self, stay: StayRecord, statuses: set[str], *, session_id: str = "") -> bool:
        """Look at the booking until it has one of the statuses; with `session_id` also verify the payment."""
        return await self.wait_until(stay, lambda booking: booking.get("status") in statuses, session_id=session_id)

    async def wait_until(
        self, stay: StayRecord, is_so: Callable[[Mapping[str, Any]], bool], *, session_id: str = ""
    ) -> bool:
        """Look at the booking until it is so; with `session_id` also verify the payment. Whether it came to be."""
        deadline, looks = time.monotonic() + CHANGE_TIMEOUT, 0
        while time.monotonic() < deadline and not self.api.stopping():
            looks += 1
            if session_id and looks % VERIFY_EVERY == 0:
                await self.ask(operations.VERIFY, stay=stay, params={"session_id": session_id})
            if is_so(await self.read(stay)):
                return True
            await asyncio.sleep(LOOK_EVERY)
        return False

    async def act(
        self,
        stay: StayRecord,
        act: ClientAct,
        operation: ClientOperation,
        *,
        by_staff: bool = False,
        body: Mapping[str, Any] | None = None,
        allowed: frozenset[str] = frozenset(),
        facts: Mapping[str, Any] | None = None,
    ) -> GatewayResponse | None:
        """Send a command about the booking, and record its acknowledgement. None where it is refused or unanswered."""
        stay.unknown_outcomes.add(act)
        token = self.hotel.desk if by_staff else stay.token
        answer = await self.ask(operation, stay=stay, token=token, body=body or {}, allowed=allowed)
        if answer is None:
            return None
        stay.unknown_outcomes.discard(act)
        if not answer.ok:
            return None
        self._record_version(stay, answer.body)
        stay.acknowledge(act, **(facts or {}), **_money(answer.body))
        return answer

    async def assign_room(self, stay: StayRecord) -> bool:
        """The desk assigns one of the ready rooms of the booked type, and locks it. Others may take a room first."""
        for _ in range(3):
            rooms = await self.ask(operations.CANDIDATES, stay=stay, token=self.hotel.desk)
            rows = rooms.body["available_rooms"] if rooms else []
            ready = [row["room_number"] for row in rows if _fits(row)]
            if not ready:
                return False
            number = self.rng.choice(ready)
            facts = {"room_number": number, "locked": True}
            answer = await self.act(
                stay, ClientAct.ASSIGNED, operations.ASSIGN, by_staff=True, body=facts,
                allowed=operations.ROOM_TAKEN, facts={"room_number": number},
            )  # fmt: skip
            if answer:
                stay.room = number
                return True
        return False

    async def clean(self, room: str) -> None:
        """Housekeeping cleans the room and the supervisor inspects it."""
        cleaner, supervisor = self.hotel.cleaner, self.hotel.supervisor
        steps: tuple[tuple[ClientOperation, str, dict[str, Any], str], ...] = (
            (operations.START_CLEANING, cleaner, {}, "CLEANING_IN_PROGRESS"),
            (operations.MARK_CLEANED, cleaner, {}, "CLEANED_UNINSPECTED"),
            (operations.INSPECT, supervisor, {"passed": True}, "READY_FOR_GUEST"),
        )
        for operation, token, body, status in steps:
            answer = await self.ask(operation, room=room, token=token, body=body)
            if answer is None:
                return
            self.acknowledgements.room_changes.append(
                AcknowledgedRoomChange(time.monotonic(), self.hotel.slug, room, status)
            )

    def _record_version(self, stay: StayRecord, booking: Any) -> None:
        version = booking.get("version") if isinstance(booking, dict) else None
        stay.version = max(stay.version, version or 0)


def _fits(row: Mapping[str, Any]) -> bool:
    return bool(row["room_status"] == "READY_FOR_GUEST" and row["matches_type"])


def _money(body: Any) -> dict[str, Any]:
    """The fee and the refund that an answer to a cancellation names."""
    fields = ("cancellation_fee", "refund_amount")
    return {name: body[name] for name in fields if isinstance(body, dict) and body.get(name) is not None}
