"""The HTTP gateway for guests, staff and Stripe: each request becomes asks on the bus, and their replies a response."""
