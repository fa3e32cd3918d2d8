"""What may be asked of a hotel, each as the plain mind answers it.

"" is done, `AGAIN` done before, else the code of the refusal, and then nothing has changed. The board's `now` is set
before each.
"""

from __future__ import annotations

from datetime import date

from contracts.rooms import RoomStatus
from tests.storm.board import AGAIN, DAY, ENDED, HOLD, LIVE_INCIDENT, TURNS, Board, Card, Incident, R, S, at, nights


def book(board: Board, new: str, kind: str, first: date, until: date, *, pays: bool) -> str:
    """Somebody books, by card or at the desk."""
    if board.full(kind, nights(first, until)):
        return "SOLD_OUT"
    board.cards[new] = Card(
        id=new,
        booked=kind,
        first=first,
        until=until,
        status=S.PENDING_PAYMENT if pays else S.CONFIRMED,
        counted=dict.fromkeys(nights(first, until), kind),
        expires_at=board.now + HOLD if pays else None,
    )
    return ""


def walk_in(board: Board, new: str, room: str, until: date) -> str:
    """Somebody stands at the desk."""
    hook, wanted = board.hooks[room], nights(board.today, until)
    problem = board.no_way_in(hook, wanted)
    if problem or board.full(hook.type, wanted):
        return problem or "SOLD_OUT"
    card = Card(
        id=new,
        booked=hook.type,
        first=board.today,
        until=until,
        status=S.IN_HOUSE,
        counted=dict.fromkeys(wanted, hook.type),
    )
    board.cards[new] = card
    board.live(card, hook, wanted)
    return ""


def cancel(board: Board, who: str) -> str:
    """Staff call it off, whoever is where."""
    card = board.cards[who]
    if card.status is S.CANCELLED:
        return AGAIN
    if card.status in ENDED:
        return "BOOKING_ENDED"
    if card.status is S.IN_HOUSE:
        board.leave(card)
    else:
        board.unheard.append(who)
    card.status = S.CANCELLED
    return ""


def no_show(board: Board, who: str) -> str:
    """Staff say that nobody came."""
    card = board.cards[who]
    if card.status is S.NO_SHOW:
        return AGAIN
    if card.status in ENDED:
        return "BOOKING_ENDED"
    if card.status is not S.CONFIRMED:
        return "ILLEGAL_TRANSITION"
    if board.now < at(card.first + DAY, 12):
        return "NO_SHOW_TOO_EARLY"
    board.come_to_nothing(card, S.NO_SHOW)
    return ""


def assign(board: Board, who: str, room: str) -> str:
    """The booking is to have this room."""
    card, hook = board.cards[who], board.hooks[room]
    if card.status is not S.CONFIRMED:
        return "BOOKING_ALREADY_CHECKED_IN" if card.status is S.IN_HOUSE else "BOOKING_STATUS_NOT_ASSIGNABLE"
    if card.room == room:
        return AGAIN
    now, wanted = card.first <= board.today, nights(card.first, card.until)
    if (hook.status is R.OUT_OF_ORDER and now) or set(wanted) & hook.closed:
        return "ROOM_NOT_BOOKABLE"
    if board.in_the_way(room, wanted, but=who):
        return "ROOM_OVERLAP_CONFLICT"
    if hook.guest and now:
        return "ROOM_OCCUPIED"
    if not board.count_on(card, hook.type):
        return "SOLD_OUT"
    card.room, card.has = room, (card.first, card.until)
    return ""


def unassign(board: Board, who: str) -> str:
    """The booking is to have no room."""
    card = board.cards[who]
    if card.status is not S.CONFIRMED:
        return "BOOKING_ALREADY_CHECKED_IN" if card.status is S.IN_HOUSE else "BOOKING_STATUS_NOT_ASSIGNABLE"
    if card.room is None:
        return AGAIN
    card.room = card.has = None
    board.count_on(card, card.booked)
    return ""


def check_in(board: Board, who: str, *, late: bool) -> str:
    """The guest arrives."""
    card = board.cards[who]
    if card.status is not S.CONFIRMED:
        return AGAIN if card.status is S.IN_HOUSE else "BOOKING_NOT_ELIGIBLE"
    if board.today < card.first:
        return "CHECKIN_WRONG_DATE"
    if board.now < at(card.first, 12):
        return "CHECKIN_TOO_EARLY"
    if (board.now > at(card.first + DAY, 2) and not late) or board.now >= card.leaves_at:
        return "CHECKIN_TOO_LATE"
    if card.room is None:
        return "NO_ROOM_ASSIGNED"
    hook = board.hooks[card.room]
    if hook.status is not R.READY_FOR_GUEST:
        return "ROOM_NOT_READY"
    card.status, hook.status, hook.guest = S.IN_HOUSE, R.OCCUPIED, who
    return ""


def move(board: Board, who: str, room: str) -> str:
    """The guest is to live in another room."""
    card, hook = board.cards[who], board.hooks[room]
    if card.status is not S.IN_HOUSE or card.has is None or card.room is None:
        return "NOT_CHECKED_IN"
    if card.room == room:
        return AGAIN
    first, until = card.has
    wanted = nights(max(first, min(board.today, until - DAY)), until)
    problem = board.no_way_in(hook, wanted)
    if problem or not board.count_on(card, hook.type):
        return problem or "SOLD_OUT"
    board.vacate(board.hooks[card.room])
    board.live(card, hook, wanted)
    return ""


def check_out(board: Board, who: str) -> str:
    """The guest leaves."""
    card = board.cards[who]
    if card.status is not S.IN_HOUSE:
        return AGAIN if card.status is S.COMPLETED else "NOT_CHECKED_IN"
    board.leave(card)
    card.status = S.COMPLETED
    return ""


def check_out_rooms(board: Board, rooms: tuple[str, ...]) -> str:
    """All guests of these rooms leave; who left and who was not there is the answer."""
    wanted = sorted(set(rooms))
    guests = [board.hooks[room].guest for room in wanted]
    for guest in guests:
        if guest:
            check_out(board, guest)
    empty = [room for room, guest in zip(wanted, guests, strict=True) if guest is None]
    return f"left {sorted(filter(None, guests))}, empty {empty}"


def extend(board: Board, who: str, days: int) -> str:
    """The guest stays on."""
    card = board.cards[who]
    if card.status is not S.IN_HOUSE or card.room is None or card.has is None:
        return "NOT_CHECKED_IN"
    hook, more = board.hooks[card.room], nights(card.until, card.until + DAY * days)
    if board.in_the_way(card.room, more, but=who) or set(more) & hook.closed:
        return "EXTENSION_CONFLICT"
    if board.full(hook.type, more):
        return "SOLD_OUT"
    card.counted |= dict.fromkeys(more, hook.type)
    card.until = card.until + DAY * days
    card.has = (card.has[0], card.until)
    if card.incident in LIVE_INCIDENT and card.leaves_at > board.now:
        card.incident = Incident.RESOLVED
    return ""


def acknowledge(board: Board, who: str, *, dismiss: bool) -> str:
    """Staff know that the guest has overstayed, or say that it is no overstay."""
    card = board.cards[who]
    incident = board.new_overstay(card) or card.incident
    if incident is None:
        return "NO_OVERSTAY"
    wanted = Incident.DISMISSED if dismiss else Incident.ACKNOWLEDGED
    if incident is wanted:
        return AGAIN
    if incident not in LIVE_INCIDENT:
        return "ILLEGAL_TRANSITION"
    card.incident = wanted
    card.dismissed_until = card.until if dismiss else card.dismissed_until
    return ""


def block(board: Board, room: str, first: date, until: date) -> str:
    """Nobody is to have the room on these nights."""
    hook, wanted = board.hooks[room], nights(first, until)
    lived_in = hook.guest is not None and first <= board.today
    if lived_in or board.in_the_way(room, wanted) or set(wanted) & hook.closed:
        return "ROOM_OVERLAP_CONFLICT"
    sold = board.sold()
    if any(sold[hook.type, night] > board.capacity(hook.type, night) - 1 for night in wanted):
        return "WOULD_OVERSELL"
    hook.closed |= set(wanted)
    return ""


def unblock(board: Board, room: str) -> str:
    """The room's blocks are lifted."""
    hook = board.hooks[room]
    board.lift(hook, hook.closed - hook.broken)
    return ""


def turn(board: Board, room: str, to: RoomStatus, until: date) -> str:
    """Staff send the room to a status; `until` is for a room that goes out of order."""
    hook = board.hooks[room]
    if hook.status is to:
        return AGAIN
    if hook.guest:
        return "ROOM_HAS_GUEST"
    if to not in TURNS[hook.status]:
        return "ILLEGAL_ROOM_TRANSITION"
    if to is R.OUT_OF_ORDER:
        problem = block(board, room, board.today, until)
        if problem:
            return problem
        hook.broken |= set(nights(board.today, until))
    if hook.status is R.OUT_OF_ORDER:
        board.lift(hook, hook.broken)
        hook.broken = set()
    hook.status = to
    return ""
