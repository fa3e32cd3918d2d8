"""Logs why a connection to the broker cannot be used, so that an operator knows what to do."""

from pika.exceptions import ChannelClosedByBroker, ProbableAccessDeniedError, ProbableAuthenticationError

from chassis.observability import logs

NOT_FOUND, ACCESS_REFUSED = 404, 403

log = logs.logger(__name__)


def log_problem(connection: str, problem: BaseException | None, *, was_open: bool) -> None:
    """Log the end of a connection, or of an attempt to connect. The process connects again by itself."""
    code = problem.reply_code if isinstance(problem, ChannelClosedByBroker) else 0
    if code == NOT_FOUND:
        remedy = "the broker lacks its topology: python -m chassis.messaging.migrate"
        log.warning("topology_missing", connection=connection, why=_why(problem), remedy=remedy)
    elif code == ACCESS_REFUSED or isinstance(problem, ProbableAccessDeniedError | ProbableAuthenticationError):
        log.error("broker_refuses", connection=connection, why=_why(problem))
    elif was_open:
        log.warning("broker_lost", connection=connection, why=_why(problem))
    else:
        log.info("broker_away", connection=connection, why=_why(problem))


def _why(problem: BaseException | None) -> str:
    return repr(problem)[:200]
