"""Names in mails before payment."""

import pytest

from services.notifier.domain.names import is_suspicious


@pytest.mark.parametrize(
    "name",
    [
        "Visit https://evil.example/prize now",
        "evil.example",
        "EVIL.EXAMPLE",
        "www evil example",
        "win at evil.com",
        "ada@evil.example",
        "hxxp://evil",
        "evil。example",
        "evil\u2024example",
        "ｅｖｉｌ．ｅｘａｍｐｌｅ",
        "evil\u200b.example",
        "192.168.10.10",
        "A" * 41,
    ],
)
def test_a_name_with_a_link_or_more_than_forty_characters_is_suspicious(name: str) -> None:
    assert is_suspicious(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Siobhán",
        "Mary-Jane",
        "J. R. R.",
        "St. John",
        "J.R.",
        "D'Arcy",
        "山田 太郎",
        "عائشة",
        "A" * 40,
        "Dr. Ada Jr.",
    ],
)
def test_an_ordinary_name_is_not_suspicious(name: str) -> None:
    assert not is_suspicious(name)
