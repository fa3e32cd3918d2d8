"""The notifier's transaction, and the dependencies that its handlers use."""

from functools import cached_property

from chassis.transactions.store import store
from chassis.transactions.work import Work
from contracts.data import Data
from contracts.notifier.events import NoticeSent
from services.notifier.domain.jobs import NoticeJob
from services.notifier.domain.notices import Notice
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.mailer.renderer import MailRenderer
from services.notifier.mailer.smtp import SmtpServer
from services.notifier.pusher_gateway import PusherGateway
from services.notifier.settings import NotifierSettings
from services.notifier.sms import NoSmsProvider, SmsProvider
from services.notifier.staff_names import StaffNameCache
from services.notifier.store.mail_counts import SqlMailCounts
from services.notifier.store.notices import SqlNotices
from services.notifier.store.pending_notices import SqlPendingNotices


class NotifierDependencies(Data):
    """The values, besides the database, that the handlers use."""

    settings: NotifierSettings
    push: PusherGateway
    mail_server: SmtpServer
    renderer: MailRenderer
    sms: SmsProvider
    staff_names: StaffNameCache


def dependencies(settings: NotifierSettings) -> NotifierDependencies:
    """The dependencies of a running service."""
    return NotifierDependencies(
        settings=settings,
        push=PusherGateway(settings),
        mail_server=SmtpServer(settings),
        renderer=MailRenderer(sender=settings.mail_from, public_url=settings.public_url),
        sms=NoSmsProvider(),
        staff_names=StaffNameCache(),
    )


class NotifierWork(Work):
    """One transaction on the notifier's tables."""

    dependencies: NotifierDependencies

    notices = store(SqlNotices)
    mail_counts = store(SqlMailCounts)

    @cached_property
    def pending_notices(self) -> SqlPendingNotices:
        return SqlPendingNotices(self.write_late)

    @cached_property
    def new_notices(self) -> list[Notice]:
        """The notices to insert just before the commit, all at once."""
        return []

    @cached_property
    def sent_jobs(self) -> list[NoticeJob]:
        """The jobs whose notices are stored as `SENT` just before the commit, all at once."""
        return []

    def flush(self) -> None:
        """Write the new notices and the results of sent ones, then audit rows and outbox."""
        if self.new_notices:
            self.pending_notices.add(self.new_notices, now=self.now)
            self.new_notices.clear()
        if self.sent_jobs:
            status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent)
            self.pending_notices.settle(self.sent_jobs, status, now=self.now)
            self.sent_jobs.clear()
        super().flush()
