"""PySpark's part of deploy/sql/check, run by spark-submit with the metastore's settings.

    readers.py script README.md FILE          the queries of README.md, for spark-sql -f
    readers.py split PRINTED FOLDER           what a client printed for it, a file of each query's rows
    readers.py queries README.md FOLDER       what each of them finds, a file each with rows as JSON
    readers.py compare README.md FOLDER…      all folders' answers, tab-separated or JSON, must be equal
    readers.py many READERS END RUN IMAGES    readers beside Writer.java and a job that is run again, until the file END is there
    readers.py stale TABLES                   what external tables and removed files do
"""

import json
import os
import re
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor


def queries(readme):
    with open(readme) as file:
        return re.findall(r"```sql\n(.*?)```", file.read(), re.S)


def script(readme, file):
    """All queries, each after a line that says its number."""
    with open(file, "w") as out:
        for number, query in enumerate(queries(readme)):
            out.write(f"SELECT '# {number}';\n{query.strip()};\n")


def split(printed, folder):
    """Makes a file of each query's rows in what a client printed for such a script."""
    with open(printed) as file:
        parts = re.split(r"^'?# (\d+)'?\n", file.read(), flags=re.M)[1:]
    for number, rows in zip(parts[::2], parts[1::2]):
        with open(f"{folder}/{number}.tsv", "w") as out:
            out.write(rows)


def session():
    from pyspark.sql import SparkSession

    return SparkSession.builder.enableHiveSupport().getOrCreate()


def ask_all(readme, folder):
    spark = session()
    spark.sql("USE bit")
    for number, query in enumerate(queries(readme)):
        with open(f"{folder}/{number}.json", "w") as file:
            for row in spark.sql(query).collect():
                file.write(json.dumps(list(row)) + "\n")


def value(cell):
    """A cell of any client as what it means."""
    if isinstance(cell, bool) or cell is None:
        return str(cell).lower().replace("none", "null")
    try:
        return round(float(cell), 9)
    except ValueError:
        return cell.strip("'").lower()


def answers(path):
    with open(path) as file:
        lines = file.read().splitlines()
    rows = [json.loads(line) if path.endswith(".json") else line.split("\t") for line in lines]
    return [[value(cell) for cell in row] for row in rows]


def compare(readme, folders):
    count = len(queries(readme))
    assert count >= 8, f"README.md must have its queries: {count}"
    for number in range(count):
        files = [f"{folder}/{name}" for folder in folders for name in os.listdir(folder) if name.startswith(f"{number}.")]
        assert len(files) == len(folders), files
        found = [answers(file) for file in files]
        assert found[0], f"query {number} must find rows"
        for file, rows in zip(files, found):
            assert rows == found[0], f"{file} must be as {files[0]}:\n{rows}\n{found[0]}"
    print(f"{count} queries: the same rows from {len(folders)} clients")


SEEN = """
    SELECT run_id, count(*), min(loss), max(loss), count(DISTINCT attempt)
    FROM newest_predictions WHERE run_id LIKE 'writer-%' OR run_id = '{run}' GROUP BY run_id"""


def reader(spark, end, run, images):
    """Looks until the file is there and once more: whole runs only, none lost, none older. Answers and attempts seen."""
    spark.sql("USE bit")
    newest, asked, attempts, last = {}, 0, 0, False
    while not last:
        last = os.path.exists(end)
        found = {}
        for name, rows, least, most, of in spark.sql(SEEN.format(run=run)).collect():
            assert of == 1 and rows == (images if name == run else 12), f"{name} must be whole: {rows} rows of {of} attempts"
            assert name == run or least == most >= newest.get(name, 0), f"{name}: {least} to {most} after {newest}"
            attempts += most > newest.get(name, 0)
            found[name] = most
        assert found.keys() >= newest.keys(), f"all of {newest} must be there: {found}"
        newest, asked = found, asked + 1
    return asked, attempts


def many(count, end, run, images):
    spark = session()
    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(reader, spark.newSession(), end, run, images) for _ in range(count)]
        seen = [future.result() for future in futures]
    print(sum(asked for asked, _ in seen), min(attempts for _, attempts in seen))


def stale(tables):
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    spark = session()
    spark.sql("USE bit")
    spark.sql(f"CREATE TABLE external_runs USING parquet LOCATION '{tables}/runs'")

    def counts():
        return spark.table("external_runs").count(), spark.table("all_runs").count()

    before = counts()
    assert before[0] == before[1] > 0, before
    old = next(f"{tables}/runs/{name}" for name in sorted(os.listdir(f"{tables}/runs")) if name.endswith(".parquet"))
    new = f"{tables}/runs/{uuid.uuid4()}.parquet"
    with open(old, "rb") as source, open(new, "wb") as target:
        target.write(source.read())
    assert counts() == (before[0], before[1] + 1), "a table must be stale in an open session, a view must not"
    spark.sql("REFRESH TABLE external_runs")
    assert counts() == (before[0] + 1, before[1] + 1)

    planned = spark.table("all_runs")
    planned_rows = planned.select("run_id", "attempt")
    tolerant = spark.newSession()
    tolerant.conf.set("spark.sql.files.ignoreMissingFiles", "true")
    shown = tolerant.table("bit.all_runs").select("run_id", "attempt")
    os.remove(new)
    try:
        planned_rows.collect()
        raise AssertionError("a query whose files are removed must fail")
    except (Py4JJavaError, PySparkException) as error:
        assert "FileNotFoundException" in str(error), error
    assert len(shown.collect()) == before[1], "with ignoreMissingFiles the rest must be shown"
    spark.sql("DROP TABLE external_runs")
    print("an external table is stale in an open session; removed files fail a query, or with ignoreMissingFiles do not")


if __name__ == "__main__":
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "script":
        script(*arguments)
    elif what == "split":
        split(*arguments)
    elif what == "queries":
        ask_all(*arguments)
    elif what == "compare":
        compare(arguments[0], arguments[1:])
    elif what == "many":
        many(int(arguments[0]), arguments[1], arguments[2], int(arguments[3]))
    else:
        stale(*arguments)
