"""The service `payments`: the handler of each ask, event, timer and job."""

from datetime import timedelta

from chassis.service import Job, Service, converses, every, handles, on
from contracts.bookings.approval import BookingApproved, BookingConfirmed, BookingDeclined
from contracts.bookings.balance import BalancePaymentAccepted, BalancePaymentRefused, BalanceSettled
from contracts.bookings.events import BookingCancelled, BookingExpired, BookingHeld, BookingPaymentFailed
from contracts.bookings.refunds import BookingRefundRetried
from contracts.bookings.stay_changes import StayChanged, StayChangeLapsed
from contracts.bookings.stays import BookingNoShow
from contracts.payments.checkout_sessions import ClosePaymentPage, OpenPaymentSession, VerifyPayment
from contracts.payments.reconciliation import GetReconciliation, Reconcile
from contracts.payments.webhooks import DismissWebhook, GetWebhook, ListWebhooks, ReplayWebhook, StoreWebhook
from services.payments.domain.jobs import ApplyWebhook, ConvergePayment, ExpireSession, ReturnUnrequestedMoney
from services.payments.handlers import booking_events, checkout_sessions, convergence, reconciliation, webhooks
from services.payments.handlers.metrics import metrics
from services.payments.settings import PaymentsSettings
from services.payments.store.examination import EXAMINATION
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies, PaymentsWork

A_MONTH = 30 * 24 * 3600.0  # seconds; longer than any card authorisation lasts


def dependencies(settings: PaymentsSettings) -> PaymentsDependencies:
    """The dependencies that the settings describe."""
    cards = StripeCards(settings.stripe_api_key, url=settings.stripe_api_base, secrets=settings.webhook_secrets)
    minutes = timedelta(minutes=settings.reconcile_minutes)
    return PaymentsDependencies(cards=cards, origins=settings.origins, compare_every=minutes)


SERVICE = Service(
    name="payments",
    settings=PaymentsSettings,
    work=PaymentsWork,
    dependencies=dependencies,
    metrics=metrics,
    examination=EXAMINATION,
    asks=[
        converses(OpenPaymentSession, checkout_sessions.open_payment_session),
        converses(ClosePaymentPage, checkout_sessions.close_payment_page),
        converses(VerifyPayment, checkout_sessions.verify_payment),
        converses(StoreWebhook, webhooks.store_webhook),
        handles(ListWebhooks, webhooks.list_webhooks),
        handles(GetWebhook, webhooks.get_webhook),
        handles(ReplayWebhook, webhooks.replay_webhook),
        handles(DismissWebhook, webhooks.dismiss_webhook),
        converses(Reconcile, reconciliation.reconcile_page),
        handles(GetReconciliation, reconciliation.get_reconciliation),
    ],
    events=[
        on(BalancePaymentAccepted, booking_events.balance_payment_accepted),
        on(BalancePaymentRefused, booking_events.balance_payment_refused),
        on(BalanceSettled, booking_events.balance_settled),
        on(BookingHeld, booking_events.held),
        on(BookingApproved, booking_events.approved),
        on(BookingConfirmed, booking_events.confirmed),
        on(BookingPaymentFailed, booking_events.payment_failed),
        on(BookingDeclined, booking_events.ended),
        on(BookingExpired, booking_events.ended),
        on(BookingCancelled, booking_events.ended),
        on(StayChanged, booking_events.stay_changed),
        on(StayChangeLapsed, booking_events.change_lapsed),
        on(BookingNoShow, booking_events.ended),
        on(BookingRefundRetried, booking_events.refund_retried),
    ],
    timers=[every(reconciliation.TICK_SECONDS, reconciliation.reconcile_due, converses=True)],
    jobs=[
        Job(ApplyWebhook, webhooks.apply_webhooks, on_give_up=webhooks.parked),
        Job(
            ConvergePayment,
            convergence.converge_payments,
            on_give_up=convergence.given_up,
            give_up_after=A_MONTH,
            concurrency=8,
        ),
        Job(ReturnUnrequestedMoney, reconciliation.return_unrequested_money),
        Job(ExpireSession, convergence.converge_payments, on_give_up=convergence.given_up, give_up_after=A_MONTH),
    ],
)
