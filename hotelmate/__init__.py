"""The operator's command line. It asks the services over the broker and imports none of them."""
