"""The notifier's transaction, and the dependencies that its handlers use."""

from collections.abc import Collection

from chassis.transactions.store import store
from chassis.transactions.work import Work
from contracts.data import Data
from contracts.notifier.events import NoticeSent
from services.notifier.domain.jobs import NoticeJob
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.mailer.renderer import MailRenderer
from services.notifier.mailer.smtp import SmtpServer
from services.notifier.pusher_gateway import PusherGateway
from services.notifier.settings import NotifierSettings
from services.notifier.sms import NoSmsProvider, SmsProvider
from services.notifier.staff_names import StaffNameCache
from services.notifier.store.mail_counts import SqlMailCounts
from services.notifier.store.notices import SqlNotices


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

    def mark_sent(self, jobs: Collection[NoticeJob]) -> None:
        """Store the notices of these jobs as `SENT`."""
        self.notices.settle(jobs, LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent), now=self.now)
