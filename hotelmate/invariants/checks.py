"""The table of contents: each invariant's number and the check that asks for it."""

from collections.abc import Callable, Collection, Iterator, Mapping

from hotelmate.invariants import keys, money, notices, posts, rooms, telling, trails
from hotelmate.invariants.books import Books, Finding

Check = Callable[[Books], Iterator[Finding]]

CHECKS: Mapping[str, Check] = {
    "I1": rooms.no_room_is_had_twice,
    "I2": rooms.what_is_sold_is_held,
    "I3": trails.every_step_was_allowed,
    "I4": trails.every_change_is_noted_once,
    "I5": telling.everything_is_told,
    "I6": telling.everyone_has_heard_once,
    "I7": money.captured_money_has_a_reason,
    "I8": money.ended_bookings_have_let_go,
    "I9": money.money_is_taken_once,
    "I10": money.the_ledger_is_true,
    "I11": notices.notices_are_dealt_with,
    "I12": rooms.nothing_waits_past_its_time,
    "I13": rooms.everyone_in_house_has_one_room,
    "I15": keys.a_key_has_one_effect,
    "I16": posts.everyone_was_notified,
    "I17": telling.dead_letters_are_empty,
}


def examine(books: Books, *, only: Collection[str] = ()) -> list[Finding]:
    """Everything that is not as it must be; nothing, where all is well. `only` names the checks to run."""
    return [finding for name, check in CHECKS.items() if not only or name in only for finding in check(books)]
