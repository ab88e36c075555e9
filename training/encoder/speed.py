#!/usr/bin/env python3
"""Times ONNX Runtime on the windows that the program reads, and the program, in one run on one thread.

  speed.py CHECKPOINT.pt WEIGHTS.bin FILE.jsonl [--labels target/release/examples/labels]

Needs onnx and onnxruntime. Both compute the states and the scores of cues; ONNX Runtime with 32-bit weights and with 8-bit ones
(quantize_dynamic), in batches of windows of like length.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import onnxruntime
import torch
from onnxruntime.quantization import quantize_dynamic
from tokenizers import Tokenizer

from export import kept
from model import Network
from train import base_model

BATCH = 16


class Cues(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, ids, case, structure, mask):
        states = self.net.states(ids, case, structure, torch.zeros_like(ids[:, 0]), mask)[-1]
        return states, self.net.heads[-1].cue(states)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('checkpoint')
    ap.add_argument('weights')
    ap.add_argument('file')
    ap.add_argument('--labels', default='target/release/examples/labels')
    o = ap.parse_args()
    run = subprocess.run([o.labels, o.weights, o.file], capture_output=True, text=True, check=True)
    pieces, seconds = int(run.stderr.split()[0]), float(run.stderr.split()[3])
    print(f'onrecord: {pieces / seconds:.0f} pieces/s')
    path = base_model()
    vocabulary = Tokenizer.from_file(os.path.join(path, 'tokenizer.json')).get_vocab()
    old = [i for i, _ in kept(vocabulary)]
    frame = vocabulary['[CLS]'], vocabulary['[SEP]']
    windows = []
    for line in map(json.loads, run.stdout.splitlines()):
        ids = [frame[0]] + [old[i] for i in line['ids']] + [frame[1]]
        windows.append((ids, [0] + line['case'] + [0], [0] + line['structure'] + [0]))
    windows.sort(key=lambda w: len(w[0]))
    batches = []
    for i in range(0, len(windows), BATCH):
        part = windows[i:i + BATCH]
        size = max(len(w[0]) for w in part)
        full = lambda values: torch.tensor([list(v) + [0] * (size - len(v)) for v in values])
        batches.append({'ids': full(w[0] for w in part), 'case': full(w[1] for w in part), 'structure': full(w[2] for w in part),
                        'mask': full([1] * len(w[0]) for w in part)})
    net = Network(path)
    net.load_state_dict(torch.load(o.checkpoint, map_location='cpu'))
    net.eval()
    with tempfile.TemporaryDirectory() as folder:
        plain, small = os.path.join(folder, 'plain.onnx'), os.path.join(folder, 'small.onnx')
        names = list(batches[0])
        shape = {n: {0: 'windows', 1: 'pieces'} for n in names}
        torch.onnx.export(Cues(net).eval(), tuple(batches[0][n] for n in names), plain, input_names=names, output_names=['states', 'cues'],
                          dynamic_axes=shape, dynamo=False)
        quantize_dynamic(plain, small)
        for name, file in (('32 bits', plain), ('8 bits', small)):
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            session = onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])
            inputs = [{n: b[n].numpy() for n in names} for b in batches]
            session.run(None, inputs[0])
            start = time.perf_counter()
            for i in inputs:
                session.run(None, i)
            speed = pieces / (time.perf_counter() - start)
            print(f'ONNX Runtime {onnxruntime.__version__}, {name}: {speed:.0f} pieces/s; onrecord is {pieces / seconds / speed:.2f} times as fast')


if __name__ == '__main__':
    sys.exit(main())
