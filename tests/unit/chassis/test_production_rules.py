"""Outside demo mode no process starts with a default, short or empty secret, or with a readable way to one."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from chassis.production_rules import RULES
from chassis.settings import Settings, environment_faults, load
from gateway.settings import GatewaySettings
from services.bookings.settings import BookingsSettings
from services.notifier.settings import NotifierSettings
from services.payments.settings import PaymentsSettings
from services.rooms.settings import RoomsSettings

KINDS: tuple[type[Settings], ...] = (
    BookingsSettings, PaymentsSettings, RoomsSettings, NotifierSettings, GatewaySettings,
)  # fmt: skip
SECRET = "f2b71cf08a4e5d6390ab12cd34ef5678"
DATABASES = ("BOOKINGS", "PAYMENTS", "ROOMS", "NOTIFIER", "GATEWAY")
GOOD = {
    "AMQP_URL": f"amqp://bookings:{SECRET}@rabbitmq:5672/%2F",
    "MESSAGE_KEYS": f"bookings:rooms:{SECRET * 2}",
    **{f"{name}_DATABASE_URL": f"postgresql://{name.lower()}:{SECRET}@postgres/one" for name in DATABASES},
    "BOOKINGS_GUEST_TOKEN_KEY": SECRET,
    "PAYMENTS_STRIPE_API_KEY": f"sk_live_{SECRET}",
    "PAYMENTS_STRIPE_WEBHOOK_SECRETS": f"whsec_{SECRET}, whsec_{SECRET[::-1]}",
    "PAYMENTS_RETURN_ORIGINS": "https://hotel.example",
    "NOTIFIER_PUSHER_KEY": SECRET[:20],
    "NOTIFIER_PUSHER_SECRET": SECRET[:20],
    "NOTIFIER_SMTP_USERNAME": "hotel",
    "NOTIFIER_SMTP_PASSWORD": SECRET,
    "NOTIFIER_SMTP_SECURITY": "tls",
    "NOTIFIER_PUBLIC_URL": "https://hotel.example",
    "GATEWAY_METRICS_TOKEN": SECRET,
    "GATEWAY_ADDRESS_KEY": SECRET,
    "GATEWAY_TRUSTED_PROXIES": "10.0.0.7, 10.1.0.0/16",
}
REFUSED = (
    ("AMQP_URL", "", "AMQP_URL is not set"),
    ("MESSAGE_KEYS", "", "MESSAGE_KEYS is not set"),
    ("MESSAGE_KEYS", f"bookings:rooms:{SECRET}", "MESSAGE_KEYS has fewer than 64"),
    ("MESSAGE_KEYS", f"bookings:rooms:{SECRET * 2},rooms:{SECRET}", "MESSAGE_KEYS has an entry that is not SIGNER"),
    ("AMQP_URL", "amqp://rabbitmq:5672/%2F", "AMQP_URL has no password"),
    ("AMQP_URL", "amqp://bookings:@rabbitmq:5672/%2F", "AMQP_URL has no password"),
    ("AMQP_URL", "amqp://guest:guest@rabbitmq:5672/%2F", "AMQP_URL has the user's name as password"),
    ("AMQP_URL", "amqp://bookings:guest@rabbitmq:5672/%2F", "AMQP_URL has a password that is a default"),
    ("AMQP_URL", "amqp://bookings:f2b71cf0@rabbitmq:5672/%2F", "AMQP_URL has a password that has fewer than 16"),
    ("AMQP_URL", f"amqp://a:{SECRET}@one/,amqp://guest:guest@two/", "AMQP_URL has the user's name as password"),
    *(
        (f"{name}_DATABASE_URL", value, f"{name}_DATABASE_URL {problem}")
        for name in DATABASES
        for value, problem in (
            ("postgresql://postgres:postgres@postgres/one", "has the user's name as password"),
            ("postgresql://owner@postgres/one", "has no password"),
            ("postgresql://owner:change-me@postgres/one", "has a password that is a default"),
            ("postgresql://postgres/one?user=owner&password=f2b71cf0", "has a password that has fewer than 16"),
        )
    ),
    ("ROOMS_DATABASE_URL", "", "ROOMS_DATABASE_URL is not set"),
    ("BOOKINGS_GUEST_TOKEN_KEY", "", "BOOKINGS_GUEST_TOKEN_KEY is not set"),
    ("BOOKINGS_GUEST_TOKEN_KEY", "x", "BOOKINGS_GUEST_TOKEN_KEY has fewer than 32 characters"),
    ("BOOKINGS_GUEST_TOKEN_KEY", "x" * 32, "BOOKINGS_GUEST_TOKEN_KEY repeats a few characters"),
    ("BOOKINGS_GUEST_TOKEN_KEY", f"{SECRET},short", "BOOKINGS_GUEST_TOKEN_KEY has an entry that has fewer than 32"),
    ("PAYMENTS_STRIPE_API_KEY", "sk_…", "PAYMENTS_STRIPE_API_KEY is a default or a placeholder"),
    ("PAYMENTS_STRIPE_API_KEY", "", "PAYMENTS_STRIPE_API_KEY is not set"),
    ("PAYMENTS_STRIPE_API_BASE", "http://proxy.example", "PAYMENTS_STRIPE_API_BASE must begin with https"),
    ("PAYMENTS_STRIPE_WEBHOOK_SECRETS", " , ", "PAYMENTS_STRIPE_WEBHOOK_SECRETS is not set"),
    ("PAYMENTS_STRIPE_WEBHOOK_SECRETS", f"{SECRET},changeme", "PAYMENTS_STRIPE_WEBHOOK_SECRETS has an entry that is"),
    ("PAYMENTS_RETURN_ORIGINS", "https://a.example,http://b.example", "PAYMENTS_RETURN_ORIGINS must begin with https"),
    ("NOTIFIER_PUSHER_KEY", "", "NOTIFIER_PUSHER_KEY is not set"),
    ("NOTIFIER_PUSHER_SECRET", "secret", "NOTIFIER_PUSHER_SECRET is a default or a placeholder"),
    ("NOTIFIER_SMTP_SECURITY", "none", "NOTIFIER_SMTP_PASSWORD would be sent unencrypted"),
    ("NOTIFIER_SMTP_PASSWORD", "", "NOTIFIER_SMTP_PASSWORD is not set"),
    ("NOTIFIER_PUBLIC_URL", "http://hotel.example", "NOTIFIER_PUBLIC_URL must begin with https://"),
    ("GATEWAY_METRICS_TOKEN", "", "GATEWAY_METRICS_TOKEN is not set"),
    ("GATEWAY_METRICS_TOKEN", "<your-token-here-please>", "GATEWAY_METRICS_TOKEN is a default or a placeholder"),
    ("GATEWAY_ADDRESS_KEY", "", "GATEWAY_ADDRESS_KEY is not set"),
    ("GATEWAY_ADDRESS_KEY", "short", "GATEWAY_ADDRESS_KEY has fewer than 16 characters"),
    ("GATEWAY_TRUSTED_PROXIES", "*", "GATEWAY_TRUSTED_PROXIES trusts every address"),
    ("GATEWAY_TRUSTED_PROXIES", "10.0.0.7, 0.0.0.0/0", "GATEWAY_TRUSTED_PROXIES trusts every address"),
    ("GATEWAY_TRUSTED_PROXIES", "::/0", "GATEWAY_TRUSTED_PROXIES trusts every address"),
)
REFUSED_BY_PROGRAMS = (  # for the broker
    ("ROOMS_AMQP_URL", "amqp://rooms:rooms@rabbitmq/", "ROOMS_AMQP_URL has the user's name as password"),
    ("AMQP_ADMIN_URL", "amqp://hotelmate:guest@rabbitmq/", "AMQP_ADMIN_URL has a password that is a default"),
    ("AMQP_ADMIN_PASSWORD", "f2b71cf0", "AMQP_ADMIN_PASSWORD has fewer than 16 characters"),
    ("ROOMS_AMQP_PASSWORD", "", "ROOMS_AMQP_PASSWORD is not set"),
    ("ROOMS_RELAY_MESSAGE_KEYS", "", "ROOMS_RELAY_MESSAGE_KEYS is not set"),
    ("MESSAGE_MASTER_KEYS", "secret", "MESSAGE_MASTER_KEYS is a default"),
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*GOOD, "PAYMENTS_STRIPE_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOTELMATE_MODE", "production")


def put(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def readers(variable: str) -> list[type[Settings]]:
    return [kind for kind in KINDS if variable in kind.variables().values()]


@pytest.mark.parametrize("kind", KINDS)
def test_good_settings_start_in_production(monkeypatch: pytest.MonkeyPatch, kind: type[Settings]) -> None:
    put(monkeypatch, GOOD)

    assert load(kind).mode == "production"


def test_without_rate_limits_no_key_of_addresses_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, GOOD | {"GATEWAY_ADDRESS_KEY": "", "GATEWAY_RATE_LIMITS": "off"})

    for kind in readers("GATEWAY_ADDRESS_KEY"):
        assert load(kind).mode == "production"


@pytest.mark.parametrize(("variable", "value", "sentence"), REFUSED)
def test_one_bad_value_is_refused_in_a_sentence_without_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    put(monkeypatch, GOOD | {variable: value})

    for kind in readers(variable):
        with pytest.raises(SystemExit) as refused:
            load(kind)
        assert sentence in str(refused.value)
        assert len(str(refused.value).splitlines()) == 2
        assert SECRET[:20] not in str(refused.value)
    assert readers(variable)


@pytest.mark.parametrize(("variable", "value", "_"), REFUSED)
def test_the_same_value_starts_in_a_demo(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, _: str) -> None:
    put(monkeypatch, GOOD | {variable: value, "HOTELMATE_MODE": "demo"})

    assert all(load(kind).demo for kind in readers(variable))


@pytest.mark.parametrize(("variable", "value", "sentence"), REFUSED_BY_PROGRAMS)
def test_the_programs_for_the_broker_refuse_bad_values(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    [fault] = environment_faults([variable])
    monkeypatch.setenv("HOTELMATE_MODE", "demo")

    assert fault.startswith(sentence)
    assert environment_faults([variable]) == []


def test_each_rule_has_a_value_that_is_refused() -> None:
    tried = {variable for variable, _, _ in (*REFUSED, *REFUSED_BY_PROGRAMS)} | {"NOTIFIER_SMTP_PASSWORD"}

    assert [rule.variable for rule in RULES if not any(map(rule.concerns, tried))] == []


def test_each_setting_that_is_named_like_a_secret_has_a_rule() -> None:
    variables = {variable for kind in KINDS for variable in kind.variables().values()}
    secret = re.compile(r"_(KEY|KEYS|SECRET|SECRETS|TOKEN|TOKENS|PASSWORD|URL)$")

    named = {variable for variable in variables if secret.search(variable)}

    assert len(named) > 12
    assert [each for each in sorted(named) if not any(rule.concerns(each) for rule in RULES)] == []


def test_the_operations_document_names_the_variable_of_each_rule() -> None:
    documents = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    section = documents.partition("## What production refuses")[2].partition("\n## ")[0]

    assert [rule.variable for rule in RULES if f"`{rule.variable.replace('*', '…')}`" not in section] == []


def test_all_faults_are_listed_at_once_with_what_is_missing_and_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENTS_RECONCILE_MINUTES", "seldom")
    put(monkeypatch, {"AMQP_URL": GOOD["AMQP_URL"]})

    with pytest.raises(SystemExit) as refused:
        load(PaymentsSettings)

    lines = [line.split()[0].rstrip(":") for line in str(refused.value).splitlines()[1:]]
    assert sorted(lines) == [
        "MESSAGE_KEYS", "PAYMENTS_DATABASE_URL", "PAYMENTS_RECONCILE_MINUTES", "PAYMENTS_RETURN_ORIGINS",
        "PAYMENTS_STRIPE_API_KEY", "PAYMENTS_STRIPE_WEBHOOK_SECRETS",
    ]  # fmt: skip


def test_the_relay_s_databases_are_judged_with_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, GOOD | {"AMQP_URL": "amqp://guest:guest@rabbitmq/", "ROOMS_DATABASE_URL": ""})

    with pytest.raises(SystemExit, match=r"(?s)AMQP_URL has .*ROOMS_DATABASE_URL is not set"):
        load(Settings, others=["BOOKINGS_DATABASE_URL", "ROOMS_DATABASE_URL"])

    monkeypatch.setenv("HOTELMATE_MODE", "demo")
    assert environment_faults(["ROOMS_DATABASE_URL"]) == []


def test_a_plain_stripe_address_on_this_machine_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, GOOD | {"PAYMENTS_STRIPE_API_BASE": "http://127.0.0.1:8081"})

    assert load(PaymentsSettings).stripe_api_base == "http://127.0.0.1:8081"


def test_a_mail_server_without_an_account_needs_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = {name: value for name, value in GOOD.items() if not name.startswith("NOTIFIER_SMTP")}
    put(monkeypatch, bare)

    assert load(NotifierSettings).smtp_security == "none"
