"""Runs on a real local Spark, over Parquet of many partitions: row for row what the command writes."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

if os.environ.get("ONRECORD_SPARK", "1") == "0":
    pytest.skip("Spark: ONRECORD_SPARK=0", allow_module_level=True)
pytest.importorskip("pyspark", reason="Spark: pyspark is not installed")
pytest.importorskip("pyarrow")


def _has_java():
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else shutil.which("java")
    if not java or not shutil.which(java):
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', said)
    return version is not None and int(version.group(1)) >= 17


if not _has_java():
    pytest.skip("Spark: no Java 17 or later", allow_module_level=True)

import onrecord  # noqa: E402
import onrecord.spark  # noqa: E402


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    # Workers are of the same environment as this.
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .appName("onrecord")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.local.dir", str(folder))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def written(spark, articles, tmp_path_factory):
    """The articles as Parquet files of many partitions."""
    folder = tmp_path_factory.mktemp("articles") / "in.parquet"
    rows = [(name, text, "2020-05-01", "The Sun", number) for number, (name, text) in enumerate(articles)]
    frame = spark.createDataFrame(rows, "key string, words string, date string, source string, number long")
    frame.repartition(16, "number").write.parquet(str(folder))
    assert len(list(folder.glob("part-*.parquet"))) > 8
    return folder


def as_json(row):
    """A row of Spark as JSON has it."""
    if hasattr(row, "asDict"):
        return {name: as_json(value) for name, value in row.asDict().items()}
    return [as_json(item) for item in row] if isinstance(row, list) else row


def sorted_rows(rows):
    return sorted(rows, key=lambda row: (row["doc_id"], int(row["id"].rsplit("#", 1)[1])))


@pytest.mark.parametrize("engine", ["rules", "fast"])
def test_rows_are_those_of_the_command(engine, spark, written, rows_of, tmp_path):
    found = onrecord.spark.extract(spark.read.parquet(str(written)), text="words", id="key", engine=engine, keep=["number"])
    out = tmp_path / "rows.parquet"
    found.write.parquet(str(out))
    back = spark.read.parquet(str(out))
    assert back.where("rejects IS NOT NULL").count() == 0
    options = ["--text-field", "words", "--id-field", "key", "--keep", "number", "--engine", engine]
    wanted = rows_of(written, *options)
    got = [as_json(row) for row in back.drop("rejects").collect()]
    assert len(wanted) > 200
    assert sorted_rows(got) == sorted_rows(wanted)


def test_rows_of_a_document_stand_together_in_order(spark, written):
    found = onrecord.spark.extract(spark.read.parquet(str(written)), text="words", id="key", engine="rules")
    ids = [row.id for row in found.select("id").collect()]
    documents = [id.rsplit("#", 1)[0] for id in ids]
    assert len(set(documents)) == sum(a != b for a, b in zip(documents, [None, *documents]))
    numbers = [int(id.rsplit("#", 1)[1]) for id in ids]
    assert all(number == 0 or numbers[at - 1] == number - 1 for at, number in enumerate(numbers))


def test_bad_rows_are_rejects_and_no_failure(spark):
    text = "“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio."
    rows = [("a", text), ("b", None), ("c", "  "), (None, text), ("d", text * 100), ("e", text)]
    frame = spark.createDataFrame(rows * 5, "id string, text string").repartition(7)
    found = onrecord.spark.extract(frame, engine="rules", max_document=2000)
    rejects = {(row.id, row.reason) for row in found.where("rejects IS NOT NULL").select("rejects.*").collect()}
    assert rejects == {
        ("b", "no field `text`"),
        ("c", "the document is empty"),
        (None, "no field `id`"),
        ("d", "longer than 2000 bytes (--max-document allows more)"),
    }
    assert found.where("rejects IS NOT NULL").count() == 20
    good = found.where("rejects IS NULL")
    assert good.count() == 10
    assert {row.doc_id for row in good.collect()} == {"a", "e"}
    bad = found.where("rejects IS NOT NULL").drop("rejects").collect()
    assert all(value is None for row in bad for value in row)


def test_rows_can_be_queried_and_an_empty_frame_gives_none(spark):
    text = "“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio."
    frame = spark.createDataFrame([(n, text) for n in range(10)], "id long, text string")
    found = onrecord.spark.extract(frame, engine="rules")
    counts = found.groupBy("speaker.name").count().collect()
    assert [(row["name"], row["count"]) for row in counts] == [("Ana Ruiz", 10)]
    assert {row.doc_id for row in found.select("doc_id").collect()} == {str(n) for n in range(10)}
    assert onrecord.spark.extract(frame.where("id < 0"), engine="rules").count() == 0


def test_what_makes_no_sense_is_said_before_anything_runs(spark):
    frame = spark.createDataFrame([("a", "b")], "id string, body string")
    with pytest.raises(onrecord.OptionError, match="no column `text`"):
        onrecord.spark.extract(frame)
    with pytest.raises(onrecord.OptionError, match="Springfeld"):
        onrecord.spark.extract(frame, text="body", home="Springfeld")


def test_a_worker_makes_its_pipeline_once():
    options = json.dumps({"engine": "rules"})
    assert onrecord.spark._pipeline(options) is onrecord.spark._pipeline(options)
