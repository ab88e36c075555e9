"""The networks. The teacher: a small pretrained encoder, and at three depths a head that tags cues and labels the window's pieces for each cue.

`src/encoder.rs` computes the same from the exported weights.
"""
import torch
import torch.nn as nn
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

    def __init__(self, width, wide=WIDE):
        super().__init__()
        self.cue = nn.Linear(width, len(CUE))
        self.piece = nn.Linear(width, wide)
        self.to_cue = nn.Linear(2 * width, wide, bias=False)
        self.distance = nn.Embedding(DISTANCES, wide)
        nn.init.zeros_(self.distance.weight)
        self.role = nn.Sequential(nn.GELU(), nn.Dropout(.1), nn.Linear(wide, wide), nn.GELU(), nn.Linear(wide, len(ROLE)))

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


class Convolutions(nn.Module):
    """The student: gated convolutions over the same pieces, under the same heads. Its words start as the teacher's, on their main axes."""

    def __init__(self, words, width, dilations=(1, 2, 4, 8, 1, 2), exits=(3, 6)):
        super().__init__()
        self.exits, self.dilations = exits, dilations
        self.words = nn.Embedding(len(words), width)
        centred = words - words.mean(0)
        u, s, _ = torch.pca_lowrank(centred, q=width, niter=4, center=False)
        self.words.weight.data = u * s / (u * s).std() * .5
        self.case = nn.Embedding(2 * CASES + 1, width)
        self.structure = nn.Embedding(STRUCTURES, width)
        for e in (self.case, self.structure):
            nn.init.zeros_(e.weight)
        self.norm = nn.LayerNorm(width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in dilations)
        self.layers = nn.ModuleList(nn.Conv1d(width, 2 * width, 3, padding=d, dilation=d) for d in dilations)
        self.last_norms = nn.ModuleList(nn.LayerNorm(width) for _ in exits)
        self.drop = nn.Dropout(.1)
        self.heads = nn.ModuleList(Head(width, width) for _ in exits)

    def states(self, ids, case, structure, mask):
        """[batch, pieces, width] for each exit"""
        mask = mask[..., None].float()
        x = self.drop(self.norm(self.words(ids) + self.case(case) + self.structure(structure))) * mask
        out = []
        for depth, (norm, layer) in enumerate(zip(self.norms, self.layers), 1):
            value, gate = layer((norm(x) * mask).transpose(1, 2)).transpose(1, 2).chunk(2, -1)
            x = (x + self.drop(value * torch.sigmoid(gate))) * mask
            if depth in self.exits:
                out.append(self.last_norms[len(out)](x))
        return out
