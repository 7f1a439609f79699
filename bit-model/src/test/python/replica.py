"""Our network, driven from Python: asks StreamedReplica.java. Needs java, what ./bit has built, and the test classes.

BIT_ENGINE says which engine computes it, dl4j by default; torch where the jar has it.
"""
import os
import struct
import subprocess

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../..")
ENGINE = os.environ.get("BIT_ENGINE", "dl4j")


class Replica:
    """One of our replicas in a process of its own; use it in a with statement."""

    def __init__(self, architecture, classes, threads=2, native="8g", precision="FLOAT32"):
        built = ("bit-model/target/classes", "bit-model/target/test-classes", "jobs/target/bit.jar")
        classpath = [os.path.join(ROOT, path) for path in built]
        with open(os.path.join(ROOT, "jobs/target/spark.classpath")) as file:
            classpath.append(file.read().strip())
        memory = ["-Xmx2g", f"-Dorg.bytedeco.javacpp.maxbytes={native}", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"]
        logs = ["-Dorg.bytedeco.javacpp.logger=slf4j", "-Dlog4j2.configurationFile=bit-log4j2.properties"]
        main = ["org.bigtransfer.replica.StreamedReplica", ENGINE, architecture, str(classes), str(threads), precision]
        command = ["java", *memory, *logs, "-cp", os.pathsep.join(classpath), *main]
        self.classes = classes
        # Threads of OpenMP that wait for each other spin: where others use the cores too, that makes a step 50 times as slow.
        environment = {"OMP_WAIT_POLICY": "passive", **os.environ}
        self.java = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        try:
            self.ask("end")
            self.java.stdin.close()
        except BrokenPipeError:
            pass
        if self.java.wait() != 0 and failure == (None, None, None):
            raise ChildProcessError("StreamedReplica failed")

    def load(self, path):
        """Takes the weights of a file of big_transfer's names."""
        self.ask("load", word(os.path.abspath(path)))
        self.read(4)

    def save(self, path):
        self.ask("save", word(os.path.abspath(path)))
        self.read(4)

    def predict(self, images):
        """Logits [N, classes] float32 of images [N, H, W, 3]."""
        self.ask("predict", batch(images))
        return np.frombuffer(self.read(4 * len(images) * self.classes), ">f4").reshape(len(images), -1).astype(np.float32)

    def step(self, images, targets, learning_rate):
        """One update; the mean loss before it."""
        self.ask("step", batch(images), targets.astype(">f4").tobytes(), struct.pack(">d", learning_rate))
        return struct.unpack(">d", self.read(8))[0]

    def gradient(self, path):
        """Writes the last step's gradient as if it were weights."""
        self.ask("gradient", word(os.path.abspath(path)))
        self.read(4)

    def ask(self, request, *content):
        self.java.stdin.write(word(request) + b"".join(content))
        self.java.stdin.flush()

    def read(self, count):
        data = self.java.stdout.read(count)
        if len(data) < count:
            raise EOFError("StreamedReplica ended early")
        return data


def word(text):
    return struct.pack(">H", len(text.encode())) + text.encode()


def batch(images):
    return struct.pack(">2i", *images.shape[:2]) + images.astype(">f4").tobytes()
