"""`python -m tests.bench`: measures each row beside its yardstick, and prints the table."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from rich.console import Console

from sandbox.stack.orphans import reap_orphans
from tests.bench.figures import save
from tests.bench.harness import Comparison, compare, show
from tests.bench.partitions import partitions
from tests.bench.protection import protection
from tests.bench.routing import routing
from tests.bench.signing import signing
from tests.bench.system import system


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--hotels", type=int, default=1_000, help="how many hotels are stored (default 1000)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each figure (default 5)")
    parser.add_argument("--only", default="", help="run only figures whose name contains this")
    parser.add_argument("--save", action="store_true", help="write the figures to tests/bench/figures.json")
    options = parser.parse_args()
    reap_orphans()
    console = Console(width=160)
    figures = []
    for group in groups(options.only, system=partial(system, hotels=options.hotels, console=console)):
        for comparison in group():
            if options.only in comparison.name:
                console.print(f"measuring {comparison.name} …")
                figures.append(compare(comparison, rounds=options.rounds))
    show(figures, console)
    if options.save:
        save(figures)


def groups(only: str, *, system: Callable[[], Iterator[Comparison]]) -> list[Callable[[], Iterator[Comparison]]]:
    """The groups of rows that are run: the one with whose name `only` begins, or else the whole system; or all."""
    alone: Mapping[str, Callable[[], Iterator[Comparison]]] = {
        "routing": routing, "signing": signing, "partitions": partitions, "protection": protection,
    }  # fmt: skip
    if not only:
        return [*alone.values(), system]
    return [group for name, group in alone.items() if only.startswith(name)] or [system]


if __name__ == "__main__":
    main()
