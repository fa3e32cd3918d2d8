"""Engines that share the statements which SQLAlchemy has compiled: a new engine would compile each of them again."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

STATEMENTS = 5_000  # of all services together

_dialects: dict[str, sa.Dialect] = {}
_compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS)


def sharing_compiled(engine: sa.Engine) -> sa.Engine:
    """The engine with the dialect of the first one that has connected with its driver.

    A compiled statement belongs to a dialect. All engines here are of one server, and made with equal options.
    """
    engine._compiled_cache = _compiled
    if shared := _dialects.get(engine.driver):
        engine.dialect = shared
    else:
        sa.event.listen(engine, "first_connect", lambda *_: _dialects.setdefault(engine.driver, engine.dialect))
    return engine
