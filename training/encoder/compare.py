#!/usr/bin/env python3
"""Says how often the program and PyTorch differ: in the pieces of words, and in the labels of pieces.

  compare.py CHECKPOINT.pt WEIGHTS.bin FILE.jsonl [--style 0] [--labels target/release/examples/labels]

`cargo build --release --example labels` makes the program's side.
"""
import argparse
import json
import os
import subprocess
from collections import Counter

import torch
from tokenizers import Tokenizer

import data
from export import kept
from model import Convolutions, Network
from train import base_model


@torch.no_grad()
def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('checkpoint')
    ap.add_argument('weights')
    ap.add_argument('file')
    ap.add_argument('--style', type=float, default=0)
    ap.add_argument('--labels', default='target/release/examples/labels')
    ap.add_argument('--binary', default='target/release/onrecord')
    ap.add_argument('--limit', type=int, default=1000, help='windows whose labels are compared; all are compared in pieces')
    o = ap.parse_args()
    path = base_model()
    tokenizer = Tokenizer.from_file(os.path.join(path, 'tokenizer.json'))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    old = [i for i, _ in kept(tokenizer.get_vocab())]
    new = {i: n for n, i in enumerate(old)}
    unknown = new[tokenizer.token_to_id('[UNK]')]
    saved = torch.load(o.checkpoint, map_location='cpu')
    student = 'width' in saved
    if student:
        net = Convolutions(torch.randn(len(old), saved['width']), saved['width'])
        net.load_state_dict(saved['state'])
        head = net.head
    else:
        net = Network(path)
        net.load_state_dict(saved)
        net.style.weight[0] = net.style.weight[0] * (1 - o.style) + net.style.weight[1] * o.style
        head = net.heads[-1]
    net.eval()
    read = lambda p: ((d['doc_id'], d['text'], []) for d in map(json.loads, open(p, encoding='utf-8')))
    windows, _ = data.load(o.file, read, o.binary, tokenizer)
    ours = {}
    process = subprocess.Popen([o.labels, o.weights, o.file], stdout=subprocess.PIPE, text=True)
    counts = dict(windows=0, pieces=0, outside=0, features=0, compared=0, cue=0, role_pieces=0, role=0)
    lines = iter(process.stdout)
    line = json.loads(next(lines))
    for w in windows:
        # The program skips paragraphs in which nothing can be reported.
        ids = [new.get(i, unknown) for i in w.ids[1:-1]]
        plain = lambda text: ''.join(c for c in text if c.isascii() and c.isalnum())
        same = line is not None and line['doc_id'] == w.doc.id and plain(''.join(line['text'])) == plain(w.doc.text[w.offsets[1][0]:w.offsets[-2][1]])
        if not same:
            continue
        if line['ids'] != ids:
            # A word with a letter outside the vocabulary: the program takes it as one unknown piece.
            counts['pieces'] += len(ids)
            counts['outside'] += sum((Counter(ids) - Counter(line['ids'])).values())
            line = next(lines, None)
            line = line and json.loads(line)
            continue
        counts['windows'] += 1
        counts['pieces'] += len(ids)
        counts['features'] += sum((a, b) != (c, d) for a, b, c, d in zip(line['case'], line['structure'], w.case[1:-1], w.structure[1:-1]))
        if counts['windows'] <= o.limit:
            row = lambda values: torch.tensor([values])
            inputs = row(w.case), row(w.structure)
            # Pieces outside the vocabulary are unknown to the program; here as well.
            if student:
                states = net.states(row([new.get(i, unknown) for i in w.ids]), *inputs, torch.ones(1, len(w.ids)))
            else:
                seen = [i if i in new else tokenizer.token_to_id('[UNK]') for i in w.ids]
                states = net.states(row(seen), *inputs, torch.tensor([0]), torch.ones(1, len(w.ids)).long())[-1]
            theirs = head.cue(states)[0, 1:-1].argmax(-1)
            counts['compared'] += len(ids)
            counts['cue'] += int((theirs != torch.tensor(line['cues']).argmax(-1)).sum())
            if line['roles']:
                first, last = (torch.tensor([r[i] for r in line['roles']]) + 1 for i in (0, 1))
                labels = head.roles(states, torch.zeros_like(first), first, last)[:, 1:-1].argmax(-1)
                counts['role_pieces'] += labels.numel()
                counts['role'] += int((labels != torch.tensor([r for _, _, r in line['roles']]).argmax(-1)).sum())
        line = next(lines, None)
        line = line and json.loads(line)
    assert line is None, f"not met: {line['doc_id']}"
    print(f"{counts['windows']} windows, {counts['pieces']} pieces; {counts['outside']} pieces differ, {counts['features']} features differ")
    print(f"cue labels differ on {counts['cue']} of {counts['compared']} pieces ({100 * counts['cue'] / max(1, counts['compared']):.3f} %), "
          f"role labels on {counts['role']} of {counts['role_pieces']} ({100 * counts['role'] / max(1, counts['role_pieces']):.3f} %)")


if __name__ == '__main__':
    main()
