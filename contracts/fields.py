"""The kinds of text that people enter, with the bounds of each: the gateway and the services take them from here."""

from contracts.data import Data

# One line of text: no control character (C0, DEL, C1), and none of Unicode's separators of lines and paragraphs.
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"


class TextKind(Data):
    """A kind of text: its length in characters, and whether it may have several lines.

    A text of a kind with `least` above 0 has at least one visible character.
    """

    most: int
    least: int = 0
    lines: bool = False


NAME = TextKind(least=1, most=100)
EMAIL = TextKind(least=1, most=254)  # RFC 5321, 4.5.3.1.3: a path of 256 octets, less its angle brackets
PHONE = TextKind(most=40)
RECIPIENT = TextKind(most=max(EMAIL.most, PHONE.most))  # of a communication
SUBJECT = TextKind(most=200)
LETTER = TextKind(least=1, most=5000, lines=True)
CHAT_MESSAGE = TextKind(least=1, most=2000, lines=True)
PROSE = TextKind(most=2000, lines=True)
NOTE = TextKind(most=500, lines=True)
SHORT_TEXT = TextKind(most=300)
CATEGORY = TextKind(most=50)
PASSWORD = TextKind(least=12, most=200)
SEARCH = TextKind(most=EMAIL.most)  # the longest text that a search matches
BOOKING_NAME = TextKind(most=40)  # a booking id or a confirmation number
