#!/usr/bin/env python3
"""Reads the annotated articles in training/articles/*.article and turns them into gold documents.

  articles.py check FILE...            parse, print counts and every mistake; exit status 1 if there is one
  articles.py gold FILE... > out.jsonl   one document a line, in the form that `onrecord evaluate` reads
  articles.py flat FILE... > out.jsonl   the same without paragraphs, as many archives have their texts

A file holds articles, each after a line `=== id | outlet | date | headline` (outlet, date and headline may be empty). The text
follows, with what is reported marked in place:

  “<q i=1 k=direct s="Ana Ruiz" t=person r="Mayor" a="Toledo,city,US,OH,context">We will rebuild,</q>” <c i=1>said</c> <m i=1>Mayor Ana Ruiz</m>.
  “<q i=1>It is our city.</q>”

  q   a part of the content of report i; its attributes stand on the first part
        k  direct, mixed or indirect          s  the speaker's fullest name in the article, or empty
        t  person, organization, group or unknown       r  role, or empty
        a  jurisdictions, separated by `;`, each `name,level,country,state,basis` (state empty where there is none); empty if none
  c   the cue of report i                     m  the mention of its speaker beside the cue
Offsets are Unicode code points. Standard library only."""
import json
import re
import sys

TAG = re.compile(r'<(/?)([qcm])((?:\s+[a-z]=(?:"[^"]*"|[^\s">]+))*)\s*>')
ATTRIBUTE = re.compile(r'([a-z])=(?:"([^"]*)"|([^\s">]+))')
KINDS = {'direct', 'mixed', 'indirect'}
TYPES = {'person', 'organization', 'group', 'unknown'}
LEVELS = {'country', 'state', 'county', 'city', 'neighborhood', 'supranational', 'other'}


def parse(name, source):
    """-> (document, mistakes)"""
    text, at, open_tags, reports, mistakes = [], 0, [], {}, []
    length = 0
    for tag in TAG.finditer(source):
        text.append(source[at:tag.start()])
        length += tag.start() - at
        at = tag.end()
        closing, kind, attributes = tag.group(1), tag.group(2), {k: a if a is not None and (a or not b) else b for k, a, b in
                                                                ((m.group(1), m.group(2), m.group(3)) for m in ATTRIBUTE.finditer(tag.group(3)))}
        if closing:
            if not open_tags or open_tags[-1][0] != kind:
                mistakes.append(f'{name}: </{kind}> closes nothing near …{"".join(text)[-40:]!r}')
                continue
            _, number, start = open_tags.pop()
            report = reports.setdefault(number, {'parts': [], 'cue': None, 'mention': None})
            if kind == 'q':
                report['parts'].append([start, length])
            else:
                report[{'c': 'cue', 'm': 'mention'}[kind]] = [start, length]
        else:
            number = attributes.pop('i', None)
            if number is None:
                mistakes.append(f'{name}: <{kind}> without i= near …{"".join(text)[-40:]!r}')
            if kind == 'q' and attributes:
                reports.setdefault(number, {'parts': [], 'cue': None, 'mention': None}).update(attributes)
            open_tags.append((kind, number, length))
    text.append(source[at:])
    text = ''.join(text)
    if open_tags:
        mistakes.append(f'{name}: <{open_tags[-1][0]}> is never closed')
    if re.search(r'</?[qcm]\b', text):
        mistakes.append(f'{name}: a malformed tag: {re.search(r".{0,20}</?[qcm].{0,40}", text).group()!r}')
    attributions = []
    for number, r in sorted(reports.items(), key=lambda x: x[1]['parts'][0][0] if x[1]['parts'] else 0):
        where = f'{name}: report {number}'
        if not r['parts']:
            mistakes.append(f'{where}: no <q>')
            continue
        if r.get('k') not in KINDS:
            mistakes.append(f'{where}: k is {r.get("k")!r}')
        if r.get('t') not in TYPES:
            mistakes.append(f'{where}: t is {r.get("t")!r}')
        about = []
        for item in filter(None, (x.strip() for x in r.get('a', '').split(';'))):
            fields = [x.strip() for x in item.split(',')]
            if len(fields) != 5 or fields[1] not in LEVELS or fields[4] not in ('quote', 'context'):
                mistakes.append(f'{where}: a has {item!r}')
                continue
            about.append({'name': fields[0], 'level': fields[1], 'country': fields[2] or None, 'state': fields[3] or None, 'basis': fields[4]})
        parts = sorted(r['parts'])
        for start, end in parts:
            if text[start:end] != text[start:end].strip() or not text[start:end]:
                mistakes.append(f'{where}: blanks at the edge of {text[start:end]!r}')
        if r.get('s') and r['s'].split()[-1] not in text:
            mistakes.append(f'{where}: the speaker {r["s"]!r} is not in the article')
        attributions.append({'kind': r.get('k'), 'start': parts[0][0], 'end': parts[-1][1], 'parts': parts, 'cue': r['cue'], 'mention': r['mention'],
                             'speaker': r.get('s') or None, 'speaker_type': r.get('t'), 'role': r.get('r') or None, 'about': about})
    return {'text': text, 'attributions': attributions}, mistakes


def flat(text):
    """A text of the same length without line breaks; a headline gets a full stop."""
    text = re.sub(r'(?<=[^\W_])\n\n', '. ', text)
    return text.replace('\n', ' ')


def documents(path):
    for number, chunk in enumerate(re.split(r'^=== ', open(path, encoding='utf-8').read(), flags=re.M)[1:]):
        head, _, body = chunk.partition('\n')
        fields = [x.strip() for x in head.split('|')] + [''] * 4
        document, mistakes = parse(fields[0] or f'{path}#{number}', body.strip('\n'))
        meta = {k: v or None for k, v in zip(('doc_id', 'source', 'date', 'title'), fields)}
        yield {**meta, **document}, mistakes


def main():
    action, files = sys.argv[1], sys.argv[2:]
    seen, wrong, count, words = set(), 0, 0, 0
    for path in files:
        for document, mistakes in documents(path):
            if document['doc_id'] in seen:
                mistakes.append(f'{document["doc_id"]}: the id stands twice')
            seen.add(document['doc_id'])
            wrong += len(mistakes)
            count += len(document['attributions'])
            words += len(document['text'].split())
            for mistake in mistakes:
                print(mistake, file=sys.stderr)
            if action == 'flat':
                document = {**document, 'doc_id': document['doc_id'] + '~flat', 'text': flat(document['text'])}
            if action in ('gold', 'flat'):
                print(json.dumps(document, ensure_ascii=False))
    print(f'{len(seen)} articles, {words} words, {count} reports, {wrong} mistakes', file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
