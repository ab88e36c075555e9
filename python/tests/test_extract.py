"""Runs over many documents: what they take, what they return, and that the rows are the command's."""

import datetime
import json
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import onrecord

TEXT = "“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio."
ENGINES = ["rules", "fast"] + (["accurate"] if os.environ.get("ONRECORD_ACCURATE", "1") == "1" else [])


@pytest.mark.parametrize("engine", ENGINES)
def test_files_give_the_rows_of_the_command(engine, corpus, rows_of):
    paths = [corpus] if engine != "accurate" else sorted(corpus.glob("region-*.txt"))
    wanted = rows_of(*paths, "--engine", engine)
    rows = onrecord.extract(paths, engine=engine, progress=False)
    assert len(rows) > 30
    assert list(rows) == wanted


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_and_tables_give_the_rows_of_the_command(engine, corpus, articles, rows_of):
    pa = pytest.importorskip("pyarrow")
    articles = articles if engine != "accurate" else [a for a in articles if a[0].startswith("region-")]
    wanted = rows_of(*(corpus / f"{name}.txt" for name, _ in articles), "--engine", engine)
    pipeline = onrecord.Pipeline(engine)
    ids, texts = zip(*articles)
    assert list(pipeline.extract(texts, id=ids, progress=False)) == wanted
    table = pa.table({"id": ids, "text": texts})
    assert list(pipeline.extract(table, progress=False)) == wanted


def test_rows_do_not_depend_on_the_number_of_threads(corpus):
    one, four = (onrecord.extract(corpus, engine="rules", threads=n, progress=False) for n in (1, 4))
    assert list(one) == list(four)


def test_columns_are_those_of_parquet(corpus, command, tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    command("extract", "--quiet", corpus, "--engine", "rules", "--keep", "all", "--dedupe", "exact", "-o", tmp_path / "rows.parquet")
    wanted = parquet.read_table(tmp_path / "rows.parquet")
    rows = pa.table(onrecord.extract(corpus, engine="rules", keep="all", dedupe="exact", progress=False))
    rows.validate(full=True)
    # Inside of a structure that may be null, Parquet knows what is never null otherwise, and Arrow does not.
    # (Nor does pyarrow read the name of a map's values alike in all versions.)
    shapes = [[str(field.type).replace(" not null", "").replace(" ('metadata')", "") for field in schema] for schema in (rows.schema, wanted.schema)]
    assert shapes[0] == shapes[1]
    assert [(field.name, field.nullable) for field in rows.schema] == [(field.name, field.nullable) for field in wanted.schema]
    assert rows.to_pylist() == wanted.to_pylist()


def test_rows_are_written_and_read_again_by_other_libraries(corpus, tmp_path):
    pa, pandas, polars, duckdb = (pytest.importorskip(name) for name in ("pyarrow", "pandas", "polars", "duckdb"))
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = onrecord.extract(corpus, engine="rules", keep="all", progress=False)
    wanted = list(rows)
    assert any(row["speaker"] is None for row in wanted) and any(row["cue"] is None for row in wanted)
    parquet.write_table(pa.table(rows), tmp_path / "arrow.parquet")
    rows.to_polars().write_parquet(tmp_path / "polars.parquet")
    rows.to_pandas(types_mapper=pandas.ArrowDtype).to_parquet(tmp_path / "pandas.parquet")
    duckdb.sql("SELECT * FROM rows").write_parquet(str(tmp_path / "duckdb.parquet"))
    for path in tmp_path.glob("*.parquet"):
        back = parquet.read_table(path).drop_columns("metadata").to_pylist()
        assert back == [{name: value for name, value in row.items() if name != "metadata"} for row in wanted], path.name


def test_rows_are_taken_by_pandas_polars_and_duckdb(corpus):
    pandas, polars, duckdb = (pytest.importorskip(name) for name in ("pandas", "polars", "duckdb"))
    rows = onrecord.extract(corpus, engine="rules", progress=False)
    frame = rows.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(rows)
    assert list(frame.columns) == rows.column_names
    assert frame.speaker.dropna().iloc[0]["name"]
    for taken in (rows.to_polars(), polars.DataFrame(rows)):
        assert taken.height == len(rows)
        assert taken["content"].to_list() == frame.content.to_list()
    kinds = dict(duckdb.sql("SELECT kind, count(*) FROM rows GROUP BY kind").fetchall())
    assert kinds == frame.kind.value_counts().to_dict()


def test_tables_of_pandas_polars_and_duckdb_are_taken(articles):
    pandas, polars, duckdb = (pytest.importorskip(name) for name in ("pandas", "polars", "duckdb"))
    ids, texts = zip(*articles)
    wanted = list(onrecord.extract(texts, id=ids, engine="rules", progress=False))
    frame = pandas.DataFrame({"key": ids, "words": texts})
    tables = [frame, polars.DataFrame({"key": ids, "words": texts}), duckdb.sql("SELECT * FROM frame")]
    for table in tables:
        rows = onrecord.extract(table, text="words", id="key", engine="rules", progress=False)
        assert list(rows) == wanted, type(table)
    for column in (frame.words, tables[1]["words"], frame.words.array):
        rows = onrecord.extract(column, id=frame.key, engine="rules", progress=False)
        assert list(rows) == wanted, type(column)


def test_values_of_columns_are_written_as_the_command_writes_them(command, tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    day = datetime.date(2017, 9, 29)
    at = datetime.datetime(2017, 9, 29, 12, 30, 15, 250000)
    table = pa.table(
        {
            "text": [TEXT] * 2,
            "id": [7, None],
            "doc_id": ["a", "b"],
            "date": pa.array([day, None]),
            "title": pa.array(["A", "B"]).dictionary_encode(),
            "source": pa.array([b"The Sun", None]),
            "at": pa.array([at, None]),
            "zoned": pa.array([at, at], pa.timestamp("us", "UTC")),
            "half": [0.5, 1e21],
            "single": pa.array([0.1, 3.0], pa.float32()),
            "whole": pa.array([1, 255], pa.uint8()),
            "truth": [True, None],
            "list": [[1], [2]],
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    lines = command("extract", "--quiet", tmp_path / "in.parquet", "--keep", "all").splitlines()
    wanted = [json.loads(line) for line in lines]
    rows = list(onrecord.extract(table, keep="all", progress=False))
    assert rows == wanted
    assert rows[0]["date"] == "2017-09-29" and rows[0]["doc_id"] == "7"


def test_texts_without_ids_are_called_by_their_number():
    rows = onrecord.extract((text for text in [TEXT, "Nothing.", TEXT]), progress=False)
    assert [row["doc_id"] for row in rows] == ["0", "2"]
    assert rows.documents == 3 and rows.rejects == []


def test_empty_input_gives_an_empty_table():
    pa = pytest.importorskip("pyarrow")
    for empty in ([], pa.table({"text": pa.array([], pa.string())})):
        rows = onrecord.extract(empty, engine="rules", progress=False)
        assert len(rows) == 0 and not rows and pa.table(rows).num_rows == 0
        assert rows.column_names[:3] == ["doc_id", "id", "kind"]


def test_slices_share_columns():
    rows = onrecord.extract([TEXT] * 10, engine="rules", progress=False)
    assert [row["doc_id"] for row in rows[3:5]] == ["3", "4"]
    assert len(rows[-2:]) == 2 and len(rows[20:]) == 0
    assert "10 rows of 10 documents" in repr(rows)
    assert rows._repr_html_().count("<tr>") == 11
    with pytest.raises(TypeError, match="slices"):
        rows[0]


def test_what_is_no_text_is_rejected_and_the_rest_read():
    texts = [TEXT, None, "  ", 3, "\ud800", TEXT]
    with pytest.warns(onrecord.RejectWarning, match=r"<texts>, record 2: .*, and 3 more"):
        rows = onrecord.extract(texts, engine="rules", progress=False)
    assert [row["doc_id"] for row in rows] == ["0", "5"]
    assert [reject.record for reject in rows.rejects] == [2, 3, 4, 5]
    assert rows.rejects[1].reason == "the document is empty"


def test_what_cannot_be_read_of_a_file_is_named_with_its_line(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text(json.dumps({"id": "a", "text": TEXT}) + "\n{broken\n", encoding="utf-8")
    with pytest.warns(onrecord.RejectWarning, match="news.jsonl:2: "):
        rows = onrecord.extract(str(path), engine="rules", progress=False)
    assert (rows.rejects[0].file, rows.rejects[0].line, len(rows)) == (str(path), 2, 1)
    with pytest.raises(onrecord.InputError) as raised:
        onrecord.extract(path, engine="rules", strict=True, progress=False)
    assert (raised.value.file, raised.value.line) == (str(path), 2)
    assert isinstance(raised.value, (OSError, ValueError))
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again) == str(raised.value) and again.line == 2


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(onrecord.InputError, match="nowhere.jsonl: no such file or folder"):
        onrecord.extract("nowhere.jsonl")
    with pytest.raises(onrecord.InputError, match="no document has a name like this"):
        onrecord.extract("nowhere/*.jsonl", progress=False)
    with pytest.raises(onrecord.OptionError, match="texts come in a list"):
        onrecord.extract(TEXT)


def test_options_that_make_no_sense_are_named(corpus):
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"words": [TEXT]})
    wrong = [
        (lambda: onrecord.Pipeline("quick"), "engine is one of 'rules', 'fast', 'accurate', not 'quick'"),
        (lambda: onrecord.Pipeline(cues="no"), "cues is one of"),
        (lambda: onrecord.Pipeline(effort="low"), "engine='accurate'"),
        (lambda: onrecord.Pipeline("rules", weights="x"), "weights="),
        (lambda: onrecord.Pipeline(home="Springfeld"), "did you mean Springfield"),
        (lambda: onrecord.extract(corpus, threads=-1), "threads"),
        (lambda: onrecord.extract(corpus, dedupe="some", progress=False), "dedupe is one of 'exact', 'near'"),
        (lambda: onrecord.extract(table, progress=False), r"no column .* \(the columns are `words`; choose with text="),
        (lambda: onrecord.extract([TEXT], id=["a", "b"], progress=False), "2 ids for 1 texts"),
    ]
    for call, message in wrong:
        with pytest.raises(onrecord.OptionError, match=message):
            call()
    with pytest.raises(TypeError, match="colour"):
        onrecord.extract(corpus, colour="red")
    with pytest.raises(onrecord.InputError, match="none.bin"):
        onrecord.Pipeline(weights="none.bin")


def test_options_reach_the_pipeline(corpus, rows_of, tmp_path):
    file = corpus / "springfield-zoning.txt"
    wanted = rows_of(file, "--cues", "all", "--home", "Dayton, Ohio", "--engine", "rules")
    assert list(onrecord.extract(file, cues="all", home="Dayton, Ohio", engine="rules", progress=False)) == wanted
    names = tmp_path / "own.tsv"
    table = "id\ttype\tname\tcountry\tadmin1\nmy:1\tcity\tQuibbleton\tUS\tOH\nmy:2\tagency\tQuibble Pump Office\tUS\t\n"
    names.write_text(table, encoding="utf-8")
    text = "Mayor Irene Voss of Quibbleton said Quibbleton would sue the Quibble Pump Office."
    row = onrecord.Pipeline("rules", gazetteer=names)(text).attributions[0]
    assert [j.id for j in row.jurisdictions] == ["my:1"] and [e.id for e in row.entities] == ["my:2"]
    names.write_text(table + "my:3\tcastle\tX\tUS\t\n", encoding="utf-8")
    with pytest.raises(onrecord.OptionError, match=r"own.tsv:4"):
        onrecord.Pipeline("rules", gazetteer=[names])


def test_homes_are_learned_as_the_command_learns_them(rows_of, tmp_path):
    texts = [
        "The Paris council met. Crews from Bonham, Texas, and Sulphur Springs came to help. “It is late,” said Mayor Joe Hill of Paris.",
        "Rain fell on Paris and on Clarksville, Texas, on Friday. In Paris the creek rose, said Sheriff Al Dunn.",
        "A Paris woman won the raffle of a church in Honey Grove, Texas. She lives in Paris, her son said.",
        "Paris and Cooper, Texas, will share an ambulance, Mayor Joe Hill said. “Paris needs it,” he said.",
    ]
    path = tmp_path / "news.jsonl"
    lines = [{"id": str(n), "text": text, "source": "The Valley Sower"} for n, text in enumerate(texts)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    wanted = rows_of(path, "--learn-home", "--engine", "rules")
    assert list(onrecord.extract(path, learn_home=True, engine="rules", progress=False)) == wanted
    pipeline = onrecord.Pipeline("rules")
    assert pipeline.learn_homes(path) == {"The Valley Sower": "ocd-division/country:us/state:tx/place:paris"}
    assert list(pipeline.extract(path, progress=False)) == wanted
    with pytest.raises(TypeError, match="learned"):
        pickle.dumps(pipeline)


def test_progress_is_told():
    told = []
    rows = onrecord.extract([TEXT] * 500, engine="rules", progress=lambda *counts: told.append(counts))
    assert told[-1] == (500, len(rows), 500 * len(TEXT.encode()), 500 * len(TEXT.encode()))
    with pytest.raises(ZeroDivisionError):
        onrecord.extract([TEXT], engine="rules", progress=lambda *counts: 1 / 0)


def test_other_threads_of_python_run_meanwhile():
    """A thread that counts goes on between two looks at the progress: the lock is not held."""

    class Enough(Exception):
        pass

    counts, over = [0], threading.Event()

    def count():
        while not over.is_set():
            counts[0] += 1
            time.sleep(0.001)

    looks = []

    def progress(*_):
        looks.append(counts[0])
        if any(later - earlier > 5 for earlier, later in zip(looks, looks[1:])):
            raise Enough

    counter = threading.Thread(target=count)
    counter.start()
    try:
        with pytest.raises(Enough):
            onrecord.extract([TEXT * 40] * 200_000, engine="accurate", threads=1, progress=progress)
    finally:
        over.set()
        counter.join()


def test_an_interrupt_ends_a_run(tmp_path):
    """SIGINT in a run that would take minutes raises KeyboardInterrupt."""
    script = textwrap.dedent(
        f"""
        import sys, onrecord
        text = {TEXT!r}
        def progress(documents, *_):
            if documents:
                print("running", flush=True)
        try:
            onrecord.extract([text * 40] * 400000, engine="accurate", threads=1, progress=progress)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            sys.exit(7)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 7 and out.endswith("interrupted\n")
