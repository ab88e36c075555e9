#!/usr/bin/env python3
"""Learns the weights of `models/antecedent.tsv`: what makes somebody the one whom "he" or "she" stands for.

  antecedents.py TRAIN.jsonl[:WEIGHT] ... --test TEST.jsonl ... --out models/antecedent.tsv [--spread 0.4]

The files are what `cargo run --release --example antecedents -- GOLD.jsonl` prints. A conditional logit: the scores of the candidates of a pronoun
become shares by softmax, and the share of the right one is made as large as it gets; `BEFOREHAND` and `--spread` are the means and the standard
deviation of the weights before anything is seen. A pronoun whose right name is not among the candidates, or not known, is left out. Prints how many of each file are right.
"""
import argparse
import json
import re
import sys

import numpy as np

SUFFIXES = {'jr', 'sr', 'ii', 'iii', 'iv', 'md', 'phd', 'esq'}
# What the weights are taken to be before anything is seen.
BEFOREHAND = {'gender-fits': 1.5, 'no-name-of-a-person': -2., 'sentences-between': -.45, 'same-paragraph': .5, 'starts-sentence': .8,
              'spoke-last': 2.2, 'spoke-before-last': .4}
# Silver names that are too noisy to learn from.
NOISY = {'coref-nominal', 'source-misc', 'source-location', 'source-organization'}


def last_name(name):
    words = re.sub(r"[’']s\b", '', name or '').replace(',', '').split()
    words = [w.lower().strip(".’'") for w in words]
    words = [w for w in words if w not in SUFFIXES]
    return words[-1] if words else None


def pronouns(path):
    """(features of the candidates, index of the right one), also for those of which the right one is no candidate: index None."""
    for line in open(path, encoding='utf-8'):
        r = json.loads(line)
        if 'features' in r or not r['candidates'] or not r['gold'] or r['method'] in NOISY or ' ' in r['source']:
            continue
        right = last_name(r['gold'])
        at = [i for i, c in enumerate(r['candidates']) if last_name(c[0]) == right]
        yield np.array([c[2] for c in r['candidates']]), at[0] if at else None


def shares(features, weights):
    scores = features @ weights
    scores = np.exp(scores - scores.max())
    return scores / scores.sum()


def learn(instances, spread, start, steps=100):
    """Newton's method on the penalised likelihood."""
    width = len(start)
    weights = start
    for _ in range(steps):
        gradient = (start - weights) / spread ** 2
        curvature = np.eye(width) / spread ** 2
        for features, right, weight in instances:
            p = shares(features, weights)
            mean = p @ features
            gradient += weight * (features[right] - mean)
            curvature += weight * ((features * p[:, None]).T @ features - np.outer(mean, mean))
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('train', nargs='+')
    ap.add_argument('--test', nargs='*', default=[])
    ap.add_argument('--out', required=True)
    ap.add_argument('--spread', type=float, default=.4)
    o = ap.parse_args()
    names = json.loads(open(o.train[0].partition(':')[0], encoding='utf-8').readline())['features']
    train = []
    for item in o.train:
        path, _, weight = item.partition(':')
        train += [(f, right, float(weight or 1)) for f, right in pronouns(path) if right is not None and len(f) > 1]
    start = np.array([BEFOREHAND.get(name, 0.) for name in names])
    weights = learn(train, o.spread, start)
    for path in [item.partition(':')[0] for item in o.train] + o.test:
        all_ = list(pronouns(path))
        right = sum(at is not None and int(np.argmax(f @ weights)) == at for f, at in all_)
        before = sum(at == 0 for _, at in all_)
        sure = [(shares(f, weights).max(), at is not None and int(np.argmax(f @ weights)) == at) for f, at in all_]
        table = []
        for low, high in ((0, .5), (.5, .7), (.7, .85), (.85, .95), (.95, 1.01)):
            part = [ok for p, ok in sure if low <= p < high]
            table.append(f'{low}-{high}: {sum(part)}/{len(part)}')
        print(f'{path}: {len(all_)} pronouns, right before {before / max(1, len(all_)):.3f}, now {right / max(1, len(all_)):.3f}; '
              + ', '.join(table), file=sys.stderr)
    with open(o.out, 'w', encoding='utf-8') as out:
        print('# Weights of the features of an antecedent (src/speaker/antecedent.rs); made by training/antecedents.py.', file=out)
        for name, weight in zip(names, weights, strict=True):
            print(f'{name}\t{weight:.4f}', file=out)


if __name__ == '__main__':
    main()
