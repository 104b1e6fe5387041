#!/bin/sh
# PostgreSQL's image runs this once, when it makes the database. What the roles may do is said by
# `interview-gateway log grant`, which compose.yaml runs next.
set -eu
psql --set ON_ERROR_STOP=1 --set "password=$GATEWAY_PASSWORD" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE gateway LOGIN PASSWORD :'password';
CREATE ROLE eraser;
SQL
