#!/bin/sh
# Runs once, when the server's volume is empty: a database and a role for each service, and no way into another's.
set -eu

: "${BOOKINGS_DATABASE_PASSWORD:?}" "${PAYMENTS_DATABASE_PASSWORD:?}" "${ROOMS_DATABASE_PASSWORD:?}"
: "${NOTIFIER_DATABASE_PASSWORD:?}" "${GATEWAY_DATABASE_PASSWORD:?}"

create() {
    psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set name="$1" --set password="$2" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke all on database :"name" from public;
SQL
}

create bookings "$BOOKINGS_DATABASE_PASSWORD"
create payments "$PAYMENTS_DATABASE_PASSWORD"
create rooms "$ROOMS_DATABASE_PASSWORD"
create notifier "$NOTIFIER_DATABASE_PASSWORD"
create gateway "$GATEWAY_DATABASE_PASSWORD"

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
revoke all on database postgres, template1 from public;
SQL
