"""The DAGs as Airflow reads them."""

import pytest
from airflow.models import DagBag
from airflow.sdk import DAG, Asset
from airflow.sdk.exceptions import ParamValidationError
from bit_submit import BitSubmitOperator


def test_dags_are_read_without_errors(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == {"bit_shard", "bit_train"}


def test_tasks_follow_one_another(shard_dag: DAG, train_dag: DAG) -> None:
    assert edges(shard_dag) == {
        "locate": {"has_changed", "shard", "announce"},
        "has_changed": {"shard"},
        "shard": {"announce"},
        "announce": set(),
    }
    assert edges(train_dag) == {
        "choose": {"train", "evaluate", "publish"},
        "train": {"evaluate"},
        "evaluate": {"gate"},
        "gate": {"publish"},
        "publish": set(),
    }


def edges(dag: DAG) -> dict[str, set[str]]:
    return {task.task_id: task.downstream_task_ids for task in dag.tasks}


def test_a_new_dataset_starts_training(shard_dag: DAG, train_dag: DAG) -> None:
    assert shard_dag.get_task("announce").outlets == [Asset("bit_dataset")]
    assert train_dag.timetable.asset_condition.objects == (Asset("bit_dataset"),)


def test_jobs_are_retried_and_run_one_dag_run_at_a_time(shard_dag: DAG, train_dag: DAG) -> None:
    jobs = [task for dag in (shard_dag, train_dag) for task in dag.tasks if isinstance(task, BitSubmitOperator)]
    assert [task.job for task in jobs] == ["shard", "train", "evaluate", "publish"]
    assert all(task.retries == 3 for task in jobs)
    assert shard_dag.max_active_runs == train_dag.max_active_runs == 1


def test_the_form_helps_and_checks(shard_dag: DAG, train_dag: DAG) -> None:
    for dag in (shard_dag, train_dag):
        dag.params.validate()
        for name in dag.params:
            param = dag.params.get_param(name)
            assert param.schema["title"] and param.schema["type"] and param.description, name
    for name, value in {"min_top1": 90, "train.steps": "many", "settings": ["no assignment"]}.items():
        with pytest.raises(ParamValidationError):
            train_dag.params.get_param(name).resolve(value)
