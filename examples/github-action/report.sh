#!/usr/bin/env bash
# Writes the report in every format, adds it to the summary of the job, and leaves its exit code to a later step, so that
# the report is uploaded first.
set -euo pipefail

: "${FOLDER:?}" "${GITHUB_OUTPUT:?}" "${GITHUB_STEP_SUMMARY:?}"

words=(--output "$FOLDER/report.html" --output "$FOLDER/report.md" --output "$FOLDER/report.json" --output "$FOLDER/report.xml")
[[ -z ${RELEASE:-} ]] || words+=(--release "$RELEASE")
[[ -z ${SINCE:-} ]] || words+=(--since "$SINCE")
[[ -z ${FAIL_ON:-} ]] || words+=(--fail-on "$FAIL_ON")
[[ ${SANDBOX:-false} != true ]] || words+=(--sandbox)

code=0
testdesk report "${words[@]}" || code=$?

verdict=
if [[ -f $FOLDER/report.json ]]; then
    verdict=$(python -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["outcome"])' "$FOLDER/report.json")
    cat "$FOLDER/report.md" >>"$GITHUB_STEP_SUMMARY"
else
    echo "No report was made; the log of this step says why." >>"$GITHUB_STEP_SUMMARY"
fi
{
    echo "verdict=$verdict"
    echo "exit-code=$code"
} >>"$GITHUB_OUTPUT"
