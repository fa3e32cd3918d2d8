"""The stand-ins for Stripe and the mail server remember across a kill at any moment."""

import json
import random
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from sandbox.records import FILE, NotStored, Records
from sandbox.stack.stack_config import ROOT
from sandbox.stripe.client import StandInControl
from sandbox.stripe.fixture import session_params
from sandbox.stripe.webhook_receiver import WebhookReceiver
from tests.sandbox.soon import soon

KEY, SECRET = "sk_test_restart", "whsec_restart"


class Process:
    """A stand-in in a process of its own, on fixed ports, so that it can be killed and started again."""

    def __init__(self, module: str, *options: str) -> None:
        self._argv = [sys.executable, "-m", module, *options]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self._process.stdout
        while b"http" not in (line := self._process.stdout.readline()):
            assert line, "it did not start"

    def restart(self) -> None:
        self.kill()
        self.start()

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def running(module: str, *options: str) -> Iterator[Process]:
    process = Process(module, *options)
    process.start()
    try:
        yield process
    finally:
        process.kill()


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver.open(secret=SECRET) as receiver:
        yield receiver


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def options(port: int, receiver: WebhookReceiver, tmp_path: Path) -> tuple[str, ...]:
    hook = ("--webhook-url", receiver.url, "--webhook-secret", SECRET)
    return ("--port", str(port), "--api-key", KEY, "--data", str(tmp_path / "stripe"), *hook)


@pytest.fixture
def client(port: int) -> stripe.StripeClient:
    url = f"http://127.0.0.1:{port}"
    return stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)


def test_a_killed_stripe_knows_all_it_has_answered(
    options: tuple[str, ...], client: stripe.StripeClient, port: int, receiver: WebhookReceiver
) -> None:
    with running("sandbox.stripe", *options) as process, StandInControl(f"http://127.0.0.1:{port}") as control:
        control.advance(3600)
        paid = control.pay(client.v1.checkout.sessions.create(_params()).id)["payment_intent"]["id"]
        refunded = control.pay(client.v1.checkout.sessions.create(_params()).id)["payment_intent"]["id"]
        client.v1.payment_intents.capture(refunded, options={"idempotency_key": "capture"})
        client.v1.refunds.create({"payment_intent": refunded, "amount": 500})
        open_session = client.v1.checkout.sessions.create(_params())
        before, journal, now = _everything(client), control.journal(), control.now()

        process.kill()
        process.start()

        assert _everything(client) == before
        assert control.journal() == journal
        assert now <= control.now() <= now + 60
        again = client.v1.payment_intents.capture(refunded, options={"idempotency_key": "capture"})
        assert again.amount_received == 15000
        assert control.pay(open_session.id)["payment_intent"]["status"] == "requires_capture"
        control.advance(8 * 24 * 3600)
        assert client.v1.payment_intents.retrieve(paid).status == "canceled"


def test_stripe_sends_after_a_kill_what_nobody_has_received(
    options: tuple[str, ...], client: stripe.StripeClient, port: int, receiver: WebhookReceiver
) -> None:
    with running("sandbox.stripe", *options) as process, StandInControl(f"http://127.0.0.1:{port}") as control:
        control.webhooks(paused=True)
        control.pay(client.v1.checkout.sessions.create(_params()).id)
        sent = {event.id for event in client.v1.events.list({"limit": 100}).data}
        assert receiver.events() == []

        process.kill()
        process.start()

        soon(lambda: {event["id"] for event in receiver.events()} >= sent)
        process.kill()
        received = len(receiver.events())
        process.start()
        time.sleep(0.5)
        assert len(receiver.events()) <= received + 1


@pytest.mark.long
def test_a_stripe_that_is_killed_at_any_moment_does_each_thing_once(
    options: tuple[str, ...], client: stripe.StripeClient, port: int, receiver: WebhookReceiver, tmp_path: Path
) -> None:
    chance = random.Random(7)
    answers: dict[str, str] = {}
    with running("sandbox.stripe", *options) as process:
        for number in range(60):
            key = f"key-{number}"
            killer = threading.Timer(chance.uniform(0, 0.03), process.kill) if number % 6 == 0 else None
            if killer:
                killer.start()
            while key not in answers:
                try:
                    intent = client.v1.payment_intents.create(_payment(1000 + number), {"idempotency_key": key})
                    answers[key] = intent.id
                except stripe.APIConnectionError:
                    process.restart()
            if killer:
                killer.join()
                process.restart()

        with StandInControl(f"http://127.0.0.1:{port}") as control:
            for key, intent_id in answers.items():
                number = int(key.removeprefix("key-"))
                again = client.v1.payment_intents.create(_payment(1000 + number), {"idempotency_key": key})
                assert again.id == intent_id
            authorised = [entry["amount"] for entry in control.journal()]
            assert sorted(authorised) == [1000 + number for number in range(60)]
            soon(lambda: {event["id"] for event in receiver.events()} >= _event_ids(client), seconds=30)
    known = sqlite3.connect(tmp_path / "stripe" / FILE)
    assert known.execute("pragma integrity_check").fetchone() == ("ok",)
    known.close()


def test_what_the_disk_does_not_take_is_not_answered(port: int, tmp_path: Path, client: stripe.StripeClient) -> None:
    data = tmp_path / "stripe"
    with running("sandbox.stripe", "--port", str(port), "--api-key", KEY, "--data", str(data)):
        first = client.v1.checkout.sessions.create(_params())
        holder = sqlite3.connect(data / FILE, isolation_level=None)
        holder.execute("pragma max_page_count = 1")
        holder.execute("begin exclusive")  # as a full disk, the store fails

        with pytest.raises(stripe.APIError, match="cannot store its state"):
            client.v1.checkout.sessions.create(_params())
        holder.execute("rollback")
        holder.close()

        assert client.v1.checkout.sessions.retrieve(first.id).id == first.id
        assert client.v1.checkout.sessions.create(_params()).id


def test_a_killed_mailbox_has_every_mail_that_it_accepted(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        smtp, http = one.getsockname()[1], two.getsockname()[1]
    options = ("--smtp-port", str(smtp), "--http-port", str(http), "--data", str(tmp_path / "mailbox"))
    with running("sandbox.mailbox", *options) as process:
        for number in range(3):
            with smtplib.SMTP("127.0.0.1", smtp) as sender:
                sender.sendmail("a@b.example", ["c@d.example"], f"Subject: number {number}\r\n\r\nHello")

        process.kill()
        process.start()

        mails = httpx.get(f"http://127.0.0.1:{http}/messages", trust_env=False).json()
        assert [mail["subject"] for mail in _list(mails)] == ["number 0", "number 1", "number 2"]
        with smtplib.SMTP("127.0.0.1", smtp) as sender:
            sender.sendmail("a@b.example", ["c@d.example"], "Subject: later\r\n\r\nHello")
        mails = httpx.get(f"http://127.0.0.1:{http}/messages", trust_env=False).json()
        assert [mail["id"] for mail in _list(mails)] == [1, 2, 3, 4]


def test_a_write_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write([("a", "1", json.dumps({"x": 1})), ("a", "2", json.dumps(2))])
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute(
        "create trigger full before insert on record when new.key = '3' begin select raise(abort, 'full'); end"
    )

    with pytest.raises(NotStored, match="full"):
        records.write([("a", "1", json.dumps("new")), ("a", "2", None), ("a", "3", json.dumps(3))])

    assert Records(tmp_path).read("a") == {"1": {"x": 1}, "2": 2}
    records.write([("a", "1", None), ("a", "2", json.dumps(4))])
    assert Records(tmp_path).read("a") == {"2": 4}


def _params() -> Any:
    return session_params()


def _payment(amount: int) -> Any:
    return {
        "amount": amount, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
        "capture_method": "manual",
    }  # fmt: skip


def _event_ids(client: stripe.StripeClient) -> set[str]:
    return {event.id for event in client.v1.events.list({"limit": 100}).auto_paging_iter()}


def _everything(client: stripe.StripeClient) -> list[Any]:
    v1 = client.v1
    lists = (v1.checkout.sessions, v1.payment_intents, v1.charges, v1.refunds)
    return [each.list({"limit": 100}).to_dict() for each in lists]


def _list(answer: Any) -> list[dict[str, Any]]:
    return answer if isinstance(answer, list) else answer["messages"]
