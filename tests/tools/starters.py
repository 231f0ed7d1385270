#!/usr/bin/env python3
"""Takes the starter projects of SAM CLI the way that a project goes: made, built, packaged, transformed.

    starters.py REFERENCE [BINARY]

For each starter that the package aws-sam-cli ships: `sam init`, then `canaryform transform --code ignore` as it stands; and,
where the tools of its language are here, `sam build` without containers, `canaryform transform .aws-sam/build/template.yaml`
with the code as it was built, `aws cloudformation package` against a stand-in of S3 on this machine, and `canaryform
transform` of what that gives, whose logical ids must be those of the reference. Prints a table of what each gives; exit code
1 where one is refused, has a finding, or differs.

REFERENCE is the Python that has aws-sam-translator. Needs `pip install aws-sam-cli awscli`, and cargo where no BINARY is
given.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import samcli

ROOT = Path(__file__).resolve().parents[2]
STARTERS = Path(samcli.__file__).parent / "lib/init/templates"
BIN = Path(sys.executable).parent
BUCKET = "starter-bucket"
#: What builds a starter, by its name without the common beginning; the others are built with tools that fetch whole SDKs.
BUILDERS = {"python": "python3", "nodejs": "npm"}
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "SAM_CLI_TELEMETRY": "0",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Nothing of whoever runs this.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class Store(BaseHTTPRequestHandler):
    """As much of S3 as packaging asks for: whether an object is there, and to take one."""

    protocol_version = "HTTP/1.1"
    objects: dict = {}

    def answer(self, status, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self):
        self.answer(200 if self.path in self.objects else 404)

    def do_PUT(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            content = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.objects[self.path] = content
        self.answer(200, [("ETag", '"0"')])

    def log_message(self, *_):
        pass


def run(command, env=ENVIRONMENT, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, env=env, check=False, **options)


def done(command, **options):
    """What a command prints; it must do its work."""
    result = run(command, **options)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def transformed(binary, template, *arguments):
    """The ids that a template gives, and what is wrong."""
    result = run([binary, "transform", template, "--region", "us-east-1", "--format", "json", "--diagnostics", "json", *arguments])
    found = json.loads(result.stderr or "[]") if result.returncode in (0, 1) else [{"code": f"exit code {result.returncode}"}]
    ids = set(json.loads(result.stdout)["Resources"]) if not result.returncode else set()
    return ids, [finding["code"] for finding in found]


def built(project, store):
    """The template of a project after `sam build`, and after `aws cloudformation package`."""
    done([BIN / "sam", "build"], cwd=project)
    template = project / ".aws-sam/build/template.yaml"
    packaged = project / "packaged.yaml"
    done(
        [BIN / "aws", "cloudformation", "package", "--template-file", template, "--output-template-file", packaged, "--s3-bucket", BUCKET],
        cwd=project,
        env={**ENVIRONMENT, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{store.server_port}"},
    )
    return template, packaged


def said(ids, codes):
    return f"{len(ids)} resources" + "".join(f", {code}" for code in codes)


def main():
    reference = sys.argv[1]
    binary = sys.argv[2] if len(sys.argv) > 2 else ROOT / "target/debug/canaryform"
    if len(sys.argv) < 3:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    binary = Path(binary).resolve()
    store = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=store.serve_forever, daemon=True).start()
    wrong = 0
    print("| starter | as written, `--code ignore` | after `sam build` | after `aws cloudformation package` |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        # Where SAM CLI keeps its settings.
        ENVIRONMENT["__SAM_CLI_APP_DIR"] = f"{folder}/settings"
        for starter in sorted(STARTERS.iterdir()):
            if not (starter / "cookiecutter.json").exists():
                continue
            name = starter.name.removeprefix("cookiecutter-aws-sam-hello-")
            python = f"python3.{sys.version_info.minor}"
            # Python builds for the version that runs.
            context = ["--extra-context", json.dumps({"runtime": python})] if name == "python" else []
            done([BIN / "sam", "init", "--no-input", "--no-interactive", "--location", starter, "--name", name, *context], cwd=folder)
            project = Path(folder) / name
            ids, codes = transformed(binary, project / "template.yaml", "--code", "ignore")
            cells = [said(ids, codes), "not built here", "not built here"]
            wrong += bool(codes) or not ids
            if shutil.which(BUILDERS.get(name, "")):
                template, packaged = built(project, store)
                ids, codes = transformed(binary, template)
                cells[1] = said(ids, codes)
                wrong += bool(codes) or not ids
                ids, codes = transformed(binary, packaged, "--code", "refuse")
                answer = json.loads(done([reference, ROOT / "tests/tools/sam.py", packaged]))
                is_same = ids == set(answer.get("template", {}).get("Resources", {}))
                cells[2] = said(ids, codes) + (", the ids of the reference" if is_same else f", not those of the reference: {answer}")
                wrong += bool(codes) or not is_same
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
    store.shutdown()
    if not Store.objects:
        sys.exit("nothing was uploaded")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
