"""A mail server that stores every mail and shows it: to people as pages, to tests as JSON."""
