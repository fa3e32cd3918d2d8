"""What the notifier's handlers may touch."""

from dataclasses import dataclass
from typing import Any

from chassis.transactions.work import Work
from services.notifier.mailer import Letters, Mailer
from services.notifier.pusher_gateway import PusherGateway
from services.notifier.settings import NotifierSettings
from services.notifier.store import SqlNotices
from services.notifier.texts import NoTextMessages, TextMessages


@dataclass(frozen=True, kw_only=True)
class NotifierDependencies:
    """What there is beyond the database."""

    settings: NotifierSettings
    push: PusherGateway
    mailer: Mailer
    letters: Letters
    texts: TextMessages


def make_tools(settings: NotifierSettings) -> NotifierDependencies:
    """The tools of one process."""
    return NotifierDependencies(
        settings=settings,
        push=PusherGateway(settings),
        mailer=Mailer(settings),
        letters=Letters(sender=settings.mail_from, public_url=settings.public_url),
        texts=NoTextMessages(),
    )


class NotifierWork(Work):
    """One transaction on the notifier's tables."""

    dependencies: NotifierDependencies

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notices = SqlNotices(self.connection)
