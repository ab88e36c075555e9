#!/usr/bin/env python3
"""Lays out all that `ensemble.py` reads, so that a machine with nothing but PyTorch can train: windows in flat arrays, words that may stand
for each other, pretrained encoders.

  prepare.py OUT --polnear TRAIN.jsonl --dev DEV.jsonl --articles GOLD.jsonl ... --texts TEXTS.jsonl ... --bases BASE.onnx ...

Every text with gold is cut twice, as it is and without its paragraphs (many archives have lost them). Encoders, the student's first, are
kept in 8 bits, each output by its largest weight; of their words those that the texts have. Their vocabulary is that of BERT, uncased.
"""
import argparse
import collections
import json
import os
import tempfile

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import AutoModel

import data

NEIGHBOURS = 12
COMMON = 150      # words that hold sentences together
SHORTEST, LONGEST = 2, 4  # pieces of the words that are exchanged as wholes


def words_of(window):
    """For each piece: of how many pieces the word is that it starts, if they are its letters and nothing else; otherwise 0."""
    out = [0] * len(window.ids)
    text, offsets = window.doc.text, window.offsets
    at = 1
    while at < len(out) - 1:
        start = offsets[at][0]
        end = at
        while end < len(out) - 2 and offsets[end + 1][0] == offsets[end][1] and text[offsets[end + 1][0]].isalpha():
            end += 1
        word = text[start:offsets[end][1]]
        if word.isalpha() and word.isascii() and data.word_at(text, start, offsets[end][1]) == word:
            out[at] = end - at + 1
        at = end + 1
    return out


def tag(labels, runs, base):
    """Writes B I E S labels, `base` being B, over the unbroken runs of some pieces."""
    for pieces in runs:
        start = 0
        for i in range(1, len(pieces) + 1):
            if i == len(pieces) or pieces[i] != pieces[i - 1] + 1:
                a, b = pieces[start], pieces[i - 1]
                if a == b:
                    labels[a] = base + 3
                else:
                    labels[a], labels[b] = base, base + 2
                    labels[a + 1:b] = [base + 1] * (b - a - 1)
                start = i


class Windows:
    """Windows in flat arrays; -1 is a label that is not known."""

    def __init__(self):
        self.of = collections.defaultdict(list)

    def add(self, window, style, weight, known):
        of, n = self.of, len(window.ids)
        cue = [-1] * n
        if known:
            cue[window.first:window.end] = [0] * (window.end - window.first)
        for pieces, source, content, speech in window.reports:
            kind = 1 if speech else 3
            for j in pieces:
                if cue[j] in (0, -1):
                    cue[j] = kind + 1
            cue[pieces[0]] = kind
            roles = [-1] + [0] * (n - 2) + [-1]
            tag(roles, content, 5)
            tag(roles, source, 1)
            of['window'].append(len(of['length']))
            of['cue_first'].append(pieces[0])
            of['cue_last'].append(pieces[-1])
            of['roles'].append(np.array(roles, np.int8))
        of['ids'].append(np.array(window.ids, np.uint16))
        of['case'].append(np.array(window.case, np.int8))
        of['structure'].append(np.array(window.structure, np.int8))
        of['words'].append(np.array(words_of(window), np.int8))
        of['cue'].append(np.array(cue, np.int8))
        for name, value in (('length', n), ('first', window.first), ('end', window.end), ('style', style), ('weight', weight)):
            of[name].append(value)

    def arrays(self):
        flat = ('ids', 'case', 'structure', 'words', 'cue', 'roles')
        return {name: np.concatenate(parts) if name in flat else np.array(parts, np.float32 if name == 'weight' else np.int32)
                for name, parts in self.of.items()}


def flattened(path):
    """The same documents, on one line each; offsets stay."""
    file = tempfile.NamedTemporaryFile('w', suffix='.jsonl', delete=False, encoding='utf-8')
    for line in open(path, encoding='utf-8'):
        document = json.loads(line)
        document['text'] = document['text'].replace('\n', ' ')
        print(json.dumps(document), file=file)
    file.close()
    return file.name


def encoder_of(path):
    """The weights of an encoder in ONNX by their names in BERT: products have lost theirs, their place in the graph has them."""
    graph = onnx.load(path).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    state = {name: value for name, value in tensors.items() if name.startswith(('embeddings.', 'encoder.')) and 'position_ids' not in name}
    for node in graph.node:
        if node.op_type == 'MatMul' and node.input[1] in tensors:
            state[node.name.strip('/').replace('/MatMul', '').replace('/', '.') + '.weight'] = tensors[node.input[1]].T
    return state


def in_steps(state, pieces):
    """Matrices in 8 bits, the rest in 32."""
    out = {}
    for name, value in state.items():
        if name == 'embeddings.word_embeddings.weight':
            value = value[pieces]
        if name.endswith('position_embeddings.weight'):
            value = value[:260]
        if value.ndim == 2 and value.shape[0] > 2:
            scale = np.maximum(np.abs(value).max(1, keepdims=True), 1e-12) / 127
            out[name], out[name + '.scale'] = np.rint(value / scale).astype(np.int8), scale.astype(np.float32)
        else:
            out[name] = value.astype(np.float32)
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out')
    ap.add_argument('--polnear', required=True)
    ap.add_argument('--dev', required=True)
    ap.add_argument('--articles', nargs='*', default=[])
    ap.add_argument('--article-weight', type=float, default=4.)
    ap.add_argument('--texts', nargs='*', default=[])
    ap.add_argument('--bases', nargs='*', default=[])
    ap.add_argument('--binary', default='target/release/onrecord')
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    path = data.base_model()
    tokenizer = Tokenizer.from_file(os.path.join(path, 'tokenizer.json'))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    train, dev = Windows(), Windows()

    def read(into, path, reader, style, weight, known=True):
        for window in data.load(path, reader, o.binary, tokenizer)[0]:
            into.add(window, style, weight, known)

    read(dev, o.dev, data.polnear, 0, 1.)
    for file, reader, style, weight in [(o.polnear, data.polnear, 0, 1.)] + [(a, data.articles, 1, o.article_weight) for a in o.articles]:
        read(train, file, reader, style, weight)
        flat = flattened(file)
        read(train, flat, reader, style, weight / 2)
        os.remove(flat)
    for file in o.texts:
        read(train, file, data.polnear, 0, 1., known=False)
    train, dev = train.arrays(), dev.arrays()

    # Only pieces that occur are sent and learned.
    pieces = np.unique(np.concatenate([train['ids'], dev['ids'], [data.CLS, data.SEP]]))
    number = np.zeros(pieces.max() + 1, np.int32)
    number[pieces] = np.arange(len(pieces))
    for windows in (train, dev):
        windows['ids'] = number[windows['ids']].astype(np.uint16)

    starts = np.flatnonzero(train['words'] == 1)
    counts = np.bincount(train['ids'][starts], minlength=len(pieces))
    words = np.flatnonzero(counts > 2)
    table = AutoModel.from_pretrained(path).embeddings.word_embeddings.weight.detach()
    rows = torch.nn.functional.normalize(table[pieces[words].astype(np.int64)] - table.mean(0), dim=-1)
    near = torch.cat([(part @ rows.T).topk(NEIGHBOURS + 1).indices for part in rows.split(1024)]).numpy()[:, 1:]
    neighbours = np.full((len(pieces), NEIGHBOURS), -1, np.int32)
    neighbours[words] = words[near]
    common = np.zeros(len(pieces), bool)
    common[np.argsort(-counts)[:COMMON]] = True
    exchange = dict(neighbours=neighbours, common=common)
    for length in range(SHORTEST, LONGEST + 1):
        at = np.flatnonzero(train['words'] == length)
        for case in (2, 3):
            of_case = at[train['case'][at] % data.CASES == case]
            exchange[f'words.{length}.{case}'] = np.stack([train['ids'][of_case + k] for k in range(length)], 1)
    np.savez_compressed(os.path.join(o.out, 'windows.npz'), pieces=pieces, **train)
    np.savez_compressed(os.path.join(o.out, 'dev.npz'), **dev)
    np.savez_compressed(os.path.join(o.out, 'exchange.npz'), **exchange)
    student = {k: v.numpy() for k, v in AutoModel.from_pretrained(path).state_dict().items() if not k.startswith('pooler') and 'position_ids' not in k}
    for n, state in enumerate([student] + [encoder_of(base) for base in o.bases]):
        np.savez_compressed(os.path.join(o.out, f'base{n}.npz'), **in_steps(state, pieces))
    print(f'{len(train["length"])} windows, {len(train["ids"])} pieces of {len(pieces)} kinds, {len(train["window"])} reports')


if __name__ == '__main__':
    main()
