"""The decisions of payments: pure, without a clock, a database or a provider of their own."""

from services.payments.domain.decide import Decision, decide, retry
from services.payments.domain.facts import Fact
from services.payments.domain.movements import Movement
from services.payments.domain.pages import ReturnPages, return_pages
from services.payments.domain.payment import Payment, Refund, RefundStatus, Stance, Standing
from services.payments.domain.seen import Seen
from services.payments.domain.wants import Capture, Expire, GiveBack, Void, Want

__all__ = [
    "Capture",
    "Decision",
    "Expire",
    "Fact",
    "GiveBack",
    "Movement",
    "Payment",
    "Refund",
    "RefundStatus",
    "ReturnPages",
    "Seen",
    "Stance",
    "Standing",
    "Void",
    "Want",
    "decide",
    "retry",
    "return_pages",
]
