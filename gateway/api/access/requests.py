"""What is sent to get in: staff credentials, a mailed code."""

from typing import Annotated

from pydantic import StringConstraints

from gateway.http.fields import Body, Url

Typed = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00]*$")]


class Credentials(Body):
    """A member of staff's e-mail and password."""

    email: Typed
    password: Typed


class MailedCode(Body):
    """The one-time code of a mail's link."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class ReturnUrls(Body):
    """Where the payment page sends the guest afterwards; only to configured origins."""

    success_url: Url | None = None
    cancel_url: Url | None = None
