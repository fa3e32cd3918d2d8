"""However often and in whatever order a payment is looked at, it ends in the same state with the same facts told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain import Capture, Expire, GiveBack, Payment, RefundStatus, Seen, Void, decide
from services.payments.domain.payment import Standing
from services.payments.domain.seen import IntentState, SeenRefund, SessionState
from tests.unit.payments.builders import NOW, approved, ended, eur, intent, page, payment, seen, standing, taken

NOTICES = ("completed", "capturable", "succeeded", "refunded", "refund_updated")


@dataclass
class World:
    """A provider that does what it is asked, and the payment that looks at it."""

    known: Payment
    sight: Seen
    stands: Standing
    told: list[str]

    @classmethod
    def paid(cls) -> "World":
        return cls(known=payment(), sight=seen(session=page(), intent=intent()), stands=standing(), told=[])

    def notice(self) -> None:
        """Whatever a notice says, it makes the payment look; and what it then wants is done."""
        for _ in range(5):
            decision = decide(self.known, self.stands, self.sight, now=NOW)
            self.known = decision.payment
            self.told += [type(fact).__name__ for fact in decision.facts]
            if decision.want is None:
                return
            self._do(decision.want)
        raise AssertionError("never comes to rest")

    def _do(self, want: Capture | Void | Expire | GiveBack) -> None:
        match want:
            case Capture():
                self.sight = replace(self.sight, intent=taken(want.amount))
            case Void():
                self.sight = replace(self.sight, intent=intent(IntentState.RELEASED))
            case Expire():
                self.sight = replace(self.sight, session=page(SessionState.EXPIRED))
            case GiveBack(refund=asked):
                done = SeenRefund(id="re_1", refund_id=asked.id, amount=asked.amount, status=RefundStatus.SUCCEEDED)
                self.sight = replace(self.sight, refunds=(*self.sight.refunds, done))


def lived(steps: Sequence[str]) -> World:
    """A booking's life with notices strewn in: `approve`, `decline` and `cancel` are bookings' facts."""
    world = World.paid()
    for step in steps:
        match step:
            case "approve":
                world.stands = approved()
            case "decline":
                world.stands = ended()
            case "cancel":
                world.stands = ended(fee=5000)
        world.notice()
    return world


@pytest.mark.parametrize("decision", ["approve", "decline", "cancel"])
def test_every_order_of_a_bookings_notices_ends_alike(decision: str) -> None:
    ends = {
        (world.known, tuple(world.told))
        for order in permutations(("completed", "capturable", decision, "canceled", "refunded"))
        for world in [lived(order)]
    }

    assert len(ends) == 1


@given(steps=st.lists(st.sampled_from(NOTICES), max_size=12), at=st.integers(0, 12))
def test_repeated_notices_tell_nothing_twice(steps: list[str], at: int) -> None:
    once = lived(["completed", "approve", "cancel"])

    strewn = lived([*steps[:at], "approve", *steps[at:], "cancel", *steps])

    assert strewn.known == once.known
    assert strewn.told == once.told == ["PaymentAuthorized", "PaymentCaptured", "PaymentRefunded"]


def test_an_approval_and_a_decline_never_both_move_money() -> None:
    approved_first, declined_first = lived(["approve", "completed"]), lived(["decline", "completed"])

    assert approved_first.known.captured == 15000
    assert declined_first.known.captured == 0
    assert declined_first.known.given_back == 0
    assert eur(0).amount == declined_first.known.refunded
