"""A stay that went well, as its clients know it and as it is read back; each test breaks one thing."""

from dataclasses import replace
from typing import Any

from sandbox.chaos.client.acknowledgements import ClientAct, StayRecord
from sandbox.chaos.judge.reading import FeedFact, StayReading

BOOKING, HOTEL, EMAIL = "BK-2026-ABCD2345", "hotel-killarney", "aoife@guest.example"
KINDS = (
    "BookingHeld", "PaymentAwaited", "BookingAwaitsApproval", "BookingApproved", "BookingConfirmed", "RoomAssigned",
    "BookingAmended", "GuestCheckedIn", "GuestCheckedOut",
)  # fmt: skip


def record() -> StayRecord:
    stay = StayRecord(1, HOTEL, EMAIL, booking_id=BOOKING, token="t", total="129.00", currency="EUR", version=8)
    stay.acknowledge(ClientAct.CREATED, check_in="2026-11-29", total_amount="129.00")
    stay.acknowledge(ClientAct.SESSION_OPENED)
    stay.acknowledge(ClientAct.PAID, session_id="cs_1")
    stay.acknowledge(ClientAct.APPROVED)
    stay.acknowledge(ClientAct.ASSIGNED, room_number="101")
    stay.acknowledge(ClientAct.AMENDED, internal_notes="note 1")
    stay.acknowledge(ClientAct.CHECKED_IN)
    stay.acknowledge(ClientAct.CHECKED_OUT)
    return stay


def feed(*kinds: str) -> tuple[FeedFact, ...]:
    return tuple(FeedFact(f"event-{number}", kind, number) for number, kind in enumerate(kinds, 1))


def reading(**changes: Any) -> StayReading:
    booking = {
        "booking_id": BOOKING, "status": "COMPLETED", "version": 8, "check_in": "2026-11-29", "total_amount": "129.00",
        "assigned_room_number": "101", "internal_notes": "note 1", "cancellation_fee": None, "refund_amount": None,
    }  # fmt: skip
    return StayReading(booking | changes, feed(*KINDS), len(KINDS), same_address=1)


def without(kind: str) -> StayReading:
    """The reading without this event; the others are numbered anew."""
    kinds = [each for each in KINDS if each != kind]
    return replace(reading(), feed=feed(*kinds), last_sequence=len(kinds))
