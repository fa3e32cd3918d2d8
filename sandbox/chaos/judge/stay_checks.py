"""Whether a booking still is what its clients were told, and its feed is whole."""

from collections.abc import Iterator

from sandbox.chaos.client.acknowledgements import CHANGES, ClientAct, StayRecord
from sandbox.chaos.judge.reading import StayReading
from sandbox.chaos.judge.violation import ChaosViolation

ONCE = frozenset(ClientAct) - {ClientAct.ASSIGNED, ClientAct.PLANNED, ClientAct.AMENDED}
FINAL = (
    (ClientAct.CHECKED_OUT, "COMPLETED"),
    (ClientAct.DECLINED, "DECLINED"),
    (ClientAct.CANCELLED, "CANCELLED"),
    (ClientAct.CHECK_IN_UNDONE, "CONFIRMED"),
    (ClientAct.WALKED_IN, "IN_HOUSE"),
    (ClientAct.CHECKED_IN, "IN_HOUSE"),
    (ClientAct.APPROVED, "CONFIRMED"),
)
"""The status that the last of a booking's acknowledged commands leads to; the first row that applies decides."""

OF_A_STAY = ("check_out", "total_amount", "balance_due")


def check_stay(record: StayRecord, reading: StayReading) -> Iterator[ChaosViolation]:
    """Everything about one booking but its money and notices."""
    yield from _one_booking(record, reading)
    if not record.booking_id:
        return
    if not reading.booking or reading.problem:
        yield _of(record, "acknowledged booking is there", reading.problem or "cannot be read", lost=True)
        return
    yield from check_feed(record, reading)
    yield from _acknowledged_commands(record, reading)
    yield from _acknowledged_fields(record, reading)
    yield from _status(record, reading)


def check_feed(record: StayRecord, reading: StayReading) -> Iterator[ChaosViolation]:
    """The events are numbered 1..n without a gap."""
    numbers = [fact.sequence for fact in reading.feed]
    if numbers != list(range(1, reading.last_sequence + 1)) or not numbers:
        yield _of(record, "feed is 1..n", f"numbers {numbers}, last {reading.last_sequence}")


def _one_booking(record: StayRecord, reading: StayReading) -> Iterator[ChaosViolation]:
    """One key, one booking. A create that nobody answered has made one booking or none."""
    unanswered = bool(record.unknown_outcomes & {ClientAct.CREATED, ClientAct.WALKED_IN})
    expected = {1} if record.booking_id else {0, 1} if unanswered else {0}
    if reading.same_address not in expected:
        what = f"{reading.same_address} bookings of {record.email}, not {' or '.join(map(str, sorted(expected)))}"
        yield _of(record, "one key, one effect", what, lost=reading.same_address < min(expected))


def _acknowledged_commands(record: StayRecord, reading: StayReading) -> Iterator[ChaosViolation]:
    """Every acknowledged command has its event, once."""
    kinds = reading.kinds
    for act in sorted({each.act for each in record.acknowledged} - {ClientAct.PAID}):
        count = kinds[act.event]
        if count == 0:
            yield _of(record, "acknowledged command is there", f"{act.name}: no {act.event}", act=act, lost=True)
        elif count > 1 and act in ONCE:
            yield _of(record, "one key, one effect", f"{act.name}: {count} × {act.event}", act=act)
    for act in record.unknown_outcomes & ONCE:
        if kinds[act.event] > 1:
            yield _of(record, "one key, one effect", f"{act.name}: {kinds[act.event]} × {act.event}")


def _acknowledged_fields(record: StayRecord, reading: StayReading) -> Iterator[ChaosViolation]:
    """Dates, amounts and the room are those of the answers, and the version has not gone back."""
    if (reading.booking.get("version") or 0) < record.version:
        what = f"version {reading.booking.get('version')}, and {record.version} was read before"
        yield _of(record, "acknowledged state is there", what, lost=True)
    uncertain = _uncertain_fields(record)
    for name, (act, value) in record.facts.items():
        column = "assigned_room_number" if name == "room_number" else name
        if name not in uncertain and column in reading.booking and reading.booking[column] != value:
            what = f"{act.name} was answered with {name} {value}; it is {reading.booking[column]}"
            yield _of(record, "acknowledged field is there", what, act=act, lost=True)


def _uncertain_fields(record: StayRecord) -> set[str]:
    """The fields that an unanswered change may have changed; a booking that is cancelled has no room any more."""
    acts = {each.act for each in record.acknowledged} | record.unknown_outcomes
    names = set(OF_A_STAY) if record.unknown_outcomes & CHANGES else set()
    return names | ({"room_number"} if ClientAct.CANCELLED in acts else set())


def _status(record: StayRecord, reading: StayReading) -> Iterator[ChaosViolation]:
    acts = {each.act for each in record.acknowledged}
    expected = next((status for act, status in FINAL if act in acts), None)
    unanswered = record.unknown_outcomes & {
        ClientAct.CANCELLED,
        ClientAct.DECLINED,
        ClientAct.CHECKED_IN,
        ClientAct.CHECKED_OUT,
        ClientAct.CHECK_IN_UNDONE,
    }
    if expected and reading.status != expected and not unanswered:
        yield _of(record, "acknowledged status is there", f"{reading.status}, not {expected}", lost=True)
    if ClientAct.PAID in acts and reading.status == "PENDING_PAYMENT":
        what = "the payment page took the card, and the booking still waits for payment"
        yield _of(record, "paid booking goes on", what, act=ClientAct.PAID)


def _of(
    record: StayRecord, check: str, what: str, *, act: ClientAct | None = None, lost: bool = False
) -> ChaosViolation:
    acknowledgement = record.of(act) if act else None
    at = acknowledgement.at if acknowledgement else record.last_at
    return ChaosViolation(check, record.booking_id or record.email, what, at, lost_write=lost)
