"""What a person is told once everything is up: where each part is, and who may log in."""

from rich.console import Console
from rich.table import Table

from sandbox.stack.stack import Stack


def print_addresses(stack: Stack) -> None:
    known, gateway = stack.stack_json, stack.stack_json["gateway"]
    table = Table(title="HotelMate is up", show_header=False, title_justify="left")
    table.add_row("API documentation", f"{gateway}/docs")
    table.add_row("Guest page", f"{gateway}/ (the link in a guest's mail)")
    table.add_row("Staff board", f"{gateway}/staff")
    table.add_row("Mailbox", f"{known['mailbox']['http']} (SMTP {known['mailbox']['smtp']})")
    table.add_row("Sandbox Stripe", known["stripe"]["url"])
    table.add_row("Sandbox Pusher", f"{known['pusher']['host']}:{known['pusher']['port']}")
    if stack.rabbit.console_url:
        table.add_row("RabbitMQ console", stack.rabbit.console_url)
    for person in known["staff"]:
        table.add_row(f"{person['role']} of {person['hotel']}", f"{person['email']} / {person['password']}")
    table.add_row("Everything else", str(stack.path))
    table.add_row("Logs", str(stack.directory / "logs"))
    console = Console(soft_wrap=True)
    console.print(table)
    console.print("Ctrl-C ends everything that was started.")
