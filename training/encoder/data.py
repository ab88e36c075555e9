"""Documents to windows: the pieces that the encoder reads, their features, and the labels of gold reports.

A window is a paragraph; a longer one is cut at sentence ends, not where a speaker goes on if there is another place, into windows of at most
CORE pieces, half as many where a text has lost its paragraphs, each with up to CONTEXT pieces of the sentences around it, in which no cue is
looked for. `src/attribution/network/window.rs` does the same at run time: paragraphs, sentences and
quotations come from the program itself (`onrecord extract --format annotations`), so both read a text alike.
"""
import json
import subprocess
import unicodedata

CORE = 176      # pieces of a window in which cues are looked for
CONTEXT = 12    # pieces of the neighbouring sentences on either side
CLS, SEP = 101, 102

# Features of a piece: how its word is written, times whether it stands in a quotation; what it starts or ends.
CASES = 5       # 0 padding and frame, 1 no letter, 2 small, 3 capital first, 4 all capitals
STRUCTURES = 4  # 0 nothing, 1 first of a sentence, 2 first inside a quotation, 3 last inside one
# Labels of cues and of the words they govern.
CUE = ['O', 'B-speech', 'I-speech', 'B-other', 'I-other']
ROLE = ['O', 'B-source', 'I-source', 'E-source', 'S-source', 'B-content', 'I-content', 'E-content', 'S-content']


def annotate(binary, path):
    """{doc_id: annotations} of a file of documents."""
    out = subprocess.run([binary, 'extract', path, '--format', 'annotations', '--quiet'], capture_output=True, check=False)
    return {d['doc_id']: d for d in map(json.loads, out.stdout.decode().splitlines())}


def case_of(word):
    letters = [c for c in word if c.isalpha()]
    if not letters:
        return 1
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return 4
    return 3 if letters[0].isupper() else 2


def word_at(text, start, end):
    """The run of letters and digits around a piece."""
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


class Document:
    """A text with its layout, cut into pieces."""

    def __init__(self, doc_id, text, layout, tokenizer):
        self.id, self.text, self.layout = doc_id, text, layout
        self.quotations = layout['quotations']
        inside, opens, closes = bytearray(len(text) + 1), set(), set()
        for start, end in self.quotations:
            inside[start:end] = b'\1' * (end - start)
            opens.add(start)
            closes.add(end)
        starts = {s for s, _ in layout['sentences']}
        self.sentences = []  # (paragraph, [(id, start, end, case feature, structure)])
        paragraphs = layout['paragraphs']
        at = 0
        for start, end in layout['sentences']:
            while paragraphs[at][1] < end:
                at += 1
            encoded = tokenizer.encode(text[start:end], add_special_tokens=False)
            pieces = []
            for i, (a, b) in zip(encoded.ids, encoded.offsets):
                a, b = a + start, b + start
                structure = 1 if a in starts else 2 if a in opens else 3 if b in closes else 0
                pieces.append((i, a, b, case_of(word_at(text, a, b)) + CASES * inside[a], structure))
            self.sentences.append((at, pieces))

    def goes_on(self, pieces):
        """Whether words of the speaker before go on with a sentence."""
        at = pieces[0][1] if pieces else 0
        quotation = next((q for q in self.quotations if q[1] > at), None)
        if not quotation or not pieces:
            return False
        start, end = quotation
        last = next((s for s in self.layout['sentences'] if s[1] >= end), (0, 0))
        follows = not any(c.isalnum() for c in self.text[end:last[1]])
        return start < at or not any(c.isalnum() for c in self.text[at:start]) and follows

    def turns(self, pieces):
        """Whether one quotation ends before a sentence and another starts with it."""
        at = pieces[0][1] if pieces else 0
        empty = lambda text: not any(c.isalnum() for c in text)
        before = [q for q in self.quotations if q[1] <= at][-1:]
        behind = [q for q in self.quotations if q[0] >= at][:1]
        return bool(before and behind and empty(self.text[before[0][1]:at]) and empty(self.text[at:behind[0][0]]))

    def windows(self):
        """Lists of pieces, with the range of them in which cues are looked for."""
        sentences = []
        for paragraph, pieces in self.sentences:
            # A sentence longer than a window is cut.
            for i in range(0, max(len(pieces), 1), CORE):
                sentences.append((paragraph, pieces[i:i + CORE]))
        lengths = {}
        for paragraph, pieces in sentences:
            lengths[paragraph] = lengths.get(paragraph, 0) + len(pieces)
        first = 0
        while first < len(sentences):
            paragraph = sentences[first][0]
            most = CORE // 2 if lengths[paragraph] > 2 * CORE else CORE
            ends, end, size = [], first, 0
            while end < len(sentences) and sentences[end][0] == paragraph and (end == first or size + len(sentences[end][1]) <= most):
                size += len(sentences[end][1])
                end += 1
                ends.append(end)
            inside = lambda i: 0 < i < len(sentences) and sentences[i - 1][0] == sentences[i][0] == paragraph
            turn = next((e for e in ends if inside(e) and self.turns(sentences[e][1])), None)
            if turn:
                end = turn
            elif inside(end):
                end = max((e for e in ends if not self.goes_on(sentences[e][1])), default=end)
            open_at = lambda i: inside(i) and not self.turns(sentences[i][1])
            before = sentences[first - 1][1][-CONTEXT:] if open_at(first) else []
            after = sentences[end][1][:CONTEXT] if open_at(end) else []
            core = [p for _, s in sentences[first:end] for p in s]
            if core:
                yield before + core + after, len(before), len(before) + len(core)
            first = end


class Window:
    def __init__(self, document, pieces, first, end, reports):
        self.doc = document
        self.ids = [CLS] + [p[0] for p in pieces] + [SEP]
        self.offsets = [(0, 0)] + [(p[1], p[2]) for p in pieces] + [(0, 0)]
        self.case = [0] + [p[3] for p in pieces] + [0]
        self.structure = [0] + [p[4] for p in pieces] + [0]
        self.first, self.end = first + 1, end + 1
        self.reports = []
        if not reports:
            return
        lo, hi = self.offsets[self.first][0], self.offsets[self.end - 1][1]
        touch = lambda spans: [i for i, (a, b) in enumerate(self.offsets) if b > a and any(a < e and b > s for s, e in spans)]
        for r in reports:
            if r['cue'] and lo <= r['cue'][0][0] < hi:
                cue = touch(r['cue'])
                if cue:
                    self.reports.append((cue, [touch([s]) for s in r['source']], [touch([s]) for s in r['content']], r['speech']))


def polnear(path):
    """Documents of PolNeAR with their reports."""
    for line in open(path, encoding='utf-8'):
        d = json.loads(line)
        reports = [{'cue': a['cue'], 'source': a['source'] or [], 'content': a['content'], 'speech': a['cue_class'] == 'speech'}
                   for a in d.get('attributions', [])]
        yield d['doc_id'], d['text'], reports


def articles(path):
    """Documents in the form of training/articles.py: reports without a cue are for other stages."""
    for line in open(path, encoding='utf-8'):
        d = json.loads(line)
        reports = [{'cue': [a['cue']], 'source': [a['mention']] if a['mention'] else [], 'content': a['parts'], 'speech': True}
                   for a in d['attributions'] if a['cue']]
        yield d['doc_id'], d['text'], reports


def load(path, reader, binary, tokenizer, limit=None):
    """-> windows, {doc_id: Document}"""
    layouts, windows, documents = annotate(binary, path), [], {}
    for n, (doc_id, text, reports) in enumerate(reader(path)):
        if limit and n >= limit:
            break
        if doc_id not in layouts:
            continue
        document = documents[doc_id] = Document(doc_id, text, layouts[doc_id], tokenizer)
        windows += [Window(document, pieces, first, end, reports) for pieces, first, end in document.windows()]
    return windows, documents
