"""The storm itself: people, the provider, its notices, faults, crashes and time, in any order that Hypothesis finds.

Nothing here looks into payments: the model says what should be, the provider's journal and the product's invariants
judge what is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import ApproveBooking, CancelBooking, DeclineBooking
from contracts.payments import FindingKind, OpenPaymentSession, VerifyPayment
from sandbox.stripe.cards import DECLINED, SUCCESS
from sandbox.stripe.errors import ApiError as CardRefused
from tests.fakes.mortal import Crash
from tests.storm.beginnings import Beginnings
from tests.storm.ground import staff
from tests.storm.model import Life, Reply, Word, reply_to
from tests.storm.place import POLICIES, guest
from tests.storm.troubles import TROUBLES

OWED = "SELECT key, last_error FROM job WHERE done_at IS NULL AND not_before IS NULL"
MOST = 2  # bookings in one storm
CARD_HOLDS = timedelta(days=6)
SPANS = [timedelta(minutes=2), timedelta(minutes=16), timedelta(minutes=50), timedelta(hours=26), timedelta(days=8)]

LAZY = st.sampled_from([False, False, False, True])  # whether what follows is left for later
ANY = st.integers(0, 7)


class Storm(RuleBasedStateMachine):
    """One storm. `beginnings` is set by whoever runs it."""

    beginnings: ClassVar[Beginnings]

    def __init__(self) -> None:
        super().__init__()
        self.place = self.beginnings.place
        self.lives: list[Life] = []
        self.lost: set[str] = set()

    # people

    @initialize(
        hotel=st.sampled_from(sorted(POLICIES)),
        stage=st.sampled_from(["held", "paid", "approved"]),
        trouble=st.sampled_from([""] * len(TROUBLES) + sorted(TROUBLES)),
    )
    def begin(self, hotel: str, stage: str, trouble: str = "") -> None:
        self.lives = self.beginnings.lay_out((hotel, stage), lambda: self._begun(hotel, stage))
        if trouble:
            self.the_provider(trouble)

    def _begun(self, hotel: str, stage: str) -> list[Life]:
        self._born(hotel)
        if stage != "held":
            self._pay(self.lives[0], SUCCESS.number)
            self._bring_all()
        if stage == "approved":
            self.approve(0, lazy=False)
        return self.lives

    @precondition(lambda self: 0 < len(self.lives) < MOST)
    @rule(hotel=st.sampled_from(sorted(POLICIES)))
    def another_guest_books(self, hotel: str) -> None:
        self._born(hotel)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, lazy=LAZY)
    def open_the_page(self, who: int, lazy: bool) -> None:
        self._open(self._life(who))
        self._then(lazy)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, card=st.sampled_from([SUCCESS.number] * 3 + [DECLINED.number]), lazy=LAZY)
    def pay(self, who: int, card: str, lazy: bool) -> None:
        self._pay(self._life(who), card)
        self._then(lazy)

    @precondition(lambda self: any(life.sessions for life in self.lives))
    @rule(who=ANY, which=ANY, lazy=LAZY)
    def verify(self, who: int, which: int, lazy: bool) -> None:
        life = self._life(who)
        if life.sessions:
            self._verify(life, life.sessions[which % len(life.sessions)])
        self._then(lazy)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, lazy=LAZY)
    def approve(self, who: int, lazy: bool) -> None:
        life = self._life(who)
        self._command("approve", life, ApproveBooking(hotel=life.hotel, booking_id=life.id))
        self._then(lazy)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, lazy=LAZY)
    def decline(self, who: int, lazy: bool) -> None:
        life = self._life(who)
        self._command("decline", life, DeclineBooking(hotel=life.hotel, booking_id=life.id))
        self._then(lazy)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, by=st.sampled_from(["guest", "staff", "staff, waived"]), lazy=LAZY)
    def cancel(self, who: int, by: str, lazy: bool) -> None:
        life, waived = self._life(who), "waived" in by
        asked = CancelBooking(hotel=life.hotel, booking_id=life.id, reason="ill", waive_fee=waived)
        self._command("cancel", life, asked, guest(life.created) if by == "guest" else None, waived=waived)
        self._then(lazy)

    # the provider's notices

    @precondition(lambda self: self._coming())
    @rule(order=st.integers(0, 719), count=st.integers(1, 6), lazy=LAZY)
    def notices_come(self, order: int, count: int, lazy: bool) -> None:
        coming = self._coming()[:6]
        for _ in range(min(count, len(coming))):
            order, number = divmod(order, len(coming))
            self._bring(coming.pop(number))
        self._then(lazy)

    @precondition(lambda self: self.place.delivered)
    @rule(which=ANY, anew=st.booleans(), lazy=LAZY)
    def a_notice_comes_again(self, which: int, anew: bool, lazy: bool) -> None:
        told = self.place.delivered[which % len(self.place.delivered)]
        event = self.place.stripe.state.store.events[told]
        self._survive(lambda: self.place.deliver(event, renamed="x" if anew else ""))
        self._then(lazy)

    @precondition(lambda self: self._coming())
    @rule(which=ANY)
    def a_notice_is_lost(self, which: int) -> None:
        coming = self._coming()
        self.lost.add(coming[which % len(coming)]["id"])

    # trouble

    @rule(trouble=st.sampled_from(sorted(TROUBLES)))
    def the_provider(self, trouble: str) -> None:
        self.place.stripe.fault(**TROUBLES[trouble])
        for life in self.lives:
            life.shaky |= trouble == "refuses the capture"
            life.refunds_fail |= trouble == "fails to give back"

    @rule()
    def the_provider_is_well_again(self) -> None:
        self.place.stripe.state.faults.remove()
        self._then(lazy=False)

    @rule(steps=st.integers(0, 15))
    def somebody_will_die(self, steps: int) -> None:
        self.place.fate.steps = steps

    @rule(span=st.sampled_from(SPANS), lazy=LAZY)
    def time_passes(self, span: timedelta, lazy: bool) -> None:
        self._pass(span, lazy=lazy)

    # judges

    @invariant()
    def nothing_impossible_has_happened(self) -> None:
        for life in self.lives:
            wrong = list(life.impossible(self.place.purse(life.id)))
            assert not wrong, f"{life.id} in {life.hotel}: {wrong}"

    def teardown(self) -> None:
        self.place.restart()
        self.place.stripe.state.faults.remove()
        self._rest()
        self._judge()
        if any(life.word is Word.NONE for life in self.lives):
            self.place.advance(timedelta(hours=25))
            self._rest()
            self._judge()
        kept_for_people = any(life.refunds_fail for life in self.lives)
        drift = [one for one in self.place.drift() if not (kept_for_people and one.kind is FindingKind.MONEY_KEPT)]
        assert not drift, drift

    def _pass(self, span: timedelta, *, lazy: bool) -> None:
        self.place.advance(span)
        for life in self.lives:
            life.shaky |= span >= CARD_HOLDS
        if not lazy:
            self._survive(self.place.tick)
            self._miss()

    def _miss(self) -> None:
        for life in self.lives:
            life.notice(self.place.booking(life.created), now=self.place.now())

    def _rest(self) -> None:
        """Everything that is on its way arrives, what was lost is looked for, and all that follows has happened."""
        self.place.find_what_lies()
        for _ in range(8):
            for event in self.place.undelivered():
                if not self._is_lost(event):
                    self.place.deliver(event)
            self.place.tick()
            if self.lost:
                for life in self.lives:
                    for session in life.sessions:
                        self._verify(life, session)
                self.place.settle(patient=12)
            self._miss()
            if all(self._is_lost(event) for event in self.place.undelivered()):
                return
        raise AssertionError("it does not come to rest")

    def _judge(self) -> None:
        found = [str(violation) for violation in self.place.violations()]
        for life in self.lives:
            purse = self.place.purse(life.id)
            found += [
                f"{life.id} in {life.hotel}: {wrong}" for wrong in life.wrong(self.place.booking(life.created), purse)
            ]
        waiting = self.place.sql("payments", OWED)
        assert not found, found
        assert not waiting, waiting

    # moves

    def _life(self, who: int) -> Life:
        return self.lives[who % len(self.lives)]

    def _coming(self) -> list[Any]:
        return [event for event in self.place.undelivered() if event["id"] not in self.lost]

    def _is_lost(self, event: Any) -> bool:
        """What tells of a refund is sent again until it arrives."""
        return event["id"] in self.lost and "refund" not in event["type"]

    def _born(self, hotel: str) -> None:
        self._survive(lambda: self.lives.append(Life(self.place.book(hotel))))
        self._then(lazy=False)

    def _open(self, life: Life) -> None:
        asked = OpenPaymentSession(hotel=life.hotel, booking_id=life.id)
        session = self._survive(lambda: self._asked(asked, guest(life.created)))
        if session and session.session_id not in life.sessions:
            life.sessions.append(session.session_id)

    def _pay(self, life: Life, card: str) -> None:
        self._open(life)
        for session in life.sessions[-1:]:
            try:
                self.place.stripe.pay(session, card)
            except CardRefused:
                return

    def _verify(self, life: Life, session: str) -> None:
        asked = VerifyPayment(hotel=life.hotel, booking_id=life.id, session_id=session)
        self._survive(lambda: self._asked(asked, guest(life.created)))

    def _asked(self, message: Any, context: Any) -> Any:
        try:
            return self.place.town.ask(message, context)
        except (Refusal, Unavailable):
            return None

    def _command(self, name: str, life: Life, command: Any, context: Any = None, *, waived: bool = False) -> None:
        before = self.place.booking(life.created)
        deadline = before.approval_deadline_at
        late = deadline is not None and self.place.now() >= deadline
        expected = reply_to(name, before, late=late, by_staff=context is None)

        def ask() -> Reply:
            try:
                self.place.town.ask(command, context or staff(life.hotel))
            except Refusal:
                return Reply.REFUSED
            return expected if expected is not Reply.REFUSED else Reply.DONE

        answered = self._survive(ask)
        if answered is None and self.place.is_under_way(life.id):  # the timer brings to its end what somebody died of
            self.place.find_what_lies()
            self.place.tick()
        if answered is None:  # the answer died with the process: the booking says whether it was done
            done = self.place.booking(life.created).version > before.version
            assert expected is Reply.DONE or not done, f"{name} of {before.status} was done, not {expected}"
            answered = expected = Reply.DONE if done else Reply.REFUSED
        assert answered is expected, f"{name} of {before.status}: {answered}, not {expected}"
        if answered is Reply.DONE:
            life.hear(name, before, waived=waived, now=self.place.now())

    def _bring(self, event: Any) -> None:
        self._survive(lambda: self.place.deliver(event))

    def _bring_all(self) -> None:
        for event in self._coming():
            self._bring(event)
        self._then(lazy=False)

    def _then(self, lazy: bool) -> None:
        if not lazy:
            self._survive(lambda: self.place.settle(patient=1))

    def _survive(self, deed: Callable[[], Any]) -> Any:
        """Do it; where somebody dies of it, all are started anew, and what was in their hands waits for them."""
        try:
            return deed()
        except Crash:
            self.place.restart()
            return None
