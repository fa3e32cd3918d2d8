"""The link in a mail opens the guest's page: once, in any tab, and without a trace of the code."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from tests.journeys.browser.test_pages import Opens, status


@pytest.fixture
def link(unpaid: DemoBooking, demo: DemoContext) -> str:
    mail = demo.mailbox.expect_mail(unpaid.email, subject=f"Booking received - {unpaid.id}")
    match = re.search(r"http\S+#code=[\w-]+", mail["text"])
    assert match
    return match.group()


def asks_for_the_booking(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Find your booking")


def test_the_mailed_link_opens_the_page_once_and_leaves_no_trace(link: str, opened: Opens) -> None:
    page = opened(link)
    status(page, "PENDING_PAYMENT")

    assert "code" not in page.url
    asks_for_the_booking(opened(link))


def test_an_older_link_with_the_code_in_the_query_still_opens_the_page(link: str, opened: Opens) -> None:
    page = opened(link.replace("#code", "?code"))
    status(page, "PENDING_PAYMENT")

    assert "code" not in page.url


def test_a_mailed_link_followed_in_a_tab_that_shows_the_page_exchanges_the_code(link: str, opened: Opens) -> None:
    page = opened(link.partition("#")[0])
    asks_for_the_booking(page)

    page.goto(link)

    status(page, "PENDING_PAYMENT")
