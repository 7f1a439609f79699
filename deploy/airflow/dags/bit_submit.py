"""The jobs of Big Transfer as Airflow tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException
from airflow.sdk import Context
from bit_storage import read_json


class BitSubmitOperator(SparkSubmitOperator):
    """
    Submits a job and takes from its ``status.json`` how it ended, since cluster modes do not hand on exit codes.

    - ``SUCCEEDED``: the task has.
    - ``PREEMPTED``: the job was told to end and committed a checkpoint. It is submitted again at once, within the same
      try, at most ``preemptions`` times.
    - ``INVALID``: its settings are bad. The task fails without retries.
    - Anything else, such as ``RUNNING`` of a job that was cut off, is left to the task's retries: the job goes on from
      its newest checkpoint.

    :param job: as on the command line: ``shard``, ``train``, ``evaluate``, ``publish``
    :param status_folder: where the job writes its ``status.json`` (templated)
    :param settings: of the job, by key (templated)
    :param settings_of_params: names of params that are settings too; those that are None are left out
    :param preemptions: how often a try submits the job again
    """

    template_fields = (*SparkSubmitOperator.template_fields, "status_folder", "settings")

    def __init__(
        self,
        *,
        job: str,
        status_folder: str,
        settings: Mapping[str, str],
        settings_of_params: Sequence[str] = (),
        preemptions: int = 20,
        **kwargs: Any,
    ) -> None:
        super().__init__(java_class="org.bigtransfer.jobs.Bit", name=f"bit {job}", **kwargs)
        self.job = job
        self.status_folder = status_folder
        self.settings = dict(settings)
        self.settings_of_params = settings_of_params
        self.preemptions = preemptions
        self._told_to_end = False

    def execute(self, context: Context) -> None:
        self.application_args = self._arguments(context["params"])
        for _ in range(1 + self.preemptions):
            status = self._submit(context)
            if status["state"] == "SUCCEEDED":
                return
            self.log.info("bit %s was preempted: %s", self.job, status["message"])
        raise AirflowException(f"bit {self.job} was preempted {1 + self.preemptions} times")

    def _arguments(self, params: Mapping[str, Any]) -> list[str]:
        settings = dict(self.settings)
        settings.update({key: params[key] for key in self.settings_of_params if params[key] is not None})
        assignments = [f"{key}={value}" for key, value in settings.items()] + list(params["settings"])
        return [self.job, *(argument for assignment in assignments for argument in ("-D", assignment))]

    def _submit(self, context: Context) -> dict[str, Any]:
        """The status of a job that succeeded or was preempted; raises what is right for any other."""
        before = read_json(f"{self.status_folder}/status.json")
        failure: Exception | None = None
        try:
            super().execute(context)
        except Exception as e:
            failure = e
        status = read_json(f"{self.status_folder}/status.json")
        # A driver that Airflow lost and found again may have ended well before this try began.
        if status is None or (status == before and (failure or status["state"] != "SUCCEEDED")):
            raise AirflowException(f"bit {self.job} must write {self.status_folder}/status.json: it did not") from failure
        if status["state"] == "INVALID":
            raise AirflowFailException(f"settings must be put right: {status['message']}")
        if status["state"] == "SUCCEEDED" or (status["state"] == "PREEMPTED" and not self._told_to_end):
            return status
        raise AirflowException(f"bit {self.job} ended as {status['state']}: {status['message']}") from failure

    def on_kill(self) -> None:
        self._told_to_end = True
        super().on_kill()
