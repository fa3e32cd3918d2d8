"""The values that an event of a booking changes besides its status and its room, each before and after the event."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chassis import codec
from contracts.bookings.balance import BalancePaymentAccepted, BalancePaymentFailed, BalanceSettled, RefundedAtDesk
from contracts.bookings.events import BookingEvent
from contracts.bookings.extensions import StayExtended
from contracts.bookings.overstays import OverstayFlagged
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed
from contracts.bookings.stay_changes import StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.bookings.stays import RoomLocked
from contracts.bookings.undo import NoShowUndone
from contracts.bookings.views import FieldChange

_YES_OR_NO = {True: "yes", False: "no"}


def field_change(field: str, before: object, after: object) -> FieldChange:
    """A field with its values before and after as text; no value and an empty text are None."""
    return FieldChange(field=field, from_value=_text(before), to_value=_text(after))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return _YES_OR_NO[value]
    return None if value is None else str(value) or None


def _extended(event: StayExtended) -> Iterator[FieldChange]:
    yield field_change("check_out", event.previous_check_out, event.check_out)
    yield field_change("total_amount", event.total - event.amount, event.total)
    owed = event.amount if event.refund_at_desk is None else event.amount + event.refund_at_desk
    yield field_change("balance_due", event.balance_due - owed, event.balance_due)
    yield from _amounts(event, "refund_at_desk")


def _changed(event: StayChanged) -> Iterator[FieldChange]:
    for name in ("check_in", "check_out", "room_type_code", "adults", "children", "promo_code", "total"):
        before, after = getattr(event, f"previous_{name}"), getattr(event, name)
        if before != after:
            yield field_change("total_amount" if name == "total" else name, before, after)
    yield from _amounts(event, "fee", "refund", "refund_at_desk", "waived")


def _amounts(event: BookingEvent, *names: str) -> Iterator[FieldChange]:
    """The amounts of these names, as far as the event has them; a negative one takes back so much."""
    for name in names:
        amount = getattr(event, name)
        if amount is not None and not amount.is_zero:
            yield field_change(name, None, amount)


def _held(event: StayChangeHeld) -> Iterator[FieldChange]:
    yield field_change("pending_change", None, event.change_id)
    yield field_change("amount", None, event.amount)


def _lapsed(event: StayChangeLapsed) -> Iterator[FieldChange]:
    yield field_change("pending_change", event.change_id, None)
    yield field_change("reason", None, event.reason.value)


def _no_show_undone(event: NoShowUndone) -> Iterator[FieldChange]:
    yield field_change("cancellation_fee", event.fee, None)
    yield field_change("balance_due", event.previous_balance_due, event.balance_due)


def _locked(event: RoomLocked) -> Iterator[FieldChange]:
    yield field_change("room_locked", not event.locked, event.locked)


def _settled(event: BalanceSettled | BalancePaymentAccepted) -> Iterator[FieldChange]:
    yield field_change("balance_due", event.balance_due + event.amount, event.balance_due)


def _refunded_at_desk(event: RefundedAtDesk) -> Iterator[FieldChange]:
    yield field_change("desk_refund_due", event.desk_refund_due + event.amount, event.desk_refund_due)


def _flagged(event: OverstayFlagged) -> Iterator[FieldChange]:
    yield field_change("overstay_severity", event.previous_severity, event.severity)


_CHANGES: dict[type[BookingEvent], Callable[[Any], Iterable[FieldChange]]] = {
    StayChanged: _changed,
    StayChangeHeld: _held,
    StayChangeLapsed: _lapsed,
    StayExtended: _extended,
    NoShowUndone: _no_show_undone,
    RoomLocked: _locked,
    BalanceSettled: _settled,
    RefundedAtDesk: _refunded_at_desk,
    BalancePaymentAccepted: _settled,
    BalancePaymentFailed: lambda event: _amounts(event, "refund_at_desk"),
    BookingRefunded: lambda event: _amounts(event, "waived"),
    BookingRefundFailed: lambda event: _amounts(event, "waived"),
    OverstayFlagged: _flagged,
}
_BY_NAME = {event.__name__: (event, changes) for event, changes in _CHANGES.items()}


def field_changes(what: str, data: Mapping[str, Any] | None) -> tuple[FieldChange, ...]:
    """The changes of an event, from the event's short name and its stored data."""
    if data is None or what not in _BY_NAME:
        return ()
    event, changes = _BY_NAME[what]
    return tuple(changes(codec.typed(data, event)))
