"""HTTP: how a request is declared, routed, authorised, read and answered."""
