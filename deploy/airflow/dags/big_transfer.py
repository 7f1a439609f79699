"""
Big Transfer on Spark: ``bit_shard`` packs images into a dataset when they have changed; each new dataset starts
``bit_train``, which trains, evaluates and, if the network is good enough, publishes it.

Variables: ``bit_jar``, the path of bit.jar, and ``bit_root``, the folder for all that is written, on any file system.
Connection: ``spark_default``. Both DAGs' forms have help for each param.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.sdk import Asset, Param, dag, task
from bit_storage import fingerprint, read_json
from bit_submit import BitSubmitOperator

DATASET = Asset("bit_dataset")
ROOT = "{{ var.value.bit_root }}"
TABLES = f"{ROOT}/tables"
POINTER = f"{ROOT}/published.json"
# A retry and a re-run have the run-id of the run that they belong to. Runs that an asset started have no logical date.
DATE = "{{ (dag_run.logical_date or dag_run.run_after).strftime('%Y%m%dT%H%M%S.%f') }}"
DEFAULTS: dict[str, Any] = {
    "application": "{{ var.value.bit_jar }}",
    "conn_id": "spark_default",
    "retries": 3,
    "retry_delay": timedelta(minutes=5),
}

MORE_SETTINGS = Param(
    [],
    type="array",
    items={"type": "string", "pattern": r"^[a-z][a-z0-9.-]*=.*$"},
    title="More settings",
    description="Any other settings of the jobs, `key=value`, one a line. reference.conf in the jar lists them all.",
)
SOURCE_PARAMS = {
    "shard.train": Param(
        "s3a://lake/flowers",
        type="string",
        minLength=1,
        title="Training images",
        description="A folder of class folders, an archive of one, or any other source that `bit shard` takes.",
    ),
    "shard.validation": Param(
        "",
        type="string",
        title="Validation images",
        description="Likewise; empty to take a part of the training images.",
    ),
    "shard.validation-percent": Param(
        15,
        type="integer",
        minimum=0,
        maximum=99,
        title="Validation part (%)",
        description="Of each class's training images. Must be 0 where validation images are given.",
    ),
}
TRAIN_PARAMS = {
    "model.weights": Param(
        "BiT-M-R50x1",
        type="string",
        minLength=1,
        examples=["BiT-M-R50x1", "BiT-M-R101x1", "BiT-S-R50x1", "none"],
        title="Weights",
        description="A published name, a file on any file system, or `none` to begin with random weights.",
    ),
    "model.architecture": Param(
        "auto",
        type="string",
        minLength=1,
        examples=["auto", "R50x1", "R101x1", "R50x3", "R101x3", "R152x2", "R152x4"],
        title="Architecture",
        description="`auto`: that of the weights.",
    ),
    "train.global-batch": Param(
        512, type="integer", minimum=1, title="Batch", description="Images a step, of all replicas together."
    ),
    "train.replicas": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Replicas",
        description="One a Spark task. Empty: as many as the cluster has GPUs or slots.",
    ),
    "train.steps": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Steps",
        description="Empty: all of the BiT-HyperRule's schedule for the dataset's size.",
    ),
    "train.base-lr": Param(
        None,
        type=["null", "number"],
        exclusiveMinimum=0,
        title="Learning rate",
        description="After warm-up. Empty: the BiT-HyperRule's.",
    ),
}
GATE_PARAMS = {
    "min_top1": Param(
        0.9,
        type="number",
        minimum=0,
        maximum=1,
        title="Least top-1",
        description="A network with a lower part of the validation images right is not published.",
    ),
    "margin": Param(
        0.005,
        type="number",
        minimum=0,
        maximum=1,
        title="Margin",
        description="How much lower than the published run's top-1 it may be.",
    ),
}


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params={**SOURCE_PARAMS, "settings": MORE_SETTINGS},
    tags=["big-transfer"],
    doc_md=__doc__,
)
def bit_shard() -> None:
    @task
    def locate(root: str, params: dict[str, Any]) -> str:
        """The dataset's folder. Its name follows from the source's files and from how they are sharded."""
        sources = [params[key] for key in ("shard.train", "shard.validation") if params[key]]
        content = "\n".join([fingerprint(source) for source in sources] + [str(sorted(params.items()))])
        return f"{root}/datasets/{sha256(content.encode()).hexdigest()[:16]}"

    @task.short_circuit
    def has_changed(dataset: str) -> bool:
        """Whether these images have not been sharded so far. `dataset.json` is written last."""
        return read_json(f"{dataset}/dataset.json") is None

    @task(outlets=[DATASET])
    def announce(dataset: str, *, outlet_events: Any) -> None:
        """Starts what waits for datasets."""
        outlet_events[DATASET].extra = {"dataset": dataset}

    dataset = locate(ROOT)
    shard = BitSubmitOperator(
        task_id="shard",
        job="shard",
        status_folder=dataset,
        settings={"dataset": dataset, "tables": TABLES, "run-id": f"shard-{DATE}"},
        settings_of_params=list(SOURCE_PARAMS),
    )
    has_changed(dataset) >> shard >> announce(dataset)


@dag(
    schedule=[DATASET],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params={
        "dataset": Param(
            None,
            type=["null", "string"],
            title="Dataset",
            description="A folder that `bit shard` wrote. Empty: the one that started this run, else the newest.",
        ),
        **TRAIN_PARAMS,
        **GATE_PARAMS,
        "settings": MORE_SETTINGS,
    },
    tags=["big-transfer"],
    doc_md=__doc__,
)
def bit_train() -> None:
    @task(inlets=[DATASET])
    def choose(
        params: dict[str, Any], *, dag_run: Any, triggering_asset_events: Any, inlet_events: Any
    ) -> str:
        """The dataset's folder: the same for each retry and re-run."""
        if params["dataset"]:
            return params["dataset"]
        started_by = [event for events in triggering_asset_events.values() for event in events]
        known = started_by or [event for event in inlet_events[DATASET] if event.timestamp <= dag_run.run_after]
        if not known:
            raise AirflowFailException("a dataset must be named, or sharded by bit_shard before")
        return max(known, key=lambda event: event.timestamp).extra["dataset"]

    @task
    def gate(run: str, pointer: str, params: dict[str, Any]) -> None:
        """Fails, without retries, if the network is not good enough to be published."""
        top1 = read_json(f"{run}/evaluate/status.json")["figures"]["top1"]
        least, why = params["min_top1"], "the least that is asked for"
        published = read_json(pointer)
        if published and published["evaluation"]["top1"] - params["margin"] > least:
            least = published["evaluation"]["top1"] - params["margin"]
            why = f"that of {published['run']} less the margin"
        if top1 < least:
            raise AirflowFailException(f"top-1 must be at least {least:.4f}, {why}: {top1:.4f}. Not published")

    run = f"{ROOT}/runs/train-{DATE}"
    dataset = choose()
    settings = {"dataset": dataset, "run": run, "run-id": f"train-{DATE}", "tables": TABLES}
    train = BitSubmitOperator(
        task_id="train",
        job="train",
        status_folder=run,
        settings=settings,
        settings_of_params=list(TRAIN_PARAMS),
    )
    evaluate = BitSubmitOperator(
        task_id="evaluate", job="evaluate", status_folder=f"{run}/evaluate", settings=settings
    )
    publish = BitSubmitOperator(
        task_id="publish",
        job="publish",
        status_folder=f"{run}/publish",
        settings={**settings, "publish.pointer": POINTER},
    )
    train >> evaluate >> gate(run, POINTER) >> publish


bit_shard()
bit_train()
