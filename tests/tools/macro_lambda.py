#!/usr/bin/env python3
"""Runs the macro as cargo-lambda runs Lambda functions, invokes it with boto3, and builds the zip that is deployed.

    macro_lambda.py

Needs cargo, `pip install cargo-lambda boto3`, and this Python's `bin` folder to hold cargo-lambda. Everything listens on
127.0.0.1. Exit code 1 if an answer or the zip is not as it must be.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
FEATURES = ["--no-default-features", "--features", "lambda", "--bin", "bootstrap"]
#: The most that the unpacked binary may have, in bytes.
MAX_BINARY = 5_000_000
ENV = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(request_id, fragment):
    return {"region": "eu-west-1", "accountId": "123456789012", "transformId": "123456789012::Canaryform", "requestId": request_id,
            "params": {}, "templateParameterValues": {}, "fragment": fragment}


def function(**extra):
    return {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://b/k", "Handler": "h", "Runtime": "python3.13", **extra}}


def invoke(client, event):
    answer = client.invoke(FunctionName="bootstrap", Payload=json.dumps(event).encode())
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer, answer
    return json.loads(answer["Payload"].read())


def watch():
    port = free_port()
    command = ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(port), "--ignore-changes", *FEATURES]
    process = subprocess.Popen(command, cwd=ROOT, env=ENV, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        patient = Config(read_timeout=600, connect_timeout=5, retries={"max_attempts": 0})
        client = boto3.client("lambda", region_name="eu-west-1", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="none",
                              aws_secret_access_key="none", config=patient)
        deadline = time.monotonic() + 120
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None, "cargo lambda watch has ended"
            assert time.monotonic() < deadline, "cargo lambda watch does not listen"
            time.sleep(0.2)
        # The first call waits for the build.
        made = invoke(client, request("1", {"Resources": {"F": function(AutoPublishAlias="live", DeploymentPreference={"Type": "AllAtOnce"})}}))
        assert made["status"] == "success" and made["requestId"] == "1", made
        assert made["fragment"]["Resources"]["FAliaslive"]["Type"] == "AWS::Lambda::Alias", made
        refused = invoke(client, request("2", {"Resources": {"F": function(Runtim="x")}}))
        assert refused["status"] == "failure" and "Runtime" in refused["errorMessage"], refused
        large = {f"F{i}": function(Description="d" * 6000, Role="arn:aws:iam::123456789012:role/r") for i in range(150)}
        assert invoke(client, request("3", {"Resources": large}))["status"] == "success"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def build():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "lambda" / "bootstrap"
    subprocess.run(["cargo", "lambda", "build", "--release", "--skip-target-check", "--output-format", "zip", *FEATURES], cwd=ROOT, env=ENV, check=True,
                   stdout=subprocess.DEVNULL)
    archive = target / "bootstrap.zip"
    entries = zipfile.ZipFile(archive).infolist()
    assert [entry.filename for entry in entries] == ["bootstrap"], entries
    size = entries[0].file_size
    assert size < MAX_BINARY, f"the binary has {size} bytes"
    print(f"the binary has {size} bytes, its zip {archive.stat().st_size}")


if __name__ == "__main__":
    watch()
    build()
