"""What a plain mind expects of one booking: which word about it counts, and where its money must be in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.bookings import BookingDetail, BookingStatus, CreatedBooking
from contracts.values import Money
from tests.storm.place import INSTANT, PERCENT, SHARE, WHOLE, Purse

Status = BookingStatus


class Word(StrEnum):
    """The last word that counts about a booking."""

    NONE = "nobody has decided"
    YES = "approved"
    NO = "declined"
    OFF = "cancelled"


class Reply(StrEnum):
    """How a command must be answered."""

    DONE = "done"
    AGAIN = "done before"
    REFUSED = "refused"


ENDS = {Word.NO: Status.DECLINED, Word.OFF: Status.CANCELLED}


def reply_to(command: str, booking: BookingDetail, *, late: bool) -> Reply:
    """What the lifecycle says to a command about a booking that stands so; `late`: its approval deadline has passed."""
    status, decided = booking.status, booking.decision_made_at is not None
    undecided = status is Status.PENDING_APPROVAL and not decided
    if command == "approve":
        if status is Status.CONFIRMED or (status is Status.PENDING_APPROVAL and decided):
            return Reply.AGAIN
        return Reply.DONE if undecided and not late else Reply.REFUSED
    if command == "decline":
        if status is Status.DECLINED:
            return Reply.AGAIN
        return Reply.DONE if undecided else Reply.REFUSED
    if status is Status.CANCELLED:
        return Reply.AGAIN
    return Reply.DONE if undecided or status in (Status.PENDING_PAYMENT, Status.CONFIRMED) else Reply.REFUSED


def fee_of(hotel: str, total: Money) -> int:
    """What the hotel keeps of a booking that is called off a month ahead, once it was paid for."""
    if hotel == SHARE:
        return total.portion(PERCENT).amount
    return total.amount if hotel in (WHOLE, INSTANT) else 0


@dataclass
class Life:
    """One booking as it should be. `shaky`: the provider was told to refuse captures, or a card's hold may be over."""

    created: CreatedBooking
    sessions: list[str] = field(default_factory=list)
    word: Word = Word.NONE
    fee: int = 0
    shaky: bool = False
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

    def hear(self, command: str, before: BookingDetail, *, waived: bool = False) -> None:
        """A command was done."""
        self.word = {"approve": Word.YES, "decline": Word.NO, "cancel": Word.OFF}[command]
        if command == "cancel":
            free = waived or before.status is Status.PENDING_PAYMENT
            self.fee = 0 if free else fee_of(self.hotel, self.total)

    def impossible(self, purse: Purse) -> Iterator[str]:
        """What may never be seen, at rest or not."""
        if purse.captures > 1:
            yield f"captured {purse.captures} times"
        if not 0 <= purse.kept <= self.total.amount:
            yield f"{purse.kept} kept of {self.total.amount}"
        if purse.total("capture") and self.word is Word.NO:
            yield "declined, and money was taken"
        if purse.total("refund") and self.word is not Word.OFF:
            yield "money went back that nobody was owed"

    def wrong(self, booking: BookingDetail, purse: Purse) -> Iterator[str]:
        """What is not as it should be once everything has come to rest."""
        yield from self.impossible(purse)
        self._take_back(booking)
        if self.word is Word.YES:
            yield from self._all_taken(booking, purse)
        elif self.word in ENDS:
            yield from self._let_go(booking, purse)
        else:
            yield from self._waiting(booking, purse)

    def _take_back(self, booking: BookingDetail) -> None:
        """An approval whose capture failed for good is taken back, and the guest may pay again."""
        if self.word is Word.YES and self.shaky and booking.decision_made_at is None:
            self.word = Word.NONE

    def _all_taken(self, booking: BookingDetail, purse: Purse) -> Iterator[str]:
        if booking.status is not Status.CONFIRMED:
            yield f"approved, and {booking.status}"
        if (purse.kept, purse.held) != (self.total.amount, 0):
            yield f"approved: {purse.kept} kept, {purse.held} held of {self.total.amount}"

    def _let_go(self, booking: BookingDetail, purse: Purse) -> Iterator[str]:
        if booking.status is not ENDS[self.word]:
            yield f"{self.word}, and {booking.status}"
        if purse.held:
            yield f"{self.word}: {purse.held} still held"
        if purse.kept == self.fee:
            return
        owed = booking.balance_due.amount if booking.balance_due else 0
        if self.shaky and purse.kept == 0 and owed == self.fee:
            return  # the card would not pay the fee: it is owed at the desk
        if self.refunds_fail and booking.refund_status == "FAILED":
            return  # staff were told, and give it back themselves
        yield f"{self.word}: {purse.kept} kept, the fee is {self.fee}"

    def _waiting(self, booking: BookingDetail, purse: Purse) -> Iterator[str]:
        if self.hotel == INSTANT and booking.status is Status.CONFIRMED:
            yield from self._all_taken(booking, purse)
            return
        held = self.total.amount if booking.status is Status.PENDING_APPROVAL else 0
        if booking.status not in (Status.PENDING_PAYMENT, Status.PENDING_APPROVAL, Status.EXPIRED):
            yield f"undecided, and {booking.status}"
        if (purse.kept, purse.held) != (0, held):
            yield f"{booking.status}: {purse.kept} kept, {purse.held} held"
