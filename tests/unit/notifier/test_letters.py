"""What guests are written."""

from email.message import EmailMessage
from typing import Any

import pytest

from chassis.refusal import PermanentFailure
from contracts.bookings import BookingStatus
from contracts.values import Money
from services.notifier.domain import SendMail
from services.notifier.mailer.letters import Letters
from services.notifier.notices import MAILS
from services.notifier.notices.mails import SUBJECTS
from tests.unit.notifier.samples import BOOKING, CARD, HOTEL, NOW, mail_facts

LETTERS = Letters(sender="bookings@hotelmate.example", public_url="https://stay.example/")
AMOUNTS = {"fee": Money(4500, "EUR"), "refund": Money(10500, "EUR"), "amount": Money(15000, "EUR")}
LINK = f"https://stay.example/guest/{HOTEL}/bookings/{BOOKING}?code=code-123"


def letter(occasion: str, *, event_id: str = "e1", amounts: dict[str, Money] = AMOUNTS, **booking: Any) -> EmailMessage:
    mail = SendMail(
        notice_id="n", booking_id=BOOKING, hotel=HOTEL, occasion=occasion, event_id=event_id, amounts=amounts
    )
    return LETTERS.written(mail, mail_facts(**booking))


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("occasion", SUBJECTS)
def test_every_letter_says_who_writes_about_what_and_where_to_look(occasion: str) -> None:
    message = letter(occasion)

    for kind in ("plain", "html"):
        text = text_of(message, kind)
        for expected in (BOOKING, "Dear Ada", "Hotel Killarney", "+353 1 555", "Friday 12 March 2027", "EUR 150.00"):
            assert expected in text
        assert LINK in text
    assert str(message["From"]) == "Hotel Killarney <bookings@hotelmate.example>"
    assert str(message["Reply-To"]) == "desk@killarney.example"
    assert str(message["To"]) == "guest@example.org"


def test_subjects_are_filled_in() -> None:
    assert letter("booking_confirmed")["Subject"] == f"Booking Confirmed - {BOOKING}"
    assert letter("payment_authorized")["Subject"] == (f"Payment authorized — awaiting hotel confirmation ({BOOKING})")
    assert letter("welcome")["Subject"] == "Welcome to Hotel Killarney"


def test_instants_are_the_hotels_own() -> None:
    july = NOW.replace(month=7)

    text = text_of(letter("booking_received", status=BookingStatus.PENDING_PAYMENT, expires_at=july))

    assert "until 10:30 on Thursday 1 July 2027 (IST)" in text


def test_a_booking_already_paid_is_not_asked_to_pay() -> None:
    text = text_of(letter("booking_received", status=BookingStatus.CONFIRMED, expires_at=NOW))

    assert "authorise the payment" not in text


def test_a_cancellation_says_what_it_costs_and_what_comes_back() -> None:
    both = text_of(letter("booking_cancelled"))
    free = text_of(letter("booking_cancelled", amounts={"fee": Money(0, "EUR"), "refund": Money(0, "EUR")}))

    assert "fee of EUR 45.00" in both
    assert "get back EUR 105.00" in both
    assert "fee" not in free
    assert "get back" not in free


def test_an_expiry_says_which_deadline_passed() -> None:
    assert "not paid for in time" in text_of(letter("booking_expired", expiry_reason="HOLD_RAN_OUT"))
    assert "not confirmed by the hotel in time" in text_of(letter("booking_expired", expiry_reason="APPROVAL_TIMEOUT"))


def test_a_welcome_names_the_room_and_no_secret() -> None:
    text = text_of(letter("welcome", assigned_room_number="101"))

    assert "room 101" in text
    assert "password" not in text.lower()


@pytest.mark.parametrize("occasion", SUBJECTS)
def test_what_people_entered_is_text_in_html(occasion: str) -> None:
    evil = '<script>alert("x")</script>'

    html = text_of(letter(occasion, guest_first_name=evil, room_type_name=evil), "html")

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_name_cannot_write_headers_or_lines() -> None:
    message = letter("welcome", guest_first_name="Ada\r\nBcc: all@example.org\n\nDear all")

    assert message["Bcc"] is None
    assert "Dear Ada Bcc: all@example.org Dear all," in text_of(message)


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d", "a@b, c@d", "PLANTED<a@b>x"])
def test_an_unusable_address_is_given_up_without_repeating_it(address: str) -> None:
    with pytest.raises(PermanentFailure) as given_up:
        letter("welcome", guest_email=address)

    assert str(given_up.value) == "ADDRESS_UNUSABLE"


def test_the_message_id_is_the_same_for_the_same_booking_occasion_and_fact() -> None:
    assert letter("welcome")["Message-ID"] == letter("welcome")["Message-ID"]
    others = {letter("welcome", event_id="e2")["Message-ID"], letter("thank_you")["Message-ID"]}
    assert letter("welcome")["Message-ID"] not in others
    assert str(letter("welcome")["Message-ID"]).endswith("@hotelmate.example>")


def test_the_hotels_address_is_not_needed() -> None:
    card = CARD.__class__(slug=HOTEL, name="Kleines Hotel Zürich", code="ZRH", timezone="Europe/Zurich", currency="CHF")

    message = letter("welcome", hotel_card=card)

    assert message["Reply-To"] is None
    assert "Kleines Hotel Zürich" in str(message["From"])


def test_every_mail_of_the_table_can_be_written() -> None:
    for mail in MAILS.values():
        amounts = {name: AMOUNTS[name] for name in mail.amounts}
        assert text_of(letter(mail.occasion, amounts=amounts))
