"""The cache forgets each value after its seconds, and all values before there are too many."""

import pytest

from chassis.ttl_cache import TtlCache


def test_a_value_is_valid_for_its_seconds_also_a_value_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("chassis.ttl_cache.monotonic", lambda: now[0])
    cache: TtlCache[str, str | None] = TtlCache(10)
    cache.store({"a": "1", "b": None})

    now[0] += 9.9
    assert cache.get(["a", "b", "c"]) == {"a": "1", "b": None}
    now[0] += 0.1
    assert cache.get(["a", "b"]) == {}


def test_a_full_cache_is_emptied_before_it_grows() -> None:
    cache: TtlCache[int, int] = TtlCache(10, most=3)
    cache.store({1: 1, 2: 2, 3: 3})
    assert cache.get([1, 2, 3]) == {1: 1, 2: 2, 3: 3}

    cache.store({4: 4})
    assert cache.get([1, 2, 3, 4]) == {4: 4}
