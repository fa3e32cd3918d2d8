"""The rendered mails."""

from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest

from chassis.refusal import PermanentFailure
from contracts.bookings.lookups import LinkedBooking, LookupLetter
from contracts.bookings.status import BookingStatus
from contracts.values import Money, PriceLines
from services.notifier.domain.jobs import SendLookup, SendMail
from services.notifier.domain.mails import MAILS, SUBJECTS
from services.notifier.mailer.renderer import MailRenderer
from tests.fakes.mails import parsed, text_of
from tests.unit.notifier.samples import BOOKING, CARD, HOTEL, NOW, mail_facts, sample

RENDERER = MailRenderer(sender="bookings@hotelmate.example", public_url="https://stay.example/")
AMOUNTS = {
    "fee": Money(4500, "EUR"),
    "refund": Money(10500, "EUR"),
    "amount": Money(15000, "EUR"),
    "captured": Money(15000, "EUR"),
    "total": Money(15000, "EUR"),
    "previous_total": Money(25500, "EUR"),
    "refund_at_desk": Money(0, "EUR"),
    "balance_due": Money(0, "EUR"),
}
DAYS = {
    "check_in": date(2027, 3, 12),
    "check_out": date(2027, 3, 14),
    "previous_check_in": date(2027, 3, 11),
    "previous_check_out": date(2027, 3, 15),
}
TEXTS = {
    "adults": "1", "children": "0", "previous_room_type_name": "Family Room", "previous_adults": "2",
    "previous_children": "1", "reason": "not_paid",
}  # fmt: skip
LINK = f"https://stay.example/guest/{HOTEL}/bookings/{BOOKING}#code=code-123"


def rendered(
    occasion: str,
    *,
    event_id: str = "e1",
    amounts: dict[str, Money] = AMOUNTS,
    texts: dict[str, str] = TEXTS,
    **booking: Any,
) -> EmailMessage:
    job = SendMail(
        notice_id="n",
        booking_id=BOOKING,
        hotel=HOTEL,
        occasion=occasion,
        event_id=event_id,
        amounts=amounts,
        days=DAYS,
        texts=texts,
    )
    return parsed(RENDERER.mail(job, mail_facts(**booking)))


@pytest.mark.parametrize("occasion", SUBJECTS)
def test_every_mail_names_the_hotel_the_booking_and_the_guest_page(occasion: str) -> None:
    message = rendered(occasion)

    for kind in ("plain", "html"):
        text = text_of(message, kind)
        for expected in (BOOKING, "Dear Ada", "Hotel Killarney", "+353 1 555", "Friday 12 March 2027", "EUR 150.00"):
            assert expected in text
        assert LINK in text
    assert str(message["From"]) == "Hotel Killarney <bookings@hotelmate.example>"
    assert str(message["Reply-To"]) == "desk@killarney.example"
    assert str(message["To"]) == "guest@example.org"


def test_subjects_contain_the_booking_id_or_the_hotels_name() -> None:
    assert rendered("booking_confirmed")["Subject"] == f"Booking Confirmed - {BOOKING}"
    assert rendered("payment_authorized")["Subject"] == (
        f"Payment authorized — awaiting hotel confirmation ({BOOKING})"
    )
    assert rendered("welcome")["Subject"] == "Welcome to Hotel Killarney"


def test_instants_are_rendered_in_the_hotels_time_zone() -> None:
    july = NOW.replace(month=7)

    text = text_of(rendered("booking_received", status=BookingStatus.PENDING_PAYMENT, expires_at=july))

    assert "until 10:30 on Thursday 1 July 2027 (IST)" in text


def test_a_mail_about_a_paid_booking_requests_no_payment() -> None:
    text = text_of(rendered("booking_received", status=BookingStatus.CONFIRMED, expires_at=NOW))

    assert "authorise the payment" not in text


def test_a_confirmation_mail_states_the_captured_amount_and_the_rest() -> None:
    whole = text_of(rendered("booking_confirmed", paid_at=NOW))
    before_the_amount_was_stored = text_of(rendered("booking_confirmed", paid_at=NOW, amounts={}))
    part = text_of(rendered("booking_confirmed", paid_at=NOW, amounts={"captured": Money(4000, "EUR")}))

    for text in (whole, before_the_amount_was_stored):
        assert "Your payment of EUR 150.00 has been received." in text
        assert "The rest" not in text
    assert "Your payment of EUR 40.00 has been received." in part
    assert "The rest, EUR 110.00, is still to be paid." in part


def test_a_cancellation_mail_states_fee_and_refund_where_they_are_not_zero() -> None:
    both = text_of(rendered("booking_cancelled"))
    free = text_of(rendered("booking_cancelled", amounts={"fee": Money(0, "EUR"), "refund": Money(0, "EUR")}))

    assert "fee of EUR 45.00" in both
    assert "get back EUR 105.00" in both
    assert "fee" not in free
    assert "get back" not in free


def test_a_mail_about_a_change_states_both_versions() -> None:
    text = text_of(rendered("booking_changed"))
    dearer = text_of(rendered("booking_changed", amounts={**AMOUNTS, "balance_due": Money(4000, "EUR")}))

    plain = " ".join(text.replace(FSI, "").replace(PDI, "").split())
    assert "from Friday 12 March 2027 to Sunday 14 March 2027" in plain
    assert ", for 1 adult: EUR 150.00." in plain
    before = "from Thursday 11 March 2027 to Monday 15 March 2027, Family Room, for 2 adults and 1 child: EUR 255.00."
    assert before in plain
    assert "a fee of EUR 45.00" in text
    assert "get back EUR 105.00" in text
    assert "still to be paid" not in text
    assert "EUR 40.00 is still to be paid" in dearer


def test_a_mail_about_a_change_states_what_the_desk_gives_back() -> None:
    text = text_of(rendered("booking_changed", amounts={**AMOUNTS, "refund_at_desk": Money(2500, "EUR")}))

    assert "gives you back EUR 25.00 at its desk" in text
    assert "at its desk" not in text_of(rendered("booking_changed"))


@pytest.mark.parametrize(
    ("texts", "because"),
    [
        ({}, "EUR 150.00 was not paid in time"),  # of a release that stored no reason
        ({"reason": "not_paid"}, "EUR 150.00 was not paid in time"),
        ({"reason": "payment_failed"}, "EUR 150.00 could not be charged to your card"),
        ({"reason": "nights_lost"}, "its nights are no longer free"),
    ],
)
def test_a_mail_about_a_change_that_lapsed_states_why(texts: dict[str, str], because: str) -> None:
    amounts = {"amount": Money(15000, "EUR")}

    assert f"not made, because {because}." in text_of(rendered("change_not_paid", amounts=amounts, texts=texts))


def test_an_expiry_mail_states_which_deadline_passed() -> None:
    assert "not paid for in time" in text_of(rendered("booking_expired", expiry_reason="HOLD_RAN_OUT"))
    assert "not confirmed by the hotel in time" in text_of(
        rendered("booking_expired", expiry_reason="APPROVAL_TIMEOUT")
    )


def test_a_welcome_mail_names_the_room_and_no_password() -> None:
    text = text_of(rendered("welcome", assigned_room_number="101"))

    assert "room 101" in text
    assert "password" not in text.lower()


@pytest.mark.parametrize("occasion", SUBJECTS)
def test_values_entered_by_people_are_escaped_in_html(occasion: str) -> None:
    evil = '<script>alert("x")</script>'

    html = text_of(rendered(occasion, guest_first_name=evil, room_type_name=evil), "html")

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_guest_name_cannot_add_headers_or_lines() -> None:
    message = rendered("welcome", guest_first_name="Ada\r\nBcc: all@example.org\n\nDear all")

    assert message["Bcc"] is None
    assert "Dear Ada Bcc: all@example.org Dear all," in text_of(message)


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d", "a@b, c@d", "PLANTED<a@b>x"])
def test_an_unusable_address_is_a_permanent_failure_that_does_not_repeat_the_address(address: str) -> None:
    with pytest.raises(PermanentFailure) as failure:
        rendered("welcome", guest_email=address)

    assert str(failure.value) == "ADDRESS_UNUSABLE"


def test_the_message_id_depends_on_booking_occasion_and_event_only() -> None:
    assert rendered("welcome")["Message-ID"] == rendered("welcome")["Message-ID"]
    others = {rendered("welcome", event_id="e2")["Message-ID"], rendered("thank_you")["Message-ID"]}
    assert rendered("welcome")["Message-ID"] not in others
    assert str(rendered("welcome")["Message-ID"]).endswith("@hotelmate.example>")


def test_a_hotel_without_an_email_address_gets_no_reply_to_header() -> None:
    card = CARD.__class__(slug=HOTEL, name="Kleines Hotel Zürich", code="ZRH", timezone="Europe/Zurich", currency="CHF")

    message = rendered("welcome", hotel_card=card)

    assert message["Reply-To"] is None
    assert "Kleines Hotel Zürich" in str(message["From"])


def test_every_mail_of_the_table_is_rendered_with_its_own_amounts() -> None:
    for rule in MAILS.values():
        amounts = {name: AMOUNTS[name] for name in rule.amounts}
        assert text_of(rendered(rule.occasion, amounts=amounts))


FSI, PDI, RLO = "\u2068", "\u2069", "\u202e"


@pytest.mark.parametrize("name", [f"{RLO}adA", "דנה", f"Ada{PDI}{RLO}"])
def test_names_from_right_to_left_are_isolated_from_the_words_beside_them(name: str) -> None:
    card = replace(CARD, name=name)
    message = rendered("welcome", guest_first_name=name, room_type_name=name, hotel_card=card)

    within = f"{FSI}{name.replace(PDI, '')}{PDI}"
    for kind in ("plain", "html"):
        text = text_of(message, kind)
        assert f"Dear {within}," in text
        assert f"Welcome to {within}!" in text
        assert f"{within}, 2 nights" in text
        assert RLO not in text.replace(within, "")
    assert message["Subject"] == f"Welcome to {within}"
    assert within in str(message["From"])


def test_a_lookup_mail_isolates_the_hotels_name_in_its_subject() -> None:
    booking = sample(LinkedBooking, booking_id=BOOKING, room_type_name=f"{RLO}dliW")
    letter = LookupLetter(recipient="a@b.example", hotel_card=replace(CARD, name=f"{RLO}letoH"), bookings=(booking,))
    job = SendLookup(notice_id="n", booking_id="", hotel=HOTEL, occasion="lookup", event_id="e")

    message = parsed(RENDERER.lookup(job, letter))

    assert message["Subject"] == f"Your bookings at {FSI}{RLO}letoH{PDI}"
    assert f"{FSI}{RLO}dliW{PDI}, " in text_of(message)


def test_an_international_domain_is_written_to_in_ascii() -> None:
    assert str(rendered("welcome", guest_email="user@例子.example")["To"]) == "user@xn--fsqu00a.example"


@pytest.mark.parametrize("address", ["two..dots@x.example", "<a@b.cc>", "用户@例子.example"])
def test_an_unusable_address_of_a_hotel_keeps_no_mail_from_the_guest(address: str) -> None:
    message = rendered("welcome", hotel_card=replace(CARD, email=address))

    assert message["Reply-To"] is None
    assert str(message["To"]) == "guest@example.org"


@pytest.mark.parametrize(
    ("currency", "amounts", "texts"),
    [
        ("EUR", (15000, 1500, 1215, 14715), ("EUR 150.00", "-EUR 15.00", "EUR 12.15", "EUR 147.15")),
        ("JPY", (12345, 345, 1200, 13200), ("JPY 12345", "-JPY 345", "JPY 1200", "JPY 13200")),
    ],
)
def test_a_mail_has_the_final_price_with_its_lines(
    currency: str, amounts: tuple[int, ...], texts: tuple[str, ...]
) -> None:
    subtotal, discount, taxes, total = (Money(each, currency) for each in amounts)
    lines = PriceLines(subtotal=subtotal, discount=discount, taxes=taxes, total=total)

    message = rendered("welcome", pricing=lines, total_amount=total)

    plain, html = text_of(message), text_of(message, "html")
    names = ("Subtotal", "Discount", "Tax", "Total")
    assert [line for line in plain.splitlines() if line.strip().startswith(names)] == [
        f"  {name}: {text}" for name, text in zip(names, texts, strict=True)
    ]
    assert all(f">{name}</td>" in html and text in html for name, text in zip(names, texts, strict=True))


def test_a_mail_of_a_stored_reply_without_lines_has_the_total_alone() -> None:
    plain = text_of(rendered("welcome", pricing=None))

    assert "Total: EUR 150.00" in plain
    assert "Subtotal" not in plain
