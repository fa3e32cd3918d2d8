"""The doors of payments."""

from datetime import timedelta

from chassis.service import Job, Service, converses, every, handles, on
from contracts.bookings import (
    BalancePaymentAccepted,
    BalancePaymentRefused,
    BalanceSettled,
    BookingApproved,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingHeld,
    BookingNoShow,
    BookingPaymentFailed,
    BookingRefundRetried,
)
from contracts.payments import (
    Compare,
    DismissWebhook,
    GetReconciliation,
    GetWebhook,
    ListWebhooks,
    OpenPaymentSession,
    ReplayWebhook,
    StoreWebhook,
    VerifyPayment,
)
from services.payments.domain.owed import ApplyWebhook, ExpireSession, Pursue
from services.payments.handlers import (
    charging,
    opening,
    parking,
    pursuing,
    reconciling,
    standing,
    verifying,
    webhooks,
)
from services.payments.settings import PaymentsSettings
from services.payments.store.examination import EXAMINATION
from services.payments.store.metrics import metrics
from services.payments.stripe_gateway import StripeCards
from services.payments.work import PaymentsDependencies, PaymentsWork

A_MONTH = 30 * 24 * 3600.0  # longer than any card's hold lives


def dependencies(settings: PaymentsSettings) -> PaymentsDependencies:
    """The card provider, as the settings name it."""
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
        converses(OpenPaymentSession, opening.open_payment_session),
        converses(VerifyPayment, verifying.verify_payment),
        handles(StoreWebhook, webhooks.store_webhook),
        handles(ListWebhooks, parking.list_webhooks),
        handles(GetWebhook, parking.get_webhook),
        handles(ReplayWebhook, parking.replay_webhook),
        handles(DismissWebhook, parking.dismiss_webhook),
        converses(Compare, reconciling.compare_page),
        handles(GetReconciliation, reconciling.get_reconciliation),
    ],
    events=[
        on(BalancePaymentAccepted, charging.accepted),
        on(BalancePaymentRefused, charging.refused),
        on(BalanceSettled, charging.settled),
        on(BookingHeld, standing.held),
        on(BookingApproved, standing.approved),
        on(BookingConfirmed, standing.confirmed),
        on(BookingPaymentFailed, standing.payment_failed),
        on(BookingDeclined, standing.ended),
        on(BookingExpired, standing.ended),
        on(BookingCancelled, standing.ended),
        on(BookingNoShow, standing.ended),
        on(BookingRefundRetried, standing.refund_retried),
    ],
    timers=[every(reconciling.A_TICK, reconciling.compare_due, converses=True)],
    jobs=[
        Job(ApplyWebhook, webhooks.apply_webhooks, on_success=webhooks.applied, on_give_up=webhooks.parked),
        Job(Pursue, pursuing.pursue, on_give_up=pursuing.gave_up, give_up_after=A_MONTH),
        Job(ExpireSession, pursuing.expire_sessions, on_give_up=pursuing.gave_up, give_up_after=A_MONTH),
    ],
)
