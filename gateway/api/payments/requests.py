"""What a guest has paid at the desk."""

from typing import Annotated

from pydantic import Field

from gateway.http.fields import Body, Prose


class Settlement(Body):
    """An amount in major units, or all that is owed. The note stays with the hotel."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$", examples=["109.00"])] | None = None
    note: Prose = ""
