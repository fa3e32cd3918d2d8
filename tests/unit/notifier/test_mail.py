"""The bytes of a mail: what a guest's program reads from them is what was written."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.mailer.mail import Mail, content, header
from services.notifier.mailer.renderer import MailRenderer
from tests.fakes.mails import parsed, text_of
from tests.unit.notifier.test_mail_renderer import rendered

LONG_WORDS = "Hôtel de la Très Longue Avenue des Champs-Élysées et de la Place de la Concorde à Paris"
TEXTS = st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), max_size=4).map("\n".join)


def mail(*, headers: bytes = b"", text: str = "", html: str = "") -> Mail:
    return Mail(sender="", recipient="", subject="", content=content(headers, text=text, html=html))


def header_of(name: str, text: str) -> str:
    return str(parsed(mail(headers=header(name, text)))[name]).strip()


def assert_any_server_takes_it(message: bytes) -> None:
    lines = message.split(b"\r\n")
    assert message.isascii()
    assert max(map(len, lines)) <= 78
    assert all(b"\r" not in line and b"\n" not in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "From here on a mail program may quote the line",
        ".",
        "..\n.\n",
        "blanks at the end  \n\t\n and a tab\t",
        "=3D=\n=",
        "--=_alternative\n--=_alternative--\n",
        "x" * 5_000,
        "Grüße aus Zürich\n" * 20,
        "王小明" * 400,
        "\u2067דנה\u2069",
        "a\x00b",
    ],
)
def test_a_text_arrives_as_written_over_any_mail_server(text: str) -> None:
    message = mail(text=text, html=f"<p>{text}</p>")

    assert text_of(parsed(message)) == f"{text.removesuffix(chr(10))}\n"
    assert text_of(parsed(message), "html") == f"<p>{text}</p>\n"
    assert_any_server_takes_it(message.content)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_any_two_texts_arrive_as_written(text: str, html: str) -> None:
    message = mail(text=text, html=html)

    read = parsed(message)

    for kind, written in (("plain", text), ("html", html)):
        assert text_of(read, kind) == (f"{written.removesuffix(chr(10))}\n" if written else "")
    assert_any_server_takes_it(message.content)


@pytest.mark.parametrize(
    "text", ["Booking - 1", "é", "王小明" * 40, LONG_WORDS, "word " * 40 + "end", "x" * 74, "🙂" * 60]
)
def test_a_header_arrives_as_written_in_lines_of_78(text: str) -> None:
    assert header_of("Subject", text) == text
    assert_any_server_takes_it(header("Subject", text))


def test_a_header_has_no_line_break_within_its_text() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        header("Subject", "Hello\r\nBcc: all@example.org")


def test_the_parts_are_text_before_html_which_a_program_prefers() -> None:
    read = rendered("welcome")

    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in read.iter_parts()] == ["utf-8", "utf-8"]
    assert read["MIME-Version"] == "1.0"
    assert all(isinstance(part, EmailMessage) and not part.defects for part in read.walk())


def test_a_text_of_letters_beyond_ascii_is_not_three_times_as_long() -> None:
    text = "王小明" * 1_000

    assert len(mail(text=text).content) < 1.5 * len(text.encode())


def test_a_sender_with_an_international_domain_is_written_in_ascii() -> None:
    renderer = MailRenderer(sender="desk@例子.example", public_url="")

    assert renderer._sender == "desk@xn--fsqu00a.example"
