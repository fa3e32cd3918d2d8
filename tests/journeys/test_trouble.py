"""Whatever fails between a commit and a screen: every fact arrives, where it should, as what it is, in order."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

from sandbox.demo.world import World
from sandbox.stack import Stack
from tests.journeys.trouble import Stay
from tests.unit.notifier.specified import EVERY_CHANGE, EXPECTED

STORY = [
    "BookingHeld", "PaymentAwaited", "BookingAwaitsApproval", "BookingApproved", "BookingConfirmed", "RoomAssigned",
    "GuestCheckedIn", "ChatMessageSent", "ChatMessageSent", "CommunicationRequested", "CommunicationNoted",
    "BookingAmended", "OrderPlaced", "OrderAccepted", "OrderCompleted", "GuestCheckedOut",
]  # fmt: skip
MAILS = ("Booking received", "Payment authorized", "Booking Confirmed", "Welcome to", "Thank you for")
KINDS = ("hotel", "staff", "booking", "room")


def pushed(world: World) -> list[dict[str, Any]]:
    """What the provider was told on channels of today, oldest first."""
    return [row for row in world.push.told() if row["channel"].startswith("private-")]


def test_the_notifier_was_killed_and_the_story_is_whole(troubled: Stay, stack: Stack) -> None:
    facts = troubled.facts()

    assert stack.supervisor.crashes("notifier") >= 2
    assert [fact.type.split(".")[1] for fact in facts] == STORY
    assert [fact.sequence for fact in facts] == list(range(1, len(STORY) + 1))


def test_each_fact_is_on_exactly_the_channels_of_the_table(troubled: Stay, world: World) -> None:
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in pushed(world):
        seen[row["data"]["event_id"]].add((row["event"], row["channel"]))

    for fact in troubled.facts():
        channels = world.channels(" ".join(KINDS), booking_id=troubled.booked.id, room=troubled.room)
        channel = dict(zip(KINDS, channels, strict=True))
        wanted = set(EXPECTED.get(fact.type.split(".")[1], set()))
        if fact.data.get("status") != fact.data.get("previous_status"):
            wanted |= EVERY_CHANGE
        assert seen[fact.id] == {(name, channel[kind]) for name, kind in wanted}, fact.type


def test_what_was_pushed_is_what_was_committed(troubled: Stay, world: World) -> None:
    facts = {fact.id: fact for fact in troubled.facts()}
    about = [row["data"] for row in pushed(world) if row["data"].get("subject") == troubled.booked.id]

    assert about
    for data in about:
        assert data["event_id"] in facts, data
        assert data["sequence"] == facts[data["event_id"]].sequence


def test_no_channel_was_told_anything_older_than_it_knew(troubled: Stay, world: World) -> None:
    told: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in pushed(world):
        told[row["channel"], row["data"]["subject"]].append(row["data"]["sequence"])

    assert len(told[world.channels("booking", booking_id=troubled.booked.id)[0], troubled.booked.id]) > len(STORY) - 3
    assert [where for where, numbers in told.items() if any(b < a for a, b in pairwise(numbers))] == []


def test_the_guest_has_every_mail_and_a_repetition_is_known_by_its_id(troubled: Stay, world: World) -> None:
    mails = world.mailbox.to(troubled.booked.email)
    ids = {mail["message_id"] for mail in mails}
    subjects = [mail["subject"] for mail in {mail["message_id"]: mail for mail in mails}.values()]

    assert len(ids) == len(subjects)
    for part in MAILS:
        assert len([subject for subject in subjects if subject.startswith(part)]) == 1, subjects


def test_the_bookings_log_knows_of_every_mail(troubled: Stay, world: World) -> None:
    path = f"{troubled.booked.desk_path}/communications/"
    log = world.staff("manager").ask("GET", path).body["results"]
    fates = {entry["subject"]: entry["delivery_status"] for entry in log}

    for part in MAILS:
        assert [fate for subject, fate in fates.items() if subject.startswith(part)] == ["SENT"], fates
