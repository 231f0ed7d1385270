#!/usr/bin/env python3
"""Runs the hooks of .pre-commit-hooks.yaml by pre-commit itself, in a scratch repository, as somebody has them who uses them.

    pre_commit.py PRE-COMMIT CANARYFORM

Entries, types and arguments are those of the file; only the command is not built but taken from CANARYFORM (`language: rust`
is `cargo install` of the whole repository). Exit 1 where a hook does not say what it should.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRE_COMMIT, CANARYFORM = (Path(argument).absolute() for argument in sys.argv[1:3])


def main():
    with tempfile.TemporaryDirectory() as scratch:
        repository = Path(scratch, "repository")
        repository.mkdir()
        environment = {**os.environ, "PATH": f"{CANARYFORM.parent}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(Path(scratch, "home"))}
        # A snapshot is accepted by a person, not by CI.
        environment.pop("CI", None)

        def run(*command):
            return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True)

        def hook(name, passes, *words):
            run("git", "add", "-A")
            done = run(PRE_COMMIT, "run", "--all-files", name)
            said = done.stdout + done.stderr
            if (done.returncode == 0) != passes or any(word not in said for word in words):
                sys.exit(f"{name} should {'pass' if passes else 'fail'} and say {words}:\n{said}")

        hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
        if hooks.count("language: rust\n") != 2:
            sys.exit("two hooks are expected, which are built by cargo")
        lines = hooks.replace("language: rust\n", "language: system\n").splitlines()
        indented = "\n".join(f"      {line}" for line in lines)
        (repository / ".pre-commit-config.yaml").write_text(f"repos:\n  - repo: local\n    hooks:\n{indented}\n")
        run("git", "init", "--quiet", ".")
        shutil.copy(ROOT / "fixtures/guide/greeter.yaml", repository / "template.yaml")
        (repository / "values.yaml").write_text("no: template\n")
        hook("canaryform-check", True, "Passed")
        hook("canaryform-snapshot", False, "there are no snapshots")
        run("canaryform", "snapshot", "template.yaml", "--accept", "--region", "eu-west-1")
        hook("canaryform-snapshot", True, "Passed")
        # Its own files are no templates to the other hook.
        hook("canaryform-check", True, "Passed")
        template = (repository / "template.yaml").read_text()
        (repository / "template.yaml").write_text(template.replace("AutoPublishAlias: live", "AutoPublishAlias: prod"))
        hook("canaryform-snapshot", False, "snapshots/template.yaml differs", "alias-replaced")
        shutil.copy(ROOT / "fixtures/check/worker.yaml", repository / "worker.yaml")
        hook("canaryform-check", False, "warning[alarm-sees-nothing]", "worker.yaml:17")
    print("pre-commit runs both hooks")


if __name__ == "__main__":
    main()
