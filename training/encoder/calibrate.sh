#!/usr/bin/env bash
# From a checkpoint to calibrated weights: the second half of make.sh.
#
#   training/encoder/calibrate.sh FOLDER POLNEAR_DEV.jsonl [STYLE]     FOLDER holds checkpoint.pt
set -euo pipefail
out=$1 dev=$2 style=${3:-0}
here=training/encoder
python $here/export.py "$out/checkpoint.pt" "$out/encoder.bin" --style "$style"
candidates=()
for head in 0 1 2; do
  target/release/examples/candidates "$out/encoder.bin" "$dev" $head -0.5 > "$out/candidates.$head.jsonl"
  candidates+=("$out/candidates.$head.jsonl")
done
python $here/calibrate.py "$dev" "$out/calibration.json" -0.5 "${candidates[@]}" | tee "$out/calibration.txt"
python $here/export.py "$out/checkpoint.pt" "$out/encoder.bin" --style "$style" --calibration "$out/calibration.json"
for cues in speech all; do
  target/release/onrecord evaluate "$dev" --engine accurate --weights "$out/encoder.bin" --cues $cues
done | tee "$out/figures.txt"
