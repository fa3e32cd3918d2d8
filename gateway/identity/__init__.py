"""Who asks: staff accounts and tokens in the gateway's own database, and what each request's proof lets it do."""
