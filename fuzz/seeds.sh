#!/usr/bin/env bash
# Seeds for all targets, from the sample articles of this repository.
set -euo pipefail
cd "$(dirname "$0")"
onrecord=(cargo run --quiet --manifest-path ../Cargo.toml --)
for target in sentences quotations pipeline; do
    mkdir -p "corpus/$target"
    cp ../corpus/*.txt "corpus/$target/"
done
mkdir -p corpus/rows corpus/readers
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"${onrecord[@]}" extract ../corpus/springfield-zoning.txt --engine rules -q -o "$made/rows.jsonl"
for ending in csv parquet sqlite; do
    "${onrecord[@]}" convert "$made/rows.jsonl" -q -o "$made/rows.$ending"
done
cp "$made"/rows.* corpus/rows/
# The first byte says what the file is; the numbers are those of the list in readers.rs.
seed() { printf "\\x$(printf %02x "$1")" | cat - "$2" > "corpus/readers/$3"; }
printf '{"id": "a", "text": "One. Two.", "date": "2020-01-02"}\n' > "$made/a.jsonl"
printf 'id,text\na,"One, two."\n' > "$made/a.csv"
printf 'id\ttext\na\tOne.\n' > "$made/a.tsv"
printf '<html><head><title>T</title></head><body><p>One two three.</p></body></html>' > "$made/a.html"
printf '<?xml version="1.0"?><nitf><body><body.content><p>One.</p></body.content></body></nitf>' > "$made/a.xml"
printf 'WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 8\r\n\r\nOne two.\r\n\r\n' > "$made/a.warc"
cp "$made/rows.parquet" "$made/a.parquet"
tar -C "$made" -cf "$made/a.tar" a.jsonl a.html
seed 0 ../corpus/springfield-zoning.txt text
seed 1 "$made/a.jsonl" jsonl
seed 2 "$made/a.jsonl" json
seed 3 "$made/a.csv" csv
seed 4 "$made/a.tsv" tsv
seed 5 "$made/a.parquet" parquet
seed 6 "$made/a.html" html
seed 7 "$made/a.xml" xml
seed 8 "$made/a.warc" warc
seed 9 "$made/a.tar" tar
gzip -c "$made/a.jsonl" > "$made/a.gz"
seed 1 "$made/a.gz" gzip
