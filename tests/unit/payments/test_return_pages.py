"""The return pages of a checkout session, and the settings that allow their origins."""

import pytest

from chassis.refusal import Refusal
from services.payments.domain.return_pages import ReturnPages, return_pages
from services.payments.settings import PaymentsSettings

ORIGINS = ("https://hotel.example", "http://127.0.0.1:8000")


def pages(success: str | None = None, cancel: str | None = None) -> ReturnPages:
    return return_pages(ORIGINS, hotel="hotel-killarney", booking_id="BK-1", success=success, cancel=cancel)


def test_the_default_return_page_is_the_guest_page_of_the_booking() -> None:
    assert pages().success == "https://hotel.example/guest/hotel-killarney/bookings/BK-1?payment=success"


@pytest.mark.parametrize(
    "url", ["https://hotel.example/done?x=1", "http://127.0.0.1:8000/", "https://HOTEL.example:443/a"]
)
def test_return_pages_on_configured_origins_are_accepted(url: str) -> None:
    assert pages(success=url, cancel=url) == ReturnPages(success=url, cancel=url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "//hotel.example/done",
        "http://hotel.example/done",
        "https://hotel.example.evil.example/",
        "https://hotel.example@evil.example/",
        "https://evil.example\\@hotel.example/",
        "https://evil.example/?https://hotel.example",
        "https://hotel.example:8443/",
        "https://hotel.example:port/",
        "https://hotel.example/\nSet-Cookie: a",
        "http://127.0.0.1/",
        "https://hotel.example/" + "a" * 2000,
    ],
)
def test_return_pages_on_any_other_origin_are_refused(url: str) -> None:
    for urls in ({"success": url}, {"cancel": url}):
        with pytest.raises(Refusal) as refused:
            pages(**urls)

        assert refused.value.code == "INVALID_RETURN_URL"


def test_settings_without_a_return_origin_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one origin"):
        PaymentsSettings(stripe_api_key="k", stripe_webhook_secrets="w", return_origins=" , ")


def test_settings_list_every_webhook_secret() -> None:
    good = PaymentsSettings(stripe_api_key="k", stripe_webhook_secrets="old, new", return_origins="https://a.example/")

    assert good.webhook_secrets == ("old", "new")
    assert good.origins == ("https://a.example",)
