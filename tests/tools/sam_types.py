#!/usr/bin/env python3
"""Compares us with the SAM translator on random resources of the types that recorded cases hardly hold.

    sam_types.py [--count N] [--seed N] [--only TYPE,...] [BINARY]

Draws web functions, images of microVMs, network connectors and GraphQL APIs, with and without Globals, out of the values
that their properties take and of values that they do not. Prints how many were asked, accepted and refused of each type;
exit code 1 where an answer differs, or where a type was hardly ever accepted. Needs aws-sam-translator, and cargo where no
BINARY is given.
"""

import argparse
import copy
import logging
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import sam
from mutations import REGIONS, VALUES, verdict

ROOT = Path(__file__).resolve().parents[2]
NOTHING = {"Ref": "AWS::NoValue"}
GIVEN = {"Ref": "Given"}
TEXTS = ["a-text", GIVEN, {"Fn::Sub": "${Given}-x"}, {"Fn::If": ["C", "a", "b"]}, {"Fn::If": ["C", GIVEN, NOTHING]}, {"Fn::ImportValue": "shared"}]
TAGS = [{"team": "a"}, {"team": GIVEN, "empty": None}, {"lambda:createdBy": "me"}, {"graphqlapi:createdBy": "me"}, {}]
FLAGS = [True, False]
RUNTIME = {"Name": "APPSYNC_JS", "Version": "1.0.0"}


def some(*values):
    """One of the values, and rarely one that is probably wrong."""
    return list(values)


#: The properties of each type: the values that each is drawn from. The first ones are needed.
TYPES = {
    "WebFunction": (
        {
            "AuthType": some("IamAuth", "ApplicationManaged", GIVEN),
            "Runtime": some(*TEXTS),
            "CodeUri": some("s3://b/k", "S3://b//k?versionId=3", "s3://b/", {"Bucket": "b", "Key": "k"}, {"Bucket": GIVEN, "Key": "k", "Version": None},
                            {"Bucket": "b", "Key": "k", "StorageMode": "x"}),
        },
        {
            "FunctionName": some(*TEXTS, {}, {"a": 1, "b": 2}), "Tags": TAGS, "ReplicaRegions": some(
                ["US", "eu"], ["sparse_global", "x-y"], ["all_standard", GIVEN], [], {}, {"IncludeRegions": ["US", "CA"], "ExcludeRegions": ["us-west-1", "ap"]},
                {"IncludeRegions": [GIVEN]}, {"IncludeRegions": ["EU"], "ExcludeRegions": [GIVEN]}, {"ExcludeRegions": ["EU"]}, {"Regions": ["EU"]},
                {"IncludeRegions": [GIVEN], "ExcludeRegions": ["EU"]}, ["mars"], {"Fn::If": ["C", ["a"], ["b"]]}, {"IncludeRegions": GIVEN}),
            "RevisionDescription": TEXTS, "KmsKeyArn": TEXTS, "ExecutionRoleArn": some(*TEXTS, "", NOTHING),
            "EnvironmentVariables": some({"A": 1, "B": True, "c_1": 1.5, "D": None, "E": ["x"], "F": GIVEN}, {"A": 1e20, "B": -0.0}, {}, GIVEN,
                                         {"Fn::If": ["C", {"A": "b"}, NOTHING]}, {"_A": "b"}, {"A": ""}, {"A": "x" * 4097}, {"A-B": "c"},
                                         {"AWS_LAMBDA_NODEJS_ENTRYPOINT": "a", "Z": "z"}),
            "EntryPoint": some("server.js", GIVEN, ""), "MaxConcurrencyPerEnvironment": some(0, 5, GIVEN), "EgressNetworkConnectorArn": some(
                "arn:aws:lambda:us-east-1:1:network-connector:n:1", "arn:x:lambda:::network-connector:n:1", "arn:aws:lambda:r:1:network-connector:n",
                {"Fn::GetAtt": ["A", "Arn"]}, "", 5),
            "Timeout": some(3, 900, 30, 2, 901, GIVEN, {"Fn::If": ["C", 3, 4]}), "LoggingConfig": some({"LogGroup": "g"}, {}, GIVEN),
            "EndpointName": some(*TEXTS, ""), "EndpointDescription": TEXTS, "ScalingConfig": some({"Min": 1}, {}), "ThrottleConfig": some({"Rate": 1}, GIVEN),
            "EndpointType": some("HomeRegion", "MultiRegion", "PerRegion", "Other", {"Ref": "Kind"}, {"Fn::If": ["C", {"Ref": "Kind"}, "x"]}, {"Fn::Sub": "PerRegion"}),
            "AutoDeploymentMode": some("LatestRevision", "Disabled", "Disabled", "Disabled", {"Ref": "Mode"}, {"Fn::Sub": "Disabled"}, "disabled", ""),
            "RevisionWeights": some({"r1": 40, "r2": 60}, {"r1": 100}, {"r1": GIVEN, "r2": 5}, {"r1": True, "r2": 99}, {}, {"r1": 50}, {"a": 1, "b": 1, "c": 98},
                                    {"r": 1.5}, {"Fn::If": ["C", 1, 2]}, [100]),
            "InlineCode": some("x", ""),
        },
    ),
    "MicrovmImage": (
        {
            "Name": TEXTS, "CodeUri": some("s3://b/k", "s3://b", "S3://b/k", "local.zip", "https://x/y", "s3:///k", {"Ref": "Uri"}, {"Fn::Sub": "s3://${Given}/k"},
                                           {"Fn::If": ["C", {"Ref": "Uri"}, "s3://z/k"]}, {"Fn::Join": ["", ["s3://", GIVEN]]}),
            "BaseImageArn": TEXTS, "BaseImageVersion": TEXTS,
        },
        {
            "BuildRoleArn": some(*TEXTS, "", {}, NOTHING), "Description": some(*TEXTS, ""), "Tags": TAGS, "PropagateTags": FLAGS,
            "EnvironmentVariables": some({"A": 1, "B": None, "c-d": GIVEN}, {}),
            "Logging": some({"Disabled": True}, {"Disabled": "off"}, {"CloudWatch": {"LogGroup": GIVEN, "LogStream": 5}}, {}, {"Level": 1}, {"CloudWatch": None}),
            "EgressNetworkConnectors": some(["a", GIVEN, 5], [], ["a", None]), "CpuConfigurations": some([{"Architecture": "ARM_64"}], [{"Architecture": GIVEN}], [], [{}], [{"Architecture": "x86_64"}]),
            "Resources": some([{"MinimumMemoryInMiB": 512}], [{"MinimumMemoryInMiB": "512"}], [{"MinimumMemoryInMiB": 1.5}, {"MinimumMemoryInMiB": GIVEN}], [{"MinimumMemoryInMiB": "x"}]),
            "AdditionalOsCapabilities": some(["ALL"], [GIVEN], [], ["SOME"]),
            "Hooks": some({"Port": 80, "MicrovmHooks": {"Run": "ENABLED", "RunTimeoutInSeconds": "5", "Terminate": GIVEN}}, {"MicrovmImageHooks": {"Ready": "DISABLED", "ValidateTimeoutInSeconds": 1}},
                          {}, {"Port": "x"}, {"MicrovmHooks": {"Run": True}}, {"MicrovmHooks": {"Other": 1}}, {"MicrovmImageHooks": None}),
        },
    ),
    "NetworkConnector": (
        {
            "VpcConfig": some({"SubnetIds": ["s", GIVEN], "SecurityGroupIds": ["g"], "NetworkProtocol": "IPv4"}, {"NetworkProtocol": GIVEN, "SecurityGroupIds": [], "SubnetIds": ["s"]},
                              {"SubnetIds": ["s"], "SecurityGroupIds": ["g"], "NetworkProtocol": "DualStack"}, {"SubnetIds": ["s"], "SecurityGroupIds": ["g"]},
                              {"SubnetIds": GIVEN, "SecurityGroupIds": ["g"], "NetworkProtocol": "IPv4"}, {"SubnetIds": ["s"], "SecurityGroupIds": ["g"], "NetworkProtocol": "IPv6"},
                              {"SubnetIds": [5], "SecurityGroupIds": ["g"], "NetworkProtocol": "IPv4"}, {"SubnetIds": ["s"], "SecurityGroupIds": ["g"], "NetworkProtocol": "IPv4", "VpcId": "v"}),
        },
        {
            "Name": some(*TEXTS, ""), "OperatorRole": some(*TEXTS, "", {}, NOTHING), "Tags": TAGS, "PropagateTags": FLAGS,
            "ComputeTypes": some(["MicroVm"], ["WebFunction"], [GIVEN], [{}], [], ["MicroVm", "WebFunction"], ["Vm"], [5]),
        },
    ),
    "GraphQLApi": (
        {
            "Auth": some({"Type": "AWS_IAM"}, {"Type": "API_KEY", "Additional": []}, {"Type": "AWS_LAMBDA", "LambdaAuthorizer": {"AuthorizerUri": GIVEN, "AuthorizerResultTtlInSeconds": 0}},
                         {"Type": "OPENID_CONNECT", "OpenIDConnect": {"Issuer": "i", "IatTTL": None}}, {"Type": "OPENID_CONNECT", "OpenIDConnect": {}},
                         {"Type": "AMAZON_COGNITO_USER_POOLS", "UserPool": {"UserPoolId": GIVEN, "DefaultAction": "ALLOW"}}, {"Type": "AWS_IAM", "UserPool": {"UserPoolId": "p"}},
                         {"Type": "API_KEY", "Additional": [{"Type": "AWS_LAMBDA", "LambdaAuthorizer": {"AuthorizerUri": "arn:f"}}, {"Type": "AMAZON_COGNITO_USER_POOLS", "UserPool": {"UserPoolId": "p", "DefaultAction": "DENY"}}]},
                         {"Type": "AWS_LAMBDA"}, {"Type": "IAM"}, {"Type": "AWS_LAMBDA", "LambdaAuthorizer": {"AuthorizerUri": ""}}, {"Type": "AWS_IAM", "UserPool": {"UserPoolId": "p"}, "OpenIDConnect": {}}),
            "SchemaUri": some("s3://b/k", "schema.graphql"),
        },
        {
            "Name": some(*TEXTS, ""), "Tags": TAGS, "XrayEnabled": some(True, "off", 1, "maybe"), "Logging": some(True, False, {}, {"FieldLogLevel": GIVEN, "ExcludeVerboseContent": True}, {"CloudWatchLogsRoleArn": NOTHING}, {"Level": 1}),
            "SchemaInline": some("", "type Query"), "Visibility": some("GLOBAL", ""), "OwnerContact": some("me"), "IntrospectionConfig": some("DISABLED"), "QueryDepthLimit": some(0, 5), "ResolverCountLimit": some(GIVEN),
            "ApiKeys": some({"Key": {}}, {"Schema": {"ExpiresOn": 5}}, {"a-b": {}}, {"Key": {"Other": 1}}, {"Key": None}, {}),
            "Cache": some({"ApiCachingBehavior": "x", "Ttl": 0, "Type": GIVEN}, {"Ttl": 1}), "DomainName": some({"CertificateArn": GIVEN, "DomainName": "d", "Description": ""}, {}),
            "DataSources": some({"DynamoDb": {"Shelf": {"TableName": GIVEN}}}, {"DynamoDb": {"Shelf": {"TableName": "t", "TableArn": GIVEN, "Permissions": ["Read"], "Region": "", "Versioned": True}}},
                                {"Lambda": {"Shelf": {"FunctionArn": {"Fn::GetAtt": ["A", "Arn"]}, "ServiceRoleArn": NOTHING}}}, {"Lambda": {"Shelf": {"FunctionArn": GIVEN}}, "DynamoDb": {"Shelf": {"TableName": "t", "DeltaSync": {"BaseTableTTL": 1, "DeltaSyncTableName": "d", "DeltaSyncTableTTL": 1}}}},
                                {"DynamoDb": {"Shelf": {}}}, {"DynamoDB": {}}, {"DynamoDb": {"Shelf": {"TableName": "t", "Permissions": ["Delete"]}}}, {}),
            "Functions": some({"step": {"DataSource": "none", "InlineCode": "c", "Runtime": RUNTIME}}, {"step": {"DataSource": "Shelf", "CodeUri": "s3://b/k", "Runtime": RUNTIME, "MaxBatchSize": 0, "Name": 5}},
                              {"step": {"Id": GIVEN}}, {"step": {"DataSource": {"Fn::ImportValue": "x"}, "CodeUri": "x.js", "Runtime": RUNTIME, "Sync": {"ConflictDetection": "VERSION"}}}, {"step": {"Id": "i", "Name": "n"}},
                              {"step": {"DataSource": "NONE", "InlineCode": "c"}}, {"step": {"InlineCode": "c", "Runtime": RUNTIME}}, {"Key": {"DataSource": "none", "InlineCode": "c", "Runtime": RUNTIME}}),
            "Resolvers": some({"Query": {"field": {"Pipeline": ["step"]}}}, {"Query": {"field": {"Pipeline": ["step", "step"], "FieldName": 5, "Caching": {"Ttl": 1, "CachingKeys": ["a", 5]}, "InlineCode": "c", "Runtime": RUNTIME}}},
                              {"Query": {"field": {"Pipeline": ["step"], "CodeUri": "s3://b/k", "Runtime": RUNTIME, "Sync": {"ConflictDetection": "NONE"}, "MaxBatchSize": 0}}}, {"Query": {"field": {"Pipeline": []}}},
                              {"Query": {"field": {"Pipeline": ["other"]}}}, {"Query": {}}, {"Query": {"field": {"Pipeline": ["step"], "Runtime": RUNTIME}}}, {"Query": {"field": {"Pipeline": ["step"], "InlineCode": "c"}}}),
        },
    ),
}
#: What stands in Globals of a type; the others may not, which is drawn too.
GLOBALS = {
    "MicrovmImage": ["BuildRoleArn", "BaseImageArn", "BaseImageVersion", "Logging", "EgressNetworkConnectors", "CpuConfigurations", "Resources", "AdditionalOsCapabilities",
                     "Hooks", "EnvironmentVariables", "Tags", "PropagateTags"],
    "NetworkConnector": ["OperatorRole", "Tags", "PropagateTags"],
    "WebFunction": ["Timeout", "Tags"],
    "GraphQLApi": ["Logging"],
}
ATTRIBUTES = {
    "Condition": ["C"], "DeletionPolicy": ["Retain", None], "UpdateReplacePolicy": ["Retain"], "UpdatePolicy": [{"a": 1}], "Metadata": [{"m": GIVEN}],
    "DependsOn": ["A", ["A", "B"], [], None],
}


class Maker:
    def __init__(self, rng, kind):
        self.rng, self.kind = rng, kind
        #: How often a value is one of anything.
        self.odd = rng.choice([0, 0, 0, 0.05, 0.1])

    def value(self, values):
        # The first half of the values is what is meant to be written; the rest has forms that may be refused.
        pool = values if self.odd or self.rng.random() < 0.3 else values[: max(1, (len(values) + 1) // 2)]
        return copy.deepcopy(self.rng.choice(VALUES if self.rng.random() < self.odd else pool))

    def template(self):
        needed, optional = TYPES[self.kind]
        chance = self.rng.choice([0.1, 0.3, 0.5])
        properties = {name: self.value(values) for name, values in needed.items() if self.rng.random() >= self.odd / 2}
        properties |= {name: self.value(values) for name, values in optional.items() if self.rng.random() < chance * self.weight(name)}
        if self.kind == "GraphQLApi" and self.rng.random() < 0.2:
            properties["SchemaInline"] = properties.pop("SchemaUri", "x")
        if self.rng.random() < self.odd:
            properties["NoSuchProperty"] = 1
        resource = {"Type": f"AWS::Serverless::{self.kind}", "Properties": dict(self.rng.sample(list(properties.items()), len(properties)))}
        resource |= {name: self.value(values) for name, values in ATTRIBUTES.items() if self.rng.random() < 0.08}
        if not isinstance(resource.get("Condition", ""), str):
            del resource["Condition"]
        template = {
            "Transform": "AWS::Serverless-2016-10-31", "Conditions": {"C": {"Fn::Equals": ["a", "b"]}},
            "Parameters": {"Given": {"Type": "String"}, "Kind": {"Type": "String", "Default": "PerRegion"}, "Mode": {"Type": "String", "Default": "Disabled"}, "Uri": {"Type": "String", "Default": "s3://p/k"}},
            "Resources": {"One": resource, "A": {"Type": "AWS::KMS::Key"}, "B": {"Type": "AWS::KMS::Key"}},
        }
        allowed = self.kind in ("MicrovmImage", "NetworkConnector")
        if self.rng.random() < (0.4 if allowed else 0.05):
            names = GLOBALS[self.kind] + (["Name"] if self.rng.random() < self.odd else [])
            pool = needed | optional
            template["Globals"] = {self.kind: {name: self.value(pool.get(name, ["x"])) for name in names if self.rng.random() < 0.3}}
            if allowed and self.rng.random() < 0.3:
                given = list(template["Globals"][self.kind])
                resource["IgnoreGlobals"] = self.rng.choice(["*", given[:1], given])
        if self.rng.random() < 0.03:
            suffix = self.rng.choice(["Role", "Revision", "BuildRole", "OperatorRole", "Schema", "NoneDataSource", "CloudWatchRole"])
            template["Resources"]["One" + suffix] = {"Type": "AWS::KMS::Key"}
        return template

    def weight(self, name):
        """What mostly makes a resource wrong is drawn less often."""
        return {"InlineCode": 0.1, "RevisionWeights": 0.5, "SchemaInline": 0.1}.get(name, 1)


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("binary", nargs="?")
    cli.add_argument("--count", type=int, default=150, help="how many of each type")
    cli.add_argument("--seed", type=int, default=20)
    cli.add_argument("--only", default="")
    options = cli.parse_args()
    logging.disable(logging.CRITICAL)
    binary = options.binary or str(ROOT / "target/debug/canaryform")
    if not options.binary:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    wrong = 0
    for kind in [kind for kind in options.only.split(",") if kind] or TYPES:
        rng = random.Random(f"{options.seed}:{kind}")
        counts = Counter()
        while counts["asked"] < options.count:
            template, region = Maker(rng, kind).template(), rng.choice(REGIONS)
            answer = []
            found = verdict(binary, template, region, answer.append)
            if found is None:
                counts["without an answer"] += 1
                continue
            counts["asked"] += 1
            counts["accepted" if "template" in answer[0] else "refused"] += 1
            if found:
                wrong += 1
                print(f"{kind} {region}: {found[:300]}\n  {template['Resources']['One']} {template.get('Globals', '')}")
        print(f"{kind}: {dict(counts)}")
        if counts["accepted"] < options.count // 4:
            wrong += 1
            print(f"{kind}: hardly any was accepted")
    print(f"{wrong} differ (seed {options.seed})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
