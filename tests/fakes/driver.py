"""The driver of the services under test, which `DATABASE_DRIVER` chooses as it does for a service.

What a test itself executes, as the owner, goes over psycopg2 in any case.
"""

from typing import Any

import sqlalchemy as sa

from chassis.database.engines import service_engine
from chassis.settings import ServiceSettings
from tests.fakes.compiled import sharing_compiled

DRIVER = ServiceSettings(mode="demo").database_driver


def engine_under_test(url: sa.URL, **options: Any) -> sa.Engine:
    """An engine as a service makes it, but without the limits of a service's connections."""
    return sharing_compiled(service_engine(url.set(drivername=f"postgresql+{DRIVER}"), {}, **options))
