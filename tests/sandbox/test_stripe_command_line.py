"""The command line: a process of its own that says where it listens."""

from __future__ import annotations

import subprocess
import sys

import stripe

from sandbox.stripe.client import StandInControl

COMMAND = [sys.executable, "-m", "sandbox.stripe"]


def test_help_describes_the_options_and_the_control() -> None:
    process = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)

    assert "--webhook-secret" in process.stdout
    assert "/_control/journal" in process.stdout


def test_the_command_serves_on_a_free_port_and_ends_on_a_signal() -> None:
    options = ["--port", "0", "--api-key", "sk_test_cli", "--public-url", "http://pay.example"]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            url = line.removeprefix("stripe stand-in listening on ")
            client = stripe.StripeClient("sk_test_cli", base_addresses={"api": url})
            session = client.v1.checkout.sessions.create(
                {
                    "success_url": "https://hotel.example/paid",
                    "line_items": [
                        {
                            "price_data": {
                                "currency": "eur",
                                "unit_amount": 100,
                                "product_data": {"name": "Room"},
                            },
                            "quantity": 1,
                        }
                    ],
                }
            )
            with StandInControl(url) as control:
                paid = control.pay(session.id)
        finally:
            process.terminate()

    assert line.startswith("stripe stand-in listening on http://127.0.0.1:")
    assert session.url == f"http://pay.example/c/pay/{session.id}"
    assert paid["payment_intent"]["status"] == "succeeded"
    assert process.returncode in (0, -15)
