"""The hosted page's HTML: plain, readable, without scripts, working on a phone."""

from __future__ import annotations

from html import escape

from sandbox.stripe.cards import DECLINED, INSUFFICIENT, SUCCESS
from sandbox.stripe.currencies import display
from sandbox.stripe.store import Json

_STYLE = """
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; background: Canvas; color: CanvasText; }
  main { max-width: 28rem; margin: 2rem auto; padding: 0 1rem; }
  .test { display: inline-block; padding: 0 .6rem; border-radius: 1rem; background: #ffe3a3;
    color: #4a3200; font-size: .8rem; font-weight: 600; }
  .total { font-size: 2rem; font-weight: 700; margin: .2rem 0 1rem; }
  table { width: 100%; border-collapse: collapse; margin-bottom: 1.5rem; }
  td { padding: .4rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
  td:last-child { text-align: right; white-space: nowrap; }
  fieldset { border: 1px solid #8886; border-radius: .6rem; margin: 0 0 1rem; padding: .6rem 1rem; }
  label { display: block; padding: .25rem 0; }
  input[type=text], input[type=email] { width: 100%; box-sizing: border-box; font: inherit;
    padding: .5rem; border: 1px solid #8888; border-radius: .4rem; }
  button { width: 100%; padding: .8rem; font: inherit; font-weight: 700; color: #fff;
    background: #4338ca; border: 0; border-radius: .6rem; cursor: pointer; }
  .problem { padding: .6rem 1rem; border-radius: .6rem; background: #b42318; color: #fff; }
  .back { display: block; margin-top: 1rem; text-align: center; }
  code { font-size: .9em; }
"""
_PRESETS = (
    (SUCCESS.number, "Card that works"),
    (DECLINED.number, "Card that is declined"),
    (INSUFFICIENT.number, "Card with insufficient funds"),
)


def payment_page(business: str, session: Json, *, items: list[Json], problem: str | None) -> str:
    """The form of an open session; `problem` is the reason why the last card was declined."""
    currency = session["currency"]
    rows = "".join(
        f"<tr><td>{escape(item['description'])}{_quantity(item)}</td>"
        f"<td>{escape(display(item['amount_total'], currency))}</td></tr>"
        for item in items
    )
    cards = "".join(
        f'<label><input type="radio" name="card" value="{number}"{_checked(number)}> '
        f"{escape(what)} <code>{_spaced(number)}</code></label>"
        for number, what in _PRESETS
    )
    total = escape(display(session["amount_total"], currency))
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    email = escape(session["customer_email"] or "", quote=True)
    back = _link(session["cancel_url"], "Cancel and return")
    return _document(
        business,
        f"""
  <p class="total" data-testid="total">{total}</p>
  <table>{rows}</table>
  {alert}
  <form method="post" action="/c/pay/{escape(session["id"], quote=True)}">
    <fieldset><legend>Test card</legend>{cards}
      <label>Another test card <input type="text" name="number" inputmode="numeric"
        autocomplete="off" placeholder="optional"></label></fieldset>
    <fieldset><legend>Receipt</legend>
      <label>E-mail <input type="email" name="email" value="{email}"></label></fieldset>
    <button type="submit" id="pay">Pay {total}</button>
  </form>
  {back}""",
    )


def ended_page(business: str, session: Json) -> str:
    if session["status"] == "complete":
        return _document(business, "<p>You have already completed this payment.</p>")
    back = _link(session["cancel_url"], "Return")
    return _document(business, f"<p>This payment page has expired.</p>{back}")


def missing_page(business: str) -> str:
    return _document(business, "<p>There is no such payment page.</p>")


def _document(business: str, content: str) -> str:
    name = escape(business)
    return f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Pay {name}</title>
  <style>{_STYLE}</style>
</head>
<body><main>
  <h1>{name} <span class="test">TEST MODE</span></h1>{content}
</main></body>
</html>
"""


def _link(url: str | None, text: str) -> str:
    return f'<a class="back" id="cancel" href="{escape(url, quote=True)}">{text}</a>' if url else ""


def _quantity(item: Json) -> str:
    return f" × {item['quantity']}" if item["quantity"] > 1 else ""


def _checked(number: str) -> str:
    return " checked" if number == SUCCESS.number else ""


def _spaced(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
