"""What `canaryform diff` says of versions, beside two judges that know nothing of it.

200 pairs of random templates, each of which differs from the other in one or two small changes. "Published" must be what
the reference's ids of versions say (aws-sam-translator), and with `AutoPublishOn: Configuration`, which the reference does
not know, whether a property that a version holds differs in the canonical form below, which is written apart from the
command's.

    diff_judge.py [BINARY] [--pairs 200] [--seed 1]
"""

import argparse
import copy
import json
import logging
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sam import translate  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]

# What a version does not hold, of all that a function may have.
FREE = {"Tags", "ReservedConcurrentExecutions", "CodeSigningConfigArn", "RecursiveLoop", "FunctionScalingConfig", "PublishToLatestPublished", "FunctionName", "PackageType", "TenancyConfig"}
NUMBERS = {"MemorySize", "Timeout", "Size"}
DEFAULTS = {"MemorySize": 128, "Timeout": 3, "Architectures": ["x86_64"]}
INNER = {("EphemeralStorage", "Size"): 512, ("TracingConfig", "Mode"): "PassThrough", ("SnapStart", "ApplyOn"): "None"}
UNORDERED = {"SubnetIds", "SecurityGroupIds"}


def spelled(value):
    """One spelling of an intrinsic function; none for anything else."""
    if not (isinstance(value, dict) and len(value) == 1):
        return None
    (name, given), = value.items()
    if name == "Fn::GetAtt":
        steps = given.split(".") if isinstance(given, str) else [step for part in given for step in part.split(".")]
        return {"Fn::GetAtt": [steps[0], ".".join(steps[1:])]}
    if name == "Fn::Sub":
        if isinstance(given, list) and (len(given) == 1 or not given[1]):
            given = given[0]
        if isinstance(given, str):
            if "${" not in given:
                return given
            inner = given[2:-1]
            if given.startswith("${") and given.endswith("}") and inner.replace(".", "").replace(":", "").isalnum():
                return spelled({"Fn::GetAtt": inner}) if "." in inner else {"Ref": inner}
        return {name: given}
    if name == "Ref" or name.startswith("Fn::"):
        return {name: given}
    return None


def canonical(value, key, parameters, keeps_empty=False):
    """A value as CloudFormation takes it; None where it is as good as not there."""
    if value is None or value == {"Ref": "AWS::NoValue"}:
        return None
    one = spelled(value)
    if isinstance(one, dict) and isinstance(one.get("Ref"), str) and one["Ref"] in parameters:
        value = parameters[one["Ref"]]
    elif isinstance(one, dict):
        return one
    elif one is not None:
        value = one
    if isinstance(value, dict):
        made = {}
        for name, inner in value.items():
            inner = canonical(inner, "text" if key == "Variables" else name, parameters, keeps_empty or name in ("Variables", "ZipFile"))
            if inner is not None:
                made[name] = inner
        for (outer, name), default in INNER.items():
            if outer == key and made.get(name) == default:
                del made[name]
        return made or None
    if isinstance(value, list):
        items = [canonical(item, key, parameters, True) for item in value]
        items = [item for item in items if item is not None]
        if key in UNORDERED:
            items.sort(key=lambda item: json.dumps(item, sort_keys=True))
        return items or None
    if value == "" and not keeps_empty:
        return None
    if key in NUMBERS:
        try:
            return int(float(value))
        except (TypeError, ValueError):
            return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def held(properties, parameters):
    """What a version of the function holds, in one form."""
    made = {}
    for name, value in properties.items():
        if name in FREE:
            continue
        value = canonical(value, name, parameters)
        if value is not None and DEFAULTS.get(name) != value:
            made[name] = value
    return made


def function(rng, mode):
    """A random function that is published."""
    properties = {
        "CodeUri": rng.choice(["s3://bucket/a.zip", "s3://bucket/b.zip", {"Bucket": "bucket", "Key": "k", "Version": "1"}]),
        "Handler": rng.choice(["app.handler", "main.handler"]),
        "Runtime": rng.choice(["python3.13", "nodejs22.x"]),
        "AutoPublishAlias": rng.choice(["live", {"Ref": "Alias"}]),
    }
    some = {
        "MemorySize": rng.choice([128, 512, "512", {"Ref": "Size"}]),
        "Timeout": rng.choice([3, 10, "10"]),
        "Description": rng.choice(["does things", ""]),
        "Environment": {"Variables": {"A": rng.choice(["1", "", {"Ref": "Size"}]), "B": rng.choice(["x", {"Fn::GetAtt": ["Queue", "Arn"]}])}},
        "Tags": {"Team": "a"},
        "EphemeralStorage": {"Size": rng.choice([512, 1024])},
        "ReservedConcurrentExecutions": 5,
        "Architectures": rng.choice([["x86_64"], ["arm64"]]),
        "VpcConfig": {"SubnetIds": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-a"]},
        "Tracing": rng.choice(["Active", "PassThrough"]),
        "VersionDescription": "one",
        "DeploymentPreference": {"Type": rng.choice(["AllAtOnce", "Canary10Percent5Minutes"])},
        "Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:a:1", "arn:aws:lambda:us-east-1:123456789012:layer:b:1"],
    }
    for name, value in some.items():
        if rng.random() < 0.5:
            properties[name] = value
    if mode == "all":
        properties["AutoPublishAliasAllProperties"] = True
    if mode == "configuration":
        properties["AutoPublishOn"] = "Configuration"
    return properties


def change(rng, properties):
    """One small change of a function: what it is, for whoever reads a fault."""
    def variables():
        return properties.setdefault("Environment", {}).setdefault("Variables", {})

    def respell():
        size = properties.get("MemorySize")
        if isinstance(size, int):
            properties["MemorySize"] = str(size)
        elif isinstance(size, str):
            properties["MemorySize"] = int(size)

    def reorder():
        items = list(properties.items())
        rng.shuffle(items)
        properties.clear()
        properties.update(items)

    def flip(name, *values):
        properties[name] = rng.choice([value for value in values if value != properties.get(name)])

    def subnets():
        vpc = properties.setdefault("VpcConfig", {"SubnetIds": ["subnet-b", "subnet-a"], "SecurityGroupIds": ["sg-a"]})
        vpc["SubnetIds"] = list(reversed(vpc["SubnetIds"]))

    def spell_reference():
        for name, value in variables().items():
            if value == {"Fn::GetAtt": ["Queue", "Arn"]}:
                variables()[name] = rng.choice([{"Fn::GetAtt": "Queue.Arn"}, {"Fn::Sub": "${Queue.Arn}"}])

    def layers():
        if "Layers" in properties:
            properties["Layers"] = list(reversed(properties["Layers"]))

    kinds = {
        "code": lambda: flip("CodeUri", "s3://bucket/a.zip", "s3://bucket/c.zip", {"Bucket": "bucket", "Key": "k2"}),
        "memory": lambda: flip("MemorySize", 256, 1024, 2048),
        "spelling of memory": respell,
        "default memory": lambda: properties.pop("MemorySize", None) if properties.get("MemorySize") == 128 else properties.setdefault("MemorySize", 128),
        "timeout": lambda: flip("Timeout", 3, 10, 20),
        "spelling of timeout": lambda: properties.update(Timeout=str(properties["Timeout"])) if "Timeout" in properties else None,
        "handler": lambda: flip("Handler", "app.handler", "main.handler", "other.handler"),
        "runtime": lambda: flip("Runtime", "python3.13", "python3.12"),
        "variable": lambda: variables().update(A=rng.choice(["2", "3"])),
        "new variable": lambda: variables().update({f"N{rng.randrange(9)}": "x"}),
        "spelling of a variable": lambda: variables().update(A=True) if variables().get("A") == "true" else variables().update(F="true"),
        "spelling of a reference": spell_reference,
        "tags": lambda: properties.update(Tags={"Team": rng.choice("bcd")}),
        "concurrency": lambda: properties.update(ReservedConcurrentExecutions=rng.randrange(6, 9)),
        "storage": lambda: properties.update(EphemeralStorage={"Size": rng.choice([512, 2048])}),
        "order": reorder,
        "order of subnets": subnets,
        "order of layers": layers,
        "description": lambda: flip("Description", "does things", "does others"),
        "empty description": lambda: properties.update(Description="") if not properties.get("Description") else None,
        "empty variables": lambda: properties.update(Environment={"Variables": {}}) if "Environment" not in properties else None,
        "shift": lambda: properties.update(DeploymentPreference={"Type": rng.choice(["AllAtOnce", "Linear10PercentEvery1Minute"])}),
        "snap start": lambda: properties.update(SnapStart={"ApplyOn": rng.choice(["None", "PublishedVersions"])}),
    }
    name = rng.choice(list(kinds))
    kinds[name]()
    return name


def template(functions):
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Size": {"Type": "Number", "Default": "512"}, "Alias": {"Type": "String", "Default": "live"}},
        "Resources": {
            **{name: {"Type": "AWS::Serverless::Function", "Properties": properties} for name, properties in functions.items()},
            "Queue": {"Type": "AWS::SQS::Queue"},
        },
    }


def versions(made):
    """The ids of versions by function."""
    found = {}
    for name, resource in made["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Version":
            found[resource["Properties"]["FunctionName"]["Ref"]] = name
    return found


def lowered(functions):
    """The Lambda functions that the reference makes, without what only publishes."""
    plain = {name: {key: value for key, value in properties.items() if key != "AutoPublishOn"} for name, properties in functions.items()}
    answer = translate(json.dumps(template(plain)))
    return {name: answer["template"]["Resources"][name]["Properties"] for name in functions}


def diff(binary, old, new):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("old.json", "new.json")]
        for path, made in zip(paths, (old, new)):
            path.write_text(json.dumps(made))
        done = subprocess.run([binary, "diff", *map(str, paths), "--region", "us-east-1", "--format", "json"], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(f"exit {done.returncode}: {done.stderr}\n{json.dumps(old)}\n{json.dumps(new)}")
    return json.loads(done.stdout)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary", nargs="?", default=str(ROOT / "target/debug/canaryform"))
    arguments.add_argument("--pairs", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    rng = random.Random(given.seed)
    parameters = {"Size": "512", "Alias": "live"}
    faults, tally = [], {True: 0, False: 0}
    by_mode = {}
    for number in range(given.pairs):
        mode = ("code", "all", "configuration")[number % 3]
        old = {name: function(rng, mode) for name in ("First", "Second")[: rng.randrange(1, 3)]}
        new = copy.deepcopy(old)
        changed = rng.choice(list(new))
        kinds = [change(rng, new[changed]) for _ in range(rng.randrange(1, 3))]
        if mode == "configuration":
            before, now = lowered(old), lowered(new)
            # `VersionDescription` is of the version itself, and no change of these pairs.
            expected = {name: held(before[name], parameters) != held(now[name], parameters) for name in old}
        else:
            answers = [translate(json.dumps(template(side))) for side in (old, new)]
            ids = [versions(answer["template"]) for answer in answers]
            expected = {name: ids[0][name] != ids[1][name] for name in old}
        told = diff(given.binary, template(old), template(new))
        published = {found["id"]: bool(found["version"] and found["version"]["published"]) for found in told["functions"]}
        for name, want in expected.items():
            if name == changed:
                tally[want] += 1
                by_mode.setdefault(mode, {True: 0, False: 0})[want] += 1
            if published.get(name, False) != want:
                faults.append(f"pair {number} ({mode}, {', '.join(kinds)}): {name} published {published.get(name, False)}, and the judge says {want}\n  {json.dumps(old[name])}\n  {json.dumps(new[name])}")
    for fault in faults:
        print(fault)
    modes = "; ".join(f"{mode} {found[True]} and {found[False]}" for mode, found in sorted(by_mode.items()))
    print(f"{given.pairs} pairs: {tally[True]} published, {tally[False]} not ({modes}); {len(faults)} judged otherwise")
    if faults or (given.pairs >= 200 and min(tally.values()) < 60):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
