"""The parameters of `hotelmate` that name a hotel or a booking, each with arguments that name nothing."""

import re

_NOBODY = "--email nobody@hotel.example --name Nobody --role manager"

NAMING: dict[tuple[str, str], str] = {
    ("staff add", "hotel"): f"{_NOBODY} --hotel hotel-kilarney",
    ("staff list", "hotel"): "--hotel hotel-kilarney",
    ("events tail", "hotel"): "--hotel hotel-kilarney",
    ("events tail", "booking"): "--booking BK-2020-NOBODY",
    ("explain", "booking"): "BK-2020-NOBODY",
    ("refund retry", "booking_id"): "BK-2020-NOBODY",
    ("reconcile", "hotel"): "--hotel hotel-kilarney",
    ("reconcile", "booking"): "--booking BK-2020-NOBODY",
}
UNKNOWN = re.compile("There is no (hotel hotel-kilarney|booking BK-2020-NOBODY)|No booking has the id")
