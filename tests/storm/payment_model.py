"""A model of one booking's payment: the last decision and the expected totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.values import Money
from tests.storm.environment import ZONE
from tests.storm.payment_environment import INSTANT, PERCENT, SHARE, WHOLE, PaymentTotals

Status = BookingStatus


class Decision(StrEnum):
    """The last effective decision about a booking."""

    NONE = "nobody has decided"
    YES = "approved"
    NO = "declined"
    OFF = "cancelled"
    AWAY = "did not come"


class ExpectedReply(StrEnum):
    """The expected reply to a command."""

    DONE = "done"
    AGAIN = "done before"
    REFUSED = "refused"


STAYS = (Status.CONFIRMED, Status.IN_HOUSE)
ENDS = {Decision.NO: Status.DECLINED, Decision.OFF: Status.CANCELLED, Decision.AWAY: Status.NO_SHOW}
TOKEN_OUTLIVES = timedelta(days=30)
FIRST_NIGHT, HALF = 14999, 15000  # of 299.99: a night and its tax; the share of one night of two


def reply_to(command: str, booking: BookingDetail, *, now: datetime, by_staff: bool = True) -> ExpectedReply:
    """The reply to a command about a booking in this state, from its lifecycle, its deadline and its guest's token."""
    late = booking.approval_deadline_at is not None and now >= booking.approval_deadline_at
    status, decided = booking.status, booking.decision_made_at is not None
    undecided = status is Status.PENDING_APPROVAL and not decided
    if command == "approve":
        if status is Status.CONFIRMED or (status is Status.PENDING_APPROVAL and decided):
            return ExpectedReply.AGAIN
        return ExpectedReply.DONE if undecided and not late else ExpectedReply.REFUSED
    if command == "decline":
        if status is Status.DECLINED:
            return ExpectedReply.AGAIN
        return ExpectedReply.DONE if undecided else ExpectedReply.REFUSED
    if status is Status.CANCELLED:
        assert booking.cancelled_at
        is_open = by_staff or now < booking.cancelled_at + TOKEN_OUTLIVES
        return ExpectedReply.AGAIN if is_open else ExpectedReply.REFUSED
    if status is Status.IN_HOUSE:
        return ExpectedReply.DONE if by_staff else ExpectedReply.REFUSED
    return (
        ExpectedReply.DONE
        if undecided or status in (Status.PENDING_PAYMENT, Status.CONFIRMED)
        else ExpectedReply.REFUSED
    )


def arrival(booking: BookingDetail) -> datetime:
    """From when on the guest is expected."""
    return datetime.combine(booking.check_in, time(15), tzinfo=ZONE)


def fee_of(hotel: str, total: Money, *, left: timedelta) -> int:
    """What the hotel keeps of a booking that is called off so long before it begins, once it was paid for."""
    if hotel == SHARE:
        return total.portion(PERCENT).amount
    if hotel in (WHOLE, INSTANT):
        return total.amount
    return 0 if left >= timedelta(hours=24) else FIRST_NIGHT


@dataclass
class PaymentModel:
    """The expected state of one booking. `capture_may_fail`: by a decline or an expired authorisation."""

    created: CreatedBooking
    sessions: list[str] = field(default_factory=list)
    word: Decision = Decision.NONE
    fee: int = 0
    capture_may_fail: bool = False
    refunds_fail: bool = False

    @property
    def id(self) -> str:
        return self.created.booking.id

    @property
    def hotel(self) -> str:
        return self.created.booking.hotel

    @property
    def total(self) -> Money:
        return self.created.booking.total_amount

    def apply_command(self, command: str, before: BookingDetail, *, waived: bool = False, now: datetime) -> None:
        """Apply a completed command."""
        self.word = {"approve": Decision.YES, "decline": Decision.NO, "cancel": Decision.OFF}[command]
        if command == "cancel" and before.status is Status.IN_HOUSE:
            second_night = now.astimezone(ZONE).date() > before.check_in
            self.fee = HALF if waived and not second_night else self.total.amount
        elif command == "cancel":
            free = waived or before.status is Status.PENDING_PAYMENT
            self.fee = 0 if free else fee_of(self.hotel, self.total, left=arrival(before) - now)

    def apply_status(self, booking: BookingDetail, *, now: datetime) -> None:
        """Apply a no-show, which is not allowed before noon of the next day."""
        if booking.status is Status.NO_SHOW and self.word is not Decision.AWAY:
            noon = datetime.combine(booking.check_in + timedelta(days=1), time(12), tzinfo=ZONE)
            assert now >= noon, f"{self.id} is given up too soon"
            self.word = Decision.AWAY
            self.fee = self.total.amount if self.hotel in (WHOLE, INSTANT) else FIRST_NIGHT

    def violations(self, payments: PaymentTotals) -> Iterator[str]:
        """Violations at any time."""
        if payments.captures > 1:
            yield f"captured {payments.captures} times"
        if not 0 <= payments.retained <= self.total.amount:
            yield f"{payments.retained} kept of {self.total.amount}"
        if payments.total("capture") and self.word is Decision.NO:
            yield "declined, and money was taken"
        if payments.total("refund") and self.word not in (Decision.OFF, Decision.AWAY):
            yield "a refund that was not owed"

    def final_violations(self, booking: BookingDetail, payments: PaymentTotals) -> Iterator[str]:
        """Violations once the platform is idle."""
        yield from self.violations(payments)
        self._take_back(booking)
        if self.word is Decision.YES:
            yield from self._all_taken(booking, payments)
        elif self.word in ENDS:
            yield from self._let_go(booking, payments)
        else:
            yield from self._waiting(booking, payments)

    def _take_back(self, booking: BookingDetail) -> None:
        """An approval whose capture failed for good is taken back, and the guest may pay again."""
        if self.word is Decision.YES and self.capture_may_fail and booking.decision_made_at is None:
            self.word = Decision.NONE

    def _all_taken(self, booking: BookingDetail, payments: PaymentTotals) -> Iterator[str]:
        if booking.status not in STAYS:
            yield f"approved, and {booking.status}"
        if (payments.retained, payments.held) != (self.total.amount, 0):
            yield f"approved: {payments.retained} kept, {payments.held} held of {self.total.amount}"

    def _let_go(self, booking: BookingDetail, payments: PaymentTotals) -> Iterator[str]:
        if booking.status is not ENDS[self.word]:
            yield f"{self.word}, and {booking.status}"
        if payments.held:
            yield f"{self.word}: {payments.held} still held"
        if payments.retained == self.fee:
            return
        owed = 0 if booking.balance_due is None else booking.balance_due.amount
        if self.capture_may_fail and payments.retained == 0 and owed == self.fee:
            return  # the card would not pay the fee: it is owed at the desk
        if self.refunds_fail and booking.refund_status == "FAILED":
            return  # staff were told, and give it back themselves
        yield f"{self.word}: {payments.retained} kept, the fee is {self.fee}"

    def _waiting(self, booking: BookingDetail, payments: PaymentTotals) -> Iterator[str]:
        if self.hotel == INSTANT and booking.status in STAYS:
            yield from self._all_taken(booking, payments)
            return
        held = self.total.amount if booking.status is Status.PENDING_APPROVAL else 0
        if booking.status not in (Status.PENDING_PAYMENT, Status.PENDING_APPROVAL, Status.EXPIRED):
            yield f"undecided, and {booking.status}"
        if (payments.retained, payments.held) != (0, held):
            yield f"{booking.status}: {payments.retained} kept, {payments.held} held"
