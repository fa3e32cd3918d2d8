"""The guest's page and the staff's board in a real browser, with everything behind them running."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sandbox.demo.booking_steps import DemoBooking, book
from sandbox.demo.context import DemoContext
from sandbox.demo.search_steps import search_availability, stay_params

Opens = Callable[..., Page]


def status(page: Page, expected: str) -> None:
    expect(page.locator("h1[data-status]")).to_have_attribute("data-status", expected, timeout=10_000)


def connection(page: Page, expected: str) -> None:
    expect(page.locator("#connection")).to_have_attribute("data-state", expected, timeout=15_000)


def press(page: Page, name: str, booked: DemoBooking) -> None:
    page.click(f"[data-key='{name}-{booked.id}']")


def turn_to(page: Page, tab: str) -> None:
    page.click(f"#tab-{tab}")


def test_a_stay_from_paying_to_leaving_in_two_browsers(
    unpaid: DemoBooking, guest_page: Opens, board: Opens, picture: Any, violations: Any
) -> None:
    guest, desk = guest_page(unpaid), board()
    picture(guest, "guest-1-to-be-paid")
    assert violations(guest) == []

    guest.click("[data-key=pay]")
    guest.wait_for_url("**/c/pay/**")
    guest.click("button[type=submit] >> nth=0")
    guest.wait_for_url("**/guest/**")
    status(guest, "PENDING_APPROVAL")
    picture(guest, "guest-2-waiting")
    waiting = desk.locator(f"[data-booking='{unpaid.id}'][data-status=PENDING_APPROVAL]")
    expect(waiting).to_be_visible()
    picture(desk, "staff-1-approvals")
    assert violations(guest) == []
    assert violations(desk) == []

    press(desk, "approve", unpaid)
    status(guest, "CONFIRMED")
    picture(guest, "guest-3-confirmed")

    turn_to(desk, "arrivals")
    press(desk, "assign", unpaid)
    desk.wait_for_selector("dialog select")
    picture(desk, "staff-2-assign")
    assert violations(desk) == []
    room = desk.locator("dialog select").input_value()
    desk.click("dialog button.primary")
    expect(guest.locator("#content")).to_contain_text(room)
    press(desk, "check-in", unpaid)
    status(guest, "IN_HOUSE")
    expect(guest.locator(".pin")).to_have_text(re.compile(r"^\d{4,8}$"))
    picture(guest, "guest-4-in-house")
    assert violations(guest) == []

    turn_to(desk, "in_house")
    press(desk, "details", unpaid)
    expect(desk.locator("dialog .past")).to_contain_text("Guest checked in")
    expect(desk.locator("dialog .past")).to_contain_text(f"into room {room}")
    picture(desk, "staff-3-history")
    desk.keyboard.press("Escape")
    press(desk, "check-out", unpaid)
    expect(desk.locator("dialog")).to_contain_text("The guest leaves 1 night early")
    desk.click("dialog button.primary")
    status(guest, "COMPLETED")
    expect(guest.locator(".pin")).to_have_count(0)
    picture(guest, "guest-5-left")

    turn_to(desk, "rooms")
    card = desk.locator(f"[data-room='{room}']")
    for now, step in (
        ("CHECKOUT_DIRTY", "Start cleaning"),
        ("CLEANING_IN_PROGRESS", "Cleaned"),
        ("CLEANED_UNINSPECTED", "Passed"),
    ):
        expect(card).to_have_attribute("data-status", now)
        card.get_by_role("button", name=step).click()
    expect(card).to_have_attribute("data-status", "READY_FOR_GUEST")
    picture(desk, "staff-4-rooms")
    assert violations(desk) == []


def test_two_boards_and_a_guest_see_a_decline_at_once(
    paid: Callable[[], DemoBooking], guest_page: Opens, board: Opens
) -> None:
    booked = paid()
    guest, first, second = guest_page(booked), board(), board("front_desk")
    expect(second.locator(f"[data-booking='{booked.id}']")).to_be_visible()

    press(first, "decline", booked)
    first.select_option("dialog [name=reason_code]", "MAINTENANCE")
    first.click("dialog button.danger")

    status(guest, "DECLINED")
    expect(second.locator(f"[data-booking='{booked.id}']")).to_have_count(0)


def test_an_update_does_not_remove_a_button_while_it_is_pressed(
    paid: Callable[[], DemoBooking], board: Opens, demo: DemoContext
) -> None:
    mine, other = paid(), paid()
    desk = board()
    button = desk.locator(f"[data-key='approve-{mine.id}']")
    button.hover()

    desk.mouse.down()
    with desk.expect_response("**/rooms/?page_size=100*"):
        demo.staff("manager").call("POST", f"{other.staff_path}/approve/", body={}, status=(200, 202))
    other.wait_for_status("CONFIRMED")
    desk.mouse.up()

    mine.wait_for_status("CONFIRMED")
    expect(desk.locator(f"[data-booking='{other.id}']")).to_have_count(0)


def test_a_page_that_was_offline_shows_the_truth_again(
    paid: Callable[[], DemoBooking], guest_page: Opens, demo: DemoContext
) -> None:
    booked = paid()
    guest = guest_page(booked)
    guest.context.set_offline(True)
    connection(guest, "offline")

    demo.staff("manager").call("POST", f"{booked.staff_path}/approve/", body={})
    status(guest, "PENDING_APPROVAL")
    guest.context.set_offline(False)

    status(guest, "CONFIRMED")
    connection(guest, "live")


def test_the_event_stream_takes_over_while_push_is_down(
    paid: Callable[[], DemoBooking],
    guest_page: Opens,
    demo: DemoContext,
    push_down: Callable[[bool], None],
    picture: Any,
) -> None:
    booked = paid()
    guest = guest_page(booked)
    push_down(True)
    connection(guest, "stream")
    picture(guest, "guest-6-push-is-down")

    demo.staff("manager").call("POST", f"{booked.staff_path}/approve/", body={})
    status(guest, "CONFIRMED")

    push_down(False)
    connection(guest, "live")


def test_the_board_polls_while_push_is_down(
    paid: Callable[[], DemoBooking], board: Opens, push_down: Callable[[bool], None]
) -> None:
    desk = board()
    push_down(True)
    connection(desk, "polling")

    booked = paid()

    expect(desk.locator(f"[data-booking='{booked.id}'][data-status=PENDING_APPROVAL]")).to_be_visible(timeout=10_000)


def test_a_guests_text_is_never_rendered_as_markup(demo: DemoContext, today: date, guest_page: Opens) -> None:
    room_type = search_availability(demo, check_in=today, nights=1)["room_type_code"]
    wish = "<img src=x onerror=alert(1)> & a cot"
    booked = book(demo, {**stay_params(room_type, check_in=today), "special_requests": wish})

    guest = guest_page(booked)

    expect(guest.locator("#content")).to_contain_text(wish)
    expect(guest.locator("#content img")).to_have_count(0)


def test_the_page_of_a_revoked_guest_closes_by_itself(
    unpaid: DemoBooking, guest_page: Opens, demo: DemoContext
) -> None:
    guest = guest_page(unpaid)

    demo.staff("manager").call("POST", f"{unpaid.staff_path}/revoke-guest-token/", body={})

    expect(guest.locator("h1")).to_have_text("Find your booking", timeout=10_000)
    guest.reload()
    expect(guest.locator("h1")).to_have_text("Find your booking")


def test_a_page_in_debug_mode_logs_every_realtime_event(
    paid: Callable[[], DemoBooking], guest_page: Opens, demo: DemoContext
) -> None:
    booked = paid()
    guest = guest_page(booked, "?debug=1")
    said: list[str] = []
    guest.on("console", lambda message: said.append(message.text))

    demo.staff("manager").call("POST", f"{booked.staff_path}/approve/", body={})
    status(guest, "CONFIRMED")

    assert any("booking_confirmed" in line for line in said)


@pytest.mark.parametrize("path", ["/", "/guest", "/staff", "/docs", "/docs/messages"])
def test_every_page_is_accessible_and_fits_a_phone(
    path: str, demo: DemoContext, opened: Opens, violations: Any
) -> None:
    page = opened(f"{demo.addresses.gateway}{path}", viewport={"width": 360, "height": 740})
    page.wait_for_load_state("networkidle")

    if path != "/docs":  # Swagger UI is not ours
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    else:
        expect(page.locator(".opblock-tag").first).to_be_visible()


def test_no_page_loads_a_resource_from_another_origin(
    unpaid: DemoBooking, guest_page: Opens, demo: DemoContext
) -> None:
    guest = guest_page(unpaid)
    loaded = guest.evaluate("performance.getEntriesByType('resource').map((each) => new URL(each.name).origin)")

    assert set(loaded) == {demo.addresses.gateway}


# Whether the word after a text in one line is read from left to right.
READS_ON = """
text => {
  const line = document.createElement('p');
  line.textContent = `${text} after`;
  document.body.append(line);
  const [letters, at] = [document.createRange(), line.textContent.length - 5];
  const left = (place) => {
    letters.setStart(line.firstChild, place);
    letters.setEnd(line.firstChild, place + 1);
    return letters.getBoundingClientRect().left;
  };
  return left(at) < left(at + 4);
}
"""


@pytest.mark.parametrize("name", ["\u202eadA", "a\u2069\u202e"])
def test_a_guests_name_turns_no_line_of_the_board(demo: DemoContext, today: date, board: Opens, name: str) -> None:
    room_type = search_availability(demo, check_in=today, nights=1)["room_type_code"]
    guest = {"first_name": name, "last_name": "Byrne", "email": "ada@guest.example"}
    body = {**stay_params(room_type, check_in=today), "guest": guest}
    booking_id = demo.visitor().call("POST", f"{demo.public_path}/room-bookings/", status=201, body=body).body["id"]

    desk = board()
    heading = desk.locator(f"[data-booking='{booking_id}'] h3").text_content() or ""
    label = desk.locator(f"[data-key='details-{booking_id}']").get_attribute("aria-label") or ""

    assert heading.startswith("\u2068")
    assert heading in label
    assert desk.evaluate(READS_ON, heading)
    assert not desk.evaluate(READS_ON, f"{name} Byrne")
