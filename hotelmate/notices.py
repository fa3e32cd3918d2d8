"""`hotelmate notices`: lists, shows and replays pushes and mails that could not be delivered."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from chassis import codec
from chassis.messaging.ask_client import AskClient
from chassis.refusal import Refusal
from contracts.notifier.notice_admin import GetNotice, ListNotices, NoticeDetail, ReplayNotice
from hotelmate.config import ask_client, load_config
from hotelmate.console import moment, say, show_table
from hotelmate.errors import CommandError

cli = typer.Typer(
    no_args_is_help=True, help="Pushes and mails. One that is refused, or fails for hours, is given up with the reason."
)
STATUSES = ("GAVE_UP", "PENDING")


@cli.command("list")
def list_notices(
    *, pending: Annotated[bool, typer.Option("--pending", help="Those that wait to be sent instead.")] = False
) -> None:
    """List the notices that were given up, oldest first."""
    with ask_client(load_config()) as client:
        rows = [_row(each) for each in every(client, STATUSES[pending])]
    columns = ("id", "medium", "occasion", "hotel", "booking", "due since", "why")
    show_table(columns, rows, empty="No push or mail waits." if pending else "No push or mail is given up.")


@cli.command("show")
def show_notice(notice_id: Annotated[str, typer.Argument(help="The notice's id.", metavar="ID")]) -> None:
    """Show the stored data of one notice: its event and outcome, but neither its text nor its recipient."""
    with ask_client(load_config()) as client:
        notice = client(GetNotice(notice_id=notice_id))
    Console(soft_wrap=True).print_json(data=codec.plain(notice), default=str)


@cli.command("replay")
def replay_notices(
    notice_ids: Annotated[list[str] | None, typer.Argument(help="The ids of the notices.", metavar="ID")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Send notices that were given up, as if they were new.

    A push is refused if a later push about the same subject was sent, because pages read a missed event from the feed.
    """
    if bool(notice_ids) == everything:
        raise CommandError("Say which notices to replay, or --all.")
    with ask_client(load_config()) as client:
        ids = [each.notice_id for each in every(client, "GAVE_UP")] if everything else notice_ids or []
        overtaken = [each for each in ids if not _replay(client, each)]
    for notice_id in overtaken:
        say(f"{notice_id} is not sent: a later push of its subject was.")
    say(f"{len(ids) - len(overtaken)} to be sent again.")


def every(client: AskClient, status: str) -> Iterator[NoticeDetail]:
    """All notices in this status, read page by page."""
    after = None
    while True:
        page = client(ListNotices(statuses=(status,), after=after))
        yield from page.notices
        after = page.next
        if after is None:
            return


def _replay(client: AskClient, notice_id: str) -> bool:
    try:
        client(ReplayNotice(notice_id=notice_id))
    except Refusal as refusal:
        if refusal.code != "OVERTAKEN":
            raise
        return False
    return True


def _row(notice: NoticeDetail) -> tuple[object, ...]:
    about = (notice.notice_id, notice.medium, notice.occasion, notice.hotel, notice.booking_id or "-")
    return (*about, moment(notice.created_at), notice.reason or "-")
