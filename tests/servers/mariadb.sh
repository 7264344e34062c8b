#!/usr/bin/env bash
# Runs a command beside a MariaDB of its own, which has an empty database at $MICROSERVO_DATABASE_URL:
#   tests/servers/mariadb.sh ./microservo test tests/backend
# The server listens on a socket in a folder of its own; both are gone afterwards, however the command ends.
# Exits as the command does, or with 77 when MariaDB is not installed.
set -euo pipefail

readonly MISSING=77
readonly START_LIMIT_S=60
for program in mariadbd mariadb-install-db mariadb; do
    if ! PATH=$PATH:/usr/sbin command -v "$program" >/dev/null; then
        echo "mariadb.sh: $program is not installed; on Debian: apt-get install --no-install-recommends" \
            "mariadb-server-core mariadb-client-core" >&2
        exit $MISSING
    fi
done
PATH=$PATH:/usr/sbin
folder=$(mktemp -d "${TMPDIR:-/tmp}/ms-mariadb.XXXXXX")
readonly folder
server=

clean_up() {
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

client() {
    mariadb --no-defaults --socket="$folder/socket" --user=root "$@"
}

fail() {
    echo "mariadb.sh: $1" >&2
    tail -n 20 "$folder"/*.log >&2 || true
    exit 1
}

# As root the server wants to be told that this is meant.
user=(--user="$(id -un)")
mariadb-install-db --no-defaults "${user[@]}" --datadir="$folder/data" --auth-root-authentication-method=normal \
    --skip-test-db >"$folder/install.log" 2>&1 || fail 'the data folder could not be made'

# Defaults as the server has them by itself, so latin1: what needs more has to say so. Nothing has to survive a crash.
# It dies with this script, should that be killed.
setpriv --pdeathsig TERM mariadbd --no-defaults "${user[@]}" --datadir="$folder/data" --socket="$folder/socket" \
    --skip-networking --pid-file="$folder/pid" --innodb-buffer-pool-size=128M --innodb-flush-log-at-trx-commit=0 \
    --skip-innodb-doublewrite >"$folder/server.log" 2>&1 &
server=$!
until client --execute='SELECT 1' >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || fail 'the server has ended'
    ((SECONDS < START_LIMIT_S)) || fail "the server does not answer after $START_LIMIT_S s"
    sleep 0.1
done
client --execute='CREATE DATABASE microservo CHARACTER SET utf8mb4'
export MICROSERVO_DATABASE_URL="mysql://root@/microservo?unix_socket=$folder/socket"
"$@"
