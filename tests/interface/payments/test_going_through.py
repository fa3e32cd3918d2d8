"""How payments are gone through: page by page, by the clock, shared, patient; and what was left lying on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from contracts.payments import Part
from services.payments.handlers.comparing import repair
from services.payments.handlers.reconciling import compare_due
from tests.interface.payments.breaking import moved
from tests.interface.payments.drift import (
    compared,
    conversation,
    figures,
    forgotten_refund,
    gone_through,
    hours_pass,
    kinds,
)
from tests.interface.payments.house import House

TEN = timedelta(minutes=10)


def test_a_notice_that_was_not_applied_is_found_and_applied(house: House) -> None:
    booking_id = house.book()
    house.stripe.pay(house.open(booking_id).session_id)
    house.post()
    house.sql("DELETE FROM job WHERE kind = 'ApplyWebhook'")
    assert "WEBHOOK_NOT_APPLIED" not in kinds(gone_through(house))
    house.sql("UPDATE webhook SET received_at = now() - interval '10 minutes'")

    looked = gone_through(house)
    repaired = gone_through(house, repair=True)

    assert "WEBHOOK_NOT_APPLIED" in kinds(looked)
    assert all(finding.repaired for finding in repaired)
    assert house.sql("SELECT * FROM webhook WHERE outcome = 'STORED'") == []
    assert figures(house).webhooks_waiting == 0
    assert house.status(booking_id) == "AUTHORIZED"


def test_a_parked_notice_stays_found_until_somebody_dismisses_it(house: House) -> None:
    house.captured()
    house.sql("UPDATE webhook SET outcome = 'PARKED', payment_id = NULL, session_id = NULL, intent_id = NULL")
    count = house.sql("SELECT count(*) AS n FROM webhook")[0]["n"]

    left = [finding for finding in gone_through(house, repair=True, limit=2) if not finding.repaired]

    assert (len(left), kinds(left)) == (count, {"WEBHOOK_NOT_APPLIED"})
    assert figures(house).webhooks_parked == count


def test_a_job_that_was_given_up_is_found_and_run_after_all(house: House) -> None:
    booking_id = house.authorised()
    house.decline(booking_id)
    house.sql("UPDATE job SET gave_up_at = now(), last_error = 'silence' WHERE kind = 'Pursue' AND done_at IS NULL")

    looked = gone_through(house)
    repaired = gone_through(house, repair=True)

    assert kinds(looked) == {"ERRAND_GIVEN_UP", "MONEY_KEPT"}
    assert {finding.repaired for finding in repaired} == {True}
    assert (house.status(booking_id), moved(house, booking_id, "void")) == ("VOIDED", 1)
    assert figures(house).errands_given_up == 0
    assert gone_through(house) == []


def test_each_page_is_small_and_the_pages_are_all(house: House) -> None:
    bookings = {lost_authorisation_of(house) for _ in range(5)}

    found, pages, after = [], [], None
    while True:
        page = compared(house, Part.PAYMENTS, limit=2, after=after)
        pages.append((page.looked, page.total))
        found += page.findings
        after = page.next
        if after is None:
            break

    assert pages == [(2, 5), (2, None), (1, None)]
    assert {finding.booking_id for finding in found} == bookings


def lost_authorisation_of(house: House) -> str:
    booking_id = house.book()
    session_id = house.open(booking_id).session_id
    house.stripe.pay(session_id)
    return booking_id


def test_only_what_was_asked_for_is_compared(house: House) -> None:
    first, second = lost_authorisation_of(house), lost_authorisation_of(house)

    assert {each.booking_id for each in gone_through(house, booking_id=first)} == {first}
    assert gone_through(house, hotel="hotel-elsewhere") == []
    assert compared(house, Part.PAYMENTS, since=house.now()).looked == 0
    assert {each.booking_id for each in gone_through(house, hotel="hotel-killarney")} == {first, second}


def test_two_clocks_share_the_work(house: House) -> None:
    for _ in range(3):
        lost_authorisation_of(house)
    house.sql("UPDATE payment SET compare_at = compare_at - interval '61 minutes'")
    with house.unit_of_work.begin() as first:
        mine = first.comparisons.claim(first.now, limit=2, lease=TEN)
        with house.unit_of_work.begin() as second:
            theirs = second.comparisons.claim(second.now, limit=5, lease=TEN)

    assert (len(mine), len(theirs)) == (2, 1)
    assert not set(mine) & set(theirs)


def test_a_silent_provider_is_left_alone_until_the_lease_has_run_out(house: House) -> None:
    for _ in range(3):
        lost_authorisation_of(house)
    house.stripe.fault("fail_before", path="/v1/", drop=True, times=None)
    asked = len(house.stripe.requests())

    hours_pass(house)
    compare_due(conversation(house))

    assert len(house.stripe.requests()) - asked <= 2
    house.stripe.lift_faults()
    house.advance(6)
    compare_due(conversation(house))
    assert {row["status"] for row in house.sql("SELECT status FROM payment")} == {"AUTHORIZED"}


def test_a_settled_payment_is_looked_at_ever_more_seldom_and_then_no_more(house: House) -> None:
    booking_id = house.captured()
    looks = 0
    for _ in range(40):
        due = house.payment(booking_id)["compare_at"]
        if due is None:
            break
        house.advance((due - house.now()).total_seconds() / 60 + 1)
        compare_due(conversation(house))
        looks += 1

    assert house.payment(booking_id)["compare_at"] is None
    assert 8 <= looks <= 14


def test_concurrent_repairs_move_money_once(house: House) -> None:
    booking_id = forgotten_refund(house)
    payment_id = house.payment(booking_id)["id"]

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: repair(payment_id, conversation(house), run="both"), range(3)))

    assert moved(house, booking_id, "refund") == 1
    assert house.payment(booking_id)["refunded"] == 10000
