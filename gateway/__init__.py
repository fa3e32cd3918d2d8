"""The HTTP gateway for guests, staff and Stripe. The gateway turns each request into asks to the services."""
