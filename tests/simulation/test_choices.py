"""Choices are drawn from the seed, replayed from a tape, and shrunk to the few that matter."""

from tests.simulation.choices import Choices
from tests.simulation.shrinking import Failure, shrink


def test_a_seed_draws_the_same_choices_again_and_a_tape_replays_them() -> None:
    first, again = Choices(7), Choices(7)
    drawn = [(first.pick("x", "abcdef"), first.chance("y", 0.5), first.number("z", 9)) for _ in range(50)]

    assert [(again.pick("x", "abcdef"), again.chance("y", 0.5), again.number("z", 9)) for _ in range(50)] == drawn
    replayed = Choices(8, first.tape)
    assert [
        (replayed.pick("x", "abcdef"), replayed.chance("y", 0.5), replayed.number("z", 9)) for _ in range(50)
    ] == drawn
    assert Choices(8).tape != first.tape


def test_a_tape_that_has_ended_picks_the_plainest() -> None:
    choices = Choices(1, [3])

    assert [choices.pick("x", "abcd"), choices.pick("x", "abcd"), choices.chance("y", 0.99)] == ["d", "a", False]


def test_weights_and_probabilities_are_kept() -> None:
    choices = Choices(3)
    picked = [choices.pick("x", "ab", (1, 3)) for _ in range(4_000)]

    assert 0.2 < picked.count("a") / len(picked) < 0.3
    assert choices.chance("never", 0.0) is False


def test_shrinking_keeps_the_two_choices_that_matter() -> None:
    def replay(tape: tuple[int, ...]) -> Failure:
        """Fails where an 8 or 9 follows a 5 at any distance; each step has two choices."""
        fails = any(value >= 8 for at, value in enumerate(tape) if 5 in tape[:at])
        return Failure(tape, tuple(range(0, len(tape), 2)), "I0" if fails else "")

    begins = replay((1, 2, 3, 5, 6, 7, 0, 4, 9, 1, 2, 8, 3, 3, 1, 7))

    best = shrink(begins, replay, goes_on=lambda: True)

    assert best.kind == "I0"
    assert sorted(value for value in best.tape if value) in ([5, 8], [5, 9])
    assert len(best.tape) <= 6


def test_shrinking_ends_when_its_time_is_over() -> None:
    begins = Failure((1, 1, 1, 1), (0, 2), "I0")

    assert shrink(begins, lambda tape: Failure(tape, (0,), "I0"), goes_on=lambda: False) == begins
