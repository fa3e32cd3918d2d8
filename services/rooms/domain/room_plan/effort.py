"""The bound of a search: a count of what the search looks at, so that a result does not depend on a clock."""

UNLIMITED = 1 << 30  # more than any count of moves or rooms


class OutOfEffort(Exception):
    """The search has used its effort and says nothing."""


class Effort:
    """What searches may still spend: one for each slot and room that a search looks at, about a microsecond."""

    def __init__(self, left: int) -> None:
        """Begin with so much."""
        self.left = left

    def spend(self, amount: int) -> None:
        """Spend so much. Raises `OutOfEffort`."""
        self.left -= amount
        if self.left < 0:
            raise OutOfEffort

    def share(self, part: int) -> "Effort":
        """A part of what is left, for a search of its own: a half for `part` 2."""
        amount = max(self.left // part, 0)
        self.left -= amount
        return Effort(amount)

    def give_back(self, other: "Effort") -> None:
        """Take back what a share has not spent."""
        self.left += max(other.left, 0)
