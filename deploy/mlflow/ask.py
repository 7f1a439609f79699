"""Compares what an MLflow server has of a run with its directory and the tables.

    ask.py URI EXPERIMENT FOLDER whole|cut|anew RUN STEPS [KEY=VALUE]…

whole: all steps once, with the tables' numbers, artifacts and an evaluation; cut: some of them, and the run not ended; anew: as
whole without evaluation, and what it replaces is deleted.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from mlflow import MlflowClient
from mlflow.entities import ViewType

TRAIN = ["epoch", "learning_rate", "images_per_second", "data_seconds", "compute_seconds", "averaging_seconds", "loss"]


def table(folder, query):
    lines = subprocess.run(["./bit", "sql", f"-Dtables={folder}/tables", query], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, check=True).stdout.splitlines()
    return [[float(value) for value in line.split("\t")] for line in lines[1:]]


def main(uri, experiment, folder, how, name, steps, *changed):
    client = MlflowClient(uri)
    folder, steps = pathlib.Path(folder), int(steps)
    directory = folder / name
    ids = [client.get_experiment_by_name(experiment).experiment_id]
    wanted = f"tags.`bit.run_id` = '{name}'"
    runs = client.search_runs(ids, wanted)
    assert len(runs) == 1, runs
    run = runs[0]
    assert run.info.run_name == name, run.info
    history = {metric: client.get_metric_history(run.info.run_id, f"train/{metric}") for metric in TRAIN}
    logged = [metric.step for metric in history["loss"]]
    assert len(logged) == len(set(logged)), f"steps must be there once: {logged}"
    for metric in TRAIN:
        assert sorted(point.step for point in history[metric]) == sorted(logged), metric

    if how == "cut":
        assert run.info.status == "RUNNING", run.info
        assert 0 < len(logged) < steps, logged
        print(f"{name}: cut off, {len(logged)} steps")
        return

    assert run.info.status == "FINISHED", run.info
    assert sorted(logged) == list(range(steps)), logged
    for point in ("loss", "learning_rate", "epoch"):
        ours = dict(table(folder, f"SELECT step, {point} FROM steps WHERE run_id = '{name}'"))
        assert {metric.step: metric.value for metric in history[point]} == ours, point
    ours = sorted(table(folder, f"SELECT step, top1, top5, loss FROM evaluations WHERE run_id = '{name}'"
                        " AND split = 'validation' AND model_run_id = run_id AND attempt IN (SELECT attempt FROM runs WHERE job = 'train')"))
    theirs = {key: client.get_metric_history(run.info.run_id, f"validation/{key}") for key in ("top1", "top5", "loss")}
    for column, key in enumerate(theirs, 1):
        assert sorted((point.step, point.value) for point in theirs[key]) == [(row[0], row[column]) for row in ours], key
    evaluated = client.get_metric_history(run.info.run_id, "evaluate/validation/top1")
    assert len(evaluated) == (how == "whole" and name != "silent"), evaluated
    if evaluated:
        assert evaluated[0].step == steps and evaluated[0].value == ours[-1][1], evaluated

    provenance = json.loads((directory / "run.json").read_text())
    assert run.data.tags["bit.dataset_hash"] == provenance["dataset_hash"], run.data.tags
    assert run.data.tags["bit.git_commit"] == provenance["git_commit"], run.data.tags
    assert run.data.tags["bit.run"] == f"file:{directory}", run.data.tags
    parameters = run.data.params
    assert parameters["train.global-batch"] == "32" and parameters["model.architecture"] == "R[1]x1", parameters
    assert parameters["train.steps"] == str(steps) and parameters["train.replicas"] == "2", parameters
    for key, value in (pair.split("=") for pair in changed):
        assert run.data.tags[key] == value != parameters[key], run.data.tags

    files = {"model/model.npz": directory / f"checkpoints/step-{steps:06d}/model.npz"}
    files |= {key: directory / key for key in ("config.conf", "run.json", "report.html")}
    with tempfile.TemporaryDirectory() as downloads:
        for key, file in files.items():
            theirs = pathlib.Path(client.download_artifacts(run.info.run_id, key, downloads)).read_bytes()
            assert theirs == file.read_bytes() and theirs, key
    deleted = client.search_runs(ids, wanted, run_view_type=ViewType.DELETED_ONLY)
    assert len(deleted) == (how == "anew"), deleted
    warned = re.search("WARN.*MLflow.*", (folder / f"{name}.log").read_text())
    assert name == "silent" or not warned, warned
    print(f"{name}: {len(logged)} steps, {len(ours)} evaluations, {len(files)} files, {len(parameters)} parameters")


main(*sys.argv[1:])
