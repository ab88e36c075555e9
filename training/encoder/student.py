#!/usr/bin/env python3
"""Trains the small and the middle network from what the large one says.

  student.py LABELS.jsonl ... --out DIR [--width 64 | 128] [--epochs 8] [--seed 0]

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
from train import base_model, rise_and_fall


class Labels:
    """Windows with the teacher's scores, in flat arrays: `starts` says where windows begin in those of pieces, and where the pieces of
    cues begin in `roles`."""

    def __init__(self, paths):
        of = {name: [] for name in ('ids', 'case', 'structure', 'cues', 'roles')}
        self.core, self.window, self.first, self.last = [], [], [], []
        for line in (json.loads(line) for path in paths for line in open(path, encoding='utf-8')):
            for name, kind in (('ids', np.int32), ('case', np.int8), ('structure', np.int8), ('cues', np.float16)):
                of[name].append(np.array(line[name], kind))
            for first, last, scores in line['roles']:
                self.window.append(len(self.core))
                self.first.append(first)
                self.last.append(last)
                of['roles'].append(np.array(scores, np.float16))
            self.core.append(line['core'])
        self.lengths = np.array([len(ids) for ids in of['ids']])
        ends = lambda parts: np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        self.starts, self.role_starts = ends(of['ids']), ends(of['roles'])
        self.ids, self.case, self.structure, self.cues, self.roles = (np.concatenate(parts) for parts in of.values())
        # The cues of a window stand together.
        self.cue_starts = np.searchsorted(self.window, np.arange(len(self.core) + 1))

    def batches(self, size):
        """Lists of indices of windows of like length, each of at most `size` pieces with padding, in any order."""
        batches, batch = [], []
        for window in np.argsort(self.lengths + np.random.rand(len(self.lengths)) * 20):
            if batch and (self.lengths[window] + 2) * (len(batch) + 1) > size:
                batches.append(batch)
                batch = []
            batch.append(window)
        batches.append(batch)
        random.shuffle(batches)
        return batches

    def collate(self, batch, frame):
        """Windows with a frame at both ends: what the network takes, scores of cues and where they count, cues, scores of roles and where."""
        size = max(self.lengths[batch]) + 2
        ids, case, structure = (np.zeros((len(batch), size), np.int64) for _ in range(3))
        mask, core = (np.zeros((len(batch), size), bool) for _ in range(2))
        cues = np.zeros((len(batch), size, len(CUE)), np.float32)
        count = sum(self.cue_starts[i + 1] - self.cue_starts[i] for i in batch)
        roles, inside = np.zeros((count, size, len(ROLE)), np.float32), np.zeros((count, size), bool)
        where = []
        for k, i in enumerate(batch):
            pieces, n = slice(self.starts[i], self.starts[i + 1]), self.lengths[i]
            ids[k, 0], ids[k, 1:n + 1], ids[k, n + 1] = frame[0], self.ids[pieces], frame[1]
            case[k, 1:n + 1], structure[k, 1:n + 1], cues[k, 1:n + 1] = self.case[pieces], self.structure[pieces], self.cues[pieces]
            mask[k, :n + 2] = True
            core[k, self.core[i][0] + 1:self.core[i][1] + 1] = True
            for cue in range(self.cue_starts[i], self.cue_starts[i + 1]):
                roles[len(where), 1:n + 1] = self.roles[self.role_starts[cue]:self.role_starts[cue + 1]]
                inside[len(where), 1:n + 1] = True
                where.append((k, self.first[cue] + 1, self.last[cue] + 1))
        tensor = torch.from_numpy
        inputs = tensor(ids), tensor(case), tensor(structure), tensor(mask)
        return inputs, tensor(cues), tensor(core), torch.tensor(where).T if where else None, tensor(roles), tensor(inside)


def taught(ours, theirs, weight=None):
    """Cross entropy against the teacher's probabilities."""
    loss = -(F.softmax(theirs, -1) * F.log_softmax(ours, -1)).sum(-1)
    return loss.mean() if weight is None else (loss * weight).sum() / weight.sum()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('labels', nargs='+')
    ap.add_argument('--out', required=True)
    ap.add_argument('--width', type=int, default=64)
    ap.add_argument('--epochs', type=int, default=8)
    ap.add_argument('--batch', type=int, default=6000, help='pieces')
    ap.add_argument('--rate', type=float, default=4e-3)
    ap.add_argument('--threads', type=int, default=os.cpu_count() or 1)
    ap.add_argument('--seed', type=int, default=0)
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    random.seed(o.seed)
    np.random.seed(o.seed)
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    path = base_model()
    vocabulary = kept(Tokenizer.from_file(os.path.join(path, 'tokenizer.json')).get_vocab())
    number = {piece: n for n, (_, piece) in enumerate(vocabulary)}
    frame = number['[CLS]'], number['[SEP]']
    labels = Labels(o.labels)
    words = AutoModel.from_pretrained(path).embeddings.word_embeddings.weight.detach()[[i for i, _ in vocabulary]]
    net = Convolutions(words, o.width)
    log = open(os.path.join(o.out, 'log.tsv'), 'w', encoding='utf-8')
    def note(*fields):
        print(*fields, sep='\t', file=log, flush=True)
        print(*fields, sep='\t', flush=True)
    note('options', vars(o))
    note('data', f'{len(labels.core)} windows', f'{len(labels.ids)} pieces', f'{len(labels.window)} cues',
         f'{sum(p.numel() for p in net.parameters()) - net.words.weight.numel()} weights beside {net.words.weight.numel()} of words')
    optimizer = torch.optim.AdamW(net.parameters(), lr=o.rate, weight_decay=.01)
    schedule = rise_and_fall(optimizer, len(labels.batches(o.batch)) * o.epochs)
    began = time.time()
    for epoch in range(o.epochs):
        net.train()
        seen = []
        for batch in labels.batches(o.batch):
            inputs, cues, core, where, roles, inside = labels.collate(batch, frame)
            states = net.states(*inputs)
            # Pieces that may be cues are few; they count more.
            weight = 1 + 4 * (1 - F.softmax(cues[core], -1)[:, 0])
            loss = 4 * taught(net.head.cue(states)[core], cues[core], weight)
            if where is not None:
                loss = loss + taught(net.head.roles(states, *where)[inside], roles[inside])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.)
            optimizer.step()
            schedule.step()
            seen.append(loss.item())
        note('epoch', epoch, f'loss {sum(seen) / len(seen):.4f}', f'{time.time() - began:.0f} s')
        torch.save(dict(width=o.width, state=net.state_dict()), os.path.join(o.out, 'student.pt'))


if __name__ == '__main__':
    sys.exit(main())
