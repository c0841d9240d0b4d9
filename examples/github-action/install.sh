#!/usr/bin/env bash
# Installs the one wheel that WHEEL matches into an environment of its own, and puts its command on the path of the job.
set -euo pipefail

: "${WHEEL:?is the path of a wheel}" "${RUNNER_TEMP:?}" "${GITHUB_PATH:?}"

shopt -s nullglob
# shellcheck disable=SC2206 - it may be a pattern
wheels=($WHEEL)
if [[ ${#wheels[@]} -ne 1 || ! -f ${wheels[0]} ]]; then
    echo "::error::wheel has to match one file, and ${#wheels[@]} match it." >&2
    exit 1
fi
place=$RUNNER_TEMP/testdesk
python -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check "${wheels[0]}"
echo "$place/bin" >>"$GITHUB_PATH"
