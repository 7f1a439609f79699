"""The DAGs with real jobs, through a spark-submit whose exit code is always 0. In order: each test goes on from the last."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.models.asset import AssetDagRunQueue, AssetEvent
from airflow.models.dagrun import DagRun
from airflow.sdk import DAG
from airflow.utils.session import create_session
from conftest import ROOT, draw_images, query
from sqlalchemy import func, select

STEPS = 600
RUN = "train-20260105T000000.000000"
LOG = Path(os.environ["SPARK_SUBMIT_LOG"])
SIGNALS = Path(os.environ["SPARK_SUBMIT_SIGNALS"])
PUBLISHED = ROOT / "published.json"
SMALL_NETWORK = {
    "model.weights": "none",
    "model.architecture": "R[1]x1",
    "train.global-batch": 8,
    "train.replicas": 2,
    "train.base-lr": 0.003,
    "settings": [
        "preprocess.precrop=18",
        "preprocess.crop=16",
        "train.micro-batch=4",
        f"train.schedule=50,400,{STEPS}",
        "train.checkpoint-every=20",
        "train.evaluate-every=0",
    ],
}


@pytest.fixture(autouse=True)
def undisturbed() -> None:
    SIGNALS.write_text("")
    LOG.write_text("")


def shard(dag: DAG, day: int) -> DagRun:
    conf = {"shard.train": str(ROOT / "images.tar"), "shard.validation-percent": 20}
    return dag.test(logical_date=datetime(2026, 1, day, tzinfo=UTC), run_conf=conf)


def train(dag: DAG, day: int, **params: Any) -> DagRun:
    conf = {**SMALL_NETWORK, **params}
    return dag.test(logical_date=datetime(2026, 1, day, tzinfo=UTC), run_conf=conf)


def states(run: DagRun) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def datasets() -> list[str]:
    """The datasets that were announced, in their order."""
    with create_session() as session:
        return [event.extra["dataset"] for event in session.scalars(select(AssetEvent).order_by(AssetEvent.id))]


def waiting_for_scheduler() -> int:
    """The DAG runs that datasets started and the scheduler has yet to make."""
    with create_session() as session:
        return session.scalar(select(func.count()).select_from(AssetDagRunQueue))


def test_images_are_sharded_when_they_have_changed(shard_dag: DAG) -> None:
    draw_images(ROOT / "images.tar", seed=1)
    assert set(states(shard(shard_dag, day=1)).values()) == {"success"}
    assert len(datasets()) == 1
    assert waiting_for_scheduler() == 1

    unchanged = states(shard(shard_dag, day=2))
    assert unchanged["has_changed"] == "success"
    assert unchanged["shard"] == unchanged["announce"] == "skipped"
    assert len(datasets()) == 1

    draw_images(ROOT / "images.tar", seed=2)
    assert set(states(shard(shard_dag, day=3)).values()) == {"success"}
    first, second = datasets()
    assert first != second
    assert all((Path(dataset) / "dataset.json").exists() for dataset in (first, second))


def test_training_that_is_killed_and_preempted_goes_on_and_doubles_no_row(train_dag: DAG) -> None:
    SIGNALS.write_text("SIGKILL SIGTERM")
    run = train(train_dag, day=5)

    assert set(states(run).values()) == {"success"}
    # Killed in the first try, preempted in the second, which submits the job again itself.
    assert run.get_task_instance("train").try_number == 2
    starts = [(int(step), int(end)) for step, end in re.findall(r"training from step (\d+) to (\d+)", LOG.read_text())]
    stopped = int(re.search(r"stopped after step (\d+), which is committed", LOG.read_text()).group(1))
    assert [end for _, end in starts] == 3 * [STEPS]
    assert starts[0][0] == 0 and starts[1][0] >= 20 and starts[2][0] == stopped > starts[1][0]
    assert_one_row_of_each(attempts=1)
    published = json.loads(PUBLISHED.read_text())
    assert published["run_id"] == RUN and published["step"] == STEPS
    assert published["evaluation"]["top1"] >= 0.9


def assert_one_row_of_each(attempts: int) -> None:
    """That this many attempts at the run left rows, of which the views show one for each step, image and job."""
    of_run = f"WHERE run_id = '{RUN}'"
    row = query(
        f"""SELECT (SELECT count(DISTINCT attempt) FROM parquet.`{ROOT}/tables/steps` {of_run}),
            (SELECT concat_ws(' ', count(*), count(DISTINCT step), min(step), max(step)) FROM steps {of_run}),
            (SELECT concat_ws(' ', count(*), count(DISTINCT image_id)) FROM predictions {of_run}),
            (SELECT concat_ws(' ', count(*), count(DISTINCT job)) FROM runs {of_run})""",
        ROOT / "tables",
    )
    assert row == [str(attempts), f"{STEPS} {STEPS} 0 {STEPS - 1}", "60 60", "2 2"]


def test_a_run_again_replaces_itself(train_dag: DAG) -> None:
    assert set(states(train(train_dag, day=5)).values()) == {"success"}

    assert f"training from step {STEPS} to {STEPS}" in LOG.read_text()
    assert_one_row_of_each(attempts=2)


def test_what_is_worse_than_the_published_run_is_not_published(train_dag: DAG) -> None:
    before = json.loads(PUBLISHED.read_text())
    PUBLISHED.write_text(json.dumps({**before, "evaluation": {**before["evaluation"], "top1": 1.0}}))
    settings = [*SMALL_NETWORK["settings"], "train.steps=1"]

    worse = train(train_dag, day=6, settings=settings, min_top1=0.0, margin=0.005)
    assert states(worse)["gate"] == "failed"
    assert states(worse)["publish"] == "upstream_failed"
    assert worse.get_task_instance("gate").try_number == 1
    assert json.loads(PUBLISHED.read_text())["run_id"] == RUN

    tolerated = train(train_dag, day=6, settings=settings, min_top1=0.0, margin=1.0)
    assert set(states(tolerated).values()) == {"success"}
    assert json.loads(PUBLISHED.read_text())["step"] == 1

    poor = train(train_dag, day=6, settings=settings, min_top1=0.9, margin=1.0)
    assert states(poor)["gate"] == "failed"


@pytest.mark.parametrize("bad", ["profile=mine", "train.micro-batch=0", "dataset=/nowhere"])
def test_bad_settings_fail_at_once(train_dag: DAG, bad: str) -> None:
    run = train(train_dag, day=7, settings=[*SMALL_NETWORK["settings"], bad])

    assert states(run)["train"] == "failed"
    assert run.get_task_instance("train").try_number == 1
    assert json.loads((ROOT / "runs/train-20260107T000000.000000/status.json").read_text())["state"] == "INVALID"


def test_a_job_that_never_began_is_retried_whatever_an_earlier_one_left(
    train_dag: DAG, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_BIT_JAR", "/nowhere.jar")
    run = train(train_dag, day=7)  # as a test before, which left INVALID

    assert states(run)["train"] == "failed"
    assert run.get_task_instance("train").try_number == 4
