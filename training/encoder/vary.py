#!/usr/bin/env python3
"""Prints texts in which some words are exchanged for words like them, so that the small network learns from more than was written.

  vary.py TEXTS.jsonl ... [--copies 3] [--seed 0]

A word of the base model's vocabulary is exchanged for one of its nearest neighbours there (of those that the texts have), any other word for
another one written with the same case. The large network labels what comes out as it labels any text: that it is not always
sense does no harm. The method is that of TinyBERT (Jiao and others, Findings of EMNLP 2020).
"""
import argparse
import collections
import json
import os
import random
import re

import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from train import base_model

WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
NEIGHBOURS = 12
# How often a word is exchanged: the most frequent ones, which hold sentences together, seldom.
COMMON, SELDOM, OFTEN = 150, .03, .3


def case_of(word):
    return 'all' if word.isupper() and len(word) > 1 else 'first' if word[0].isupper() else 'none'


def cased(word, like):
    return {'all': word.upper(), 'first': word[:1].upper() + word[1:], 'none': word}[like]


def neighbours(words, vocabulary, path):
    """{word: the words nearest to it}, among words of the vocabulary"""
    table = AutoModel.from_pretrained(path).embeddings.word_embeddings.weight.detach()
    rows = torch.nn.functional.normalize(table[[vocabulary[w] for w in words]] - table.mean(0), dim=-1)
    near = torch.cat([(part @ rows.T).topk(NEIGHBOURS + 1).indices for part in rows.split(1024)])
    return {word: [words[i] for i in row[1:]] for word, row in zip(words, near.tolist())}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('texts', nargs='+')
    ap.add_argument('--copies', type=int, default=3)
    ap.add_argument('--seed', type=int, default=0)
    o = ap.parse_args()
    random.seed(o.seed)
    documents = [json.loads(line) for path in o.texts for line in open(path, encoding='utf-8')]
    counts, rare = collections.Counter(), collections.defaultdict(list)
    path = base_model()
    vocabulary = Tokenizer.from_file(os.path.join(path, 'tokenizer.json')).get_vocab()
    for document in documents:
        for word in WORD.findall(document['text']):
            counts[word.lower()] += 1
            if word.lower() not in vocabulary:
                rare[case_of(word)].append(word)
    common = {word for word, _ in counts.most_common(COMMON)}
    like = neighbours([w for w, n in counts.items() if n > 2 and w in vocabulary], vocabulary, path)

    def exchanged(match):
        word = match[0]
        small = word.lower()
        if random.random() >= (SELDOM if small in common else OFTEN):
            return word
        if small in like:
            return cased(random.choice(like[small]), case_of(word))
        return word if small in vocabulary else random.choice(rare[case_of(word)])

    for copy in range(o.copies):
        for document in documents:
            print(json.dumps({'doc_id': f'{document["doc_id"]}~{copy}', 'text': WORD.sub(exchanged, document['text'])}))


if __name__ == '__main__':
    main()
