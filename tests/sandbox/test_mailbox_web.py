"""The mailbox as its readers meet it: JSON for tests, pages for people."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from sandbox.mailbox.stand_in import MailboxStandIn
from tests.sandbox.test_mailbox_smtp import a_mail, send

pytestmark = pytest.mark.timeout(20)


@pytest.fixture
def mailbox() -> Iterator[MailboxStandIn]:
    with MailboxStandIn.start() as running:
        yield running


@pytest.fixture
def web(mailbox: MailboxStandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mailbox.http_url, trust_env=False, timeout=10) as client:
        yield client


class Elements(HTMLParser):
    """A page's elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_mails_are_found_by_address_and_subject(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    send(mailbox, a_mail(To="ann@example.com", Subject="Welcome to Inn"))
    send(mailbox, a_mail(To="joann@example.com", Subject="Booking Cancelled - 1"))

    everything = web.get("/messages").json()
    assert set(everything[0]) == {
        "id",
        "from",
        "to",
        "subject",
        "message_id",
        "text",
        "html",
        "received_at",
        "headers",
    }
    assert [each["id"] for each in everything] == [1, 2]
    mails = web.get("/messages", params={"to": "ANN@example.com"}).json()
    assert [each["id"] for each in mails] == [1]
    mails = web.get("/messages", params={"subject": "cancelled"}).json()
    assert [each["id"] for each in mails] == [2]


def test_one_mail_is_there_until_all_are_deleted(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    send(mailbox, a_mail())
    assert web.get("/messages/1").json()["subject"] == "Booking Confirmed"

    web.delete("/messages")

    assert web.get("/messages").json() == []
    assert web.get("/messages/1").status_code == 404
    assert web.get("/mails/1").status_code == 404


def test_a_wait_ends_when_the_mail_arrives(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    sender = threading.Timer(0.1, send, (mailbox, a_mail()))
    sender.start()
    began = time.monotonic()

    mails = web.get("/wait", params={"to": "guest@example.com", "timeout": 8}).json()

    assert [each["subject"] for each in mails] == ["Booking Confirmed"]
    assert time.monotonic() - began < 4
    sender.join()


def test_a_wait_in_vain_returns_an_empty_list(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    send(mailbox, a_mail())

    assert web.get("/wait", params={"subject": "other", "timeout": 0.05}).json() == []
    with pytest.raises(TimeoutError):
        mailbox.wait_for(subject="other", timeout=0.05)


def test_faults_are_ordered_and_called_off_over_http(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    assert web.post("/_control/faults", json={"mode": "reject", "times": 3}).status_code == 200
    assert web.get("/_control/faults").json()[0]["times"] == 3

    web.delete("/_control/faults")

    send(mailbox, a_mail())
    assert web.post("/_control/faults", json={"mode": "explode"}).status_code == 400
    assert web.post("/_control/faults", content=b"[]").status_code == 400


def test_the_list_shows_the_newest_first_and_labels_its_fields(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    send(mailbox, a_mail(Subject="first"))
    send(mailbox, a_mail(Subject="second"))

    html = web.get("/").text

    assert html.index("second") < html.index("first</a>")
    elements = Elements(html)
    assert elements.named("html") == [{"lang": "en"}]
    assert len(elements.named("h1")) == 1
    assert len(elements.named("label")) == len(elements.named("input")) == 2
    assert {"href": "/mails/2"} in elements.named("a")


def test_a_mails_html_is_shown_behind_glass(mailbox: MailboxStandIn, web: httpx.Client) -> None:
    hostile = a_mail(Subject="<script>alert(1)</script>")
    hostile.get_payload()[1].set_content(  # type: ignore[index,union-attr]
        '"><script>alert(2)</script>', subtype="html"
    )
    send(mailbox, hostile)

    answer = web.get("/mails/1")

    elements = Elements(answer.text)
    (frame,) = elements.named("iframe")
    assert "allow-scripts" not in (frame["sandbox"] or "")
    assert "allow-same-origin" not in (frame["sandbox"] or "")
    assert frame["title"]
    assert "<script>alert(2)</script>" in (frame["srcdoc"] or "")
    assert elements.named("script") == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_the_command_says_where_it_listens_and_serves_there() -> None:
    command = [sys.executable, "-m", "sandbox.mailbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            smtp, http = (process.stdout.readline().split()[-1] for _ in range(2))
            messages = httpx.get(f"{http}/messages", trust_env=False)
        finally:
            process.terminate()

    assert smtp.startswith("smtp://127.0.0.1:")
    assert messages.json() == []
