"""From the network's scores to reports: what `src/attribution/accurate.rs` does at run time, for looking at a checkpoint."""
import torch
import torch.nn.functional as F

NEVER = -1e9


def transitions():
    """Which role may follow which: B and I go on to I or E, all others start anew."""
    allowed = torch.full((9, 9), NEVER)
    starts = [0, 1, 4, 5, 8]
    for a in (0, 3, 4, 7, 8):
        allowed[a, starts] = 0
    for b in (1, 5):
        for a in (b, b + 1):
            allowed[a, [b + 1, b + 2]] = 0
    return allowed


ALLOWED = transitions()


def best_path(scores):
    """[cues, pieces, 9] log probabilities -> [cues, pieces] labels, the likeliest allowed sequence."""
    count, length, kinds = scores.shape
    total = torch.full((count, kinds), NEVER)
    total[:, 0] = 0
    back = []
    for t in range(length):
        value, origin = (total[:, :, None] + ALLOWED[None]).max(1)
        total = value + scores[:, t]
        back.append(origin)
    closed = torch.tensor([0, NEVER, NEVER, 0, 0, NEVER, NEVER, 0, 0.])
    state = (total + closed).argmax(1)
    path = [state]
    for t in range(length - 1, 0, -1):
        state = back[t].gather(1, state[:, None])[:, 0]
        path.append(state)
    return torch.stack(path[::-1], 1)


def runs(labels, base):
    """The runs of pieces with B I E S labels."""
    out, start = [], None
    for i, label in enumerate(labels.tolist()):
        if label == base + 3:
            out.append((i, i))
        elif label == base:
            start = i
        elif label == base + 2 and start is not None:
            out.append((start, i))
            start = None
    return out


@torch.no_grad()
def decode(nets, windows, collate, batches, penalties, style=0):
    """Yields (window, penalty, cue pieces, class, source run or None, content runs, score) for each report.

    Several networks vote by the mean of their probabilities; a penalty is added to the score of "no cue"."""
    for batch in batches(windows, 8192, False):
        inputs, _, _, _ = collate(windows, batch, [style] * len(windows))
        states = []
        for net in nets:
            net.eval()
            with torch.autocast('cpu', torch.bfloat16):
                states.append(net.states(*inputs))
        states = [s.float() for s in states]
        cue = sum(F.softmax(n.cues(s), -1) for n, s in zip(nets, states)) / len(nets)
        for penalty in penalties:
            score = cue.clamp(min=1e-9).log()
            score[..., 0] += penalty
            label = score.argmax(-1)
            found = []
            for k, i in enumerate(batch):
                w, j = windows[i], windows[i].first
                while j < w.end:
                    if label[k, j] > 0:
                        e, kind = j, int(label[k, j] > 2)
                        while e + 1 < w.end and label[k, e + 1] in (2, 4):
                            e += 1
                        found.append((k, j, e, kind))
                        j = e
                    j += 1
            if not found:
                continue
            where = tuple(torch.tensor(x) for x in zip(*[f[:3] for f in found]))
            roles = sum(F.softmax(n.roles(s, *where).float(), -1) for n, s in zip(nets, states)) / len(nets)
            roles = roles.clamp(min=1e-9).log()
            for (k, first, last, kind), r in zip(found, roles):
                w = windows[batch[k]]
                path = best_path(r[None, 1:len(w.ids) - 1])[0]
                source = max(runs(path, 1), key=lambda s: s[1] - s[0], default=None)
                content = [(a + 1, b + 1) for a, b in runs(path, 5)]
                if content:
                    yield w, penalty, (first, last), kind, source and (source[0] + 1, source[1] + 1), content
