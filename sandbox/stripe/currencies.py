"""Stripe's currencies: exponents, minimum and maximum charges, special steps.

Source: Stripe's documentation, "Supported currencies".
"""

from __future__ import annotations

from sandbox.stripe.errors import invalid


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ZERO_DECIMAL = _codes("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
_THREE_DECIMAL = _codes("bhd jod kwd omr tnd")
_STEPS = {"isk": 100, "ugx": 100} | dict.fromkeys(_THREE_DECIMAL, 10)
_TWO_DECIMAL = _codes(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad
    cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl
    hrk htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt
    mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub
    sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx usd uyu uzs
    wst xcd yer zar zmw
    """
)
_SUPPORTED = _ZERO_DECIMAL | _TWO_DECIMAL | _THREE_DECIMAL
_SMALLEST = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50,
    "thb": 1000, "usd": 50,
}  # fmt: skip
_LARGEST = 99_999_999


def exponent(currency: str) -> int:
    """The number of decimals of the provider's minor unit."""
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def display(amount: int, currency: str) -> str:
    """A formatted price: `150.00 EUR`, `15000 JPY`."""
    digits = exponent(currency)
    whole, part = divmod(amount, 10**digits)
    number = f"{whole}.{part:0{digits}d}" if digits else str(whole)
    return f"{number} {currency.upper()}"


def check_currency(currency: str, *, param: str = "currency") -> None:
    """Raise ApiError unless `currency` is a supported currency in lower case."""
    if currency not in _SUPPORTED:
        supported = ", ".join(sorted(_SUPPORTED))
        raise invalid(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: {supported}",
            param=param,
        )


def check_charge(amount: int, currency: str, *, param: str = "amount") -> None:
    """Raise ApiError for an amount too small, too large or not a multiple of the currency's step."""
    smallest = _SMALLEST.get(currency, 1)
    if amount < smallest:
        raise invalid(
            f"Amount must be at least {display(smallest, currency)}",
            param=param,
            code="amount_too_small",
        )
    if amount > _LARGEST:
        raise invalid(
            f"Amount must be no more than {display(_LARGEST, currency)}",
            param=param,
            code="amount_too_large",
        )
    check_step(amount, currency, param=param)


def check_step(amount: int, currency: str, *, param: str = "amount") -> None:
    step = _STEPS.get(currency, 1)
    if amount % step:
        raise invalid(f"Invalid amount: in {currency} it must be a multiple of {step}.", param=param)
