"""Maps each invariant's number to the check that judges it."""

from collections.abc import Callable, Collection, Iterator, Mapping

from contracts.operations import Violation
from hotelmate.invariants import delivery, money, partitions, records, rooms
from hotelmate.invariants.context import ExaminationContext

Check = Callable[[ExaminationContext], Iterator[Violation]]

CHECKS: Mapping[str, Check] = {
    "I1": rooms.no_two_stays_share_a_room,
    "I2": rooms.sold_nights_are_held,
    "I3": records.statuses_follow_the_lifecycle,
    "I4": records.changes_have_an_audit_row_and_an_event,
    "I5": delivery.events_are_published,
    "I6": delivery.events_are_applied_once,
    "I7": money.captured_money_has_a_reason,
    "I8": money.ended_bookings_hold_no_money,
    "I9": money.payments_are_captured_once,
    "I10": money.payments_match_the_ledger,
    "I11": delivery.webhook_events_are_handled,
    "I12": rooms.nothing_is_overdue,
    "I13": rooms.bookings_in_house_occupy_their_room,
    "I15": records.keys_have_one_effect,
    "I16": delivery.notices_are_sent,
    "I17": delivery.nothing_is_parked,
    "I18": rooms.sold_stays_have_a_room_in_a_plan,
    "I19": partitions.partitions_are_consumed,
}


def examine(context: ExaminationContext, *, only: Collection[str] = ()) -> list[Violation]:
    """The breaches of the invariants in `only`, or of all invariants."""
    return [violation for name, check in CHECKS.items() if not only or name in only for violation in check(context)]
