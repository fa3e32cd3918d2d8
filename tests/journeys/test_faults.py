"""Under faults between a commit and a screen, every event reaches its channels, unchanged and in order."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

from sandbox.demo.context import DemoContext
from sandbox.stack.stack import Stack
from tests.journeys.faulty_stay import FaultyStay
from tests.unit.notifier.specified import EVERY_CHANGE, EXPECTED

STORY = [
    "BookingHeld", "PaymentAwaited", "BookingAwaitsApproval", "BookingApproved", "BookingConfirmed", "RoomAssigned",
    "GuestCheckedIn", "ChatMessageSent", "ChatMessageSent", "CommunicationRequested", "CommunicationNoted",
    "BookingAmended", "OrderPlaced", "OrderAccepted", "OrderCompleted", "GuestCheckedOut",
]  # fmt: skip
MAILS = ("Booking received", "Payment authorized", "Booking Confirmed", "Welcome to", "Thank you for")
KINDS = ("hotel", "staff", "booking", "room")


def pushed(demo: DemoContext) -> list[dict[str, Any]]:
    """The pushes at the provider on current channel names, oldest first."""
    return [row for row in demo.push.events() if row["channel"].startswith("private-")]


def test_every_event_of_the_stay_is_published_in_order_although_the_notifier_was_killed(
    faulty_stay: FaultyStay, stack: Stack
) -> None:
    facts = faulty_stay.facts()

    assert stack.supervisor.crashes("notifier") >= 2
    assert [fact.type.split(".")[1] for fact in facts] == STORY
    assert [fact.sequence for fact in facts] == list(range(1, len(STORY) + 1))


def test_each_fact_is_on_exactly_the_channels_of_the_table(faulty_stay: FaultyStay, demo: DemoContext) -> None:
    pushes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in pushed(demo):
        pushes[row["data"]["event_id"]].add((row["event"], row["channel"]))

    for fact in faulty_stay.facts():
        channels = demo.channels(" ".join(KINDS), booking_id=faulty_stay.booked.id, room=faulty_stay.room)
        channel = dict(zip(KINDS, channels, strict=True))
        expected = set(EXPECTED.get(fact.type.split(".")[1], set()))
        if fact.data.get("status") != fact.data.get("previous_status"):
            expected |= EVERY_CHANGE
        assert pushes[fact.id] == {(name, channel[kind]) for name, kind in expected}, fact.type


def test_every_push_belongs_to_a_committed_event(faulty_stay: FaultyStay, demo: DemoContext) -> None:
    facts = {fact.id: fact for fact in faulty_stay.facts()}
    about = [row["data"] for row in pushed(demo) if row["data"].get("subject") == faulty_stay.booked.id]

    assert about
    for data in about:
        assert data["event_id"] in facts, data
        assert data["sequence"] == facts[data["event_id"]].sequence


def test_no_channel_gets_an_event_older_than_its_last(faulty_stay: FaultyStay, demo: DemoContext) -> None:
    result: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in pushed(demo):
        result[row["channel"], row["data"]["subject"]].append(row["data"]["sequence"])

    assert (
        len(result[demo.channels("booking", booking_id=faulty_stay.booked.id)[0], faulty_stay.booked.id])
        > len(STORY) - 3
    )
    assert [where for where, numbers in result.items() if any(b < a for a, b in pairwise(numbers))] == []


def test_the_guest_has_every_mail_and_a_repetition_is_known_by_its_id(
    faulty_stay: FaultyStay, demo: DemoContext
) -> None:
    mails = demo.mailbox.mails_to(faulty_stay.booked.email)
    ids = {mail["message_id"] for mail in mails}
    subjects = [mail["subject"] for mail in {mail["message_id"]: mail for mail in mails}.values()]

    assert len(ids) == len(subjects)
    for part in MAILS:
        assert len([subject for subject in subjects if subject.startswith(part)]) == 1, subjects


def test_the_bookings_communications_list_every_mail_as_sent(faulty_stay: FaultyStay, demo: DemoContext) -> None:
    path = f"{faulty_stay.booked.staff_path}/communications/"
    log = demo.staff("manager").call("GET", path).body["results"]
    fates = {entry["subject"]: entry["delivery_status"] for entry in log}

    for part in MAILS:
        assert [fate for subject, fate in fates.items() if subject.startswith(part)] == ["SENT"], fates
