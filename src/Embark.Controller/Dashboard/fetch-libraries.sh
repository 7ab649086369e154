#!/bin/sh
# Fetches the libraries that draw the page, as Page/package-lock.json names them, and puts what the page serves into the
# folder $2. Builds call it, several at once too: one fetches, the others wait and find the work done.
#   fetch-libraries.sh PAGE-FOLDER TARGET-FOLDER
set -eu
page=$1 target=$2
command -v npm >/dev/null 2>&1 || exit 3

mkdir -p "$target"
exec 9>"$target/lock"
flock 9
if [ "$target/licenses.txt" -nt "$page/package-lock.json" ] && [ "$target/licenses.txt" -nt "$0" ]; then exit 0; fi

work=$(mktemp -d "$target/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$page/package.json" "$page/package-lock.json" "$work/"
# A machine without a network must not wait for minutes.
(cd "$work" && timeout 180 npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1 --fetch-timeout=30000 \
    --no-update-notifier --loglevel=error </dev/null 9>&- >npm.log 2>&1) || { tail -n 5 "$work/npm.log" >&2; exit 4; }

cd "$work/node_modules"
# The layout's file has dagre and its graphs inside.
for package in cytoscape cytoscape-dagre @dagrejs/dagre @dagrejs/graphlib; do
    printf '%s %s\n\n' "$package" "$(sed -n 's/^ *"version": "\(.*\)",\{0,1\}$/\1/p' "$package/package.json" | head -n 1)"
    sed '/./,$!d' "$package/LICENSE"
    printf '\n\n'
done >"$work/licenses.txt"
cp cytoscape/dist/cytoscape.min.js cytoscape-dagre/dist/cytoscape-dagre.min.js "$work/"
cd "$work"
# The last one says that all are there.
for file in cytoscape.min.js cytoscape-dagre.min.js licenses.txt; do touch "$file" && mv -f "$file" "$target/"; done
