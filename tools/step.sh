#!/usr/bin/env bash
# Runs a command with the project's tools on PATH; says what it does, and how long it took.
# Usage: tools/step.sh "What is done" COMMAND...
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ACCOLADE_ROOT"

what=$1 started=$SECONDS
shift
printf '▸ %s\n' "$what"
"$@"
status=$?
if [ $status -eq 0 ]; then
  printf '✓ %s: %ds\n' "$what" $((SECONDS - started))
else
  printf '✗ %s: failed after %ds (exit code %d)\n' "$what" $((SECONDS - started)) $status >&2
fi
exit $status
