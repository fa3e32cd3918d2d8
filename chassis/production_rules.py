"""What production refuses: default, short and empty secrets, and ways in which a secret or a guest's page is readable.

`RULES` is the table: one variable, one rule, the sentences of its faults. A sentence never holds a value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from urllib.parse import parse_qs, unquote, urlsplit

from contracts.data import Data

# The rest of the sentence that begins with the variable's name; None where the value is fine. The mapping has the
# values of all variables.
Check = Callable[[str, Mapping[str, str]], str | None]

LEAST = 16  # characters of a secret
LEAST_GUEST_KEY = 32
LEAST_MESSAGE_KEY = 64  # hexadecimal digits
LEAST_MASTER_KEY = 32
LEAST_SMTP = 8  # a mail provider chooses the password
DISTINCT = 6  # characters
DEFAULTS = frozenset(
    ("admin", "changeme", "default", "demo", "guest", "hotelmate", "pass", "password", "postgres", "rabbitmq", "root",
     "secret", "test", "user")
)  # fmt: skip
PLACEHOLDER = re.compile(r"change.?me|replace.?me|your[-_ ]|example|placeholder|<.*>|…|\.\.\.|^(sk|whsec)_*$", re.I)
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class Rule(Data):
    """A rule for one variable; `*_DATABASE_URL` stands for every variable with this end."""

    variable: str
    check: Check

    def concerns(self, variable: str) -> bool:
        """Whether the rule is for this variable."""
        return variable == self.variable or (self.variable[0] == "*" and variable.endswith(self.variable[1:]))


def faults(values: Mapping[str, str]) -> list[str]:
    """One sentence for each variable that production refuses. `values` has the variables that the process reads."""
    return [
        f"{variable} {problem}."
        for variable, value in values.items()
        for rule in RULES
        if rule.concerns(variable) and (problem := rule.check(value.strip(), values))
    ]


def weakness(secret: str, *, least: int = LEAST, what: str = "") -> str | None:
    """Why a secret is none; `what` names the part of the value that the sentence is about."""
    of = f"has {what} that" if what else ""
    if not secret:
        return f"has no {what.rsplit(maxsplit=1)[-1]}" if what else "is not set"
    if re.sub(r"[\W_]", "", secret.lower()) in DEFAULTS or PLACEHOLDER.search(secret):
        return f"{of} is a default or a placeholder".strip()
    if len(secret) < least:
        return f"{of} has fewer than {least} characters".strip()
    if len(set(secret)) < DISTINCT:
        return f"{of} repeats a few characters".strip()
    return None


def secret(*, least: int = LEAST) -> Check:
    """The value is a secret."""
    return lambda value, _: weakness(value, least=least)


def secrets(*, least: int = LEAST) -> Check:
    """The value is a list of secrets."""

    def check(value: str, _: Mapping[str, str]) -> str | None:
        entries = list(_entries(value)) or [""]
        problems = (weakness(each, least=least, what="an entry" if len(entries) > 1 else "") for each in entries)
        return next(filter(None, problems), None)

    return check


def url_with_password(value: str, _: Mapping[str, str]) -> str | None:
    """The value is a URL with a user and a secret password, or several such URLs."""
    if not value:
        return "is not set"
    for url in re.split(r"[,;]\s*(?=\w+://)", value):
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        user = unquote(parts.username or "") or query.get("user", [""])[0]
        password = unquote(parts.password or "") or query.get("password", [""])[0]
        if password and password == user:
            return "has the user's name as password"
        if problem := weakness(password, what="a password"):
            return problem
    return None


def message_keys(value: str, _: Mapping[str, str]) -> str | None:
    """The value is a list of keys, each after its signer and its verifier."""
    entries = [entry.split(":") for entry in _entries(value)]
    if any(len(entry) != 3 or not re.fullmatch(r"[0-9a-f]*", entry[2]) for entry in entries):
        return "has an entry that is not SIGNER:VERIFIER:KEY, as chassis.messaging.keys prints it"
    return secrets(least=LEAST_MESSAGE_KEY)(",".join(entry[2] for entry in entries), {})


def https(value: str, _: Mapping[str, str]) -> str | None:
    """Every entry of the value is an address with https."""
    return None if all(each.lower().startswith("https://") for each in _entries(value)) else "must begin with https://"


def https_or_loopback(value: str, values: Mapping[str, str]) -> str | None:
    """As `https`, but an address on this machine may be plain."""
    return None if urlsplit(value).hostname in LOOPBACK else https(value, values)


def smtp_password(value: str, values: Mapping[str, str]) -> str | None:
    """The mail account, where there is one, has a password, which is sent encrypted only."""
    if not value and not values.get("NOTIFIER_SMTP_USERNAME"):
        return None
    if values.get("NOTIFIER_SMTP_SECURITY") == "none":
        return "would be sent unencrypted: set NOTIFIER_SMTP_SECURITY to tls or starttls"
    return weakness(value, least=LEAST_SMTP)


def address_key(value: str, values: Mapping[str, str]) -> str | None:
    """The value is a secret, where unpaid holds are counted."""
    return None if values.get("GATEWAY_RATE_LIMITS", "on").strip().lower() == "off" else weakness(value)


def named_proxies(value: str, _: Mapping[str, str]) -> str | None:
    """No entry of the value stands for every address."""
    return "trusts every address: name the proxies" if any(map(_is_everybody, _entries(value))) else None


def _is_everybody(entry: str) -> bool:
    try:
        return entry == "*" or ip_network(entry).prefixlen == 0
    except ValueError:
        return False


def _entries(value: str) -> Iterator[str]:
    return (part.strip() for part in value.split(",") if part.strip())


RULES = (
    Rule(variable="AMQP_URL", check=url_with_password),
    Rule(variable="*_AMQP_URL", check=url_with_password),
    Rule(variable="AMQP_ADMIN_URL", check=url_with_password),
    Rule(variable="AMQP_ADMIN_PASSWORD", check=secret()),
    Rule(variable="*_AMQP_PASSWORD", check=secret()),
    Rule(variable="*_DATABASE_URL", check=url_with_password),
    Rule(variable="MESSAGE_KEYS", check=message_keys),
    Rule(variable="*_MESSAGE_KEYS", check=message_keys),
    Rule(variable="MESSAGE_MASTER_KEYS", check=secrets(least=LEAST_MASTER_KEY)),
    Rule(variable="BOOKINGS_GUEST_TOKEN_KEY", check=secrets(least=LEAST_GUEST_KEY)),
    Rule(variable="PAYMENTS_STRIPE_API_KEY", check=secret()),
    Rule(variable="PAYMENTS_STRIPE_API_BASE", check=https_or_loopback),
    Rule(variable="PAYMENTS_STRIPE_WEBHOOK_SECRETS", check=secrets()),
    Rule(variable="PAYMENTS_RETURN_ORIGINS", check=https),
    Rule(variable="NOTIFIER_PUSHER_KEY", check=secret()),
    Rule(variable="NOTIFIER_PUSHER_SECRET", check=secret()),
    Rule(variable="NOTIFIER_SMTP_PASSWORD", check=smtp_password),
    Rule(variable="NOTIFIER_PUBLIC_URL", check=https),
    Rule(variable="GATEWAY_METRICS_TOKEN", check=secret()),
    Rule(variable="GATEWAY_ADDRESS_KEY", check=address_key),
    Rule(variable="GATEWAY_TRUSTED_PROXIES", check=named_proxies),
)
