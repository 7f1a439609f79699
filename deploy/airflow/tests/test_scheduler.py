"""The DAGs as a scheduler runs them by itself: with their params' defaults, and training started by a new dataset."""

import os
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT as TESTS_ROOT
from conftest import draw_images, query

ROOT = TESTS_ROOT / "scheduled"
HOME = ROOT / "home"
STEPS = 60
DEFAULTS: dict[str, Any] = {
    "shard.train": str(ROOT / "images.tar"),
    "shard.validation-percent": 20,
    "model.weights": "none",
    "model.architecture": "R[1]x1",
    "train.global-batch": 8,
    "train.replicas": 2,
    "train.steps": STEPS,
    "train.base-lr": 0.003,
    "min_top1": 0.0,
    "MORE_SETTINGS": ["preprocess.precrop=18", "preprocess.crop=16", "train.micro-batch=4"],
}


@pytest.fixture(scope="module")
def airflow() -> Iterator[dict[str, str]]:
    """A scheduler, a DAG processor and the server that tasks report to, with a database of their own; their environment."""
    (HOME / "dags").mkdir(parents=True)
    draw_images(ROOT / "images.tar", seed=3)
    for file in Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).glob("*.py"):
        source = file.read_text()
        (HOME / "dags" / file.name).write_text(with_defaults(source) if file.name == "big_transfer.py" else source)
    (ROOT / "signals").write_text("")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(HOME / "dags"),
        "PYTHONPATH": str(HOME / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__API_AUTH__JWT_SECRET": "of these tests, and long enough for HMAC with SHA-512, which takes 64 bytes",
        "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "5",
        "AIRFLOW_VAR_BIT_ROOT": str(ROOT),
        "SPARK_SUBMIT_LOG": str(ROOT / "jobs.log"),
        "SPARK_SUBMIT_SIGNALS": str(ROOT / "signals"),
    }
    subprocess.run(["airflow", "db", "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
    parts = [["api-server", "--host", "127.0.0.1", "--port", port, "--workers", "1"], ["dag-processor"], ["scheduler"]]
    started = []
    try:
        for part in parts:
            with (HOME / f"{part[0]}.log").open("w") as log:
                started.append(subprocess.Popen(["airflow", *part], env=env, stdout=log, stderr=subprocess.STDOUT))
        yield env
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(60)


def with_defaults(source: str) -> str:
    """The DAGs after what their README says of the params' defaults."""
    for name, value in DEFAULTS.items():
        pattern = rf'(\b{re.escape(name)}(?:":| =) Param\(\s*)[^,]+'
        source, count = re.subn(pattern, lambda found, value=value: found[1] + repr(value), source)
        assert count == 1, name
    return source


def ask(sql: str) -> list[tuple[Any, ...]]:
    """What Airflow's database says."""
    with closing(sqlite3.connect(f"file:{HOME}/airflow.db?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def wait_until(sql: str, answer: list[tuple[Any, ...]]) -> None:
    failed = "SELECT dag_id, task_id FROM task_instance WHERE state IN ('failed', 'upstream_failed', 'up_for_retry')"
    for _ in range(600):
        assert ask(failed) == [], f"see the logs in {HOME}"
        if ask(sql) == answer:
            return
        time.sleep(1)
    raise AssertionError(f"must become {answer}: {ask(sql)}; see the logs in {HOME}")


def test_a_new_dataset_starts_training_which_replaces_itself_when_run_again(airflow: dict[str, str]) -> None:
    runs = "SELECT dag_id, run_type, state FROM dag_run ORDER BY dag_id"
    ended = [("bit_shard", "scheduled", "success"), ("bit_train", "asset_triggered", "success")]
    wait_until(runs, ended)
    assert_one_row_of_each(attempts=1)

    subprocess.run(["airflow", "tasks", "clear", "--yes", "bit_train"], env=airflow, check=True, stdout=subprocess.DEVNULL)
    tasks = "SELECT min(try_number), min(state), max(state) FROM task_instance WHERE dag_id = 'bit_train'"
    wait_until(tasks, [(2, "success", "success")])
    wait_until(runs, ended)  # the run ends a moment after its last task
    assert_one_row_of_each(attempts=2)


def assert_one_row_of_each(attempts: int) -> None:
    """That there is one run, of so many attempts, and nothing twice."""
    (run,) = ROOT.glob("runs/*")
    (dataset,) = ROOT.glob("datasets/*")
    row = query(
        f"""SELECT (SELECT count(DISTINCT attempt) FROM parquet.`{ROOT}/tables/steps`),
            (SELECT concat_ws(' ', max(run_id), count(*), count(DISTINCT step)) FROM steps),
            (SELECT concat_ws(' ', max(run_id), count(*), count(DISTINCT image_id)) FROM predictions),
            (SELECT max(dataset) FROM runs WHERE job = 'train')""",
        ROOT / "tables",
    )
    assert row == [str(attempts), f"{run.name} {STEPS} {STEPS}", f"{run.name} 60 60", str(dataset)]
