"""The messages of the rooms service, about hotels, inventory and rooms."""
