#!/usr/bin/env bash
# Makes the pictures of the README: pages over invented rows, in Debian's chromium. From the top of the repository: bash docs/screenshots.sh
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
explorer=
trap 'test -z "$explorer" || kill "$explorer"; rm -rf "$work"' EXIT

cargo build --release --quiet --bin onrecord --example invented
built=${CARGO_TARGET_DIR:-target}/release
"$built/examples/invented" 30000 "$work/articles.jsonl" > "$work/rows.jsonl"
"$built/onrecord" report "$work/rows.jsonl" --quiet --title "An invented archive" -o "$work/report.html"
"$built/onrecord" explore "$work/rows.jsonl" --articles "$work/articles.jsonl" --quiet --title "An invented archive" > "$work/address" &
explorer=$!
until test -s "$work/address"; do sleep 0.2; done

# shot NAME ADDRESS WIDTH HEIGHT [more flags]
shot() {
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 --virtual-time-budget=4000 \
        --window-size="$3,$4" --screenshot="docs/$1.png" "${@:5}" "$2" 2> "$work/log" || { cat "$work/log"; exit 1; }
}
shot report "file://$work/report.html" 1000 960
article=$(cat "$work/address")article/8
row=$(curl --silent "$article" | grep -o 'id="row-[0-9]*"' | sed -n '2s/id="\(.*\)"/\1/p')
shot explore "$article#$row" 1000 620
ls -l docs/*.png
