#!/usr/bin/env python3
"""Trains the networks on a GPU: several large encoders learn from gold, their mean teaches the large, the middle and the small network.

  ensemble.py teachers DATA OUT --bases 1 1 2 2 [--seconds 120] [--epochs 6]
  ensemble.py students DATA OUT --teachers OUT/teacher*.pt [--seconds 400] [--students small:64 middle:128]

DATA is what `prepare.py` writes. `teachers` writes OUT/teacher*.pt, each from one of the pretrained encoders, `students` OUT/large.pt (in 8 and
16 bits) and one file a student. The students see every text in ever new words (below): what a teacher says of them needs no gold. Training
ends after so many seconds; the rate of learning follows the clock.
"""
import argparse
import glob
import json
import os
import random
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from transformers import BertConfig

from data import CASES, CUE, ROLE
from model import EXITS, Convolutions, Network

SHARES = (.6, 1., 2.)  # of each exit in the loss
# How often a word is exchanged for one like it: those that hold sentences together seldom. The method is that of TinyBERT (Jiao and others, Findings
# of EMNLP 2020).
SELDOM, OFTEN = .03, .3
# How often the large network is taught to annotate as this project's articles are, not as PolNeAR is.
OWN = .2
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'


def base(path, layers=None):
    """-> configuration and weights of a pretrained encoder, in 32 bits"""
    saved = np.load(path)
    state = {}
    for name in saved.files:
        if not name.endswith('.scale'):
            value = saved[name].astype(np.float32)
            state[name] = torch.from_numpy(value * saved[name + '.scale'] if name + '.scale' in saved.files else value)
    words, width = state['embeddings.word_embeddings.weight'].shape
    depth = 1 + max(int(name.split('.')[2]) for name in state if name.startswith('encoder.layer.'))
    config = BertConfig(vocab_size=words, hidden_size=width, num_hidden_layers=depth, num_attention_heads=12,
                        intermediate_size=state['encoder.layer.0.intermediate.dense.bias'].shape[0], pad_token_id=0,
                        max_position_embeddings=len(state['embeddings.position_embeddings.weight']))
    return config, state


def network(path, exits, dropout=.1):
    config, state = base(path)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
    net = Network(config, exits)
    missing, unexpected = net.encoder.load_state_dict(state, strict=False)
    assert not unexpected and all('position_ids' in name or 'token_type_ids' in name for name in missing), (missing, unexpected)
    return net.to(DEVICE)


class Windows:
    """Windows in flat arrays on the device."""

    def __init__(self, path):
        saved = np.load(path)
        self.length, self.weight = saved['length'], saved['weight']
        here = lambda name, kind=torch.int64: torch.from_numpy(saved[name].astype(np.int32)).to(DEVICE, kind)
        self.ids, self.case, self.structure, self.words, self.cue, self.roles = (
            here(name, torch.int32 if name == 'ids' else torch.int8) for name in ('ids', 'case', 'structure', 'words', 'cue', 'roles'))
        self.first, self.end, self.style = here('first'), here('end'), here('style')
        self.cue_first, self.cue_last = here('cue_first'), here('cue_last')
        ends = lambda lengths: torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)])).to(DEVICE)
        self.starts = ends(self.length)
        of_cue = saved['window']
        self.role_starts = ends(self.length[of_cue])
        self.cues_of = np.searchsorted(of_cue, np.arange(len(self.length) + 1))

    def epoch(self, size, known=False):
        """Lists of windows of like length, each of at most `size` pieces with padding, in any order; how often a window comes is its weight."""
        often = self.weight + np.random.rand(len(self.weight))
        chosen = np.repeat(np.arange(len(self.length)), often.astype(int))
        if known:
            chosen = chosen[(self.cue[self.starts[:-1] + self.first] >= 0).cpu().numpy()[chosen]]
        batches, batch = [], []
        for window in chosen[np.argsort(self.length[chosen] + np.random.rand(len(chosen)) * 8)]:
            if batch and self.length[window] * (len(batch) + 1) > size:
                batches.append(batch)
                batch = []
            batch.append(window)
        batches.append(batch)
        random.shuffle(batches)
        return batches

    def collate(self, batch):
        """-> ids, case, structure, mask; words, labels of cues, core"""
        which = torch.tensor(np.array(batch), device=DEVICE)
        size = int(self.length[batch].max())
        at = torch.arange(size, device=DEVICE)
        inside = at < (self.starts[which + 1] - self.starts[which])[:, None]
        where = (self.starts[which][:, None] + at).clamp(max=len(self.ids) - 1)
        take = lambda values, empty=0: torch.where(inside, values[where].long(), empty)
        core = (at >= self.first[which][:, None]) & (at < self.end[which][:, None])
        return (take(self.ids), take(self.case), take(self.structure), inside), take(self.words), take(self.cue, -1), core

    def gold(self, batch, size):
        """Cues of windows and the labels of pieces for each."""
        ranges = [np.arange(self.cues_of[w], self.cues_of[w + 1]) for w in batch]
        window = torch.tensor(np.repeat(np.arange(len(batch)), [len(r) for r in ranges]), device=DEVICE)
        cues = torch.tensor(np.concatenate(ranges), device=DEVICE)
        at = torch.arange(size, device=DEVICE)
        inside = at < (self.role_starts[cues + 1] - self.role_starts[cues])[:, None]
        where = (self.role_starts[cues][:, None] + at).clamp(max=len(self.roles) - 1)
        return (window, self.cue_first[cues], self.cue_last[cues]), torch.where(inside, self.roles[where].long(), -1)


class Exchange:
    """Puts other words for some."""

    def __init__(self, path):
        saved = np.load(path)
        self.neighbours = torch.from_numpy(saved['neighbours']).to(DEVICE, torch.int64)
        self.common = torch.from_numpy(saved['common']).to(DEVICE)
        self.wholes = {tuple(map(int, name.split('.')[1:])): torch.from_numpy(saved[name].astype(np.int64)).to(DEVICE)
                       for name in saved.files if name.startswith('words.')}

    def __call__(self, ids, case, words, often, share):
        """`often`: how often a word is exchanged in the windows that are touched at all, `share` of them."""
        chance = torch.rand(ids.shape, device=DEVICE)
        chance = torch.where(torch.rand(len(ids), 1, device=DEVICE) < share, chance, 2.)
        other = self.neighbours[ids, torch.randint(self.neighbours.shape[1], ids.shape, device=DEVICE)]
        out = torch.where((words == 1) & (other >= 0) & (chance < torch.where(self.common[ids], often * SELDOM / OFTEN, often)), other, ids)
        for (length, kind), rows in self.wholes.items():
            row, at = ((words == length) & (case % CASES == kind) & (chance < often)).nonzero(as_tuple=True)
            chosen = rows[torch.randint(len(rows), (len(row),), device=DEVICE)]
            for k in range(length):
                out[row, at + k] = chosen[:, k]
        return out


def rise_and_fall(done):
    """Up for a tenth of the way, then down to nothing."""
    return max(0., min(done / .1 + .01, (1 - done) / .9))


def soft(ours, theirs):
    """Cross entropy against probabilities, for each row."""
    return -(theirs * F.log_softmax(ours.float(), -1)).sum(-1)


def gold_losses(net, head, states, windows, batch, cue):
    """Of cues and of roles, the mean over pieces."""
    weight = torch.tensor([1.] + [2.] * 4, device=DEVICE)
    of_cues = F.cross_entropy(head.cue(states).float().flatten(0, 1), cue.flatten(), ignore_index=-1, weight=weight)
    where, roles = windows.gold(batch, states.shape[1])
    if not len(where[0]):
        return of_cues, states.sum() * 0
    return of_cues, F.cross_entropy(head.roles(states, *where).float().flatten(0, 1), roles.flatten(), ignore_index=-1)


def autocast():
    return torch.autocast(DEVICE, torch.bfloat16)


def train_teacher(o, n, path):
    seed = o.seed + n
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
    windows, dev, exchange = Windows(f'{o.data}/windows.npz'), Windows(f'{o.data}/dev.npz'), Exchange(f'{o.data}/exchange.npz')
    net = network(path, [base(path)[0].num_hidden_layers])
    near, far = [p for k, p in net.named_parameters() if k.startswith('encoder.')], [p for k, p in net.named_parameters() if not k.startswith('encoder.')]
    optimizer = torch.optim.AdamW([dict(params=near, lr=o.rate, most=o.rate), dict(params=far, lr=o.head_rate, most=o.head_rate)], weight_decay=.01)
    began, epoch, steps = time.time(), 0, 0
    total = len(windows.epoch(o.batch, known=True)) * o.epochs
    done = lambda: max((time.time() - began) / o.seconds, steps / total)
    while done() < 1:
        net.train()
        seen = []
        for batch in windows.epoch(o.batch, known=True):
            if done() >= 1:
                break
            (ids, case, structure, mask), words, cue, _ = windows.collate(batch)
            ids = exchange(ids, case, words, .15, .4)
            with autocast():
                states = net.states(ids, case, structure, windows.style[torch.tensor(np.array(batch), device=DEVICE)], mask)[-1]
                of_cues, of_roles = gold_losses(net, net.heads[-1], states, windows, batch, cue)
            optimizer.zero_grad()
            (of_cues + of_roles).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.)
            for group in optimizer.param_groups:
                group['lr'] = group['most'] * rise_and_fall(done())
            optimizer.step()
            steps += 1
            if steps % 20 == 0:
                seen.append((of_cues.item(), of_roles.item()))
        epoch += 1
        print(f'teacher {n}', epoch, f'{steps} steps', 'loss', *np.round(np.mean(seen, 0), 4) if seen else '', 'dev', *judge(dev, [net])[0],
              f'{time.time() - began:.0f} s', flush=True)
    torch.save(dict(base=path, state=net.state_dict()), f'{o.out}/teacher{n}.pt')


@torch.no_grad()
def judge(dev, nets, heads=(-1,)):
    """[losses of cues and roles of the mean of some networks, at each head] against the gold of a set."""
    for net in nets:
        net.eval()
    sums = {head: [] for head in heads}
    state = np.random.get_state()
    np.random.seed(0)
    for batch in dev.epoch(16384):
        (ids, case, structure, mask), _, cue, _ = dev.collate(batch)
        style = torch.zeros(len(ids), dtype=torch.long, device=DEVICE)
        where, roles = dev.gold(batch, ids.shape[1])
        with autocast():
            states = [net.states(ids, case, structure, style, mask) for net in nets]
            for head in heads:
                cues = torch.stack([net.heads[head].cue(s[head]).float().softmax(-1) for net, s in zip(nets, states)]).mean(0)
                known = cue >= 0
                row = [-cues[known].gather(1, cue[known][:, None]).clamp(min=1e-6).log().sum().item(), known.sum().item(), 0., 0]
                if len(where[0]):
                    labels = torch.stack([net.heads[head].roles(s[head], *where).float().softmax(-1) for net, s in zip(nets, states)]).mean(0)
                    known = roles >= 0
                    row[2:] = -labels[known].gather(1, roles[known][:, None]).clamp(min=1e-6).log().sum().item(), known.sum().item()
                sums[head].append(row)
    np.random.set_state(state)
    totals = [np.sum(rows, 0) for rows in sums.values()]
    return [(round(t[0] / t[1], 5), round(t[2] / t[3], 5)) for t in totals]


def likely_cues(probabilities, core):
    """Runs of pieces that may be a cue: window, first, last."""
    begins = (probabilities[..., 1] + probabilities[..., 3] > .15) & core
    inside = (probabilities[..., 2] + probabilities[..., 4] > .5) & core
    size = core.shape[1]
    stop = torch.where(inside, size, torch.arange(size, device=DEVICE))
    stop = torch.cat([stop, torch.full((len(stop), 1), size, device=DEVICE)], 1)
    stop = stop.flip(1).cummin(1).values.flip(1)
    window, first = begins.nonzero(as_tuple=True)
    return window, first, (stop[window, first + 1] - 1).clamp(max=size - 1)


@torch.no_grad()
def teach(teachers, inputs, core, style):
    """What the mean of the teachers says: cues, where they may be, roles there."""
    ids, case, structure, mask = inputs
    with autocast():
        states = [t.states(ids, case, structure, style, mask)[-1] for t in teachers]
        cues = sum(t.heads[-1].cue(s).float().softmax(-1) for t, s in zip(teachers, states)) / len(teachers)
        where = likely_cues(cues, core)
        if not len(where[0]):
            return cues, None, None
        roles = sum(t.heads[-1].roles(s, *where).float().softmax(-1) for t, s in zip(teachers, states)) / len(teachers)
    return cues, where, roles


def train_students(o):
    random.seed(o.seed), np.random.seed(o.seed), torch.manual_seed(o.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    windows, dev, exchange = Windows(f'{o.data}/windows.npz'), Windows(f'{o.data}/dev.npz'), Exchange(f'{o.data}/exchange.npz')
    teachers = []
    for path in o.teachers:
        saved = torch.load(path, map_location=DEVICE)
        teacher = network(saved['base'], [base(saved['base'])[0].num_hidden_layers])
        teacher.load_state_dict(saved['state'])
        teachers.append(teacher.eval())
    print('teachers', *(judge(dev, [t])[0] for t in teachers), 'together', judge(dev, teachers)[0], flush=True)
    large = network(f'{o.data}/base0.npz', EXITS, .05)
    near, far = [p for k, p in large.named_parameters() if k.startswith('encoder.')], [p for k, p in large.named_parameters() if not k.startswith('encoder.')]
    optimizer = torch.optim.AdamW([dict(params=near, lr=o.rate, most=o.rate), dict(params=far, lr=o.head_rate, most=o.head_rate)], weight_decay=.01)
    words = base(f'{o.data}/base0.npz')[1]['embeddings.word_embeddings.weight']
    students, optimizers = {}, [optimizer]
    for student in o.students:
        name, width, *dilations = student.split(':')
        students[name] = Convolutions(words, int(width), *([tuple(map(int, dilations[0].split(',')))] if dilations else [])).to(DEVICE)
        optimizers.append(torch.optim.AdamW([dict(params=list(students[name].parameters()), lr=o.student_rate, most=o.student_rate)], weight_decay=.01))
    began, epoch, steps, pieces = time.time(), 0, 0, 0
    while time.time() - began < o.seconds:
        seen = []
        large.train()
        for batch in windows.epoch(o.batch):
            if time.time() - began >= o.seconds:
                break
            (ids, case, structure, mask), exchanged, _, core = windows.collate(batch)
            ids = exchange(ids, case, exchanged, OFTEN, .6)
            inputs = ids, case, structure, mask
            own = random.random() < OWN
            style = torch.full((len(ids),), int(own), device=DEVICE)
            cues, where, roles = teach(teachers, inputs, core, style)
            inside = mask.clone()
            inside[:, 0] = False
            inside[torch.arange(len(ids), device=DEVICE), mask.sum(1) - 1] = False
            chosen = cues[core]
            losses = []
            with autocast():
                loss = 0.
                for head, states, share in zip(large.heads, large.states(ids, case, structure, style, mask), SHARES):
                    loss = loss + share * (soft(head.cue(states)[core], chosen) * (2 - chosen[:, 0])).mean()
                    if where:
                        loss = loss + share * soft(head.roles(states, *where)[inside[where[0]]], roles[inside[where[0]]]).mean()
                losses.append(loss)
            weight = 1 + 4 * (1 - chosen[:, 0])
            for student in () if own else students.values():
                states = student.states(*inputs)
                loss = 4 * (soft(student.head.cue(states)[core], chosen) * weight).sum() / weight.sum()
                if where:
                    loss = loss + soft(student.head.roles(states, *where)[inside[where[0]]], roles[inside[where[0]]]).mean()
                losses.append(loss)
            rate = rise_and_fall((time.time() - began) / o.seconds)
            for loss, net, optimizer in zip(losses, [large, *students.values()], optimizers):
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 1.)
                for group in optimizer.param_groups:
                    group['lr'] = group['most'] * rate
                optimizer.step()
            steps += 1
            pieces += ids.numel()
            if steps % 50 < 5 and len(losses) > len(students):
                seen.append([loss.item() for loss in losses])
        epoch += 1
        print('epoch', epoch, f'{steps} steps', f'{pieces / 1e6:.1f} M pieces', 'loss', *np.round(np.mean(seen, 0), 4) if seen else '', 'dev',
              *(judge(dev, [large], (0, 1, 2)) if epoch % 3 == 0 else ''), f'{time.time() - began:.0f} s', flush=True)
    print('dev', *judge(dev, [large], (0, 1, 2)), flush=True)
    small = {}
    for name, value in large.state_dict().items():
        if name.endswith('word_embeddings.weight'):
            scale = value.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
            small[name], small[name + '.scale'] = (value / scale).round().to(torch.int8).cpu(), scale.cpu()
        else:
            small[name] = value.half().cpu()
    torch.save(small, f'{o.out}/large.pt')
    for name, student in students.items():
        state = {k: v.half().cpu() if k == 'words.weight' else v.cpu() for k, v in student.state_dict().items()}
        torch.save(dict(width=student.words.embedding_dim, dilations=[layer.dilation for layer in student.layers], state=state), f'{o.out}/{name}.pt')


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('what', choices=['teachers', 'students'])
    ap.add_argument('data')
    ap.add_argument('out')
    ap.add_argument('--bases', type=int, nargs='*', default=[1, 1, 2, 2], help='numbers of pretrained encoders')
    ap.add_argument('--teachers', nargs='*', default=[])
    ap.add_argument('--students', nargs='*', default=['small:64', 'middle:128'], help='NAME:WIDTH or NAME:WIDTH:DILATIONS')
    ap.add_argument('--seconds', type=float, default=300)
    ap.add_argument('--epochs', type=int, default=6, help='of teachers, at most')
    ap.add_argument('--batch', type=int, default=8192, help='pieces')
    ap.add_argument('--rate', type=float, default=2.5e-4)
    ap.add_argument('--head-rate', type=float, default=1e-3)
    ap.add_argument('--student-rate', type=float, default=4e-3)
    ap.add_argument('--seed', type=int, default=0)
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    if o.what == 'students':
        return train_students(o)
    torch.multiprocessing.set_start_method('spawn')
    workers = [torch.multiprocessing.Process(target=train_teacher, args=(o, n, f'{o.data}/base{number}.npz')) for n, number in enumerate(o.bases)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return max(worker.exitcode for worker in workers)


if __name__ == '__main__':
    sys.exit(main())
