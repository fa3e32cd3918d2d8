"""What staff say to an overstay."""

from gateway.bodies.fields import Body, Prose


class Acknowledgement(Body):
    """That staff know of it, or with `dismiss` that it is none. The note stays with the hotel."""

    note: Prose = ""
    dismiss: bool = False
