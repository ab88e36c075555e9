#!/usr/bin/env bash
# From the weights of the large network to those of the small one: varies and labels texts, trains, exports, calibrates, measures.
#
#   training/encoder/teach.sh LARGE.bin POLNEAR_DEV.jsonl OUT_FOLDER TEXTS.jsonl ...
#
# Run from the root of the repository, in an environment with training/requirements.txt. Texts are JSON Lines of doc_id and text; any
# will do, no gold is read, those that figures are measured on must not be among them. OUT_FOLDER gets weights.bin: copy it to
# models/small.bin and build.
set -euo pipefail
large=$1 dev=$2 out=$3
shift 3
here=training/encoder
mkdir -p "$out"
cargo build --release --examples --bins
python $here/vary.py "$@" --copies 4 > "$out/varied.jsonl"
labels=()
for text in "$@" "$out/varied.jsonl"; do
  file="$out/$(basename "$text" .jsonl).labels.jsonl"
  target/release/examples/labels "$large" "$text" > "$file"
  labels+=("$file")
done
python $here/student.py "${labels[@]}" --out "$out"
bash $here/calibrate.sh "$out/student.pt" "$out" "$dev" 1
