#!/usr/bin/env python3
"""Trains the network of `--engine fast` from what the accurate one says.

  student.py LABELS.jsonl ... --out DIR [--width 32] [--epochs 12] [--seed 0]

LABELS is what `cargo run --release --example labels -- WEIGHTS FILE.jsonl` prints for the weights of the teacher: pieces, features and the
scores of all cues and roles. No gold is read, so any text will do. Writes DIR/student.pt and DIR/log.tsv.
"""
import argparse
import json
import os
import random
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import AutoModel

from data import CUE, ROLE
from export import kept
from model import Convolutions
from train import base_model, batches, rise_and_fall


class Window:
    """Pieces and the teacher's scores; a frame at both ends."""

    def __init__(self, line, frame):
        self.ids = [frame[0]] + line['ids'] + [frame[1]]
        self.case = [0] + line['case'] + [0]
        self.structure = [0] + line['structure'] + [0]
        self.first, self.end = line['core'][0] + 1, line['core'][1] + 1
        self.cues = np.array(line['cues'], np.float16).reshape(-1, len(CUE))
        self.roles = [(a + 1, b + 1, np.array(scores, np.float16)) for a, b, scores in line['roles']]


def collate(windows, batch):
    size = max(len(windows[i].ids) for i in batch)
    ids, case, structure, mask = (torch.zeros(len(batch), size, dtype=torch.long) for _ in range(4))
    cues = torch.zeros(len(batch), size, len(CUE))
    core = torch.zeros(len(batch), size, dtype=torch.bool)
    where, roles, inside = [], [], []
    for k, i in enumerate(batch):
        w = windows[i]
        n = len(w.ids)
        ids[k, :n], case[k, :n], structure[k, :n], mask[k, :n] = map(torch.tensor, (w.ids, w.case, w.structure, [1] * n))
        cues[k, 1:n - 1] = torch.from_numpy(w.cues).float()
        core[k, w.first:w.end] = True
        for first, last, scores in w.roles:
            where.append((k, first, last))
            full = torch.zeros(size, len(ROLE))
            full[1:n - 1] = torch.from_numpy(scores).float()
            roles.append(full)
            inside.append(torch.arange(size).gt(0) & torch.arange(size).lt(n - 1))
    stack = lambda x: torch.stack(x) if x else None
    return (ids, case, structure, mask), cues, core, torch.tensor(where).T if where else None, stack(roles), stack(inside)


def taught(ours, theirs, weight=None):
    """Cross entropy against the teacher's probabilities."""
    loss = -(F.softmax(theirs, -1) * F.log_softmax(ours, -1)).sum(-1)
    return loss.mean() if weight is None else (loss * weight).sum() / weight.sum()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('labels', nargs='+')
    ap.add_argument('--out', required=True)
    ap.add_argument('--width', type=int, default=32)
    ap.add_argument('--epochs', type=int, default=12)
    ap.add_argument('--batch', type=int, default=4096, help='pieces')
    ap.add_argument('--rate', type=float, default=3e-3)
    ap.add_argument('--seed', type=int, default=0)
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    random.seed(o.seed)
    torch.manual_seed(o.seed)
    torch.set_num_threads(os.cpu_count() or 1)
    path = base_model()
    vocabulary = kept(Tokenizer.from_file(os.path.join(path, 'tokenizer.json')).get_vocab())
    number = {piece: n for n, (_, piece) in enumerate(vocabulary)}
    frame = number['[CLS]'], number['[SEP]']
    windows = [Window(line, frame) for name in o.labels for line in map(json.loads, open(name, encoding='utf-8'))]
    words = AutoModel.from_pretrained(path).embeddings.word_embeddings.weight.detach()[[i for i, _ in vocabulary]]
    net = Convolutions(words, o.width)
    log = open(os.path.join(o.out, 'log.tsv'), 'w', encoding='utf-8')
    def note(*fields):
        print(*fields, sep='\t', file=log, flush=True)
        print(*fields, sep='\t', flush=True)
    note('options', vars(o))
    note('data', f'{len(windows)} windows', f'{sum(len(w.ids) for w in windows)} pieces', f'{sum(len(w.roles) for w in windows)} cues',
         f'{sum(p.numel() for p in net.parameters()) - net.words.weight.numel()} weights beside {net.words.weight.numel()} of words')
    optimizer = torch.optim.AdamW(net.parameters(), lr=o.rate, weight_decay=.01)
    schedule = rise_and_fall(optimizer, len(batches(windows, o.batch, True)) * o.epochs)
    began = time.time()
    for epoch in range(o.epochs):
        net.train()
        seen = 0.
        for batch in batches(windows, o.batch, True):
            inputs, cues, core, where, roles, inside = collate(windows, batch)
            # Pieces that may be cues are few; they count more.
            weight = 1 + 4 * (1 - F.softmax(cues[core], -1)[:, 0])
            loss = 0.
            for head, states, share in zip(net.heads, net.states(*inputs), (.5, 1.)):
                loss = loss + share * 4 * taught(head.cue(states)[core], cues[core], weight)
                if where is not None:
                    loss = loss + share * taught(head.roles(states, *where)[inside], roles[inside])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.)
            optimizer.step()
            schedule.step()
            seen += loss.item() * len(batch)
        note('epoch', epoch, f'loss {seen / len(windows):.4f}', f'{time.time() - began:.0f} s')
        torch.save(dict(width=o.width, state=net.state_dict()), os.path.join(o.out, 'student.pt'))


if __name__ == '__main__':
    sys.exit(main())
