"""The PIN of a room's door."""

FEWEST_DIGITS, MOST_DIGITS = 4, 8


def format_pin(digits: int, draw: int) -> str:
    """The last `digits` (4 to 8) decimal digits of a random number, with leading zeros."""
    length = min(max(digits, FEWEST_DIGITS), MOST_DIGITS)
    return str(draw % 10**length).zfill(length)
