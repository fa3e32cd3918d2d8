"""Every dialog by keyboard: Enter confirms, Escape leaves, the focus returns, and what was typed is not lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from gateway.pages import FOLDER
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.search_steps import stay_params
from sandbox.demo.stay_steps import assign, check_in
from tests.journeys.browser.test_pages import Opens, status


@dataclass(frozen=True)
class Dialog:
    """Where a dialog is, and what a person does in it."""

    opener: str  # the key of its button, before the booking or room
    tab: str | None = None  # of the board; None on the guest's page
    typed: str | None = None  # the field for text
    sends: str | None = None  # the end of the path of its request
    rest: str | None = None  # what has the focus after the confirmation, where the button is gone


DIALOGS = [
    Dialog("cancel", typed="reason", sends="/cancel/", rest="#state"),
    Dialog("decline", tab="approvals", typed="reason_note", sends="/decline/", rest="#panel"),
    Dialog("details", tab="approvals"),
    Dialog("assign", tab="arrivals", sends="/assign-room/"),
    Dialog("check-out", tab="in_house", sends="/check-out/", rest="#panel"),
    Dialog("broken", tab="rooms", typed="notes", sends="/mark-maintenance/", rest="#panel"),
]
Walk = Callable[[Dialog], tuple[Page, str]]


@pytest.fixture
def walk(paid: Callable[[], DemoBooking], demo: DemoContext, guest_page: Opens, board: Opens) -> Walk:
    """Opens the page of a dialog, with the focus on the dialog's button; returns the button's selector, too."""

    def go(dialog: Dialog) -> tuple[Page, str]:
        booked = paid()
        if dialog.tab in {"arrivals", "in_house"}:
            demo.staff("manager").call("POST", f"{booked.staff_path}/approve/", body={}, status=(200, 202))
            booked.wait_for_status("CONFIRMED")
        if dialog.tab == "in_house":
            check_in(booked, assign(booked))
        page = board() if dialog.tab else guest_page(booked)
        if dialog.tab:
            page.click(f"#tab-{dialog.tab}")
        keys = {None: "[data-key=cancel]", "rooms": "[data-key^='broken-5']"}
        opener = page.locator(keys.get(dialog.tab, f"[data-key='{dialog.opener}-{booked.id}']")).last
        opener.focus()
        return page, f"[data-key='{opener.get_attribute('data-key')}']"

    return go


def opened_dialog(page: Page) -> None:
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")


def body(request: Request) -> Any:
    return request.post_data_json


def changes(page: Page) -> list[str]:
    """The requests from now on that change a booking or a room."""
    urls: list[str] = []

    def note(sent: Request) -> None:
        if sent.method == "POST" and "auth" not in sent.url and sent.post_data_json != {"confirm": False}:
            urls.append(sent.url)

    page.on("request", note)
    return urls


@pytest.mark.parametrize("dialog", [each for each in DIALOGS if each.sends], ids=lambda each: each.opener)
def test_enter_confirms_a_dialog_and_sends_what_was_typed(dialog: Dialog, walk: Walk) -> None:
    page, opener = walk(dialog)
    opened_dialog(page)
    if dialog.typed:
        page.focus(f"dialog [name={dialog.typed}]")
        page.keyboard.type("The tap drips")

    with page.expect_response(f"**{dialog.sends}") as answered:
        page.keyboard.press("Enter")

    assert answered.value.ok
    if dialog.typed:
        assert body(answered.value.request)[dialog.typed] == "The tap drips"
    expect(page.locator("dialog")).to_have_count(0)
    if dialog.rest:
        expect(page.locator(opener)).to_have_count(0)
    expect(page.locator(dialog.rest or opener)).to_be_focused()


@pytest.mark.parametrize(
    "dialog",
    [pytest.param(each, marks=[] if each.opener == "assign" else [pytest.mark.long]) for each in DIALOGS],
    ids=lambda each: each.opener,
)
def test_escape_leaves_a_dialog_and_keeps_what_was_typed(dialog: Dialog, walk: Walk) -> None:
    page, opener = walk(dialog)
    sent = changes(page)
    opened_dialog(page)
    field = page.locator(f"dialog [name={dialog.typed}]")
    if dialog.typed:
        field.focus()
        page.keyboard.type("The tap drips")

    page.keyboard.press("Escape")

    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(opener)).to_be_focused()
    opened_dialog(page)
    if dialog.typed:
        expect(field).to_have_value("The tap drips")
    assert sent == []


def test_enter_in_a_list_confirms(walk: Walk) -> None:
    page, _ = walk(DIALOGS[1])
    opened_dialog(page)
    page.select_option("dialog [name=reason_code]", "MAINTENANCE")
    expect(page.locator("dialog [name=reason_code]")).to_be_focused()

    with page.expect_request("**/decline/") as sent:
        page.keyboard.press("Enter")

    assert body(sent.value)["reason_code"] == "MAINTENANCE"


def test_the_press_that_opens_a_dialog_does_not_confirm_it(walk: Walk) -> None:
    page, _ = walk(DIALOGS[1])
    sent = changes(page)

    for _ in range(4):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")

    expect(page.locator("dialog[open]")).to_have_count(1)
    assert sent == []


def test_a_dialog_whose_request_fails_stays_open_with_what_was_typed(walk: Walk) -> None:
    page, _ = walk(DIALOGS[1])
    opened_dialog(page)
    note = page.locator("dialog [name=reason_note]")
    note.focus()
    page.keyboard.type("The tap drips")
    page.context.set_offline(True)

    page.keyboard.press("Enter")

    expect(page.locator("#dialog-problem")).to_contain_text("cannot be reached")
    expect(page.locator("dialog [role=status]")).to_contain_text("cannot be reached")
    expect(note).to_be_focused()
    page.context.set_offline(False)
    with page.expect_request("**/decline/") as sent:
        page.keyboard.press("Enter")
    assert body(sent.value)["reason_note"] == "The tap drips"
    expect(page.locator("dialog")).to_have_count(0)


@pytest.mark.parametrize("role", ["manager", "front_desk"])
def test_a_room_that_is_too_small_is_for_those_who_may_override_with_a_reason(
    role: str, demo: DemoContext, today: date, board: Opens
) -> None:
    guest = {"first_name": "Fay", "last_name": "Lee", "email": "fay@guest.example"}
    body = {**stay_params("FAM", check_in=today), "adults": 4, "guest": guest}
    desk, path = demo.staff("manager"), f"{demo.staff_path}/room-bookings/"
    family = desk.call("POST", path, status=201, body=body).body["booking_id"]
    desk.call("POST", f"{path}{family}/confirm/")
    page = board(role)
    page.click("#tab-arrivals")
    page.click(f"[data-key='assign-{family}']")
    small = page.locator("dialog option", has_text="sleeps only")

    if role == "front_desk":
        expect(page.locator("dialog option").first).to_be_attached()
        expect(small).to_have_count(0)
        return
    number = small.first.get_attribute("value")
    page.select_option("dialog select", number)
    page.click("dialog button.primary")
    expect(page.locator("#dialog-problem")).not_to_be_empty()
    page.fill("dialog [name=reason]", "Two children share a bed")
    page.click("dialog button.primary")

    expect(page.locator(f"[data-booking='{family}']")).to_contain_text(f"Room {number}")


def test_a_guest_who_leaves_a_dialog_keeps_the_booking(unpaid: DemoBooking, guest_page: Opens) -> None:
    guest = guest_page(unpaid)
    guest.focus("[data-key=cancel]")
    opened_dialog(guest)

    guest.get_by_role("button", name="Keep it").press("Enter")

    expect(guest.locator("[data-key=cancel]")).to_be_focused()
    status(guest, "PENDING_PAYMENT")


def test_every_dialog_of_the_pages_is_walked_here() -> None:
    scripts = [path.read_text() for path in (FOLDER / "assets").glob("*.js") if path.name != "dialog.js"]

    questions = sum(len(re.findall(r"\bask\(\{", script)) for script in scripts)

    assert questions == len(DIALOGS)
