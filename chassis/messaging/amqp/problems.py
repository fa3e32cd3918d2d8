"""Logs why a connection to the broker cannot be used, so that an operator knows what to do."""

from dataclasses import dataclass, field

from pika.exceptions import (
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from chassis.observability import logs

NOT_FOUND, ACCESS_REFUSED = 404, 403
UNKNOWN_TYPE = "exchange type"  # words of the broker where the plugin of an exchange's type is not enabled

Problem = BaseException | str | None

log = logs.logger(__name__)


@dataclass(eq=False)
class ProblemLog:
    """The problems of one connection. While connecting fails for the same reason, the reason is logged once."""

    connection: str
    _last: str = field(default="", init=False)

    def add(self, problem: Problem, *, was_open: bool) -> None:
        """Log the end of the connection, or of an attempt to connect. The process connects again by itself."""
        why = repr(problem)[:200]
        if not was_open and why == self._last:
            return
        self._last = why
        code = problem.reply_code if isinstance(problem, ChannelClosedByBroker) else 0
        if is_plugin_missing(problem):
            remedy = "the topology needs it: rabbitmq-plugins enable rabbitmq_consistent_hash_exchange"
            log.error("broker_plugin_missing", connection=self.connection, why=why, remedy=remedy)
        elif code == NOT_FOUND:
            remedy = "the broker lacks its topology: python -m chassis.messaging.migrate"
            log.warning("topology_missing", connection=self.connection, why=why, remedy=remedy)
        elif code == ACCESS_REFUSED or isinstance(problem, ProbableAccessDeniedError | ProbableAuthenticationError):
            log.error("broker_refuses", connection=self.connection, why=why)
        elif was_open:
            log.warning("broker_lost", connection=self.connection, why=why)
        else:
            log.info("broker_away", connection=self.connection, why=why)


def is_plugin_missing(problem: Problem) -> bool:
    """Whether the broker refuses an exchange because the plugin of its type is not enabled."""
    return isinstance(problem, ChannelClosedByBroker | ConnectionClosedByBroker) and UNKNOWN_TYPE in problem.reply_text
