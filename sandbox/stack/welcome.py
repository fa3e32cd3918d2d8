"""Prints the addresses of a running stack and the demo accounts."""

import io

from rich.console import Console
from rich.table import Table

from sandbox.stack.http_probe import is_ok
from sandbox.stack.stack import Stack

WIDEST = 1000  # columns: an address is never shortened, so that it can be copied; a terminal wraps what is too long
# Shown where the gateway serves them; a guest's own page is behind the link in the mail.
PAGES = {"API documentation": "/docs", "Staff board": "/staff", "Guest page": "/"}


def print_addresses(stack: Stack) -> None:
    known, gateway = stack.stack_json, stack.stack_json["gateway"]
    places = Table("HotelMate is up", "", box=None, header_style="bold")
    for name, path in PAGES.items():
        if is_ok(gateway + path):
            places.add_row(name, gateway + path)
    places.add_row("Mailbox", f"{known['mailbox']['http']} (SMTP {known['mailbox']['smtp']})")
    places.add_row("Sandbox Stripe", known["stripe"]["url"])
    places.add_row("Sandbox Pusher", f"http://{known['pusher']['host']}:{known['pusher']['port']}")
    if stack.rabbit.console_url:
        places.add_row("RabbitMQ console", stack.rabbit.console_url)
    places.add_row("Addresses and keys", str(stack.path))
    places.add_row("Logs", str(stack.directory / "logs"))
    people = Table("Who may log in", "as", "with", box=None, header_style="bold")
    for person in known["staff"]:
        people.add_row(person["email"], person["role"], person["password"])
    output = stack.supervisor.output
    text = io.StringIO()
    console = Console(file=text, force_terminal=output.coloured, highlight=False, width=WIDEST)
    for table in (places, people):
        if table.row_count:
            console.print()
            console.print(table)
    console.print("\nCtrl-C ends everything that was started.")
    output.show("\n".join(line.rstrip() for line in text.getvalue().rstrip().split("\n")))
