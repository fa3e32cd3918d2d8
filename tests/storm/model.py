"""What a plain mind expects of one booking: which word about it counts, and where its money must be in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from contracts.bookings import BookingDetail, BookingStatus, CreatedBooking
from contracts.values import Money
from tests.storm.ground import ZONE
from tests.storm.place import INSTANT, PERCENT, SHARE, WHOLE, Purse

Status = BookingStatus


class Word(StrEnum):
    """The last word that counts about a booking."""

    NONE = "nobody has decided"
    YES = "approved"
    NO = "declined"
    OFF = "cancelled"
    AWAY = "did not come"


class Reply(StrEnum):
    """How a command must be answered."""

    DONE = "done"
    AGAIN = "done before"
    REFUSED = "refused"


STAYS = (Status.CONFIRMED, Status.IN_HOUSE)
ENDS = {Word.NO: Status.DECLINED, Word.OFF: Status.CANCELLED, Word.AWAY: Status.NO_SHOW}
FIRST_NIGHT, HALF = 14999, 15000  # of 299.99: a night and its tax; the share of one night of two


def reply_to(command: str, booking: BookingDetail, *, late: bool, by_staff: bool = True) -> Reply:
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
    if status is Status.IN_HOUSE:
        return Reply.DONE if by_staff else Reply.REFUSED
    return Reply.DONE if undecided or status in (Status.PENDING_PAYMENT, Status.CONFIRMED) else Reply.REFUSED


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

    def hear(self, command: str, before: BookingDetail, *, waived: bool = False, now: datetime) -> None:
        """A command was done."""
        self.word = {"approve": Word.YES, "decline": Word.NO, "cancel": Word.OFF}[command]
        if command == "cancel" and before.status is Status.IN_HOUSE:
            second_night = now.astimezone(ZONE).date() > before.check_in
            self.fee = HALF if waived and not second_night else self.total.amount
        elif command == "cancel":
            free = waived or before.status is Status.PENDING_PAYMENT
            self.fee = 0 if free else fee_of(self.hotel, self.total, left=arrival(before) - now)

    def notice(self, booking: BookingDetail, *, now: datetime) -> None:
        """Whether the guest is given up, which nobody may be before noon of the next day."""
        if booking.status is Status.NO_SHOW and self.word is not Word.AWAY:
            noon = datetime.combine(booking.check_in + timedelta(days=1), time(12), tzinfo=ZONE)
            assert now >= noon, f"{self.id} is given up too soon"
            self.word = Word.AWAY
            self.fee = self.total.amount if self.hotel in (WHOLE, INSTANT) else FIRST_NIGHT

    def impossible(self, purse: Purse) -> Iterator[str]:
        """What may never be seen, at rest or not."""
        if purse.captures > 1:
            yield f"captured {purse.captures} times"
        if not 0 <= purse.kept <= self.total.amount:
            yield f"{purse.kept} kept of {self.total.amount}"
        if purse.total("capture") and self.word is Word.NO:
            yield "declined, and money was taken"
        if purse.total("refund") and self.word not in (Word.OFF, Word.AWAY):
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
        if booking.status not in STAYS:
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
        if self.hotel == INSTANT and booking.status in STAYS:
            yield from self._all_taken(booking, purse)
            return
        held = self.total.amount if booking.status is Status.PENDING_APPROVAL else 0
        if booking.status not in (Status.PENDING_PAYMENT, Status.PENDING_APPROVAL, Status.EXPIRED):
            yield f"undecided, and {booking.status}"
        if (purse.kept, purse.held) != (0, held):
            yield f"{booking.status}: {purse.kept} kept, {purse.held} held"
