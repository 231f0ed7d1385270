//! Work grows no faster than the template: each kind grows one thing, and twice as much of it may ask the allocator for
//! hardly more than twice the memory. Counted, not timed, so that the answer is the same on every machine.

#![allow(clippy::expect_used, reason = "a test that cannot go on should panic")]

use canaryform::{Format, Options, Value, read, transform, write};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::fmt::Write as _;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The kinds of templates: see the file.
const KINDS: &str = include_str!("../benches/growth.yaml");

const SAM: &str = "Transform: AWS::Serverless-2016-10-31\n";

const FUNCTION: &str = "    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
";

/// A template of the kind, with so many parts.
fn template(kind: &Value, size: usize) -> String {
    let part = |name: &str| {
        let part = kind.get(name).and_then(Value::as_str);
        part.unwrap_or_default().replace("{FUNCTION}", FUNCTION)
    };
    let (mut text, each) = (part("before"), part("each"));
    if !text.starts_with("Transform:") {
        text.insert_str(0, SAM);
    }
    for number in 0..size {
        // Numbers of one length, so that twice as many are twice as long.
        text += &each.replace('%', &(10_000 + number).to_string());
    }
    text + &part("after")
}

/// How many bytes the allocator is asked for, all in all, by a transform of the template.
fn work(text: &str) -> usize {
    let region = Region::new(ALLOCATOR);
    let read = read(text.as_bytes()).expect("a template that can be read");
    let output = transform(read.template, &Options::new("eu-west-1"));
    write(&output.template, Format::Yaml);
    let change = region.change();
    change.bytes_allocated + change.bytes_reallocated.unsigned_abs()
}

#[test]
fn twice_as_much_takes_twice_the_work() {
    let kinds = read(KINDS.as_bytes()).expect("the kinds").template.0;
    let mut faults = String::new();
    for (what, kind) in &kinds {
        let [small, large] = [400, 800].map(|size| work(&template(kind, size)));
        if large * 10 > small * 23 {
            let _ = writeln!(faults, "{what}: {small} bytes become {large} bytes");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}
