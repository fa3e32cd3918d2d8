"""What the gateway is asked."""
