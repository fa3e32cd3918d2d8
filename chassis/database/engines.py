"""The database engines of services, for either driver."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.database import stale_plans

# Psycopg 3 prepares a statement at its second execution on a connection, and keeps so many of a connection.
PREPARE_AFTER = 1
PREPARED_STATEMENTS = 400


def service_engine(url: str | sa.URL, parameters: Mapping[str, Any], **options: Any) -> sa.Engine:
    """An engine of a service. The URL names the driver, and `parameters` are those of the connections."""
    if sa.make_url(url).get_driver_name() != "psycopg":
        return sa.create_engine(url, connect_args=dict(parameters), **options)
    # What was used last is used first: statements stay prepared on as few connections as the service needs.
    arguments = {**parameters, "prepare_threshold": PREPARE_AFTER}
    engine = sa.create_engine(url, connect_args=arguments, pool_use_lifo=True, **options)
    sa.event.listen(engine, "connect", _keep_statements)
    stale_plans.replace_connections(engine)
    return engine


def _keep_statements(connection: Any, _: Any) -> None:
    connection.prepared_max = PREPARED_STATEMENTS
