"""A balancer in front of several gateways that passes connections on and never repeats a request."""
