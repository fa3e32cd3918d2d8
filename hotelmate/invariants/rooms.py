"""Invariants I1, I2, I12, I13, I18: shared rooms, sold nights, deadlines, rooms of guests and of sold stays."""

from collections.abc import Collection, Iterator

from contracts.operations import Violation
from hotelmate.invariants.context import SAY_CHANGES, ExaminationContext, Row

HOLDING = frozenset({"PENDING_PAYMENT", "PENDING_APPROVAL", "CONFIRMED", "IN_HOUSE"})


def no_two_stays_share_a_room(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I1: no two live stays or blocks share a room on a night."""
    return context.violations("I1", "rooms")


def sold_nights_are_held(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I2: no night is oversold, each counter equals the number of holds, each hold matches its booking.

    A change that waits for its payment has a hold of its own, of the added nights.
    """
    yield from context.violations("I2", "rooms")
    holds = {row["key"]: row for row in context.rows("rooms", "live_holds")}
    bookings = _bookings(context, "bookings_with_a_hold", holds)
    bookings |= {row["key"]: row for row in context.rows("bookings", "changes_that_wait") if not row["pending"]}
    to_check = {row["key"] for row in context.rows("bookings", "holds_to_check")} - set(bookings)
    for booking_id in sorted(_at_rest(context, {*holds, *bookings}) - to_check):
        difference = _difference(holds.get(booking_id), bookings.get(booking_id))
        if difference:
            yield Violation(invariant="I2", subject=booking_id, what=difference)


def _difference(hold: Row | None, booking: Row | None) -> str:
    if booking is None:
        return "holds nights, and no booking has that id"
    if booking["status"] not in HOLDING:
        return f"holds nights, {booking['status']}"
    if hold is None:
        return f"holds nothing, {booking['status']}"
    if any(hold[name] != booking[name] for name in ("check_in", "check_out", "nights")):
        stay = f"{booking['check_in']} to {booking['check_out']}"
        return f"holds {hold['nights']} nights of {hold['check_in']} to {hold['check_out']}, stays {stay}"
    return ""


def nothing_is_overdue(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I12: no deadline, pending action, check of a hold or return to order is more than two ticks late."""
    return context.violations("I12", "bookings", "rooms")


def sold_stays_have_a_room_in_a_plan(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I18: a room plan has a room of its type for every sold stay, by the last check of its hotel."""
    return context.violations("I18", "bookings")


def bookings_in_house_occupy_their_room(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I13: a booking is in house if and only if it occupies one room, the one that is assigned to it."""
    occupied: dict[str, list[tuple[str, str]]] = {}
    for row in context.rows("rooms", "occupied_rooms"):
        occupied.setdefault(row["booking_id"], []).append((row["hotel"], row["room_number"]))
    bookings = _bookings(context, "bookings_in_house", occupied)
    for booking_id in sorted(_at_rest(context, {*occupied, *bookings})):
        booking, rooms = bookings.get(booking_id), occupied.get(booking_id, [])
        in_house = booking is not None and booking["status"] == "IN_HOUSE"
        assigned = [(booking["hotel"], booking["assigned_room_number"])] if booking and in_house else []
        if rooms != assigned:
            numbers = ", ".join(number for _, number in rooms) or "no room"
            status = booking["status"] if booking else "no booking has that id"
            yield Violation(invariant="I13", subject=booking_id, what=f"occupies {numbers}, {status}")


def _bookings(context: ExaminationContext, name: str, ids: Collection[str]) -> dict[str, Row]:
    """The bookings in the evidence called `name` and the bookings in `ids`, but none with a pending action."""
    rows = [*context.rows("bookings", name), *context.rows("bookings", "bookings", keys=ids)]
    return {row["key"]: row for row in rows if not row["pending"]}


def _at_rest(context: ExaminationContext, booking_ids: Collection[str]) -> set[str]:
    """The bookings without a pending action and without a recent event of the bookings, payments or rooms service."""
    pending = {row["key"] for row in context.rows("bookings", "pending_actions")}
    return context.at_rest(booking_ids, by=(*SAY_CHANGES, "rooms")) - pending
