#!/usr/bin/env python3
"""Shows that what we write is the same tree to every reader of YAML: PyYAML, js-yaml, and the yaml of npm as YAML 1.2 and 1.1.

    readers.py BINARY MODULES       BINARY: target/debug/canaryform; MODULES: the folder with node_modules/js-yaml and node_modules/yaml

Each template is transformed twice, into YAML and into JSON: what the readers make of the YAML must be the JSON. Templates: all
fixtures, all of ../shared/real where it is there, and 20,000 made words, each as a value, as a key, in a list and as the argument
of a function. Exit code 1 where any of them differs. Needs aws-sam-translator and node.
"""

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sam

ROOT = Path(__file__).resolve().parents[2]
COUNT = 20_000
AT_ONCE = 200
SHOWN = 20

WORDS = ["yes", "No", "ON", "off", "true", "FALSE", "null", "~", "Null", "y", "N", "1e5", "1.5", ".5", "5.", "+1", "-0", "1_000", "12:30", "190:20:30",
         "0644", "089", "0o17", "0x1F", "0b11", ".inf", "-.INF", ".NaN", "2012-10-17", "2001-1-1", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43",
         "=", "<<", "1.10", "1e3", "1E+3", "012345678912", "12345e67", "1,000", "---", "...", "-", "?", ":", "__proto__", "constructor"]
NUMERIC = list("0123456789") + list("..__:,+-eExob")
SIGNS = list("ab 01.:-_#'\"\\,[]{}&*!|>%@`~=<?\n\t") + ["é", "\u2028", "\x85", "\ufeff", "𝄞", "\x01", "\x7f", "\xa0", "  ", "\n", "- ", ": ", " #", "---"]
PROSE = ["text", "of", "a", "policy:", "#1", "it's", '"so"', "-", "é", "1", "a  b", ">", "|", "{x}", "[y]", "https://example.com/" + "x" * 60]


def word(rng):
    """A text that somebody might read as something else."""
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(["", "", "-", "+", " "]) + rng.choice(WORDS) + rng.choice(["", "", "", "x", " ", ":", "0", "_"])
    if kind == 1:
        return "".join(rng.choice(NUMERIC) for _ in range(rng.randint(1, 9)))
    if kind == 2:
        return "".join(rng.choice(SIGNS) for _ in range(rng.randint(0, 8)))
    if kind == 3:
        return "".join(rng.choice(rng.choice([NUMERIC, SIGNS, WORDS])) for _ in range(rng.randint(1, 5)))
    return " ".join(rng.choice(PROSE) for _ in range(rng.randint(1, 40))) + rng.choice(["", "\n"])


def made_templates(rng):
    """Templates that hold `COUNT` words in all, each at four places."""
    for _ in range(COUNT // AT_ONCE):
        words = [word(rng) for _ in range(AT_ONCE)]
        properties = {
            "Values": {f"k{i}": text for i, text in enumerate(words)},
            "Keys": {text: i for i, text in enumerate(words)},
            "List": words,
            "Functions": [rng.choice([{"Ref": text}, {"Fn::Sub": text}, {"Fn::Join": [text, [text, {"Ref": text}]]}, {"Fn::Sub": ["x", {text: text}]}])
                          for text in words],
        }
        yield json.dumps({"Resources": {"R": {"Type": "AWS::X::Y", "Properties": properties}}})


def written(binary, text, folder, to):
    done = subprocess.run([binary, "transform", "-", "--format", to, "--code", "ignore", "--code-root", folder, "--color", "never"],
                          input=text.encode(), capture_output=True, check=False)
    return None if done.returncode else done.stdout.decode()


def by_python(text):
    try:
        return {"tree": sam.yaml_parse(text)}
    except Exception as error:  # noqa: BLE001  whatever it is, the text is not read
        return {"fault": str(error)}


def of_script(text):
    """JSON as JavaScript reads it: its numbers are floats."""
    return json.loads(text, parse_int=lambda digits: int(digits) if abs(int(digits)) < 2**53 else float(digits))


def difference(tree, expected, at=""):
    """Where two trees differ first; none where they are equal. A truth is no number, and 1.0 is 1, as it is to JavaScript."""
    if isinstance(tree, dict) and isinstance(expected, dict):
        # JavaScript moves keys that are whole numbers to the front.
        if sorted(map(str, tree)) != sorted(expected):
            return f"{at}: keys {sorted(set(map(str, tree)) ^ set(expected))[:3]!r}"
        return next((found for key in expected if (found := difference(tree.get(key), expected[key], f"{at}/{key}"))), None)
    if isinstance(tree, list) and isinstance(expected, list) and len(tree) == len(expected):
        return next((found for i, pair in enumerate(zip(tree, expected)) if (found := difference(*pair, f"{at}/{i}"))), None)
    is_same = isinstance(tree, bool) == isinstance(expected, bool) and tree == expected
    return None if is_same else f"{at}: {tree!r} in place of {expected!r}"


def main():
    binary, modules = sys.argv[1:]
    sources = [(str(path.relative_to(ROOT)), path.read_text(errors="replace"), str(path.parent)) for path in sorted((ROOT / "fixtures").rglob("*.yaml"))]
    real = ROOT / "../shared/real"
    sources += [(str(path.relative_to(real)), path.read_text(errors="replace"), str(path.parent))
                for path in sorted(real.rglob("*")) if path.suffix in (".yaml", ".yml", ".json")]
    sources += [(f"made words {i}", text, str(ROOT)) for i, text in enumerate(made_templates(random.Random(11)))]

    def both(source):
        name, text, folder = source
        return name, written(binary, text, folder, "yaml"), written(binary, text, folder, "json")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outputs = [(name, as_yaml, as_json) for name, as_yaml, as_json in pool.map(both, sources) if as_yaml is not None and as_json is not None]
    texts = "".join(json.dumps(as_yaml) + "\n" for _, as_yaml, _ in outputs)
    environment = {**os.environ, "NODE_PATH": str(Path(modules).resolve())}
    node = subprocess.run(["node", str(ROOT / "tests/tools/readers.mjs")], input=texts.encode(), stdout=subprocess.PIPE, env=environment, check=True)

    wrong, made = [], 0
    for (name, as_yaml, as_json), line in zip(outputs, node.stdout.splitlines(), strict=True):
        made += name.startswith("made words")
        answers = [("PyYAML", by_python(as_yaml), json.loads(as_json))]
        answers += [(reader, answer, of_script(as_json)) for reader, answer in of_script(line).items()]
        for reader, answer, expected in answers:
            found = answer.get("fault") or difference(answer.get("tree"), expected)
            if found:
                wrong.append(f"{name}: {reader}: {found[:300]}")
    if made != COUNT // AT_ONCE:
        wrong.append(f"only {made} of {COUNT // AT_ONCE} templates of made words are transformed")
    print("\n".join(wrong[:SHOWN]))
    print(f"{len(outputs)} of {len(sources)} templates written and read by four readers, {made * AT_ONCE} made words among them: {len(wrong)} differences")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
