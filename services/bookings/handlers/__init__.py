"""Load, decide, record: what each door of bookings does, by what it is about."""
