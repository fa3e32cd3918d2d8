"""The scenarios of visits, with their weights."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sandbox.chaos.client import operations
from sandbox.chaos.client.accounts import new_guest
from sandbox.chaos.client.acknowledgements import ClientAct, StayRecord
from sandbox.chaos.client.operations import TOO_LATE
from sandbox.chaos.client.visit import Visit

MAX_DAYS_AHEAD = 400  # days ahead within which future stays begin
Scenario = Callable[[Visit], Awaitable[None]]


async def browse(visit: Visit) -> None:
    """A visitor searches without booking; staff read their lists."""
    await visit.ask(operations.HOTEL)
    await visit.search(visit.today + timedelta(days=visit.rng.randrange(MAX_DAYS_AHEAD)), 2)
    for status in ("PENDING_APPROVAL", "IN_HOUSE"):
        await visit.ask(operations.LIST, token=visit.hotel.desk, params={"status": status})
    await visit.ask(operations.LIST_ROOMS, token=visit.hotel.cleaner, params={"page_size": "50"})


async def cancel_unpaid(visit: Visit) -> None:
    """The guest books and cancels before paying."""
    if stay := await _future(visit):
        await visit.read(stay)
        await _cancel(visit, stay)


async def decline(visit: Visit) -> None:
    """Staff decline a paid booking."""
    if (stay := await _future(visit)) and await visit.pay(stay):
        reason = {"reason_code": "OVERBOOKED", "reason_note": "The boiler is being repaired."}
        # A hotel that approves by itself has decided already.
        await visit.act(stay, ClientAct.DECLINED, operations.DECLINE, by_staff=True, body=reason, allowed=TOO_LATE)
        await visit.read(stay)


async def cancel_confirmed(visit: Visit) -> None:
    """The guest cancels a confirmed stay, and gets back what the policy leaves."""
    stay = await (_tonight(visit) if visit.rng.random() < 0.3 else _future(visit))
    if stay and await confirmed(visit, stay):
        await _cancel(visit, stay)
        await visit.read(stay)


async def cancel_while_approving(visit: Visit) -> None:
    """The guest cancels while staff approve: one of the two wins."""
    if (stay := await _future(visit)) and await visit.pay(stay):
        approving = visit.act(stay, ClientAct.APPROVED, operations.APPROVE, by_staff=True, allowed=TOO_LATE)
        await asyncio.gather(approving, _cancel(visit, stay))
        await visit.read(stay)


async def full_stay(visit: Visit) -> None:
    """A full stay: book, pay, approve, assign, check in, chat, check out, clean."""
    stay = await _tonight(visit)
    if not (stay and await confirmed(visit, stay) and await visit.assign_room(stay)):
        return
    body = {"internal_notes": f"note {stay.number}"}
    await visit.act(stay, ClientAct.AMENDED, operations.AMEND, by_staff=True, body=body, facts=body)
    if await visit.act(stay, ClientAct.CHECKED_IN, operations.CHECK_IN, by_staff=True) is None:
        return
    await visit.act(stay, ClientAct.CHATTED, operations.CHAT, body={"text": "Is breakfast at eight?"})
    await visit.ask(operations.COMMUNICATIONS, stay=stay, token=visit.hotel.desk)
    await visit.ask(operations.EVENTS, stay=stay, params={"after": "2"})
    await _check_out(visit, stay)


async def walk_in(visit: Visit) -> None:
    """A guest without a booking gets a free room at the desk."""
    params = {"status": "READY_FOR_GUEST", "page_size": "100"}
    rooms = await visit.ask(operations.LIST_ROOMS, token=visit.hotel.desk, params=params)
    rows = rooms.body["results"] if rooms else []
    if not rows:
        return
    number, details = visit.rng.choice(rows)["room_number"], new_guest(visit.rng)
    stay = visit.acknowledgements.new_stay(visit.hotel.slug, details["email"])
    stay.by_card, stay.unknown_outcomes = False, {ClientAct.WALKED_IN}
    body, desk = {"guest": details}, visit.hotel.desk
    answer = await visit.ask(operations.WALK_IN, room=number, token=desk, body=body, allowed=operations.ROOM_TAKEN)
    if answer is None:
        return
    stay.unknown_outcomes.clear()
    if answer.ok:
        stay.booking_id, stay.room = answer.body["booking_id"], number
        stay.total, stay.currency = answer.body["total_amount"], answer.body["currency"]
        stay.acknowledge(ClientAct.WALKED_IN, room_number=number)
        await visit.ask(operations.READ_AS_STAFF, stay=stay, token=desk)
        await _check_out(visit, stay)


SCENARIOS: dict[Scenario, int] = {
    browse: 20, cancel_unpaid: 12, decline: 10, cancel_confirmed: 14, cancel_while_approving: 12, full_stay: 22,
    walk_in: 10,
}  # fmt: skip


async def _tonight(visit: Visit) -> StayRecord | None:
    return await visit.book(visit.today, nights=1)


async def _future(visit: Visit) -> StayRecord | None:
    return await visit.book(
        visit.today + timedelta(days=visit.rng.randrange(3, MAX_DAYS_AHEAD)), nights=visit.rng.choice((1, 2))
    )


async def confirmed(visit: Visit, stay: StayRecord) -> bool:
    """Paid, and approved by staff where the hotel does not approve by itself."""
    if not await visit.pay(stay):
        return False
    if await visit.act(stay, ClientAct.APPROVED, operations.APPROVE, by_staff=True) is None:
        return False
    return await visit.wait_for(stay, {"CONFIRMED"})


async def _cancel(visit: Visit, stay: StayRecord) -> None:
    body = {"reason": "We found a tent."}
    await visit.act(stay, ClientAct.CANCELLED, operations.CANCEL, body=body, allowed=TOO_LATE)


async def _check_out(visit: Visit, stay: StayRecord) -> None:
    if await visit.act(stay, ClientAct.CHECKED_OUT, operations.CHECK_OUT, by_staff=True):
        await visit.clean(stay.room)
