"""`make pictures`: takes the README's two pictures from a running demonstration with a few guests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from contracts.values import from_major
from sandbox.demo.addresses import Addresses
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually
from sandbox.demo.search_steps import stay_params
from sandbox.demo.transcript import SilentTranscript
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack

PICTURES = Path(__file__).resolve().parent / "pictures"
HOTEL = "hotel-killarney"
PHONE = {"width": 390, "height": 780}
DESK = {"width": 1180, "height": 720}


@dataclass(frozen=True)
class Guest:
    """A guest who arrives `arrives` days from today, and whose booking is brought to the status `until`."""

    first_name: str
    last_name: str
    room_type: str
    until: str
    arrives: int = 0
    nights: int = 2


GUESTS = (
    Guest("Maeve", "O’Sullivan", "DBL", "PENDING_APPROVAL", nights=3),
    Guest("Jonas", "Lindqvist", "TWN", "PENDING_APPROVAL", arrives=4),
    Guest("Chiara", "Romano", "DBL", "PENDING_APPROVAL", arrives=12, nights=5),
    Guest("Tomás", "Byrne", "SGL", "CONFIRMED"),
    Guest("Ingrid", "Vogel", "FAM", "PENDING_PAYMENT", arrives=20, nights=7),
    Guest("Samuel", "Okafor", "SGL", "IN_HOUSE", nights=1),
    Guest("Aoife", "Walsh", "TWN", "IN_HOUSE", nights=3),
)


def lead(demo: DemoContext, guest: Guest, today: date) -> DemoBooking:
    """Book for the guest, and bring the booking to the guest's status `until`; returns the booking."""
    desk = demo.staff("manager")
    somebody = {
        "first_name": guest.first_name, "last_name": guest.last_name, "phone": "",
        "email": f"{guest.first_name.lower()}@guest.example".replace("á", "a"),
    }  # fmt: skip
    stay = stay_params(guest.room_type, check_in=today + timedelta(days=guest.arrives), nights=guest.nights)
    body = {**stay, "adults": 1 if guest.room_type == "SGL" else 2, "guest": somebody}
    created = demo.visitor().call("POST", f"{demo.public_path}/room-bookings/", status=201, body=body).body
    booked = DemoBooking(
        demo=demo, guest=demo.visitor().with_token(created["guest_token"]), id=created["booking_id"],
        email=somebody["email"], phone="", first_name=guest.first_name,
        total=from_major(created["total_amount"], created["currency"]),
    )  # fmt: skip
    if guest.until == "PENDING_PAYMENT":
        return booked
    page = booked.guest.call("POST", f"{booked.path}/payment/session/", status=(200, 201)).body["payment_url"]
    demo.stripe.pay(page)
    booked.wait_for_status("PENDING_APPROVAL")
    if guest.until == "PENDING_APPROVAL":
        return booked
    desk.call("POST", f"{booked.staff_path}/approve/", status=(200, 202))
    booked.wait_for_status("CONFIRMED")
    if guest.until == "IN_HOUSE":
        [room, *_] = desk.call("GET", f"{booked.staff_path}/available-rooms/").body["available_rooms"]
        desk.call("POST", f"{booked.staff_path}/assign-room/", body={"room_number": room["room_number"]})
        desk.call("POST", f"{booked.staff_path}/check-in/")
    return booked


@contextmanager
def house() -> Iterator[tuple[DemoContext, list[DemoBooking]]]:
    """A running demonstration, and the bookings of `GUESTS`."""
    with temporary_run() as run, Stack.start(run) as stack:
        demo = DemoContext(Addresses.of(stack.stack_json), HOTEL, SilentTranscript())
        today = demo.today()
        yield demo, [lead(demo, guest, today) for guest in GUESTS]
        demo.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium or Chrome, headless; exits with a hint where there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("no Chromium here: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def page_of(browser: Browser, viewport: Any) -> Page:
    """A new browser page in a separate context."""
    return browser.new_context(viewport=viewport, color_scheme="light", device_scale_factor=1.25).new_page()


def guest_page(browser: Browser, booked: DemoBooking) -> Page:
    """The guest's page at the size of a phone, after the push connection is open."""
    page = page_of(browser, PHONE)
    demo = booked.demo
    page.goto(f"{demo.addresses.gateway}/guest/{demo.hotel}/bookings/{booked.id}#token={booked.guest.token}")
    page.wait_for_selector("#connection[data-state=live]")
    return page


def staff_page(browser: Browser, demo: DemoContext, viewport: Any = None) -> Page:
    """The staff board, signed in as the manager, after the push connection is open."""
    account = demo.addresses.account(demo.hotel, "manager")
    page = page_of(browser, viewport or DESK)
    page.goto(f"{demo.addresses.gateway}/staff")
    page.fill("[name=email]", account.email)
    page.fill("[name=password]", account.password)
    page.click("button[type=submit]")
    page.wait_for_selector("#connection[data-state=live]")
    return page


def take() -> None:
    """Take both pictures into `PICTURES`."""
    PICTURES.mkdir(exist_ok=True)
    with house() as (demo, bookings), chromium() as browser:
        arrived = bookings[-1]
        eventually("the guest is in house", arrived.read, holds=lambda booking: booking["room_pin"])
        guest_page(browser, arrived).screenshot(path=PICTURES / "guest.png")
        staff_page(browser, demo).screenshot(path=PICTURES / "staff.png")


if __name__ == "__main__":
    take()
