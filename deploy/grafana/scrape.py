"""Scrapes a quickstart by what README.md says and asks Prometheus all that bit.json asks.

    scrape.py PROMETHEUS FOLDER
"""
import json
import math
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).parent
STEPS = 240
PAGE = (HERE / "README.md").read_text()
DASHBOARD = json.loads((HERE / "bit.json").read_text())
EXECUTORS = "metrics_executor_JVMHeapMemory_bytes"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def bit(folder, *arguments, options=""):
    environment = dict(os.environ, BIT_HEAP="1g", BIT_NATIVE="2g", BIT_JAVA_OPTS=options)
    with open(folder / "bit.log", "a") as log:
        return subprocess.run(["./bit", *arguments], env=environment, stdout=subprocess.PIPE, stderr=log, text=True, check=True).stdout


def quickstart(folder, port):
    """Shards, trains and evaluates in one application, with the page's settings."""
    settings = re.findall(r"--conf (spark\.\S+=\S+)", PAGE)
    assert len(settings) == 4, settings
    options = [f"-D{setting}" for setting in [*settings, "spark.ui.enabled=true", f"spark.ui.port={port}"]]
    values = {
        "quickstart.images": folder / "images", "shard.train": folder / "images/train",
        "shard.validation": folder / "images/validation", "dataset": folder / "dataset", "tables": folder / "tables",
        "run": folder / "run", "quickstart.train-per-class": 20, "quickstart.validation-per-class": 5,
        "model.architecture": "R[1]x1", "train.schedule": f"20,100,200,{STEPS}", "train.global-batch": 32,
        "train.micro-batch": 16, "train.evaluate-every": 40, "train.checkpoint-every": 40,
    }
    bit(folder, "quickstart", *(f"-D{key}={value}" for key, value in values.items()), options=" ".join(options))


def configuration(port):
    text = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL).group(1)
    assert '"driver:4040"' in text, text
    return text.replace("driver:4040", f"127.0.0.1:{port}").replace("scrape_interval: 10s", "scrape_interval: 1s")


class Prometheus:
    def __init__(self, program, folder, port):
        self.address = f"127.0.0.1:{free_port()}"
        (folder / "prometheus.yml").write_text(configuration(port))
        self.process = subprocess.Popen(
            [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/series",
             f"--web.listen-address={self.address}"], stdout=subprocess.DEVNULL, stderr=open(folder / "prometheus.log", "w"))

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters, doseq=True)
        with urllib.request.urlopen(f"http://{self.address}/{path}?{query}", timeout=30) as answer:
            return json.load(answer)["data"]

    def await_ready(self):
        for _ in range(100):
            try:
                return self.get("api/v1/status/buildinfo")["version"]
            except OSError:
                time.sleep(0.2)
        raise SystemExit("Prometheus must answer within 20 s; see prometheus.log")

    def series(self, query, begin, end):
        """Values of each series that a query has, without NaN."""
        for series in self.get("api/v1/query_range", query=query, start=begin, end=end, step=1)["result"]:
            values = [float(value) for _, value in series["values"]]
            yield [value for value in values if not math.isnan(value)]

    def label_values(self, label, metric, begin, end):
        return self.get(f"api/v1/label/{label}/values", **{"match[]": metric, "start": begin, "end": end})

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def queries():
    """As Grafana fills them in, of a scrape each second."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$job", ".*").replace("$instance", ".*").replace("$__rate_interval", "4s")
            assert "$" not in query, query
            yield panel["title"], query


def problems(prometheus, folder, begin, end, instance):
    ups = list(prometheus.series("up", begin, end))
    if len(ups) != 2 or not all(1 in up for up in ups):
        yield f"both endpoints must be up for a while: {ups}"
    for title, query in queries():
        values = [value for series in prometheus.series(query, begin, end) for value in series]
        print(f"{title}: {len(values)} values, {min(values, default=None)} … {max(values, default=None)}  {query}")
        if not values:
            yield f"{title} has no data: {query}"
    if not any(prometheus.series(EXECUTORS, begin, end)):
        yield f"{EXECUTORS} has no data"
    for variable in DASHBOARD["templating"]["list"]:
        asked = re.match(r"label_values\((\w+), (\w+)\)", variable["query"])
        expected = {"job": ["bit"], "instance": [instance], "source": None}[variable["name"]]
        if asked and prometheus.label_values(asked[2], asked[1], begin, end) != expected:
            yield f"variable {variable['name']} must have {expected}"
    told = {value for series in prometheus.series("metrics_bit_driver_train_loss_Value", begin, end) for value in series}
    lines = bit(folder, "sql", f"-Dtables={folder}/tables", "SELECT loss FROM steps").split()
    losses = {float(line) for line in lines[1:]}
    if len(losses) < STEPS / 2 or not told or told - losses:
        yield f"losses must be the table's, {len(losses)} of them: {told - losses or told}"


def main(program, folder):
    port = free_port()
    prometheus = Prometheus(program, folder, port)
    try:
        print("Prometheus", prometheus.await_ready())
        begin = time.time()
        quickstart(folder, port)
        found = list(problems(prometheus, folder, begin, time.time(), f"127.0.0.1:{port}"))
    finally:
        prometheus.end()
    print(*found, sep="\n")
    print(f"{len(list(queries()))} queries, {len(found)} problems")
    sys.exit(bool(found))


main(sys.argv[1], pathlib.Path(sys.argv[2]))
