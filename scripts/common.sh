# Sourced by the scripts beside it: where the checkout and its environment are, how they talk.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
VENV=$ROOT/.venv
PY=$VENV/bin/python
STARTED=$(date +%s)

# stdout is for results; what a script is doing goes to stderr.
say() { printf '%s\n' "$*" >&2; }

fail() { # message, exit status
    say "$1"
    exit "${2:-1}"
}

step() { # message: what begins now, and how long the script has run
    seconds=$(($(date +%s) - STARTED))
    say "$(printf '[%d:%02d]' $((seconds / 60)) $((seconds % 60))) $*"
}
