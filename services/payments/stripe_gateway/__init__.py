"""The adapter to Stripe, through Stripe's official library. No other package imports that library."""
