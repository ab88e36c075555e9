#!/usr/bin/env python3
"""Writes a checkpoint as the file of weights that the program embeds.

  export.py CHECKPOINT.pt OUT.bin [--style 0] [--calibration CALIBRATION.json]

Matrices become 8-bit, each output by its largest weight, in blocks of sixteen outputs and groups of four inputs (src/encoder/kernel.rs); the
vocabulary keeps the pieces that English news can be cut into. `--style`: whose annotation the reports follow, 0 PolNeAR, 1 this project's
guidelines; a number between mixes them. Without
a calibration the program keeps and reads what the heads find likely.
"""
import argparse
import json
import os
import struct
import sys

import numpy as np
import torch
from tokenizers import Tokenizer

from data import CASES, CUE, ROLE, STRUCTURES
from model import DISTANCES, EXITS, WIDE, Network
from train import base_model

POSITIONS = 260
MARKS = set('“”‘’–—…•£€¢§°©®™«»·′″½¼¾×')
BLOCK, GROUP = 16, 4


def kept(vocabulary):
    """Pieces in the order of their old numbers: ASCII, the marks of news, and the frame."""
    plain = lambda piece: all(32 < ord(c) < 127 or c in MARKS for c in piece)
    unused = lambda piece: piece.startswith('[') and piece.endswith(']') and piece not in ('[UNK]', '[CLS]', '[SEP]')
    return [(i, p) for p, i in sorted(vocabulary.items(), key=lambda x: x[1]) if plain(p) and not unused(p)]


class Writer:
    def __init__(self):
        self.body = bytearray()

    def numbers(self, *values):
        self.body += struct.pack(f'<{len(values)}I', *values)

    def array(self, values, kind):
        # The file has 16 bytes before the body.
        while (len(self.body) + 16) % 64:
            self.body.append(0)
        self.body += np.ascontiguousarray(values, dtype=kind).tobytes()

    def floats(self, tensor):
        self.array(tensor.detach().float().numpy(), '<f4')

    def matrix(self, weight, bias):
        weight = weight.detach().float().numpy()
        outputs, inputs = weight.shape
        scale = np.maximum(np.abs(weight).max(1), 1e-12) / 127
        steps = np.rint(weight / scale[:, None]).astype(np.int8)
        packed = steps.reshape(outputs // BLOCK, BLOCK, inputs // GROUP, GROUP).transpose(0, 2, 1, 3)
        self.array(packed, '<i1')
        self.array(scale, '<f4')
        self.array(bias.detach().float().numpy() if bias is not None else np.zeros(outputs), '<f4')
        self.array(steps.astype(np.int32).sum(1), '<i4')


def checksum(body):
    """FNV-1a over words of eight bytes."""
    body = bytes(body) + b'\0' * (-len(body) % 8)
    value = 0xcbf29ce484222325
    for word in struct.unpack(f'<{len(body) // 8}Q', body):
        value = (value ^ word) * 0x100000001b3 & 0xffffffffffffffff
    return value


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('checkpoint')
    ap.add_argument('out')
    ap.add_argument('--style', type=float, default=0)
    ap.add_argument('--calibration', help='what calibrate.py wrote')
    o = ap.parse_args()
    path = base_model()
    net = Network(path)
    net.load_state_dict(torch.load(o.checkpoint, map_location='cpu'))
    net.eval()
    tokenizer = Tokenizer.from_file(os.path.join(path, 'tokenizer.json'))
    pieces = kept(tokenizer.get_vocab())
    vocabulary = '\n'.join(p for _, p in pieces).encode()
    config = net.encoder.config
    width = config.hidden_size
    numbers = json.load(open(o.calibration)) if o.calibration else [[1., 0., 0., 2.] + 2 * [2., 2., 2., 1., 0., 0., 1.]] * len(EXITS)
    w = Writer()
    w.numbers(width, config.num_hidden_layers, config.num_attention_heads, config.intermediate_size, WIDE, len(pieces), POSITIONS,
              2 * CASES + 1, STRUCTURES, DISTANCES, len(CUE), len(ROLE), len(vocabulary), len(numbers[0]), len(EXITS))
    w.array(np.frombuffer(vocabulary, dtype=np.uint8), '<u1')
    embeddings = net.encoder.embeddings
    words = embeddings.word_embeddings.weight.detach().float().numpy()[[i for i, _ in pieces]]
    scale = np.maximum(np.abs(words).max(1), 1e-12) / 127
    w.array(np.rint(words / scale[:, None]), '<i1')
    w.array(scale, '<f4')
    style = net.style.weight[0] * (1 - o.style) + net.style.weight[1] * o.style
    w.floats(embeddings.position_embeddings.weight[:POSITIONS] + embeddings.token_type_embeddings.weight[0] + style)
    w.floats(net.case.weight)
    w.floats(net.structure.weight)
    norm = lambda n: (w.floats(n.weight), w.floats(n.bias))
    norm(embeddings.LayerNorm)
    for layer in net.encoder.encoder.layer:
        a = layer.attention
        parts = (a.self.query, a.self.key, a.self.value)
        w.matrix(torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts]))
        w.matrix(a.output.dense.weight, a.output.dense.bias)
        norm(a.output.LayerNorm)
        w.matrix(layer.intermediate.dense.weight, layer.intermediate.dense.bias)
        w.matrix(layer.output.dense.weight, layer.output.dense.bias)
        norm(layer.output.LayerNorm)
    for depth, head, calibration in zip(EXITS, net.heads, numbers):
        w.numbers(depth)
        w.floats(head.cue.weight)
        w.floats(head.cue.bias)
        w.matrix(head.piece.weight, head.piece.bias)
        w.matrix(head.to_cue.weight, None)
        w.floats(head.distance.weight)
        w.matrix(head.role[2].weight, head.role[2].bias)
        w.floats(head.role[4].weight)
        w.floats(head.role[4].bias)
        w.array(np.array(calibration), '<f4')
    temporary = o.out + '.new'
    with open(temporary, 'wb') as f:
        f.write(b'ONRENC2\n' + struct.pack('<Q', checksum(w.body)) + w.body)
    os.replace(temporary, o.out)
    print(f'{o.out}: {len(w.body) / 1e6:.1f} MB, {len(pieces)} pieces', file=sys.stderr)


if __name__ == '__main__':
    main()
