#!/usr/bin/env bash
# From a checkpoint to calibrated weights: the second half of make.sh.
#
#   training/encoder/calibrate.sh CHECKPOINT.pt OUT_FOLDER POLNEAR_DEV.jsonl HEADS [STYLE]
#
# HEADS is 3 for the encoder, 1 for the student.
set -euo pipefail
checkpoint=$1 out=$2 dev=$3 heads=$4 style=${5:-0}
here=training/encoder
mkdir -p "$out"
python $here/export.py "$checkpoint" "$out/weights.bin" --style "$style"
candidates=()
for ((head = 0; head < heads; head++)); do
  target/release/examples/candidates "$out/weights.bin" "$dev" $head -0.5 > "$out/candidates.$head.jsonl"
  candidates+=("$out/candidates.$head.jsonl")
done
if [ "$heads" = 1 ]; then
  # What a student is fairly sure of, the encoder need not read. It is measured by itself.
  bounds="--unlikely .2 --sure .75" effort=high
else
  # The encoder's own heads are near enough to wait for more. It is measured behind the middle one in the binary.
  bounds="--unlikely .1 --sure .9" effort=normal
fi
python $here/calibrate.py "$dev" "$out/calibration.json" -0.5 "${candidates[@]}" $bounds | tee "$out/calibration.txt"
python $here/export.py "$checkpoint" "$out/weights.bin" --style "$style" --calibration "$out/calibration.json"
for cues in speech all; do
  target/release/onrecord evaluate "$dev" --engine accurate --effort $effort --weights "$out/weights.bin" --cues $cues
done | tee "$out/figures.txt"
