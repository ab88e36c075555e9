"""The networks. The teacher: a small pretrained encoder, and at three depths a head that tags cues and labels the window's pieces for each cue.

`src/encoder.rs` computes the same from the exported weights.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from transformers import AutoModel

from data import CASES, CUE, ROLE, STRUCTURES

WIDE = 256       # width of the head that labels pieces for a cue
DISTANCES = 65   # buckets of the distance to the cue, 0 in the middle
EXITS = (2, 4, 6)  # after so many layers there is a head; at run time most windows need not go further than the first


def bucket(distance):
    """The bucket of a signed distance in pieces: exact up to 15, then by octaves, four buckets each."""
    far = (16 + torch.log2(distance.abs().clamp(min=16) / 16) * 4).clamp(max=31).long()
    return 32 + distance.sign() * torch.where(distance.abs() < 16, distance.abs(), far)


class Head(nn.Module):
    """Reads cues and roles off the states of one layer."""

    def __init__(self, width, wide=WIDE, deep=True):
        super().__init__()
        self.cue = nn.Linear(width, len(CUE))
        self.piece = nn.Linear(width, wide)
        self.to_cue = nn.Linear(2 * width, wide, bias=False)
        self.distance = nn.Embedding(DISTANCES, wide)
        nn.init.zeros_(self.distance.weight)
        between = (nn.GELU(), nn.Dropout(.1), nn.Linear(wide, wide), nn.GELU()) if deep else (nn.ReLU(),)
        self.role = nn.Sequential(*between, nn.Linear(wide, len(ROLE)))

    def roles(self, states, window, first, last):
        """Labels of all pieces for each cue, given as its window in the batch and its first and last piece."""
        at = torch.arange(states.shape[1])[None]
        distance = torch.where(at < first[:, None], at - first[:, None], torch.where(at > last[:, None], at - last[:, None], 0))
        cue = self.to_cue(torch.cat([states[window, first], states[window, last]], -1))
        return self.role(self.piece(states)[window] + cue[:, None] + self.distance(bucket(distance)))


class Network(nn.Module):
    def __init__(self, path, styles=2):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(path, attn_implementation='sdpa', add_pooling_layer=False)
        width = self.encoder.config.hidden_size
        self.case = nn.Embedding(2 * CASES + 1, width)
        self.structure = nn.Embedding(STRUCTURES, width)
        self.style = nn.Embedding(styles, width)
        for e in (self.case, self.structure, self.style):
            nn.init.zeros_(e.weight)
        self.heads = nn.ModuleList(Head(width) for _ in EXITS)

    def states(self, ids, case, structure, style, mask):
        """[batch, pieces, width] for each exit"""
        words = self.encoder.embeddings.word_embeddings(ids)
        layers = self.encoder(inputs_embeds=words + self.case(case) + self.structure(structure) + self.style(style)[:, None],
                              attention_mask=mask, output_hidden_states=True).hidden_states
        return [layers[exit] for exit in EXITS]


LARGEST = 4.  # of the sums that a convolution hands on; at run time they are brought to 8 bits in equal steps


def stepped(x):
    """Sums in the steps of 8 bits; gradients pass as if there were none."""
    x = x.clamp(-LARGEST, LARGEST)
    return x + ((x * 127 / LARGEST).round() * LARGEST / 127 - x).detach()


class Beside(nn.Module):
    """A gated convolution: sums of pieces beside each other column by column, then values and gates from all columns."""

    def __init__(self, width, taps, dilation):
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(taps, width) * .15)
        self.taps.data[taps // 2] += 1
        self.shift = nn.Parameter(torch.zeros(width))
        self.mix = nn.Linear(width, 2 * width)

    def forward(self, x):
        far = len(self.taps) // 2 * self.dilation
        padded = F.pad(x, (0, 0, far, far))
        sums = self.shift
        for tap, weights in enumerate(self.taps):
            sums = sums + padded[:, tap * self.dilation:tap * self.dilation + x.shape[1]] * weights
        values, gates = self.mix(stepped(sums)).chunk(2, -1)
        return values * F.hardsigmoid(gates)


class Convolutions(nn.Module):
    """The student: gated convolutions over the same pieces, under one head. Its words start as the teacher's, on their main axes."""

    def __init__(self, words, width, dilations=(1, 1, 2, 4, 2, 1), taps=7):
        super().__init__()
        self.words = nn.Embedding(len(words), width)
        centred = words - words.mean(0)
        u, s, _ = torch.pca_lowrank(centred, q=width, niter=4, center=False)
        self.words.weight.data = u * s / (u * s).std() * .7
        self.case = nn.Embedding(2 * CASES + 1, width)
        self.structure = nn.Embedding(STRUCTURES, width)
        for e in (self.case, self.structure):
            nn.init.zeros_(e.weight)
        self.layers = nn.ModuleList(Beside(width, taps, dilation) for dilation in dilations)
        self.scale = nn.Parameter(torch.full((width,), .7))
        self.shift = nn.Parameter(torch.zeros(width))
        self.drop = nn.Dropout(.05)
        self.head = Head(width, width, deep=False)

    def states(self, ids, case, structure, mask):
        """[batch, pieces, width]"""
        mask = mask[..., None].float()
        x = self.drop(self.words(ids) + self.case(case) + self.structure(structure)) * mask
        for layer in self.layers:
            x = (x + self.drop(layer(x))) * mask
        return x * self.scale + self.shift
