"""A day at the desk in any order that Hypothesis finds: guests, staff, two at once, sudden deaths, and time.

A plain board foresees every answer and how the hotel stands after it. Where a process has died in the middle, nobody
foresees anything until all has come to rest; then nothing may have changed but what was being done.

Who of two comes first is nobody's to say, so no rule is closed by how things stand: where it makes no sense, it does
nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fakes.mortal import Crash
from tests.storm.board import AGAIN, Board
from tests.storm.deeds import ARRIVING, GOING, HOUSEKEEPING, STAYING, Deed, deeds
from tests.storm.hotel import Hotel

NEW = ("new 1", "new 2")
BUSY = "ACTION_IN_PROGRESS"
MOST = 5  # bookings in one story
SPANS = [timedelta(minutes=20), timedelta(hours=10), timedelta(hours=22), timedelta(hours=26)]
LAZY = st.sampled_from([False, False, True])  # whether what follows is left for later
DOOM = st.one_of(st.none(), st.none(), st.integers(0, 9))  # after how many steps somebody dies
AT_ONCE = [verb for verb in (*ARRIVING, *STAYING, *GOING, *HOUSEKEEPING) if verb != "check out rooms"]
OPENINGS = {
    "nobody is here": [],
    "two live here": [Deed("walk in", room="11", nights=2), Deed("walk in", room="21", nights=1)],
    "one is to come": [Deed("book", room="11", nights=2), Deed("assign", who=0, room="11")],
    "one lives here, another is to come": [
        Deed("walk in", room="11", nights=1),
        Deed("book", room="12", days=1, nights=2),
        Deed("assign", who=1, room="11"),
    ],
    "a type is sold out": [Deed("walk in", room="21", nights=2), Deed("book", room="21", nights=3)],
}


class Day(RuleBasedStateMachine):
    """One story. `hotel` is set by whoever runs it."""

    hotel: ClassVar[Hotel]

    def __init__(self) -> None:
        super().__init__()
        self.hotel.fresh()
        self.board = self.hotel.read()
        self.in_doubt = self.clocks_are_late = False
        self.touched: set[str] = set()

    @initialize(opening=st.sampled_from(sorted(OPENINGS)))
    def begin(self, opening: str) -> None:
        for deed in OPENINGS[opening]:
            self._do(deed)

    @rule(deed=deeds(*ARRIVING), lazy=LAZY, steps=DOOM)
    def somebody_arrives(self, deed: Deed, lazy: bool, steps: int | None) -> None:
        self._may_die(deed, lazy, steps)

    @rule(deed=deeds(*STAYING), lazy=LAZY, steps=DOOM)
    def somebody_stays(self, deed: Deed, lazy: bool, steps: int | None) -> None:
        self._may_die(deed, lazy, steps)

    @rule(deed=deeds(*GOING), lazy=LAZY, steps=DOOM)
    def somebody_goes(self, deed: Deed, lazy: bool, steps: int | None) -> None:
        self._may_die(deed, lazy, steps)

    @rule(deed=deeds(*HOUSEKEEPING), lazy=LAZY, steps=DOOM)
    def somebody_keeps_house(self, deed: Deed, lazy: bool, steps: int | None) -> None:
        self._may_die(deed, lazy, steps)

    @rule(one=deeds(*AT_ONCE), other=deeds(*AT_ONCE), lazy=LAZY)
    def two_do_at_once(self, one: Deed, other: Deed, lazy: bool) -> None:
        if not self.in_doubt and self._can(one) and self._can(other):
            self._race(one, other)
            self._then(lazy)

    @rule(span=st.sampled_from(SPANS), lazy=LAZY, steps=DOOM)
    def time_passes(self, span: timedelta, lazy: bool, steps: int | None) -> None:
        self.hotel.advance(span)
        self.board.now = self.hotel.now()
        self.hotel.fate.steps = steps
        self.clocks_are_late = True
        if not lazy and self._survives(self.hotel.tick):
            self.board.hear()
            self.board.tick()
            self.clocks_are_late = False
        self.hotel.fate.steps = None

    @rule()
    def what_lies_is_found(self) -> None:
        if self.in_doubt:
            self._rest()

    @invariant()
    def the_hotel_is_as_foreseen(self) -> None:
        if not self.in_doubt:
            self.board.now = self.hotel.now()
            self._same(self.board, self.hotel.read())

    def teardown(self) -> None:
        self.hotel.fate.steps = None
        self._rest()
        found = [*map(str, self.hotel.violations()), *self.hotel.wrong(), *self.hotel.lies()]
        assert not found, found

    # moves

    def _may_die(self, deed: Deed, lazy: bool, steps: int | None) -> None:
        if self._can(deed):
            self.hotel.fate.steps = steps
            self._do(deed)
            self._then(lazy)
            self.hotel.fate.steps = None

    def _can(self, deed: Deed) -> bool:
        return bool(self.board.cards) if deed.to_guest else len(self.board.cards) < MOST

    def _who(self, deed: Deed) -> str:
        known = list(self.board.cards)
        return known[deed.who % len(known)] if known else ""

    def _do(self, deed: Deed) -> None:
        who, after = self._who(deed), self._now(self.board)
        expected = deed.foreseen(after, who, NEW[0])
        answered: list[tuple[str, str]] = []
        lived = self._survives(lambda: answered.append(self.hotel.does(deed, who)))
        if self.in_doubt:
            self.touched |= {
                who,
                *(hook.guest or "" for hook in self.board.hooks.values() if hook.number in deed.rooms),
            }
        if lived and not self.in_doubt:
            [(code, new)] = answered
            assert code == expected.replace(AGAIN, ""), (
                f"{deed} about {who}: {code or 'done'}, not {expected or 'done'}"
            )
            self.board = _named(after, new)

    def _race(self, one: Deed, other: Deed) -> None:
        pair = [(one, self._who(one)), (other, self._who(other))]
        answered: dict[int, tuple[str, str]] = {}
        problems: list[BaseException] = []

        def act(number: int) -> None:
            try:
                answered[number] = self.hotel.does(*pair[number])
            except BaseException as problem:
                problems.append(problem)

        threads = [threading.Thread(target=act, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems, f"{pair}: {problems}"
        codes = [answered[number][0] for number in range(2)]
        seen = self.hotel.read()
        for expected, board in self._orders(pair):
            after = _named(_named(board, answered[0][1], NEW[0]), answered[1][1], NEW[1])
            if expected == codes and self.hotel.shown(after) == self.hotel.shown(seen):
                self.board = after
                return
        raise AssertionError(f"{pair} at once: {codes}, and neither order explains it: {self.hotel.shown(seen)}")

    def _orders(self, pair: list[tuple[Deed, str]]) -> Iterator[tuple[list[str], Board]]:
        """What one after the other would answer and leave; of two about one guest, one may find the other at it."""
        for first, second in ((0, 1), (1, 0)):
            after, codes = self._now(self.board), ["", ""]
            for number in (first, second):
                deed, who = pair[number]
                codes[number] = deed.foreseen(after, who, NEW[number]).replace(AGAIN, "")
            yield codes, after
            if pair[0][1] == pair[1][1] and pair[second][0].to_guest:
                after, codes = self._now(self.board), [BUSY, BUSY]
                codes[first] = pair[first][0].foreseen(after, pair[first][1], NEW[first]).replace(AGAIN, "")
                yield codes, after

    def _then(self, lazy: bool) -> None:
        if not lazy and self._survives(self.hotel.settle):
            self.board.hear()

    def _survives(self, deed: Callable[[], Any]) -> bool:
        """Whether it was done to its end; where somebody died of it, all are started anew, and it lies there."""
        try:
            deed()
        except Crash:
            self.hotel.restart()
            self.in_doubt = True
            return False
        return True

    def _rest(self) -> None:
        """All that lies about is found, the clocks have run, and what nobody had in hand is as it was foreseen."""
        self.hotel.settle()
        if self.in_doubt or self.clocks_are_late:
            self.hotel.find_what_lies()
            self.hotel.tick()
            self.clocks_are_late = False
        before, self.board = self._now(self.board), self.hotel.read()
        before.hear()
        before.tick()
        if self.in_doubt:
            before.cards = {who: card for who, card in before.cards.items() if who not in self.touched}
            lost = before.cards.keys() - self.board.cards.keys()
            assert not lost, f"lost: {lost}"
            shown, seen = self.hotel.shown(before)["cards"], self.hotel.shown(self.board)["cards"]
            changed = {who: (shown[who], seen[who]) for who in shown if shown[who] != seen[who]}
            assert not changed, f"nobody touched them: {changed}"
            self.in_doubt, self.touched = False, set()
        else:
            self._same(before, self.board)

    def _now(self, board: Board) -> Board:
        after = deepcopy(board)
        after.now = self.hotel.now()
        return after

    def _same(self, foreseen: Board, seen: Board) -> None:
        wanted, there = self.hotel.shown(foreseen), self.hotel.shown(seen)
        wrong = {what: (wanted[what], there[what]) for what in wanted if wanted[what] != there[what]}
        assert not wrong, f"foreseen, and seen: {wrong}"


def _named(board: Board, new: str, name: str = NEW[0]) -> Board:
    """The board with the name that a new booking was given."""
    card = board.cards.pop(name, None)
    if card:
        card.id = new
        board.cards[new] = card
        for hook in board.hooks.values():
            hook.guest = new if hook.guest == name else hook.guest
    return board
