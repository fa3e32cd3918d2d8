"""A demonstration: three hotels with their staff, and a walkthrough of bookings."""
