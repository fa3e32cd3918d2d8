"""Names in mails before payment. Anybody can have such a mail sent to anybody, in the hotel's name."""

import re
import unicodedata

LONGEST = 40
# A scheme, a path, an address, or a dot between two letters or digits, as in a host name.
LINK = re.compile(r"[/\\@]|\bwww\b|[^\W_]\.[^\W_]{2}", re.IGNORECASE)
DOTS = str.maketrans({"\u3002": ".", "\u2024": ".", "\u00b7": "."})  # dots that a browser or a reader takes for one


def is_suspicious(name: str) -> bool:
    """Whether the name is longer than 40 characters, or has or resembles a link."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
    return len(name) > LONGEST or LINK.search(plain.translate(DOTS)) is not None
