"""`hotelmate notices`: pushes and mails that could not be delivered, and how to have them tried again."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from chassis import codec
from chassis.messaging.ask_client import AskClient
from chassis.refusal import Refusal
from contracts.notifier import GetNotice, ListNotices, NoticeDetail, ReplayNotice
from hotelmate.screen import moment, say, show_table
from hotelmate.surroundings import asking, look_around
from hotelmate.trouble import Trouble

cli = typer.Typer(
    no_args_is_help=True, help="Pushes and mails: what was refused, or failed for hours, is given up with the reason."
)
STATUSES = ("GAVE_UP", "PENDING")


@cli.command("list")
def list_notices(
    *, pending: Annotated[bool, typer.Option("--pending", help="Those that still wait instead.")] = False
) -> None:
    """List what was given up, in the order in which it fell due."""
    with asking(look_around().amqp_url) as asker:
        rows = [_row(each) for each in every(asker, STATUSES[pending])]
    if rows:
        show_table(("id", "medium", "occasion", "hotel", "booking", "due since", "why"), rows)
    else:
        say("No push or mail waits." if pending else "No push or mail is given up.")


@cli.command("show")
def show_notice(notice_id: Annotated[str, typer.Argument(help="Its id, whole.", metavar="ID")]) -> None:
    """Show all that is kept of one notice: what it is about, never what it says or to whom."""
    with asking(look_around().amqp_url) as asker:
        found = asker(GetNotice(notice_id=notice_id))
    Console(soft_wrap=True).print_json(data=codec.plain(found), default=str)


@cli.command("replay")
def replay_notices(
    notice_ids: Annotated[list[str] | None, typer.Argument(help="Which ones, by id.", metavar="ID")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Have notices that were given up tried as if they had just fallen due.

    A push is left alone where screens have since been told of something later about the same: whoever missed it has it
    from the feed.
    """
    if bool(notice_ids) == everything:
        raise Trouble("Say which notices to replay, or --all.")
    with asking(look_around().amqp_url) as asker:
        wanted = [each.notice_id for each in every(asker, "GAVE_UP")] if everything else notice_ids or []
        overtaken = [each for each in wanted if not _replayed(asker, each)]
    for notice_id in overtaken:
        say(f"{notice_id} is left alone: screens have been told of something later.")
    say(f"{len(wanted) - len(overtaken)} to be sent again.")


def every(asker: AskClient, status: str) -> Iterator[NoticeDetail]:
    """All notices that stand so, asked for page by page."""
    after = None
    while True:
        page = asker(ListNotices(statuses=(status,), after=after))
        yield from page.notices
        after = page.next
        if after is None:
            return


def _replayed(asker: AskClient, notice_id: str) -> bool:
    try:
        asker(ReplayNotice(notice_id=notice_id))
    except Refusal as refused:
        if refused.code != "OVERTAKEN":
            raise
        return False
    return True


def _row(found: NoticeDetail) -> tuple[object, ...]:
    about = (found.notice_id, found.medium, found.occasion, found.hotel, found.booking_id or "-")
    return (*about, moment(found.created_at), found.reason or "-")
