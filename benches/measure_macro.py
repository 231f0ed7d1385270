"""Measures the macro's binary against a stand-in of Lambda's Runtime API on loopback, for `measure.py`.

Medians. The second binary is a handler that only parses an event and returns its fragment; the two are called in turn.
The stand-in sets TCP_NODELAY; without it every answer would take 43 ms. What an event costs in instructions is how many
more callgrind counts for some events than for one.
"""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import time
from pathlib import Path

HEADERS = ("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: 4102444800000\r\n"
           "lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:f\r\ncontent-length: {length}\r\n\r\n")


def event(functions):
    resources = {f"F{i}": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://b/k", "Handler": "h", "Runtime": "python3.13",
                                                                             "Description": "d" * (6000 if functions > 1 else 20)}} for i in range(functions)}
    return json.dumps({"region": "us-east-1", "accountId": "123456789012", "requestId": "1", "transformId": "1::C", "params": {},
                       "templateParameterValues": {}, "fragment": {"Resources": resources}}).encode()


class Lambda:
    def __init__(self, *command):
        self.server = socket.create_server(("127.0.0.1", 0))
        environment = {**os.environ, "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:%d" % self.server.getsockname()[1], "AWS_LAMBDA_FUNCTION_NAME": "f",
                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_LOG_GROUP_NAME": "g",
                       "AWS_LAMBDA_LOG_STREAM_NAME": "s"}
        started = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.reader = None
        self.request()
        self.start = time.perf_counter() - started

    def request(self):
        """Waits for the next request of the runtime."""
        if self.reader is None:
            connection, _ = self.server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection, self.reader = connection, connection.makefile("rb")
        line, length = self.reader.readline(), 0
        if not line:
            self.reader = None
            return self.request()
        while (header := self.reader.readline().strip().lower()):
            if header.startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        return self.reader.read(length)

    def send(self, head, body):
        # One connection a request: the runtime would keep several open.
        self.connection.sendall(head.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n").encode() + body)
        self.connection.close()
        self.reader.close()
        self.reader = None

    def invoke(self, body):
        started = time.perf_counter()
        self.send(HEADERS.format(id="1", length=len(body)), body)
        answer = self.request()
        seconds = time.perf_counter() - started
        assert b'"success"' in answer[:200], answer[:300]
        self.send("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", b"")
        self.request()
        return seconds, len(answer)

    def stop(self):
        memory = int(next(line for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if line.startswith("VmHWM")).split()[1])
        self.process.kill()
        self.process.wait()
        return memory / 1024


def instructions(binary, body, events):
    """How many instructions an event takes, in millions, as far as it is not the first."""
    counts = []
    for count in (1, 1 + events):
        run = Lambda("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary)
        for _ in range(count):
            run.invoke(body)
        run.process.send_signal(signal.SIGTERM)
        counts.append(int(re.search(r"Collected : (\d+)", run.process.communicate()[1])[1]) / 1e6)
    return (counts[1] - counts[0]) / events


def rows(binary, least, quick=False):
    """The rows of the table."""
    binaries = [str(binary), str(least)]
    starts = {binary: [] for binary in binaries}
    for _ in range(1 if quick else 20):
        for binary in binaries:
            run = Lambda(binary)
            starts[binary].append(run.start)
            run.stop()
    runs = {binary: Lambda(binary) for binary in binaries}

    def times(body, count):
        """Seconds of each binary."""
        found = {binary: [] for binary in binaries}
        for _ in range(count):
            for binary in binaries:
                found[binary].append(runs[binary].invoke(body)[0])
        return [statistics.median(found[binary]) * 1000 for binary in binaries]

    small, large = times(event(1), 2 if quick else 200), times(event(150), 2 if quick else 60)
    counts = [instructions(binary, event(150), 2 if quick else 5) for binary in binaries]
    size = runs[binaries[0]].invoke(event(150))[1]
    memory = [runs[binary].stop() for binary in binaries]
    start = [statistics.median(starts[binary]) * 1000 for binary in binaries]
    sizes = [Path(binary).stat().st_size / 1e6 for binary in binaries]
    yield "what", "the macro", "parse and return"
    for what, unit, places, values in [
            ("start to first poll", "ms", 1, start),
            ("a small event", "ms", 2, small),
            (f"150 functions, {size / 1e6:.2f} MB out", "ms", 1, large),
            ("the same in instructions", "M", 1, counts),
            ("peak memory", "MB", 0, memory),
            ("binary", "MB", 1, sizes)]:
        yield what, f"{values[0]:.{places}f} {unit}", f"{values[1]:.{places}f} {unit}"
