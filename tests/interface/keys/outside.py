"""The tables whose keys do not contain the hotel, each with the reason."""

CHASSIS = {
    "alembic_version": "the version of the schema",
    "outbox": "the relay publishes the rows of all hotels in one order; subjects are unique across hotels",
    "stream": "the last number of each subject in the outbox",
    "inbox": "events are applied once, whatever their hotel; the broker's deliveries are found by event id",
    "inbox_position": "the last number of each subject that was applied",
    "idempotency": "the client's key, scoped to caller, method and path; some commands name no hotel",
    "job": "workers take the jobs of all hotels in one order; a job's key is made of the id of its subject",
    "lease": "one row for each relay",
    "inbox_process": "one row for each process of the service",
    "inbox_partition": "one row for each partition of the inbox, which has the events of all hotels",
    "clock": "one row",
}

DIRECTORIES = {
    "bookings": {
        "booking_directory": "the hotel of each booking id, number and guest token, unique across hotels",
        "access_code": "a mailed link names no hotel; the row says which booking of which hotel the code opens",
        "lookup_request": "an address that looks for its bookings in all hotels",
        "census": "one row: the position of the comparison with the rooms of all hotels",
    },
    "payments": {
        "payment_directory": "the hotel of each payment, session and intent, unique across hotels",
        "webhook": "the provider's event, which names no hotel, is stored before its payment is known",
        "reconciliation": "a run compares payments of all hotels",
        "provider_search": "the position in a list of the provider, which has the objects of all hotels",
        "finding": "a finding may be about an object of the provider that belongs to no hotel of ours",
    },
    "rooms": {},
    "notifier": {
        "mail_count": "mails before payment are limited per address, whichever hotels they are about",
    },
    "gateway": {
        "staff_account": "staff sign in with an address alone; the row says which hotel an account belongs to",
        "staff_token": "a token names no hotel; the row says which account a token belongs to",
        "staff_device": "a device's secret is found with its account",
        "staff_throttle": "failed attempts at an address, whether or not an account has the address",
        "staff_audit": "attempts to sign in, some of them at no account",
    },
}

OUTSIDE: dict[str, dict[str, str]] = {name: CHASSIS | tables for name, tables in DIRECTORIES.items()}
