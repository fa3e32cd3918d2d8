"""A real browser: Debian's Chromium, driven by Playwright. Pictures of every page are kept in `.run/screenshots`."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from sandbox.demo.booking_steps import DemoBooking, book
from sandbox.demo.context import DemoContext
from sandbox.demo.search_steps import search_availability, stay_params

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
PICTURES = Path(__file__).resolve().parents[3] / ".run" / "screenshots"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with these tests: while Playwright runs, its event loop counts as running for every test after them."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser of its own. What the page complained of fails the test."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def open_page(address: str, *, viewport: dict[str, int] = DESK) -> Page:
            context: BrowserContext = browser.new_context(viewport=viewport)  # type: ignore[arg-type]
            contexts.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None,
            )
            page.goto(address)
            return page

        yield open_page
    assert complaints == []


@pytest.fixture
def unpaid(demo: DemoContext, today: date) -> DemoBooking:
    """A booking that waits to be paid."""
    room_type = search_availability(demo, check_in=today, nights=1)["room_type_code"]
    return book(demo, stay_params(room_type, check_in=today))


@pytest.fixture
def guest_page(demo: DemoContext, opened: Callable[..., Page]) -> Callable[..., Page]:
    """The guest's page of a booking, on a phone."""

    def open_page(booked: DemoBooking, query: str = "", *, live: bool = True) -> Page:
        page = opened(
            f"{demo.addresses.gateway}/guest/{demo.hotel}/bookings/{booked.id}{query}#token={booked.guest.token}",
            viewport=PHONE,
        )
        page.wait_for_selector("h1[data-status]")
        if live:
            page.wait_for_selector("#connection[data-state=live]")
        return page

    return open_page


@pytest.fixture
def board(demo: DemoContext, opened: Callable[..., Page]) -> Callable[..., Page]:
    """The staff's board, signed in with a role."""

    def open_page(role: str = "manager", *, viewport: dict[str, int] = DESK) -> Page:
        account = demo.addresses.account(demo.hotel, role)
        page = opened(f"{demo.addresses.gateway}/staff", viewport=viewport)
        page.fill("[name=email]", account.email)
        page.fill("[name=password]", account.password)
        page.click("button[type=submit]")
        page.wait_for_selector("#connection[data-state=live]")
        return page

    return open_page


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[Any]]:
    """Returns a function: the violations that axe finds on a page in its present state."""
    axe = Axe()

    def violations_of(page: Page) -> list[Any]:
        results = axe.run(page).response["violations"]
        return [(each["id"], [node["target"] for node in each["nodes"]]) for each in results]

    return violations_of


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], None]:
    PICTURES.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def push_down(demo: DemoContext) -> Iterator[Callable[[bool], None]]:
    """Takes the push provider's sockets down, and brings them back."""
    control = httpx.Client(base_url=demo.addresses.pusher, trust_env=False)

    def switch(down: bool) -> None:
        control.post("/_control/refuse_connections", json={"on": down}).raise_for_status()
        if down:
            control.post("/_control/disconnect", json={"code": 4200}).raise_for_status()

    yield switch
    switch(False)
    control.close()
