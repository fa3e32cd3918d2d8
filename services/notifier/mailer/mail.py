"""A mail as it is sent: folded headers, then its text and its HTML, in ASCII only and in lines of at most 78 bytes."""

from base64 import encodebytes
from binascii import b2a_qp
from email.policy import SMTP

from contracts.data import Data

# No encoded part contains "=_" (RFC 2045, 6.7), so that no part ends early.
_BOUNDARY = b"=_alternative"
_MIME = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="%s"\r\n' % _BOUNDARY
_PART = b'\r\n--%s\r\nContent-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s\r\n\r\n%s'
_END = b"\r\n--%s--\r\n" % _BOUNDARY
_LINE = 78
_BASE64_LENGTH = 1.37  # of the length of what is encoded


class Mail(Data):
    """The bytes of a mail, the two addresses of its envelope, which are ASCII, and its subject line."""

    sender: str
    recipient: str
    subject: str
    content: bytes


def header(name: str, text: str) -> bytes:
    """The header with this text, encoded and folded where the text needs that. Raises `ValueError` on a line break."""
    line = f"{name}: {text}\r\n"
    if len(line) <= _LINE and line.isascii() and text.isprintable() and "=?" not in text:
        return line.encode()
    return SMTP.fold_binary(*SMTP.header_store_parse(name, text))


def content(headers: bytes, *, text: str, html: str) -> bytes:
    """The whole mail: the headers, those of MIME, and the alternatives."""
    return b"".join((headers, _MIME, _part(b"plain", text), _part(b"html", html), _END))


def _part(kind: bytes, text: str) -> bytes:
    """The part, in that encoding of both which makes it shorter."""
    data = b"".join(b"%s\r\n" % line for line in text.encode().splitlines())
    encoding, encoded = b"quoted-printable", b2a_qp(data)
    if len(encoded) > _BASE64_LENGTH * len(data):
        encoding, encoded = b"base64", encodebytes(data).replace(b"\n", b"\r\n")
    return _PART % (_BOUNDARY, kind, encoding, encoded)
