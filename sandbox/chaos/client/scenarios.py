"""The scenarios of visits, with their weights."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sandbox.chaos.client import operations
from sandbox.chaos.client.accounts import new_guest
from sandbox.chaos.client.acknowledgements import ClientAct, StayRecord
from sandbox.chaos.client.operations import SOLD_MEANWHILE, TOO_LATE, ClientOperation
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


async def change_paid_first(visit: Visit) -> None:
    """The guest stays a night longer, and pays the difference first; some cancel instead, before or while they pay."""
    stay = await _future(visit)
    if not (stay and await confirmed(visit, stay)):
        return
    expected = await _preview(visit, stay, operations.PREVIEW_CHANGE, token=stay.token)
    if expected is None or expected["settlement"] != "pay_first":
        return
    body = {"check_out": expected["check_out"], "expected": {"total": expected["new_total"]}}
    held = await visit.act(stay, ClientAct.CHANGE_HELD, operations.CHANGE, body=body, allowed=SOLD_MEANWHILE)
    if held is None:
        return
    match visit.rng.choices(("pays", "cancels", "does both"), (6, 2, 2))[0]:
        case "pays":
            await visit.pay_for_change(stay, held.body, check_out=expected["check_out"])
        case "cancels":
            await _cancel(visit, stay)
        case _:
            stay.unknown_outcomes.add(ClientAct.CHANGE_PAID)
            await asyncio.gather(visit.page.pay(held.body["payment"]["payment_url"]), _cancel(visit, stay))
    await visit.read(stay)


async def change_owed(visit: Visit) -> None:
    """Staff let the guest stay a night longer, and the guest owes the difference."""
    stay = await _future(visit)
    if not (stay and await confirmed(visit, stay)):
        return
    expected = await _preview(visit, stay, operations.PREVIEW_CHANGE_BY_STAFF, token=visit.hotel.desk)
    if expected is None or expected["settlement"] != "owed":
        return
    body = {"check_out": expected["check_out"], "expected": {"total": expected["new_total"]}}
    facts = {"check_out": expected["check_out"], "total_amount": expected["new_total"]}
    facts["balance_due"] = expected["difference"]
    changed = await visit.act(
        stay, ClientAct.CHANGED, operations.CHANGE_BY_STAFF, by_staff=True, body=body, facts=facts,
        allowed=SOLD_MEANWHILE,
    )  # fmt: skip
    if changed:
        stay.total = expected["new_total"]
    await visit.read(stay)


async def planned_stay(visit: Visit) -> None:
    """The desk has the rooms of tonight planned, checks the guest in, and takes half of the check-ins back."""
    stay = await _tonight(visit)
    if not (stay and await confirmed(visit, stay)):
        return
    tonight = {"from": str(visit.today), "until": str(visit.today + timedelta(days=1))}
    body, desk = {**tonight, "booking_ids": [stay.booking_id]}, visit.hotel.desk
    planned = await visit.ask(operations.PLAN_ROOMS, token=desk, body=body, allowed=operations.OUTDATED)
    if not (planned and planned.ok and planned.body["assigned"]):
        return
    stay.acknowledge(ClientAct.PLANNED)
    checked_in = await visit.act(
        stay, ClientAct.CHECKED_IN, operations.CHECK_IN, by_staff=True, allowed=operations.ROOM_TAKEN
    )
    if checked_in is None:
        return
    stay.room = checked_in.body["assigned_room_number"]  # another plan may have moved the stay
    stay.acknowledge(ClientAct.CHECKED_IN, room_number=stay.room)
    if visit.rng.random() < 0.5:
        await _check_out(visit, stay)
        return
    undo = {"room_status": "READY_FOR_GUEST", "reason": "The wrong guest."}
    await visit.act(stay, ClientAct.CHECK_IN_UNDONE, operations.UNDO_CHECK_IN, by_staff=True, body=undo)
    await _cancel(visit, stay)
    await visit.read(stay)


SCENARIOS: dict[Scenario, int] = {
    browse: 20, cancel_unpaid: 12, decline: 10, cancel_confirmed: 14, cancel_while_approving: 12, full_stay: 22,
    walk_in: 10, change_paid_first: 12, change_owed: 8, planned_stay: 12,
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


async def _preview(
    visit: Visit, stay: StayRecord, operation: ClientOperation, *, token: str
) -> Mapping[str, Any] | None:
    """What one night more would change, with the new `check_out`; None where it is refused or nobody answers."""
    booking = await visit.read(stay)
    if not booking:
        return None
    check_out = str(date.fromisoformat(booking["check_out"]) + timedelta(days=1))
    preview = await visit.ask(operation, stay=stay, token=token, body={"check_out": check_out})
    if preview is None or not preview.body["allowed"]:
        return None
    return {**preview.body, "check_out": check_out}


async def _cancel(visit: Visit, stay: StayRecord) -> None:
    body = {"reason": "We found a tent."}
    await visit.act(stay, ClientAct.CANCELLED, operations.CANCEL, body=body, allowed=TOO_LATE)


async def _check_out(visit: Visit, stay: StayRecord) -> None:
    if await visit.act(stay, ClientAct.CHECKED_OUT, operations.CHECK_OUT, by_staff=True):
        await visit.clean(stay.room)
