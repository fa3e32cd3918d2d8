"""What the payment state machine does below its rules: asks, webhooks, crashes, time, and the verdict at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from chassis.refusal import Refusal, Unavailable
from contracts.payments.checkout_sessions import OpenPaymentSession, VerifyPayment
from sandbox.stripe.errors import ApiError as CardRefused
from tests.fakes.crashing import Crash
from tests.storm.environment import staff
from tests.storm.payment_environment import guest
from tests.storm.payment_model import ExpectedReply, PaymentModel, reply_to
from tests.storm.starting_states import StartingStates

OPEN_JOBS = "SELECT key, last_error FROM job WHERE done_at IS NULL AND not_before IS NULL"
CARD_HOLDS = timedelta(days=6)


class PaymentSteps(RuleBasedStateMachine):
    """One run, without rules. The caller sets `starting_states`."""

    starting_states: ClassVar[StartingStates]

    def __init__(self) -> None:
        super().__init__()
        self.environment = self.starting_states.environment
        self.models: list[PaymentModel] = []
        self.lost: set[str] = set()

    def _pass(self, span: timedelta, *, lazy: bool) -> None:
        self.environment.advance(span)
        for model in self.models:
            model.capture_may_fail |= span >= CARD_HOLDS
        if not lazy:
            self._run_until_crash(self.environment.tick)
            self._miss()

    def _miss(self) -> None:
        for model in self.models:
            model.apply_status(self.environment.booking(model.created), now=self.environment.now())

    def _rest(self) -> None:
        """Deliver every webhook, recover lost ones, and run until idle."""
        self.environment.make_due()
        for _ in range(8):
            for event in self.environment.undelivered():
                if not self._is_lost(event):
                    self.environment.deliver(event)
            self.environment.tick()
            if self.lost:
                for model in self.models:
                    for session in model.sessions:
                        self._verify(model, session)
                self.environment.settle(retries=12)
            self._miss()
            if all(self._is_lost(event) for event in self.environment.undelivered()):
                return
        raise AssertionError("the platform does not become idle")

    def _judge(self) -> None:
        problems = [str(violation) for violation in self.environment.violations()]
        for model in self.models:
            payments = self.environment.payments(model.id)
            problems += [
                f"{model.id} in {model.hotel}: {final_violations}"
                for final_violations in model.final_violations(self.environment.booking(model.created), payments)
            ]
        waiting = self.environment.sql("payments", OPEN_JOBS)
        assert not problems, problems
        assert not waiting, waiting

    def _life(self, who: int) -> PaymentModel:
        return self.models[who % len(self.models)]

    def _coming(self) -> list[Any]:
        return [event for event in self.environment.undelivered() if event["id"] not in self.lost]

    def _is_lost(self, event: Any) -> bool:
        """Refund events are never lost: the provider repeats them."""
        return event["id"] in self.lost and "refund" not in event["type"]

    def _born(self, hotel: str) -> None:
        self._run_until_crash(lambda: self.models.append(PaymentModel(self.environment.book(hotel))))
        self._then(lazy=False)

    def _open(self, model: PaymentModel) -> None:
        request = OpenPaymentSession(hotel=model.hotel, booking_id=model.id)
        session = self._run_until_crash(lambda: self._ask_unless_refused(request, guest(model.created)))
        if session and session.session_id not in model.sessions:
            model.sessions.append(session.session_id)

    def _pay(self, model: PaymentModel, card: str) -> None:
        self._open(model)
        for session in model.sessions[-1:]:
            try:
                self.environment.stripe.pay(session, card)
            except CardRefused:
                return

    def _verify(self, model: PaymentModel, session: str) -> None:
        request = VerifyPayment(hotel=model.hotel, booking_id=model.id, session_id=session)
        self._run_until_crash(lambda: self._ask_unless_refused(request, guest(model.created)))

    def _ask_unless_refused(self, message: Any, context: Any) -> Any:
        try:
            return self.environment.platform.ask(message, context)
        except (Refusal, Unavailable):
            return None

    def _command(
        self, name: str, model: PaymentModel, command: Any, context: Any = None, *, waived: bool = False
    ) -> None:
        before = self.environment.booking(model.created)
        expected = reply_to(name, before, now=self.environment.now(), by_staff=context is None)

        def ask() -> ExpectedReply:
            try:
                self.environment.platform.ask(command, context or staff(model.hotel))
            except Refusal:
                return ExpectedReply.REFUSED
            return expected if expected is not ExpectedReply.REFUSED else ExpectedReply.DONE

        answered = self._run_until_crash(ask)
        if answered is None and self.environment.has_pending_action(
            model.id
        ):  # the timer brings to its end what somebody died of
            self.environment.make_due()
            self.environment.tick()
        if answered is None:  # the answer died with the process: the booking says whether it was done
            done = self.environment.booking(model.created).version > before.version
            assert expected is ExpectedReply.DONE or not done, f"{name} of {before.status} was done, not {expected}"
            answered = expected = ExpectedReply.DONE if done else ExpectedReply.REFUSED
        assert answered is expected, f"{name} of {before.status}: {answered}, not {expected}"
        if answered is ExpectedReply.DONE:
            model.apply_command(name, before, waived=waived, now=self.environment.now())

    def _bring(self, event: Any) -> None:
        self._run_until_crash(lambda: self.environment.deliver(event))

    def _bring_all(self) -> None:
        for event in self._coming():
            self._bring(event)
        self._then(lazy=False)

    def _then(self, lazy: bool) -> None:
        if not lazy:
            self._run_until_crash(lambda: self.environment.settle(retries=1))

    def _run_until_crash(self, action: Callable[[], Any]) -> Any:
        """Run an action; after a crash, restart every process."""
        try:
            return action()
        except Crash:
            self.environment.restart()
            return None
