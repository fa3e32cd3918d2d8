"""The way in: HTTP for guests, staff and Stripe, turned into asks on the bus and answered from their replies."""
