"""The pages by keyboard alone, and on a phone."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from sandbox.demo.booking_steps import DemoBooking
from tests.journeys.browser.conftest import PHONE
from tests.journeys.browser.test_pages import status

Opens = Callable[..., Page]
TABS = ("approvals", "arrivals", "in_house", "departures", "rooms")


def tab_to(page: Page, expected: str) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.key ?? document.activeElement.id") == expected:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that {expected} has the focus"
            return
    raise AssertionError(f"Tab does not lead to {expected}")


def test_a_guest_calls_off_by_keyboard_alone(unpaid: DemoBooking, guest_page: Opens, violations: Any) -> None:
    guest = guest_page(unpaid)
    tab_to(guest, "cancel")

    guest.keyboard.press("Enter")
    guest.wait_for_selector("dialog[open]")
    assert violations(guest) == []
    guest.locator("dialog [name=reason]").focus()
    guest.keyboard.type("Plans have changed")
    guest.keyboard.press("Tab")
    guest.keyboard.press("Tab")
    guest.keyboard.press("Enter")

    status(guest, "CANCELLED")


def test_the_front_desk_works_by_keyboard_alone(
    paid: Callable[[], DemoBooking], board: Opens, guest_page: Opens, violations: Any
) -> None:
    booked = paid()
    desk, guest = board(), guest_page(booked)
    expect(desk.locator(f"[data-booking='{booked.id}']")).to_be_visible()

    tab_to(desk, f"approve-{booked.id}")
    desk.keyboard.press("Enter")
    status(guest, "CONFIRMED")
    desk.locator("#tab-approvals").focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("#tab-arrivals")).to_be_focused()
    tab_to(desk, f"assign-{booked.id}")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("dialog select")
    desk.keyboard.press("Escape")
    expect(desk.locator(f"[data-key='assign-{booked.id}']")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("dialog select")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    tab_to(desk, f"check-in-{booked.id}")
    desk.keyboard.press("Space")

    status(guest, "IN_HOUSE")
    assert violations(desk) == []


def test_the_board_fits_a_phone(paid: Callable[[], DemoBooking], board: Opens, violations: Any, picture: Any) -> None:
    booked = paid()
    desk = board(viewport=PHONE)
    expect(desk.locator(f"[data-booking='{booked.id}']")).to_be_visible()

    for tab in TABS:
        desk.click(f"#tab-{tab}")
        assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert violations(desk) == []
        picture(desk, f"phone-{tab}")


def test_the_pages_are_as_readable_in_the_dark(
    paid: Callable[[], DemoBooking], guest_page: Opens, board: Opens, violations: Any
) -> None:
    for page in (guest_page(paid()), board()):
        page.emulate_media(color_scheme="dark")
        assert violations(page) == []
