#!/usr/bin/env python3
"""Writes a checkpoint, of train.py or of student.py, as a file of weights that the program embeds.

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
from model import DISTANCES, EXITS, WIDE, Convolutions, Network
from train import base_model

POSITIONS = 260
MARKS = set('“”‘’–—…•£€¢§°©®™«»·′″½¼¾×')
BLOCK, GROUP = 16, 4
# Before calibration: what a head finds likely is kept, and no window is settled.
UNCALIBRATED = [1., 0., 0., 2.] + 2 * [2., 2., 2., 1., 0., 0., 1.]


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


def begin(writer, shape, width, layers, attention_heads, inner, wide, pieces, words, positions, net, calibration, heads):
    """Sizes, vocabulary and embeddings."""
    vocabulary = '\n'.join(p for _, p in pieces).encode()
    writer.numbers(shape, width, layers, attention_heads, inner, wide, len(pieces), len(positions), 2 * CASES + 1, STRUCTURES, DISTANCES,
                   len(CUE), len(ROLE), len(vocabulary), calibration, heads)
    writer.array(np.frombuffer(vocabulary, dtype=np.uint8), '<u1')
    words = words.detach().float().numpy()
    scale = np.maximum(np.abs(words).max(1), 1e-12) / 127
    writer.array(np.rint(words / scale[:, None]), '<i1')
    writer.array(scale, '<f4')
    writer.floats(positions)
    writer.floats(net.case.weight)
    writer.floats(net.structure.weight)


def norm(writer, layer):
    writer.floats(layer.weight)
    writer.floats(layer.bias)


def write_head(writer, depth, head, calibration):
    writer.numbers(depth)
    writer.floats(head.cue.weight)
    writer.floats(head.cue.bias)
    writer.matrix(head.piece.weight, head.piece.bias)
    writer.matrix(head.to_cue.weight, None)
    writer.floats(head.distance.weight)
    *between, last = [layer for layer in head.role if isinstance(layer, torch.nn.Linear)]
    for layer in between:
        writer.matrix(layer.weight, layer.bias)
    writer.floats(last.weight)
    writer.floats(last.bias)
    writer.array(np.array(calibration), '<f4')


def encoder(writer, state, path, pieces, style, calibration):
    net = Network(path)
    net.load_state_dict(state)
    config = net.encoder.config
    embeddings = net.encoder.embeddings
    style = net.style.weight[0] * (1 - style) + net.style.weight[1] * style
    positions = embeddings.position_embeddings.weight[:POSITIONS] + embeddings.token_type_embeddings.weight[0] + style
    calibration = calibration or [UNCALIBRATED] * len(EXITS)
    begin(writer, 0, config.hidden_size, config.num_hidden_layers, config.num_attention_heads, config.intermediate_size, WIDE, pieces,
          embeddings.word_embeddings.weight[[i for i, _ in pieces]], positions, net, len(calibration[0]), len(EXITS))
    norm(writer, embeddings.LayerNorm)
    for layer in net.encoder.encoder.layer:
        a = layer.attention
        parts = (a.self.query, a.self.key, a.self.value)
        writer.matrix(torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts]))
        writer.matrix(a.output.dense.weight, a.output.dense.bias)
        norm(writer, a.output.LayerNorm)
        writer.matrix(layer.intermediate.dense.weight, layer.intermediate.dense.bias)
        writer.matrix(layer.output.dense.weight, layer.output.dense.bias)
        norm(writer, layer.output.LayerNorm)
    for depth, head, numbers in zip(EXITS, net.heads, calibration):
        write_head(writer, depth, head, numbers)


def student(writer, saved, pieces, calibration):
    net = Convolutions(torch.randn(len(pieces), saved['width']), saved['width'])
    net.load_state_dict(saved['state'])
    width = saved['width']
    calibration = calibration or [UNCALIBRATED]
    begin(writer, 2, width, len(net.layers), 0, 2 * width, net.head.piece.out_features, pieces, net.words.weight, torch.zeros(1, width), net,
          len(calibration[0]), 1)
    for layer in net.layers:
        writer.numbers(layer.dilation, len(layer.taps))
        writer.floats(layer.shift)
        writer.floats(layer.taps)
        # A gate is open from 0 to 1: x / 6 + 1/2.
        (value, gate), (value_bias, gate_bias) = layer.mix.weight.chunk(2), layer.mix.bias.chunk(2)
        writer.matrix(torch.cat([value, gate / 6]), torch.cat([value_bias, gate_bias / 6 + .5]))
    writer.floats(net.scale)
    writer.floats(net.shift)
    write_head(writer, len(net.layers), net.head, calibration[0])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('checkpoint')
    ap.add_argument('out')
    ap.add_argument('--style', type=float, default=0)
    ap.add_argument('--calibration', help='what calibrate.py wrote')
    o = ap.parse_args()
    path = base_model()
    pieces = kept(Tokenizer.from_file(os.path.join(path, 'tokenizer.json')).get_vocab())
    calibration = json.load(open(o.calibration)) if o.calibration else None
    saved = torch.load(o.checkpoint, map_location='cpu')
    w = Writer()
    with torch.no_grad():
        if 'width' in saved:
            student(w, saved, pieces, calibration)
        else:
            encoder(w, saved, path, pieces, o.style, calibration)
    temporary = o.out + '.new'
    with open(temporary, 'wb') as f:
        f.write(b'ONRENC3\n' + struct.pack('<Q', checksum(w.body)) + w.body)
    os.replace(temporary, o.out)
    print(f'{o.out}: {len(w.body) / 1e6:.1f} MB, {len(pieces)} pieces', file=sys.stderr)


if __name__ == '__main__':
    main()
