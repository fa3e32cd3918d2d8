"""The doors of payments."""

from datetime import timedelta

from chassis.doors import Errand, Service, asked, converses, every, on
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
from services.payments.store.figures import figures
from services.payments.stripe_gateway import StripeCards
from services.payments.work import PaymentsWork, Tools

A_MONTH = 30 * 24 * 3600.0  # longer than any card's hold lives


def tools(settings: PaymentsSettings) -> Tools:
    """The card provider, as the settings name it."""
    cards = StripeCards(settings.stripe_api_key, url=settings.stripe_api_base, secrets=settings.webhook_secrets)
    minutes = timedelta(minutes=settings.reconcile_minutes)
    return Tools(cards=cards, origins=settings.origins, compare_every=minutes)


SERVICE = Service(
    name="payments",
    settings=PaymentsSettings,
    work=PaymentsWork,
    tools=tools,
    figures=figures,
    asks=[
        converses(OpenPaymentSession, opening.open_payment_session),
        converses(VerifyPayment, verifying.verify_payment),
        asked(StoreWebhook, webhooks.store_webhook),
        asked(ListWebhooks, parking.list_webhooks),
        asked(GetWebhook, parking.get_webhook),
        asked(ReplayWebhook, parking.replay_webhook),
        asked(DismissWebhook, parking.dismiss_webhook),
        converses(Compare, reconciling.compare_page),
        asked(GetReconciliation, reconciling.get_reconciliation),
    ],
    hears=[
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
    errands=[
        Errand(ApplyWebhook, webhooks.apply_webhooks, settle=webhooks.applied, gave_up=webhooks.parked),
        Errand(Pursue, pursuing.pursue, gave_up=pursuing.gave_up, patience=A_MONTH),
        Errand(ExpireSession, pursuing.expire_sessions, gave_up=pursuing.gave_up, patience=A_MONTH),
    ],
)
