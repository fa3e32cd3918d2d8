"""Notices that cannot be applied: early ones wait a little, hopeless ones are parked, and an operator replays them."""

from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.payments import DismissWebhook, GetWebhook, ListWebhooks, ReplayWebhook, StoredWebhook
from tests.interface.payments.house import House
from tests.interface.payments.test_notices import event, signed

UNKNOWN_INTENT = {"id": "pi_gone", "object": "payment_intent", "metadata": {}}
UNKNOWN_PAYMENT = {"id": "pi_x", "object": "payment_intent", "metadata": {"payment_id": "pay_x"}}
NOBODYS_REFUND = {"id": "re_x", "object": "refund", "payment_intent": None}


def hear(house: House, about: dict[str, Any], name: str = "evt_x", kind: str = "payment_intent.succeeded") -> str:
    body = event(id=name, data={"object": about}, type=kind)
    house.notice(body, signed(body))
    return name


def aged(house: House, minutes: int = 6) -> None:
    """The notices came that long ago, and what is owed is due."""
    house.sql("UPDATE webhook SET received_at = received_at - make_interval(mins => :minutes)", minutes=minutes)
    house.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")


def kept(house: House, name: str = "evt_x") -> StoredWebhook:
    found: StoredWebhook = house.ask(GetWebhook(event_id=name)).reply
    return found


@pytest.mark.parametrize("about", [UNKNOWN_INTENT, UNKNOWN_PAYMENT], ids=["unknown intent", "unknown payment"])
def test_a_notice_that_may_merely_be_early_waits_and_is_then_parked(house: House, about: dict[str, Any]) -> None:
    hear(house, about)

    house.run(rounds=7)
    early = kept(house).outcome
    aged(house)
    house.run()

    assert early == "STORED"
    assert kept(house).outcome == "PARKED"
    assert about["id"] in kept(house).reason
    (job,) = house.sql("SELECT done_at, gave_up_at FROM job")
    assert job["gave_up_at"] is not None


def test_the_wait_of_an_early_notice_grows(house: House) -> None:
    hear(house, UNKNOWN_PAYMENT)

    waits = []
    for _ in range(5):
        house.run(patient=False)
        waits.append(house.sql("SELECT extract(epoch FROM try_at - now()) AS wait FROM job")[0]["wait"])
        house.sql("UPDATE job SET try_at = now()")

    assert waits[-1] > 4 * waits[0]


def test_a_notice_of_nothing_of_ours_is_parked_at_once(house: House) -> None:
    hear(house, NOBODYS_REFUND, kind="refund.updated")

    house.run(rounds=1)

    assert (kept(house).outcome, kept(house).reason) == ("PARKED", "Hopeless: re_x belongs to nothing of our making")


def test_a_parked_notice_is_replayed_once_its_cause_is_gone(house: House) -> None:
    booking_id = house.book()
    house.stripe.drop_events(times=None)
    house.stripe.pay(house.open(booking_id).session_id)
    intents = house.stripe.state.store.intents
    intent_id, intent = intents.popitem()
    hear(house, {"id": intent_id, "object": "payment_intent", "metadata": {}})
    aged(house)
    house.run()
    parked = kept(house).outcome
    intents[intent_id] = intent

    answers = [house.ask(ReplayWebhook(event_id="evt_x")).reply for _ in range(2)]
    house.run()

    assert (parked, [answer.outcome for answer in answers]) == ("PARKED", ["STORED", "STORED"])
    assert (kept(house).outcome, kept(house).payment_id) == ("APPLIED", house.payment(booking_id)["id"])
    assert house.status(booking_id) == "AUTHORIZED"
    assert house.sql("SELECT count(*) AS n FROM job WHERE kind = 'ApplyWebhook'") == [{"n": 2}]


def test_a_replay_that_does_not_help_parks_it_again_at_once(house: House) -> None:
    hear(house, UNKNOWN_PAYMENT)
    aged(house)
    house.run()

    house.ask(ReplayWebhook(event_id="evt_x"))
    house.run(rounds=1)

    assert kept(house).outcome == "PARKED"


def test_only_what_is_parked_is_replayed_or_dismissed(house: House) -> None:
    hear(house, NOBODYS_REFUND, kind="customer.created")

    for command in (ReplayWebhook(event_id="evt_x"), DismissWebhook(event_id="evt_x")):
        with pytest.raises(Refusal, match="NOT_PARKED"):
            house.ask(command)
    with pytest.raises(Refusal, match="NOT_FOUND"):
        house.ask(ReplayWebhook(event_id="evt_nowhere"))


def test_a_dismissed_notice_rests_with_its_reason(house: House) -> None:
    hear(house, NOBODYS_REFUND, kind="refund.updated")
    house.run(rounds=1)

    house.ask(DismissWebhook(event_id="evt_x"))

    assert (kept(house).outcome, kept(house).reason[:8]) == ("IGNORED", "Hopeless")


def test_notices_are_listed_page_by_page(house: House) -> None:
    names = [hear(house, NOBODYS_REFUND, f"evt_{n}", "refund.updated") for n in range(5)]
    house.run(rounds=1)

    found, after = [], None
    while True:
        page = house.ask(ListWebhooks(after=after, limit=2)).reply
        found += [each.event_id for each in page.webhooks]
        after = page.next
        if after is None:
            break

    assert found == names
    assert house.ask(ListWebhooks(outcomes=("APPLIED",))).reply.webhooks == ()


@pytest.mark.parametrize(("ending", "booked"), [("won", [("dispute_won", 15000)]), ("lost", [])])
def test_how_a_dispute_ends_is_booked(house: House, ending: str, booked: list[tuple[str, int]]) -> None:
    booking_id = house.captured()
    charge = house.stripe.journal(house.payment(booking_id)["intent_id"])[0]["charge"]
    dispute = house.stripe.dispute(charge)
    house.settle()

    house.stripe.close_dispute(dispute["id"], ending)
    house.settle()

    assert house.ledger(booking_id)[3:] == booked
    assert house.ledger(booking_id) == house.journal(booking_id)
