#!/usr/bin/env python3
"""Compares what SAM makes of a kept template with what the command makes of the template itself.

    keep.py [BINARY [FIXTURE...]]

For each fixture under fixtures/beyond that is transformed, `transform --keep` says in SAM's words what goes beyond it; the
reference must make of that exactly what `transform` makes of the fixture. Fixtures that cannot be kept must say so with
`keep-not-possible`, and are listed. Exit 1 where an answer differs. Needs aws-sam-translator, and cargo where no BINARY is
given.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path

import sam

ROOT = Path(__file__).resolve().parents[2]


def command(binary, fixture, *arguments):
    """What the command writes, and its findings."""
    region, parameters = sam.header(fixture.read_text())
    given = [f"{name}={value}" for name, value in parameters.items()]
    overrides = ["--parameter-overrides", *given] if given else []
    done = subprocess.run(
        [binary, "transform", fixture, "--format", "json", "--diagnostics", "json", "--region", region, *arguments, *overrides],
        capture_output=True,
        text=True,
    )
    return (json.loads(done.stdout) if done.returncode == 0 else None), [found["code"] for found in json.loads(done.stderr or "[]")]


def difference(one, other, path=""):
    """Where two values differ first."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            if key not in one or key not in other:
                return f"{path}/{key}: only {'SAM' if key in one else 'we'}"
            found = difference(one[key], other[key], f"{path}/{key}")
            if found:
                return found
        return None
    return None if one == other else f"{path}: SAM {json.dumps(one)[:300]}, we {json.dumps(other)[:300]}"


def main():
    logging.disable(logging.CRITICAL)
    if len(sys.argv) > 1:
        binary = sys.argv[1]
    else:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
        binary = ROOT / "target/debug/canaryform"
    fixtures = [Path(name) for name in sys.argv[2:]] or sorted((ROOT / "fixtures/beyond").rglob("*.yaml"))
    kept, left, wrong = 0, [], []
    for fixture in fixtures:
        name = fixture.with_suffix("").name
        text = fixture.read_text()
        if ": ./" in text:
            continue  # SAM knows no local code.
        wanted, _ = command(binary, fixture)
        if wanted is None:
            continue
        said, codes = command(binary, fixture, "--keep")
        if said is None:
            if "keep-not-possible" in codes:
                left.append(fixture.parent.name + "/" + name)
            else:
                wrong.append(f"{fixture}: refused: {codes}")
            continue
        region, parameters = sam.header(text)
        answer = sam.translate(json.dumps(said), region, parameters)
        if "template" not in answer:
            wrong.append(f"{fixture}: SAM: {answer}")
            continue
        made = answer["template"]
        made.pop("Transform", None)
        wanted.pop("Transform", None)
        found = difference(made, wanted)
        if found:
            wrong.append(f"{fixture}: {found}")
        kept += 1
    print("\n".join([*wrong, f"{kept} kept templates, {len(wrong)} differ; cannot be kept: {', '.join(left) or 'none'}"]))
    sys.exit(1 if wrong or kept < min(8, len(fixtures)) else 0)


if __name__ == "__main__":
    main()
