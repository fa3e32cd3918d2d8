"""The operator's command line, which asks the services over the broker and imports none of them."""
