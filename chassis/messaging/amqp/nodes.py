"""The nodes of the broker that a URL names: `amqp://rooms:password@one:5672,two:5672,three:5672/%2F`.

As in PostgreSQL's URLs, several hosts share user, password and virtual host. Whole URLs may also follow one another,
separated by commas or semicolons.
"""

import random
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

_BETWEEN_URLS = re.compile(r"[,;]\s*(?=\w+://)")
_BEGINNING = random.random()  # noqa: S311 - of this process, so that processes spread over the nodes


def node_urls(url: str) -> list[str]:
    """One URL for each node, in the order in which the URL names them."""
    return [urlunsplit(each) for part in _BETWEEN_URLS.split(url.strip()) for each in _per_host(urlsplit(part))]


def in_turn(url: str) -> list[str]:
    """The URLs of the nodes in the order in which this process tries them: it begins with any of them."""
    urls = node_urls(url)
    first = int(_BEGINNING * len(urls))
    return urls[first:] + urls[:first]


def _per_host(parts: SplitResult) -> list[SplitResult]:
    credentials, at, hosts = parts.netloc.rpartition("@")
    return [parts._replace(netloc=f"{credentials}{at}{host.strip()}") for host in hosts.split(",")]
