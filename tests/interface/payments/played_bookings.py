"""The part of bookings, played by the test: payable bookings, and the events that bookings publishes."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from chassis import codec
from chassis.messaging.event_dispatcher import Disposition, EventDispatcher
from chassis.refusal import Refusal
from contracts.bookings.approval import BookingApproved, BookingDeclined
from contracts.bookings.balance import BalancePaymentAccepted, BalancePaymentRefused
from contracts.bookings.events import BookingCancelled, BookingEvent, BookingHeld
from contracts.bookings.queries import GetPayable
from contracts.bookings.refunds import BookingRefundRetried
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import Payable
from contracts.message import Ask, Envelope
from contracts.payments.events import PaymentPurpose
from contracts.values import GUEST, SYSTEM, Context, Money

HOTEL = "hotel-killarney"
AMOUNT = Money(15000, "EUR")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


class PlayedBookings(ABC):
    """Bookings as payments sees them. `payables` holds the reply to `GetPayable` by booking id."""

    payables: dict[str, Payable]
    event_dispatcher: EventDispatcher

    def __init__(self) -> None:
        self.payables = {}
        self._sequences: dict[str, int] = {}

    @abstractmethod
    def now(self) -> datetime:
        """The domain's time."""

    @abstractmethod
    def payment(self, booking_id: str) -> dict[str, Any]:
        """The booking's newest payment."""

    def book(self, amount: Money = AMOUNT, *, minutes: int = 15) -> str:
        """Create a payable booking that is held for so many minutes; its id."""
        booking_id = f"BK-2026-{uuid4().hex[:6].upper()}"
        expires_at = self.now() + timedelta(minutes=minutes)
        self.payables[booking_id] = Payable(
            booking_id=booking_id,
            hotel=HOTEL,
            hotel_name="Hotel Killarney",
            description="Double room, two nights",
            amount=amount,
            status=BookingStatus.PENDING_PAYMENT,
            payment_status="NONE",
            payment_reference=None,
            expires_at=expires_at,
            guest_email="guest@example.com",
            payable=True,
        )
        today = self.now().date()
        self.publish(
            BookingHeld(
                booking_id=booking_id, hotel=HOTEL, room_type_code="DBL", check_in=today,
                check_out=today + timedelta(days=2), adults=2, children=0, total=amount, expires_at=expires_at,
                source=BookingSource.ONLINE, by=GUEST,
            )
        )  # fmt: skip
        return booking_id

    def publish(self, event: BookingEvent) -> None:
        """Apply an event of bookings."""
        number = self._sequences[event.booking_id] = self._sequences.get(event.booking_id, 0) + 1
        envelope = Envelope(
            id=str(uuid4()),
            source="bookings",
            type=event.wire_name,
            subject=event.booking_id,
            time=self.now(),
            sequence=number,
            hotel=event.hotel,
            data=codec.plain(event),
            dataschema="",
        )
        (result,) = self.event_dispatcher.apply([envelope])
        assert result.disposition is Disposition.APPLIED, result

    def approve(self, booking_id: str) -> None:
        self.publish(
            BookingApproved(
                booking_id=booking_id,
                hotel=HOTEL,
                payment_id=self.payment(booking_id)["id"],
                decision_made_at=self.now(),
                decision_made_by=SYSTEM,
            )
        )

    def decline(self, booking_id: str) -> None:
        self.make_unpayable(booking_id)
        self.publish(
            BookingDeclined(
                booking_id=booking_id,
                hotel=HOTEL,
                reason_code="OTHER",
                decision_made_at=self.now(),
                decision_made_by=SYSTEM,
            )
        )

    def cancel(self, booking_id: str, fee: int = 0, besides: int = 0, *, fee_at_desk: bool = False) -> None:
        self.make_unpayable(booking_id)
        self.publish(
            BookingCancelled(
                booking_id=booking_id,
                hotel=HOTEL,
                cancelled_at=self.now(),
                cancelled_by=GUEST,
                fee=eur(fee),
                refund=eur(0),
                besides=eur(besides) if besides else None,
                fee_at_desk=fee_at_desk,
            )
        )

    def retry_refund(self, booking_id: str) -> None:
        self.publish(
            BookingRefundRetried(booking_id=booking_id, hotel=HOTEL, retried_at=self.now(), retried_by=SYSTEM),
        )

    def make_unpayable(self, booking_id: str) -> None:
        """From here on the booking is not payable."""
        self.payables[booking_id] = replace(self.payables[booking_id], payable=False)

    def set_balance(self, booking_id: str, amount: Money) -> None:
        """The guest is in house and owes this balance."""
        self.payables[booking_id] = replace(
            self.payables[booking_id],
            amount=amount,
            status=BookingStatus.IN_HOUSE,
            expires_at=self.now() + timedelta(hours=1),
            payable=True,
            purpose=PaymentPurpose.EXTENSION,
        )

    def accept_balance_payment(self, booking_id: str) -> None:
        """Bookings accepts the newest payment towards the balance."""
        paid = self.payment(booking_id)
        self.publish(
            BalancePaymentAccepted(
                booking_id=booking_id,
                hotel=HOTEL,
                payment_id=paid["id"],
                amount=eur(paid["amount"]),
                balance_due=eur(0),
                accepted_at=self.now(),
            )
        )

    def refuse_balance_payment(self, booking_id: str) -> None:
        """Bookings refuses the newest payment towards the balance."""
        paid = self.payment(booking_id)
        self.publish(
            BalancePaymentRefused(
                booking_id=booking_id,
                hotel=HOTEL,
                payment_id=paid["id"],
                amount=eur(paid["amount"]),
                balance_due=eur(0),
                reason_code="NOTHING_OWED",
                refused_at=self.now(),
            )
        )

    def reprice(self, booking_id: str, amount: Money) -> None:
        self.payables[booking_id] = replace(self.payables[booking_id], amount=amount)

    def _ask(self, message: Ask[Any], _: Context) -> Any:
        assert isinstance(message, GetPayable), message
        if message.booking_id not in self.payables:
            raise Refusal("BOOKING_NOT_FOUND", "There is no such booking.")
        return self.payables[message.booking_id]
