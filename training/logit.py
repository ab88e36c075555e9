#!/usr/bin/env python3
"""Learns the weights of a conditional logit: `models/antecedent.tsv` or `models/jurisdiction.tsv`.

  logit.py jurisdictions TRAIN.jsonl[:WEIGHT] ... --test TEST.jsonl ... --out models/jurisdiction.tsv [--spread 0.4] [--topics models/topics.tsv]
  logit.py antecedents   TRAIN.jsonl[:WEIGHT] ... --test TEST.jsonl ... --out models/antecedent.tsv [--spread 0.4]

The files are what `cargo run --release --example jurisdictions -- GOLD` and `--example antecedents -- GOLD` print. The scores of the candidates become
shares by softmax, and the share of the right ones together is made as large as it gets; `BEFOREHAND` and `--spread` are the means and the standard
deviation of the weights before anything is seen. Instances without a right candidate are left out of learning and counted as wrong. Prints how many
of each file are right; `--folds N` prints it also for documents that the weights did not see. With `--topics` it learns besides what the topics of
a statement (`src/jurisdiction/topic.rs`) say for each level; `--topic-spread` is the standard deviation of these weights beforehand.
"""
import argparse
import json
import re
import sys

import numpy as np

SUFFIXES = {'jr', 'sr', 'ii', 'iii', 'iv', 'md', 'phd', 'esq'}
# What the weights are taken to be before anything is seen.
BEFOREHAND = {
    'antecedents': {'gender-fits': 1.5, 'no-name-of-a-person': -2., 'sentences-between': -.45, 'same-paragraph': .5, 'starts-sentence': .8,
                    'spoke-last': 2.2, 'spoke-before-last': .4},
    'jurisdictions': {'log-weight': 1.2, 'in-role': 1., 'level-of-office': .8, 'same-sentence': .4, 'city': .7, 'state': -.2, 'county': .2, 'country': -.4,
                      'same-paragraph': .9, 'nearest-before': .2,
                      'not-named': -1., 'home': 3., 'holds-home': .2, 'none': 1.5},
}
# The levels that topics speak for, as features name them, and the texts that have a topic.
LEVELS = ['city', 'neighborhood', 'county', 'state', 'country', 'other-level', 'none']
SOURCES = ['content', 'surroundings', 'speaker']
WIDTH = 16
# Silver names that are too noisy to learn from.
NOISY = {'coref-nominal', 'source-misc', 'source-location', 'source-organization'}


def last_name(name):
    words = re.sub(r"[’']s\b", '', name or '').replace(',', '').split()
    words = [w.lower().strip(".’'") for w in words]
    words = [w for w in words if w not in SUFFIXES]
    return words[-1] if words else None


def antecedents(r, names):
    if not r['candidates'] or not r['gold'] or r['method'] in NOISY or ' ' in r['source']:
        return None
    right = last_name(r['gold'])
    at = [i for i, c in enumerate(r['candidates']) if last_name(c[0]) == right]
    return np.array([c[2] for c in r['candidates']]), at[:1]


def jurisdictions(r, names):
    """The features; in the place of what the topics say, the topics themselves for each level."""
    if r.get('named') or len(r['candidates']) < 2:
        return None
    features = np.array([c[2] for c in r['candidates']])
    levels = features[:, [names.index(level) for level in LEVELS]]
    # The places that "the city" may stand for are of one level: topics tell them from each other no more.
    topics = np.concatenate(r['topics']) if 'topics' in r else np.zeros(len(SOURCES) * WIDTH)
    features[:, [names.index(f'topic-of-{source}') for source in SOURCES]] = 0
    of_levels = (levels[:, :, None] * topics).reshape(len(levels), -1)
    return np.concatenate([features, of_levels], 1), [i for i, c in enumerate(r['candidates']) if c[1]]


READERS = {'antecedents': antecedents, 'jurisdictions': jurisdictions}


def instances(path, reader):
    """(document, features of the candidates, indices of the right ones)"""
    names = []
    for line in open(path, encoding='utf-8'):
        r = json.loads(line)
        names = r.get('features', names)
        if 'features' not in r and (one := reader(r, names)) is not None:
            yield r['doc_id'], *one


def shares(features, weights):
    scores = features @ weights
    scores = np.exp(scores - scores.max())
    return scores / scores.sum()


def learn(train, spread, start, steps=60):
    """Newton's method on the penalised likelihood of the right candidates together."""
    width = len(start)
    weights = start
    for _ in range(steps):
        gradient = (start - weights) / spread ** 2
        curvature = np.diag(1 / spread ** 2)
        for features, right, weight in train:
            p = shares(features, weights)
            mean = p @ features
            among = p[right] / p[right].sum()
            gradient += weight * (among @ features[right] - mean)
            curvature += weight * ((features * p[:, None]).T @ features - np.outer(mean, mean))
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def is_right(features, right, weights):
    return int(np.argmax(features @ weights)) in right


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('what', choices=READERS)
    ap.add_argument('train', nargs='+')
    ap.add_argument('--test', nargs='*', default=[])
    ap.add_argument('--out', required=True)
    ap.add_argument('--spread', type=float, default=.4)
    ap.add_argument('--folds', type=int, default=0)
    ap.add_argument('--start', help='weights to start from, in the place of those beforehand')
    ap.add_argument('--topics')
    ap.add_argument('--topic-spread', type=float, default=.1)
    o = ap.parse_args()
    reader = READERS[o.what]
    files = [item.partition(':')[0] for item in o.train]
    names = json.loads(open(files[0], encoding='utf-8').readline())['features']
    beforehand = BEFOREHAND[o.what]
    if o.start:
        lines = (line.split('\t') for line in open(o.start, encoding='utf-8') if not line.startswith('#'))
        beforehand = {name: float(weight) for name, weight in lines}
    start = np.array([beforehand.get(name, 0.) for name in names])
    data = []
    for item in o.train:
        path, _, weight = item.partition(':')
        data += [(doc, f, right, float(weight or 1)) for doc, f, right in instances(path, reader)]
    # Behind the named features come those of topics.
    of_topics = data[0][1].shape[1] - len(names)
    start = np.concatenate([start, np.zeros(of_topics)])
    spread = np.concatenate([np.full(len(names), o.spread), np.full(of_topics, o.topic_spread if o.topics else 1e-6)])
    usable = lambda rows: [(f, right, w) for _, f, right, w in rows if right and len(f) > 1]
    if o.folds:
        # Two layouts of one article are one document.
        documents = sorted({doc.removesuffix('~flat') for doc, *_ in data})
        fold = {doc: i % o.folds for i, doc in enumerate(documents)}
        right, likelihood, reached = 0, 0., 0
        for k in range(o.folds):
            unseen = [fold[doc.removesuffix('~flat')] == k for doc, *_ in data]
            weights = learn(usable([d for d, u in zip(data, unseen) if not u]), spread, start)
            for _, f, r, _ in (d for d, u in zip(data, unseen) if u):
                right += is_right(f, r, weights)
                if r:
                    likelihood += np.log(shares(f, weights)[r].sum())
                    reached += 1
        print(f'unseen documents: {right}/{len(data)} = {right / len(data):.3f}, log likelihood {likelihood / reached:.4f}', file=sys.stderr)
    weights = learn(usable(data), spread, start)
    for path in files + o.test:
        rows = list(instances(path, reader))
        right = sum(is_right(f, r, weights) for _, f, r in rows)
        reach = sum(bool(r) for _, _, r in rows)
        sure = [(shares(f, weights).max(), is_right(f, r, weights)) for _, f, r in rows]
        likelihood = np.mean([np.log(shares(f, weights)[r].sum()) for _, f, r in rows if r])
        table = []
        for low, high in ((0, .5), (.5, .7), (.7, .85), (.85, .95), (.95, 1.01)):
            part = [ok for p, ok in sure if low <= p < high]
            table.append(f'{low}-{high}: {sum(part)}/{len(part)}')
        print(f'{path}: {len(rows)}, a candidate is right for {reach / max(1, len(rows)):.3f}, chosen {right / max(1, len(rows)):.3f}, log likelihood {likelihood:.4f}; ' + ', '.join(table), file=sys.stderr)
    with open(o.out, 'w', encoding='utf-8') as out:
        source = {'antecedents': 'src/speaker/antecedent.rs', 'jurisdictions': 'src/jurisdiction/context.rs'}[o.what]
        print(f'# Weights of features ({source}); made by training/logit.py.', file=out)
        for name, weight in zip(names, weights):
            print(f'{name}\t{1 if name.startswith("topic-of-") else weight:.4f}', file=out)
    if o.topics:
        functions = weights[len(names):].reshape(len(LEVELS), len(SOURCES), -1)
        with open(o.topics, 'w', encoding='utf-8') as out:
            print('# What the topic of a text says for each level (src/jurisdiction/topic.rs); made by training/logit.py.', file=out)
            for s, source in enumerate(SOURCES):
                for level, function in zip(LEVELS, functions[:, s]):
                    print(source, level, *(f'{weight:.4f}' for weight in function), sep='\t', file=out)


if __name__ == '__main__':
    main()
