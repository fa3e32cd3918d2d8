"""Room service: menus and orders."""
