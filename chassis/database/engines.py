"""The database engines of services, for either driver."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis.database import stale_plans


def service_engine(url: str | sa.URL, parameters: Mapping[str, Any], **options: Any) -> sa.Engine:
    """An engine of a service. The URL names the driver, and `parameters` are those of the connections."""
    options |= {"json_serializer": _json, "json_deserializer": msgspec.json.decode}
    if sa.make_url(url).get_driver_name() != "psycopg":
        return sa.create_engine(url, connect_args=dict(parameters), **options)
    # What was used last is used first: statements stay prepared on as few connections as the service needs. SQLAlchemy
    # closes the cursor of an INSERT that it has built, and psycopg 3 forgets the number of rows then.
    counted = {"execution_options": {"preserve_rowcount": True}}
    engine = sa.create_engine(url, connect_args=dict(parameters), pool_use_lifo=True, **counted, **options)
    prepared = import_module("chassis.database.prepared")  # and psycopg with it
    prepared.read_each_text_once()
    sa.event.listen(engine, "connect", prepared.use_prepared_statements)
    stale_plans.replace_connections(engine)
    return engine


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
