"""The headers and the contents of the pages."""

import re

import pytest

from gateway.lookups.realtime import Connection
from gateway.pages import FOLDER, PAGES, policy
from tests.unit.gateway.fakes import Gateway

PUSH = Connection(
    key="key",
    cluster="eu",
    host="push.example",
    port=443,
    secure=True,
    public_channel="",
    auth_endpoint="",
    user_auth_endpoint="",
    events=(),
)


@pytest.mark.parametrize("path", [*PAGES, "/guest/hotel-killarney/bookings/BK-2026-ABCDEF/", "/staff/"])
def test_a_page_forbids_framing_caching_and_referrers(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", sorted(set(PAGES.values())))
def test_pages_hold_no_script_and_no_style_of_their_own(name: str) -> None:
    text = (FOLDER / f"{name}.html").read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_scripts_make_no_markup_from_text() -> None:
    for script in (FOLDER / "assets").glob("*.js"):
        if "pusher" not in script.name:
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text())


def scripts() -> dict[str, str]:
    return {path.name: path.read_text() for path in (FOLDER / "assets").glob("*.js") if "pusher" not in path.name}


def test_a_dialog_is_made_in_one_place_and_leaves_by_no_submit_button() -> None:
    made = {name for name, text in scripts().items() if re.search(r"'dialog'|showModal", text)}
    browser_own = {name for name, text in scripts().items() if re.search(r"\b(alert|confirm|prompt)\(", text)}

    assert made == {"dialog.js"}
    assert scripts()["dialog.js"].count("type: 'submit'") == 1  # Enter presses the first one of a form
    assert browser_own == set()


def test_a_page_has_one_live_region_and_its_scripts_make_no_other() -> None:
    live = re.compile(r"""aria-live|role['"]?[=:]\s*['"](status|alert|log)""")

    for name in ("guest", "staff"):
        lines = [line for line in (FOLDER / f"{name}.html").read_text().splitlines() if live.search(line)]
        assert lines == ['<div id="toasts" class="toasts" role="status" aria-live="polite"></div>']
    assert [name for name, text in scripts().items() if live.search(text)] == []


def test_no_script_disables_a_button_that_may_have_the_focus() -> None:
    assert [name for name, text in scripts().items() if re.search(r"\.disabled\b", text)] == []


def test_a_page_connects_only_to_its_origin_and_the_push_socket() -> None:
    assert "connect-src 'self' wss://push.example:443;" in policy(PUSH, name="guest")
    assert "connect-src 'self';" in policy(None, name="guest")
    assert "unsafe" not in policy(PUSH, name="guest")


def test_scripts_are_asked_for_anew_and_not_sent_again(gateway: Gateway) -> None:
    first = gateway.get("/assets/live.js")

    again = gateway.get("/assets/live.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


def test_the_documents_for_machines_are_served(gateway: Gateway) -> None:
    assert gateway.get("/asyncapi.json").json()["asyncapi"] == "3.0.0"
    assert gateway.get("/openapi.json").json()["openapi"].startswith("3.1")
