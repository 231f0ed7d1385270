//! Work grows no faster than the template: each case grows one thing, and twice as much of it may ask the allocator for
//! hardly more than twice the memory. Counted, not timed, so that the answer is the same on every machine.

use canaryform::{Format, Options, read, transform, write};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::fmt::Write as _;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A template that has something N times: what stands before, once for each number, and after. `%` is the number.
struct Case {
    what: &'static str,
    before: &'static str,
    each: &'static str,
    after: &'static str,
}

const FUNCTION: &str = "    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
";

const CASES: &[Case] = &[
    Case {
        what: "functions with a preference",
        before: "Resources:\n",
        each: "  F%:\n{FUNCTION}      AutoPublishAlias: live\n      DeploymentPreference: {Type: AllAtOnce}\n",
        after: "",
    },
    Case {
        what: "functions of Globals",
        before: "Globals:\n  Function:\n    AutoPublishAlias: live\n    Tags: {a: b}\n    Environment: {Variables: {A: b}}\nResources:\n",
        each: "  F%:\n{FUNCTION}",
        after: "",
    },
    Case {
        what: "conditions that nobody declares",
        before: "Resources:\n",
        each: "  F%:\n    Condition: Nope%\n{FUNCTION}",
        after: "",
    },
    Case {
        what: "dotted references to nothing",
        before: "Resources:\n  Greeter:\n{FUNCTION}      AutoPublishAlias: live\nOutputs:\n",
        each: "  O%: {Value: !Ref Greeter.Aliass%}\n",
        after: "",
    },
    Case {
        what: "references in one text",
        before: "Resources:\n  Greeter:\n{FUNCTION}Outputs:\n  All:\n    Value: !Sub '",
        each: "${Greeter.Arn}${AWS::Region}%",
        after: "'\n",
    },
    Case {
        what: "layers, and a text that names them",
        before: "Resources:\n",
        each: "  L%: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: s3://bucket/key%}}\n",
        after: "",
    },
    Case {
        what: "events of one bucket",
        before: "Resources:\n  Photos: {Type: AWS::S3::Bucket}\n  Greeter:\n{FUNCTION}      Events:\n",
        each: "        E%: {Type: S3, Properties: {Bucket: !Ref Photos, Events: 's3:ObjectCreated:*'}}\n",
        after: "",
    },
    Case {
        what: "triggers of one user pool",
        before: "Resources:\n  Pool: {Type: AWS::Cognito::UserPool}\n  Greeter:\n{FUNCTION}      Events:\n",
        each: "        E%: {Type: Cognito, Properties: {UserPool: !Ref Pool, Trigger: T%}}\n",
        after: "",
    },
    Case {
        what: "routes of an HTTP API",
        before: "Resources:\n  Greeter:\n{FUNCTION}      Events:\n",
        each: "        E%: {Type: HttpApi, Properties: {Path: /p%, Method: get}}\n",
        after: "",
    },
    Case {
        what: "routes of a REST API",
        before: "Resources:\n  Greeter:\n{FUNCTION}      Events:\n",
        each: "        E%: {Type: Api, Properties: {Path: /p%, Method: get}}\n",
        after: "",
    },
    Case {
        what: "routes with an authorizer each",
        before: "Resources:\n  Shop:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: prod, Auth: {Authorizers: {A: {UserPoolArn: arn}}}}\n  Greeter:\n{FUNCTION}      Events:\n",
        each: "        E%: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /p%, Method: get, Auth: {Authorizer: A}}}\n",
        after: "",
    },
    Case {
        what: "routes with a model of the body",
        before: "Resources:\n  Shop:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: prod, Models: {M: {type: object}}}\n",
        each: "  F%:\n{FUNCTION}      Events: {A: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /p%, Method: get, RequestModel: {Model: M, ValidateBody: true}}}}\n",
        after: "",
    },
    Case {
        what: "routes with a resource policy each",
        before: "Resources:\n  Shop: {Type: AWS::Serverless::Api, Properties: {StageName: prod}}\n",
        each: "  F%:\n{FUNCTION}      Events: {A: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /p%, Method: get, Auth: {ResourcePolicy: {IpRangeWhitelist: [1.2.3.4]}}}}}\n",
        after: "",
    },
    Case {
        what: "APIs that share a usage plan",
        before: "Resources:\n",
        each: "  A%:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: prod\n      Auth: {ApiKeyRequired: true, UsagePlan: {CreateUsagePlan: SHARED}}\n      DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}\n",
        after: "",
    },
    Case {
        what: "APIs with domains of one zone",
        before: "Resources:\n",
        each: "  A%:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: prod\n      Domain: {DomainName: d%.example.com, CertificateArn: arn, Route53: {HostedZoneId: Z}}\n      DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}\n",
        after: "",
    },
    Case {
        what: "managed policies",
        before: "Resources:\n  Greeter:\n{FUNCTION}      Policies:\n",
        each: "        - arn:aws:iam::1:policy/p%\n",
        after: "",
    },
    Case {
        what: "permissions of one topic's queues",
        before: "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n  Greeter:\n{FUNCTION}      Events:\n",
        each: "        E%: {Type: SNS, Properties: {Topic: !Ref Topic, SqsSubscription: true}}\n",
        after: "",
    },
    Case {
        what: "numbers that reading changes",
        before: "Resources:\n  Greeter:\n{FUNCTION}Metadata:\n  Numbers:\n",
        each: "    - 1.%00\n",
        after: "",
    },
    Case {
        what: "properties that there are not",
        before: "Resources:\n",
        each: "  F%:\n{FUNCTION}      Tiemout: 3\n",
        after: "",
    },
];

/// How many bytes the allocator is asked for, all in all, by a transform of the case at this size.
fn work(case: &Case, size: usize) -> usize {
    let mut text = "Transform: AWS::Serverless-2016-10-31\n".to_owned();
    text += &case.before.replace("{FUNCTION}", FUNCTION);
    for number in 0..size {
        let each = case.each.replace("{FUNCTION}", FUNCTION);
        // Numbers of one length, so that twice as many are twice as long.
        let _ = write!(
            text,
            "{}",
            each.replace('%', &format!("{}", 10_000 + number))
        );
    }
    text += case.after;
    let region = Region::new(ALLOCATOR);
    let made = read(text.as_bytes())
        .map(|read| transform(read.template, &Options::new("eu-west-1")))
        .map(|output| (write(&output.template, Format::Yaml), output.diagnostics));
    assert!(made.is_ok(), "{} cannot be read", case.what);
    let change = region.change();
    change.bytes_allocated + change.bytes_reallocated.unsigned_abs()
}

#[test]
fn twice_as_much_takes_twice_the_work() {
    let mut faults = String::new();
    for case in CASES {
        let [small, large] = [400, 800].map(|size| work(case, size));
        if large * 10 > small * 23 {
            let _ = writeln!(faults, "{}: {small} bytes become {large} bytes", case.what);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}
