#!/usr/bin/env bash
# Runs the official conformance suite against a server of ours, on loopback and without a key.
# `--install` brings the suite and ends; other options are handed to tests/conformance/server.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

SUITE=0.2.0-alpha.12
REVISIONS=(2026-07-28 2025-11-25)
SCRATCH=.scratch/conformance
PYTHON=${PYTHON:-.venv/bin/python}
PATH="$PWD/$SCRATCH/node_modules/.bin:$PATH"

say() { printf '%s\n' "$*" >&2; }

# The suite needs Node 22; an older one ends with a SyntaxError.
has_node() { node -e 'process.exit(parseInt(process.versions.node) >= 22 ? 0 : 1)' 2>/dev/null; }

has_suite() { [[ "$(conformance --version 2>/dev/null)" == "$SUITE" ]]; }

mkdir -p "$SCRATCH"
missing=()
has_node || missing+=(node@22)
has_suite || missing+=("@modelcontextprotocol/conformance@$SUITE")
if ((${#missing[@]} > 0)); then
    command -v npm >/dev/null || { say 'The conformance suite comes from npm, which is not installed here.'; exit 2; }
    npm install --prefix "$SCRATCH" --no-audit --no-fund --loglevel=error "${missing[@]}" >&2
    hash -r # or the node found before stays the one that is run
    has_node || { say 'The conformance suite needs Node 22 or newer, and npm could not bring it.'; exit 2; }
fi

[[ ${1:-} != --install ]] || exit 0

# The server says its address once it listens.
said="$SCRATCH/server.log"
"$PYTHON" -m tests.conformance.server "$@" >"$said" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
for _ in {1..300}; do
    address="$(sed -n 's/^testdesk listens on //p' "$said")"
    [[ -n $address ]] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
if [[ -z $address ]]; then
    say 'The server did not start:'
    cat "$said" >&2
    exit 1
fi

# One line for each scored scenario that fails, and how many pass; what the suite does not score is left out.
summary() {
    awk '
        /^Total:/ { unscored = 1 }
        !unscored && ($1 == "✓" || $1 == "✗") { name = $2; sub(/:$/, "", name); mark[name] = $1; line[name] = $0 }
        unscored && ($1 == "✓" || $1 == "✗") { delete mark[$2] }
        END {
            for (name in mark) { all++; if (mark[name] == "✓") passed++; else print "  " line[name] }
            printf "%s: %d of %d scenarios pass\n", revision, passed, all
        }
    ' revision="$1" "$2"
}

failed=0
for revision in "${REVISIONS[@]}"; do
    log="$SCRATCH/$revision.log"
    conformance server --url "$address" --requirements "$revision" \
        --output-dir "$SCRATCH/results/$revision" >"$log" 2>&1 || failed=1
    summary "$revision" "$log"
done
((failed == 0)) || say "The suite is not content; what was said is in $SCRATCH."
exit "$failed"
