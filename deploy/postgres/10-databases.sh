#!/bin/sh
# A database and its three roles for each service: the owner, the running role and, for an outbox, the relay's. No role
# reaches another database. Runs when the server's volume is empty; run again, it sets the passwords, and gives the owner
# role a database that the running role owned before.
set -eu

: "${BOOKINGS_DATABASE_PASSWORD:?}" "${BOOKINGS_OWNER_DATABASE_PASSWORD:?}" "${BOOKINGS_RELAY_DATABASE_PASSWORD:?}"
: "${PAYMENTS_DATABASE_PASSWORD:?}" "${PAYMENTS_OWNER_DATABASE_PASSWORD:?}" "${PAYMENTS_RELAY_DATABASE_PASSWORD:?}"
: "${ROOMS_DATABASE_PASSWORD:?}" "${ROOMS_OWNER_DATABASE_PASSWORD:?}" "${ROOMS_RELAY_DATABASE_PASSWORD:?}"
: "${NOTIFIER_DATABASE_PASSWORD:?}" "${NOTIFIER_OWNER_DATABASE_PASSWORD:?}" "${NOTIFIER_RELAY_DATABASE_PASSWORD:?}"
: "${GATEWAY_DATABASE_PASSWORD:?}" "${GATEWAY_OWNER_DATABASE_PASSWORD:?}"

ask() {
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"
}

role() {
    ask --dbname postgres --set name="$1" --set password="$2" <<'SQL'
select format('create role %I login', :'name') where not exists (select from pg_roles where rolname = :'name') \gexec
alter role :"name" password :'password';
SQL
}

create() {
    role "$1_owner" "$2"
    role "$1" "$3"
    if [ $# -gt 3 ]; then role "$1_relay" "$4"; fi
    ask --dbname postgres --set name="$1" --set owner="$1_owner" <<'SQL'
select format('create database %I owner %I', :'name', :'owner')
where not exists (select from pg_database where datname = :'name') \gexec
alter database :"name" owner to :"owner";
revoke all on database :"name" from public;
SQL
    ask --dbname "$1" --set name="$1" --set owner="$1_owner" <<'SQL'
reassign owned by :"name" to :"owner";
SQL
}

create bookings "$BOOKINGS_OWNER_DATABASE_PASSWORD" "$BOOKINGS_DATABASE_PASSWORD" "$BOOKINGS_RELAY_DATABASE_PASSWORD"
create payments "$PAYMENTS_OWNER_DATABASE_PASSWORD" "$PAYMENTS_DATABASE_PASSWORD" "$PAYMENTS_RELAY_DATABASE_PASSWORD"
create rooms "$ROOMS_OWNER_DATABASE_PASSWORD" "$ROOMS_DATABASE_PASSWORD" "$ROOMS_RELAY_DATABASE_PASSWORD"
create notifier "$NOTIFIER_OWNER_DATABASE_PASSWORD" "$NOTIFIER_DATABASE_PASSWORD" "$NOTIFIER_RELAY_DATABASE_PASSWORD"
create gateway "$GATEWAY_OWNER_DATABASE_PASSWORD" "$GATEWAY_DATABASE_PASSWORD"

ask --dbname postgres <<'SQL'
revoke all on database postgres, template1 from public;
SQL
