"""The details of made-up guests."""


def guest_details(mark: str, *, first_name: str = "Aoife") -> dict[str, str]:
    """The details of a guest, with an address and a phone number that follow from `mark`, a hexadecimal number."""
    return {
        "first_name": first_name,
        "last_name": f"Walsh-{mark}",
        "email": f"{first_name.lower()}.{mark}@guest.example",
        "phone": f"+353 85 {int(mark, 16) % 10_000_000:07d}",
    }
