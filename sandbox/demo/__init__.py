"""A demonstration: three hotels with their staff, and one booking walked through its whole life."""
