#!/usr/bin/env bash
# From PolNeAR to the weights of the large network: trains, exports, calibrates, exports again, measures.
#
#   training/encoder/make.sh POLNEAR_TRAIN.jsonl POLNEAR_DEV.jsonl OUT_FOLDER [further options of train.py]
#
# Run from the root of the repository, in an environment with training/requirements.txt. OUT_FOLDER gets checkpoint.pt, log.tsv,
# calibration.json, calibration.txt (reliability tables), figures.txt and weights.bin: copy the last to models/large.bin and build.
set -euo pipefail
train=$1 dev=$2 out=$3
shift 3
here=training/encoder
mkdir -p "$out"
cargo build --release --examples --bins
python training/articles.py gold training/articles/[a-d].article > "$out/articles.jsonl"
python $here/train.py --polnear "$train" --articles "$out/articles.jsonl" --out "$out" "$@"
bash $here/calibrate.sh "$out/checkpoint.pt" "$out" "$dev" 3
