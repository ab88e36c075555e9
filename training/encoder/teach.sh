#!/usr/bin/env bash
# From the weights of the large network to those of the small one and the middle one: varies and labels texts, trains, exports, calibrates, measures.
#
#   training/encoder/teach.sh LARGE.bin POLNEAR_DEV.jsonl OUT_FOLDER TEXTS.jsonl ...
#
# Run from the root of the repository, in an environment with training/requirements.txt. Texts are JSON Lines of doc_id and text; any
# will do, no gold is read, those that figures are measured on must not be among them. OUT_FOLDER gets
# small/weights.bin and middle/weights.bin: copy them to models/small.bin and models/middle.bin and build.
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
for network in "small 64" "middle 128"; do
  read -r name width <<< "$network"
  python $here/student.py "${labels[@]}" --out "$out/$name" --width "$width"
  bash $here/calibrate.sh "$out/$name/student.pt" "$out/$name" "$dev" 1
done
