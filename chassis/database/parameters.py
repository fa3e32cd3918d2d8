"""The parameters with which every process connects to PostgreSQL, for psycopg2 and psycopg 3."""

from typing import Any

from chassis import time_limits


def parameters(process: str, *, statement: float | None = time_limits.STATEMENT) -> dict[str, Any]:
    """The connection parameters of a process; `process` is the `application_name`.

    Both ends notice a silent peer by TCP. `statement` limits each statement, in seconds; without that limit, as for
    migrations, transactions may also be idle and wait for locks for any time.
    """
    limits = {
        "tcp_keepalives_idle": time_limits.KEEPALIVE_IDLE,
        "tcp_keepalives_interval": time_limits.KEEPALIVE_INTERVAL,
        "tcp_keepalives_count": time_limits.KEEPALIVE_COUNT,
        "tcp_user_timeout": _ms(time_limits.UNACKNOWLEDGED_DATA),
    }
    if statement is not None:
        limits |= {
            "statement_timeout": _ms(statement),
            "lock_timeout": _ms(time_limits.LOCK),
            "idle_in_transaction_session_timeout": _ms(time_limits.IDLE_IN_TRANSACTION),
        }
    return {
        "application_name": process,
        "connect_timeout": time_limits.CONNECT,
        "keepalives": 1,
        "keepalives_idle": time_limits.KEEPALIVE_IDLE,
        "keepalives_interval": time_limits.KEEPALIVE_INTERVAL,
        "keepalives_count": time_limits.KEEPALIVE_COUNT,
        "tcp_user_timeout": _ms(time_limits.UNACKNOWLEDGED_DATA),
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
