#!/usr/bin/env python3
"""Runs the code of generated smoke tests with boto3 against stand-ins of Lambda and CodeDeploy on 127.0.0.1.

    smoke_test.py

What the stand-ins do and what must be reported says `tests/support/smoke_test_cases.json`, which the binary `smoke-test`
is tested with, too. Exit code 1 if something else is reported, or nothing. Needs `pip install boto3`.
"""

import importlib.util
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "src/gradual/hooks/smoke_test.py"
CASES = json.loads((ROOT / "tests/support/smoke_test_cases.json").read_text())
VERSION = "arn:aws:lambda:eu-west-1:123456789012:function:tested:7"
EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}


class Services(BaseHTTPRequestHandler):
    """Both services; `case` is what they do now, `calls` and `reports` what they were asked."""

    case, calls, reports = {}, [], []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if "x-amz-target" in self.headers:
            return self.report(json.loads(body))
        self.calls.append((self.path, body.decode()))
        case = self.case
        time.sleep(case.get("delay", 0))
        depth = case.get("deep", 0)
        answer = "[" * depth + "]" * depth if depth else case["answer"]
        if answer is None:
            self.close_connection = True
            return self.connection.close()
        headers = {"x-amz-function-error": case["function_error"]} if "function_error" in case else {}
        self.reply(case.get("status", 200), answer, headers)

    def report(self, asked):
        self.reports.append((self.headers["x-amz-target"], asked))
        refused = len(self.reports) <= self.case.get("refused_reports", 0)
        self.reply(500 if refused else 200, "{}", {})

    def reply(self, status, text, headers):
        try:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(text.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:
            pass  # Nobody waits any more.

    def log_message(self, *_):
        pass


class Context:
    def __init__(self, milliseconds):
        self.end = time.monotonic() + milliseconds / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self.end - time.monotonic()) * 1000))


def load():
    spec = importlib.util.spec_from_file_location("smoke_test_hook", CODE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def faults(module, case):
    """What is wrong with how a case goes."""
    Services.case, Services.calls, Services.reports = case, [], []
    variables = {"CurrentVersion": case.get("version", VERSION), "PAYLOAD": case.get("payload"), "EXPECT": case.get("expect")}
    for name, value in variables.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    context = Context(case.get("milliseconds", 60_000))
    module.handler(EVENT, context)
    if context.get_remaining_time_in_millis() < 1000:
        yield "no time was left"
    if len(Services.calls) != case.get("calls", 1):
        yield f"{len(Services.calls)} calls"
    for path, body in Services.calls:
        if body != case.get("payload", "{}") or not path.endswith("/invocations"):
            yield f"asked {path} with {body}"
    if not Services.reports:
        return (yield "nothing was reported")
    target, asked = Services.reports[-1]
    wanted = {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook-1", "status": case["report"]}
    if asked != wanted or target != "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus":
        yield f"reported {asked} to {target}"


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ.update(AWS_ENDPOINT_URL=url, AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="eu-west-1", AWS_ACCESS_KEY_ID="none",
                      AWS_SECRET_ACCESS_KEY="none", AWS_EC2_METADATA_DISABLED="true")
    module, found = load(), []
    said, sys.stdout = sys.stdout, open(os.devnull, "w")
    for case in CASES:
        found += [f"{case['case']}: {fault}" for fault in faults(module, case)]
    sys.stdout = said
    print("\n".join([*found, f"{len(CASES)} cases, {len(found)} faults"]))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
