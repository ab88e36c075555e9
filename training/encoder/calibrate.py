#!/usr/bin/env python3
"""Finds what makes confidences mean what they say, on documents that the network was not trained on.

  calibrate.py GOLD.jsonl OUT.json THRESHOLD CANDIDATES.jsonl ... [--unlikely .1 --sure .9]

The candidates of each head, the shallowest first, are what `cargo run --release --example candidates -- WEIGHTS GOLD.jsonl HEAD THRESHOLD`
prints: every report that the head considers. A content is right if it pairs with a gold one (Jaccard index of letters at least 0.5, best
first), a source if it touches the gold one. Two logistic functions of the scores give the probability of both; a report is kept if their
product reaches a threshold, and the one with the best F1 is taken. A window whose reports are all more likely right than --sure or less
likely than --unlikely is not read deeper. Prints reliability tables (each document judged by functions fitted to the others).
"""
import argparse
import json
import random

import torch

KINDS = ['direct', 'mixed', 'indirect']
FOLDS = 7
LEAST = -12.


def letters(text, spans):
    return frozenset(i for s, e in spans for i in range(s, e) if text[i].isalnum())


def judged(candidates, gold):
    """[(document, kind, scores, content is right, source is right, span)], number of gold reports"""
    out, total = [], 0
    for line in open(candidates, encoding='utf-8'):
        d = json.loads(line)
        g = gold[d['doc_id']]
        text = g['text']
        wanted = [(letters(text, a['content']), letters(text, a['source'] or [])) for a in g['attributions']]
        total += len(wanted)
        found = [letters(text, r['parts']) for r in d['reports']]
        pairs = []
        for i, a in enumerate(found):
            for j, (b, _) in enumerate(wanted):
                if a & b and (jaccard := len(a & b) / len(a | b)) >= .5:
                    pairs.append((-jaccard, j, i))
        pairs.sort()
        used, right = set(), {}
        for _, j, i in pairs:
            # Several reports of one content are as right as one, as far as confidence goes; the second is a mistake of its own.
            if i not in right and j not in used:
                used.add(j)
                right[i] = j
        for i, r in enumerate(d['reports']):
            source = letters(text, [r['source']]) if r['source'] else frozenset()
            sure = i in right and (bool(source & wanted[right[i]][1]) or not source and not wanted[right[i]][1])
            out.append((d['doc_id'], KINDS.index(r['kind']), r['scores'], i in right, sure))
    return out, total


def features(row):
    """Kind, cue, source, no source, content: the order of src/encoder.rs"""
    cue, source, content = row[2]
    return [float(row[1] == k) for k in range(3)] + [cue, max(source or 0, LEAST), float(source is None), max(content, LEAST)]


def fit(rows, answer):
    """Logistic regression, held near a guess."""
    x = torch.tensor([features(r) for r in rows])
    y = torch.tensor([float(r[answer]) for r in rows])
    guess = torch.tensor([1., 1., 1., .5, .3, 0., .3])
    w = guess.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([w], max_iter=200, line_search_fn='strong_wolfe')
    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y, reduction='sum') + .5 * ((w - guess) ** 2).sum()
        loss.backward()
        return loss
    optimizer.step(step)
    return [round(v, 4) for v in w.tolist()]


def fit_both(rows):
    return fit(rows, 3), fit([r for r in rows if r[3]], 4)


def probabilities(weights, row):
    return [torch.sigmoid(torch.tensor(w) @ torch.tensor(features(row))).item() for w in weights]


def best_threshold(scored, total):
    """F1 of the reports at least as likely right as a threshold: the best one, and where"""
    ranked = sorted(scored, reverse=True)
    right, best = 0, (0, 0, 0)
    for n, (p, ok) in enumerate(ranked, 1):
        right += ok
        f1 = 2 * right / (n + total)
        if f1 > best[0]:
            best = (f1, p, n)
    return best


def reliability(pairs):
    """-> expected calibration error; prints a table"""
    error = 0
    for i in range(10):
        inside = [(p, ok) for p, ok in pairs if i / 10 <= p < (i + 1) / 10 or i == 9 and p == 1]
        if inside:
            mean, share = (sum(v) / len(inside) for v in zip(*inside))
            error += len(inside) / len(pairs) * abs(mean - share)
            print(f'  {i / 10:.1f}  {len(inside):5}  said {mean:.3f}  right {share:.3f}')
    print(f'  expected calibration error {error:.3f}')


def calibrate(rows, total):
    """Threshold and functions of one head; prints how they do on documents that they were not fitted to."""
    documents = sorted({r[0] for r in rows})
    random.Random(0).shuffle(documents)
    fold = {d: i % FOLDS for i, d in enumerate(documents)}
    unseen = []
    for k in range(FOLDS):
        weights = fit_both([r for r in rows if fold[r[0]] != k])
        unseen += [(r, *probabilities(weights, r)) for r in rows if fold[r[0]] == k]
    f1, threshold, n = best_threshold([(c * s, r[4]) for r, c, s in unseen], total)
    print(f'best F1 over unseen {f1:.4f}: threshold {threshold:.3f}, {n} of {len(rows)} candidates, {total} gold')
    kept = [(r, c, s) for r, c, s in unseen if c * s >= threshold]
    print('content, of the reports kept:')
    reliability([(c, r[3]) for r, c, s in kept])
    print('source, of the reports kept whose content is right:')
    reliability([(s, r[4]) for r, c, s in kept if r[3]])
    return round(threshold, 3), fit_both(rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('gold')
    ap.add_argument('out')
    ap.add_argument('threshold', type=float, help='the one that the candidates were made with')
    ap.add_argument('candidates', nargs='+')
    ap.add_argument('--unlikely', type=float, default=.1)
    ap.add_argument('--sure', type=float, default=.9)
    o = ap.parse_args()
    gold = {d['doc_id']: d for d in map(json.loads, open(o.gold, encoding='utf-8'))}
    numbers = []
    for head, path in enumerate(o.candidates):
        print(f'head {head}')
        threshold, (content, source) = calibrate(*judged(path, gold))
        numbers.append([o.threshold, threshold, o.unlikely, o.sure, *content, *source])
    json.dump(numbers, open(o.out, 'w'))


if __name__ == '__main__':
    main()
