"""Credentials and codes."""

from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.http.fields import Body, LoginEmail, LoginPassword, NewPassword


class Credentials(Body):
    """A member of staff's e-mail address and password."""

    email: LoginEmail = Field(examples=["desk@example.com"])
    password: LoginPassword = Field(examples=["correct horse battery"])


class PasswordChange(Body):
    """A member of staff's password, and the one to use from now on."""

    old_password: LoginPassword = Field(examples=["correct horse battery"])
    new_password: NewPassword = Field(examples=["seven quiet rivers run"])


class MailedCode(Body):
    """The one-time code of a link in a mail."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] = Field(
        examples=["x7Kq2mD9vT4pR8sWx7Kq2m"]
    )
