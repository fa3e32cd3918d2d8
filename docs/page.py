"""The AsyncAPI document as a page for people, which the gateway serves."""

from html import escape
from typing import Any

from docs.asyncapi.parts import Json

HEAD = """<!doctype html>
<html lang="en">
<head>
<!-- Made by `make docs` from the code; do not edit. -->
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HotelMate messages</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/pages.css">
</head>
<body>
<header class="bar"><p class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28"> HotelMate messages</p>
<p><a href="/docs">API</a> · <a href="/asyncapi.json">AsyncAPI</a></p></header>
<main>
<h1>Messages</h1>
"""
FOOT = "</main>\n</body>\n</html>\n"


def page(document: Json) -> str:
    """Every channel with what it carries, and every message with its fields."""
    parts = [HEAD, f"<p>{escape(document['info']['description'])}</p>\n<h2>Channels</h2>\n"]
    for name, channel in document["channels"].items():
        parts.append(_channel(name, channel))
    parts.append("<h2>Messages</h2>\n")
    for name, message in document["components"]["messages"].items():
        if not name.endswith(".reply"):
            parts.append(_message(name, message, document))
    return "".join([*parts, FOOT])


def _channel(name: str, channel: Json) -> str:
    carried = [each for each in channel["messages"] if not each.endswith(".reply")]
    if not carried:
        return ""
    links = ", ".join(f'<a href="#{escape(each)}">{escape(each)}</a>' for each in carried)
    address = escape(str(channel["address"]))
    return (
        f'<details class="card"><summary><strong>{escape(name)}</strong> <code>{address}</code></summary>'
        f"<p>{escape(channel['description'])}</p><p>{links}</p></details>\n"
    )


def _message(name: str, message: Json, document: Json) -> str:
    rows = "".join(_row(field, schema) for field, schema in _properties(message["payload"], document).items())
    fields = f"<dl>{rows}</dl>" if rows else "<p>Carries nothing.</p>"
    return (
        f'<details class="card" id="{escape(name)}"><summary><strong>{escape(name)}</strong></summary>'
        f"<p>{escape(message['summary'])}</p>{fields}</details>\n"
    )


def _row(field: str, schema: Json) -> str:
    return f"<div><dt>{escape(field)}</dt><dd>{escape(_type(schema))}</dd></div>"


def _properties(payload: Json, document: Json) -> Json:
    if "allOf" in payload:
        payload = payload["allOf"][1]["properties"]["data"]
    if "$ref" in payload:
        payload = document["components"]["schemas"][payload["$ref"].rsplit("/", 1)[1]]
    found: Json = payload.get("properties", {})
    return found


def _type(schema: Any) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    kind = schema.get("type", "anything")
    text = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if text == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return f"{text} ({schema['format']})" if "format" in schema else text
