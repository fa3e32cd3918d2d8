"""Text that people enter: its one form, its search key, what is visible of it, and its isolation in a line."""

import re
import unicodedata
from typing import Any

from contracts.fields import ONE_LINE, TextKind

# Letters whose stroke or ligature is no accent that Unicode decomposes.
_DOTLESS_I = "\N{LATIN SMALL LETTER DOTLESS I}"
_LETTERS = str.maketrans(
    {_DOTLESS_I: "i", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol that leave the place empty
_VISIBLE = frozenset("LNPS")  # the first letters of the categories of letters, numbers, punctuation and symbols
_ONE_LINE = re.compile(ONE_LINE)
_PARAGRAPH = re.compile(r"[^\n\r\x1c-\x1e\x85\u2029]+")  # the isolation of a text ends with its paragraph

# Unicode's bidirectional algorithm (UAX 9): characters of these classes change the direction of what follows.
_TURNING = frozenset({"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_FSI, _PDI, _ISOLATES = "\u2068", "\u2069", frozenset("\u2066\u2067\u2068")


def normalised(text: str) -> str:
    """The text in Unicode's composed form (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normalised_data(value: Any) -> Any:
    """Plain data with every text, keys included, in composed form."""
    if isinstance(value, str):
        return normalised(value)
    if isinstance(value, list):
        return [normalised_data(each) for each in value]
    if isinstance(value, dict):
        return {normalised_data(name): normalised_data(each) for name, each in value.items()}
    return value


def search_key(text: str) -> str:
    """The text without case, accents, compatibility forms (`ﬁ`), invisible characters and repeated blanks."""
    if not text.isascii():
        for _ in range(2):  # the case folding of a letter can have a compatibility form, and the other way round
            text = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(each for each in text if not _is_mark(each)).translate(_LETTERS)
    return " ".join(text.lower().split())


def _is_mark(letter: str) -> bool:
    return bool(unicodedata.combining(letter)) or unicodedata.category(letter) == "Cf"


def is_visible(text: str) -> bool:
    """Whether any character of the text can be seen."""
    return any(unicodedata.category(each)[0] in _VISIBLE and each not in _BLANK for each in text)


def text_problem(text: str, kind: TextKind) -> str | None:
    """The reason why the text is not of this kind; None where it is."""
    if not kind.least <= len(text) <= kind.most:
        return f"must have {kind.least} to {kind.most} characters" if kind.least else f"at most {kind.most} characters"
    if "\x00" in text or not (kind.lines or _ONE_LINE.fullmatch(text)):
        return "must have no control character or line separator"
    if kind.least and not is_visible(text):
        return "must have a visible character"
    return None


def isolated(text: str) -> str:
    """The text as it stands beside other words: it changes the direction of nothing around it.

    A text with letters from right to left, or with direction marks, stands between FSI and PDI; its own marks cannot
    end the isolation. Every other text is unchanged.
    """
    if text.isascii() or _TURNING.isdisjoint(map(unicodedata.bidirectional, text)):
        return text
    return _PARAGRAPH.sub(lambda part: _isolated_paragraph(part.group()), text)


def _isolated_paragraph(text: str) -> str:
    depth, letters = 0, []
    for letter in text:
        if letter == _PDI and not depth:
            continue
        depth += (letter in _ISOLATES) - (letter == _PDI)
        letters.append(letter)
    return _FSI + "".join(letters) + _PDI * (depth + 1)
