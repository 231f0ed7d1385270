"""Measures the Python module beside the reference, both from text to result in one process, for `measure.py`; by itself

    PYTHON benches/measure_python.py

measures the library that `cargo build --release --manifest-path python/Cargo.toml --target-dir target` makes, or the one
whose file it is given. PYTHON has aws-sam-translator==1.115.0.

The two are called in turn. Times are medians of the processor's, which a machine's load moves less than those of a clock.
The reference's are of a text that its own reader reads (`samtranslator.yaml_helper`, `json`), of its transform to a dict,
and of writing that as text (`json`, `yaml` with its writer in C). Ours are of `canaryform.transform`, of `template` of its
result besides, which makes the dict, and of `to_json` and `to_yaml` in its place. Throwing results away is not counted.
"""

import gc
import json
import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "target/release/lib_native.so"


class Policies:
    """No managed policies, for which the reference would ask AWS."""

    def load(self):
        return {}


def module(library, folder):
    """The module, with this library in it."""
    package = Path(folder) / "canaryform"
    shutil.copytree(ROOT / "python/canaryform", package)
    shutil.copy(library, package / "_native.abi3.so")
    sys.path.insert(0, str(folder))
    import canaryform

    return canaryform


def seconds(work, given):
    """Seconds of the processor that a piece of work takes of what is made for it before."""
    given = given()
    # So that none pays for what another one left behind.
    gc.collect()
    started = time.process_time()
    made = work(given)
    taken = time.process_time() - started
    del made, given
    return taken


def medians(works, rounds):
    """Seconds of each piece of work, in each round one after the other."""
    taken = [[seconds(*work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken)]


def row(name, ours, theirs):
    return name, f"{ours * 1000:.1f} ms", f"{theirs * 1000:.0f} ms", f"{theirs / ours:.1f}"


def rows(library, text, quick=False):
    """The rows of the table."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    logging.disable(logging.CRITICAL)
    import yaml
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    as_json = json.dumps(yaml_parse(text))

    def theirs(read, write=lambda made: made):
        return lambda given: write(transform(read(given), {}, Policies()))

    def as_yaml(made):
        return yaml.dump(made, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False)

    def indented(made):
        return json.dumps(made, indent=2)

    with tempfile.TemporaryDirectory() as folder:
        ours = module(library, folder).transform
        made = json.dumps(ours(text).template)
        yield "500 functions from Python", "canaryform", "SAM", "times faster"
        for name, read, given in [
                ("yaml_text", yaml_parse, lambda: text),
                ("json_text", json.loads, lambda: as_json),
                ("dict", dict, lambda: json.loads(as_json))]:
            works = [ours, lambda given: ours(given).template, theirs(read)]
            result, template, sam = medians([(work, given) for work in works], 1 if quick else 9)
            yield row(f"`transform({name})`", result, sam)
            yield row(f"`transform({name}).template`", template, sam)
        for name, given, mine, sam in [
                ("`transform(yaml_text).to_yaml()`", text, lambda given: ours(given).to_yaml(), theirs(yaml_parse, as_yaml)),
                ("`transform(json_text).to_json()`", as_json, lambda given: ours(given).to_json(), theirs(json.loads, indented))]:
            yield row(name, *medians([(mine, lambda: given), (sam, lambda: given)], 1 if quick else 9))
        [loading] = medians([(json.loads, lambda: made)], 1 if quick else 15)
        yield "only `json.loads` of what is made", f"{loading * 1000:.1f} ms", "", ""


def main():
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from measure import functions

    for cells in rows(Path(sys.argv[1]) if sys.argv[1:] else LIBRARY, functions(500)):
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
