"""The HTML pages: the list of mails, and one mail."""

from html import escape

from sandbox.mailbox.mail import Mail

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'"
"""Content security policy: no scripts, nothing from other origins."""

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881;
  --accent: light-dark(#0b57a4, #8ab4f8) }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem;
  font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 0 1rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 0 0 1rem }
label { display: grid; font-size: .9rem }
input, button { font: inherit; padding: .35rem .6rem; min-height: 2.5rem; max-width: 100% }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line) }
li { padding: .6rem .25rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
li:hover { background: var(--soft) }
li a { font-weight: 600 }
li p { margin: 0; font-size: .9rem }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; margin: 0 }
dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line }
pre { margin: 0; padding: 1rem; background: var(--soft); border: 1px solid var(--line);
  white-space: pre-wrap; overflow-wrap: anywhere; font: .95rem/1.5 ui-monospace, monospace }
iframe { width: 100%; height: 32rem; border: 1px solid var(--line); background: #fff;
  color-scheme: light }
summary { cursor: pointer; margin: 2rem 0 .5rem; font-weight: 600 }
"""


def list_page(mails: list[Mail], *, to: str = "", subject: str = "") -> str:
    """The list of matching mails, newest first."""
    items = "\n".join(_item(mail) for mail in reversed(mails))
    count = f"{len(mails)} mail{'' if len(mails) == 1 else 's'}"
    nothing = "<p>No mail here yet. Refresh the page once something was sent.</p>"
    body = f"""
<h1>Mailbox</h1>
<form action="/" method="get" role="search">
<label>To <input name="to" value="{escape(to)}" autocomplete="off"></label>
<label>Subject contains <input name="subject" value="{escape(subject)}" autocomplete="off"></label>
<button>Find</button>
</form>
<p>{count}, newest first. <a href="/">Show all</a></p>
{f"<ul>{items}</ul>" if mails else nothing}
"""
    return _page("Mailbox", body)


def mail_page(mail: Mail) -> str:
    """One mail: addresses, subject and both bodies; the HTML body in a sandboxed frame."""
    facts = {
        "From": mail["from"],
        "To": ", ".join(mail["to"]),
        "Received": mail["received_at"],
        "Message-ID": mail["message_id"],
    }
    html = (
        "<p>This mail has no HTML part.</p>"
        if mail["html"] is None
        else '<iframe title="HTML of this mail" sandbox="allow-popups '
        'allow-popups-to-escape-sandbox" srcdoc="' + escape('<base target="_blank">' + mail["html"]) + '"></iframe>'
    )
    text = (
        "<p>This mail has no text part.</p>"
        if mail["text"] is None
        else f'<pre tabindex="0" aria-label="Text of this mail">{escape(mail["text"])}</pre>'
    )
    subject = mail["subject"] or "(no subject)"
    body = f"""
<p><a href="/">All mails</a></p>
<h1>{escape(subject)}</h1>
{_facts(facts)}
<h2>HTML</h2>
{html}
<h2>Text</h2>
{text}
<details><summary>All headers</summary>{_facts(mail["headers"])}</details>
"""
    return _page(f"{subject} - Mailbox", body)


def missing_page() -> str:
    """The page for a mail that does not exist or was deleted."""
    return _page("No such mail", '<h1>No such mail</h1><p>It may be gone. <a href="/">All mails</a></p>')


def _item(mail: Mail) -> str:
    subject = escape(mail["subject"] or "(no subject)")
    to, received_at = escape(", ".join(mail["to"])), escape(mail["received_at"])
    return (
        f'<li><a href="/mails/{mail["id"]}">{subject}</a>'
        f'<p>to {to}, <time datetime="{received_at}">{received_at}</time></p></li>'
    )


def _facts(facts: dict[str, str]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f"<dl>{rows}</dl>"


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body><main>{body}</main></body>
</html>
"""
