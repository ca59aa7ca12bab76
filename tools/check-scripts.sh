#!/usr/bin/env bash
# Parses every script that the repository holds, and runs none of them.
set -euo pipefail

fault=0
count=0
while IFS= read -r file; do
  [ -f "$file" ] || continue
  case $file in
    *.js | *.mjs) node --check "$file" || fault=1 ;;
    *) bash -n "$file" || fault=1 ;;
  esac
  count=$((count + 1))
done < <(git ls-files --cached --others --exclude-standard -- '*.js' '*.mjs' '*.sh' .ci/run)
[ $count -gt 0 ] || { echo "no script was found: is this a git checkout?" >&2; exit 1; }
echo "$count scripts parse"
exit $fault
