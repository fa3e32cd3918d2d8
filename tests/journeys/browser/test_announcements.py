"""What a screen reader reads of a change that nobody asked for: the pages' live region; and the focus stays."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from tests.journeys.browser.test_pages import Opens, status, turn_to

ROOM = "539"


def spoken(page: Page, text: str) -> None:
    """The page's one live region says the text."""
    expect(page.locator("[role=status], [role=alert], [aria-live]")).to_have_count(1)
    expect(page.locator("[role=status]")).to_contain_text(text, timeout=10_000)


def approve(demo: DemoContext, booked: DemoBooking) -> None:
    demo.staff("manager").call("POST", f"{booked.staff_path}/approve/", body={}, status=(200, 202))


def guest_name(page: Page, booked: DemoBooking) -> str:
    return page.locator(f"[data-booking='{booked.id}'] h3").inner_text()


def test_a_guest_hears_of_a_new_status_and_keeps_the_focus(
    paid: Callable[[], DemoBooking], guest_page: Opens, demo: DemoContext
) -> None:
    booked = paid()
    guest = guest_page(booked)
    guest.focus("[data-key=cancel]")

    approve(demo, booked)

    spoken(guest, "Your stay is confirmed")
    status(guest, "CONFIRMED")
    expect(guest.locator("[data-key=cancel]")).to_be_focused()


def test_a_guest_hears_of_a_room(paid: Callable[[], DemoBooking], guest_page: Opens, demo: DemoContext) -> None:
    booked = paid()
    approve(demo, booked)
    booked.wait_for_status("CONFIRMED")
    guest = guest_page(booked)
    desk = demo.staff("manager")
    room = desk.call("GET", f"{booked.staff_path}/available-rooms/").body["available_rooms"][0]["room_number"]

    desk.call("POST", f"{booked.staff_path}/assign-room/", body={"room_number": room})

    spoken(guest, f"Room: {room}")


def test_the_front_desk_hears_of_a_decision_elsewhere_and_keeps_the_focus(
    paid: Callable[[], DemoBooking], board: Opens, demo: DemoContext
) -> None:
    mine, other = paid(), paid()
    desk = board()
    name = guest_name(desk, other)
    desk.focus(f"[data-key='details-{mine.id}']")

    approve(demo, other)

    spoken(desk, f"{name}: Confirmed")
    expect(desk.locator(f"[data-key='details-{mine.id}']")).to_be_focused()


def test_the_front_desk_hears_of_a_change_inside_an_open_dialog(
    paid: Callable[[], DemoBooking], board: Opens, demo: DemoContext
) -> None:
    mine, other = paid(), paid()
    desk = board()
    name = guest_name(desk, other)
    desk.click(f"[data-key='decline-{mine.id}']")
    note = desk.locator("dialog [name=reason_note]")
    note.focus()
    desk.keyboard.type("The tap drips")

    approve(demo, other)

    expect(desk.locator("dialog [role=status]")).to_contain_text(f"{name}: Confirmed")
    expect(note).to_be_focused()
    expect(note).to_have_value("The tap drips")


def test_the_front_desk_hears_of_a_room_on_any_tab(board: Opens, demo: DemoContext) -> None:
    desk = board()
    turn_to(desk, "departures")

    path = f"/api/staff/hotels/{demo.hotel}/rooms/{ROOM}/mark-maintenance/"
    demo.staff("manager").call("POST", path, body={"notes": "The tap drips"})

    spoken(desk, f"Room {ROOM}: Maintenance required")
    expect(desk.locator("#tab-departures")).to_be_focused()


def test_a_press_is_confirmed_aloud_and_the_focus_stays_on_the_board(
    paid: Callable[[], DemoBooking], board: Opens
) -> None:
    booked = paid()
    desk = board()
    desk.focus(f"[data-key='approve-{booked.id}']")

    desk.keyboard.press("Enter")

    spoken(desk, f"{booked.id} approved")
    expect(desk.locator(f"[data-key='approve-{booked.id}']")).to_have_count(0)
    expect(desk.locator("#panel")).to_be_focused()


def test_a_lost_connection_is_spoken_once_and_its_return_too(
    paid: Callable[[], DemoBooking], guest_page: Opens
) -> None:
    guest = guest_page(paid())

    guest.context.set_offline(True)
    spoken(guest, "Offline")
    guest.context.set_offline(False)

    spoken(guest, "Live")


def test_a_refused_sign_in_is_spoken_and_keeps_the_address(opened: Opens, demo: DemoContext) -> None:
    page = opened(f"{demo.addresses.gateway}/staff")
    page.fill("[name=email]", "nobody@hotel.example")
    page.fill("[name=password]", "wrong-password")

    page.keyboard.press("Enter")

    expect(page.locator("#login-problem")).not_to_be_empty()
    spoken(page, page.locator("#login-problem").inner_text())
    expect(page.locator("[name=email]")).to_have_value("nobody@hotel.example")
