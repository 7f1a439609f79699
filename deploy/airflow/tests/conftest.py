"""What the tests share: the DAGs, and small images. `deploy/airflow/check` makes what the environment variables name."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from airflow.models import DagBag
from airflow.sdk import DAG

ROOT = Path(os.environ["AIRFLOW_VAR_BIT_ROOT"])
TINY_IMAGES = Path(__file__).parents[2] / "TinyImages.java"


@pytest.fixture(scope="session")
def bag() -> DagBag:
    return DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])


@pytest.fixture(scope="session")
def shard_dag(bag: DagBag) -> DAG:
    return impatient(bag.dags["bit_shard"])


@pytest.fixture(scope="session")
def train_dag(bag: DagBag) -> DAG:
    return impatient(bag.dags["bit_train"])


def impatient(dag: DAG) -> DAG:
    for task in dag.tasks:
        task.retry_delay = timedelta(0)
    return dag


def draw_images(tar: Path, seed: int) -> None:
    """A tar of 300 PNGs of 16 × 16 pixels in ten classes of different colours."""
    with tar.open("wb") as out:
        subprocess.run(["java", TINY_IMAGES, "300", "16", str(seed)], stdout=out, check=True)


def query(sql: str, tables: Path) -> list[str]:
    """The fields of the last row that `bit sql` prints."""
    command = [os.environ["SPARK_SUBMIT"], "--master", "local[1]", "--class", "org.bigtransfer.jobs.Bit"]
    command += [os.environ["AIRFLOW_VAR_BIT_JAR"], "sql", "-D", f"tables={tables}", sql]
    printed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return printed.stdout.splitlines()[-1].split("\t")
