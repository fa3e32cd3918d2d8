"""The HTTP gateway for guests, staff and Stripe: for each request, asks services and returns their replies."""
