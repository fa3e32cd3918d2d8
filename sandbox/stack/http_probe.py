"""Whether a URL of the running system answers, without the proxies that the environment may name."""

import urllib.error
import urllib.request

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def is_ok(url: str) -> bool:
    """Whether a GET of the URL is answered with 200."""
    try:
        with DIRECT.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
