"""The mixture of a run: the probability of each kind of fault, and the weights of the world's actions."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.choices import Choices


@dataclass(frozen=True)
class Mixture:
    """Probabilities of faults, each at its occasion, and weights of the world's actions.

    `eager` is the weight of work that clients wait for, where the notifier's work has the weight 1.
    """

    deaths: float = 0.0
    freezes: float = 0.0
    lost: float = 0.0
    webhooks: float = 0.0
    provider: float = 0.0
    notices: float = 0.0
    slow: float = 0.0
    refused: float = 0.0
    eager: float = 1.0


NO_FAULTS = Mixture()


def draw_mixture(choices: Choices, *, deadly: bool = False) -> Mixture:
    """A mixture in which each kind of fault is absent, rare or frequent; in a `deadly` one processes do die."""

    def one_of(name: str, *options: float) -> float:
        return choices.pick(name, options)

    return Mixture(
        deaths=choices.pick("deaths", (0.0, 0.003, 0.02), (0, 1, 1) if deadly else None),
        freezes=one_of("freezes", 0.0, 0.01, 0.05),
        lost=one_of("lost messages", 0.0, 0.01, 0.1),
        webhooks=one_of("webhooks", 0.0, 0.1, 0.4),
        provider=one_of("provider", 0.0, 0.03, 0.2),
        notices=one_of("notices", 0.0, 0.05, 0.3),
        slow=one_of("slow", 0.0, 0.05, 0.3),
        refused=one_of("refused events", 0.0, 0.003, 0.02),
        eager=choices.pick("eager", (1.0, 0.3, 8.0), (2, 1, 7)),
    )
