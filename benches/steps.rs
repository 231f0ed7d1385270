//! The three steps of a transform apart: `cargo bench --bench steps`.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on should panic"
)]

use canaryform::{Format, Options, Template, read, transform, write};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// How many functions the measured templates have: 7 KB of YAML, and 0.8 MB.
const SIZES: [usize; 2] = [4, 500];

/// A template of `count` functions, each with an alias, a preference, an alarm and a hook.
fn text(count: usize) -> String {
    let function = include_str!("function.yaml");
    (0..count).fold(include_str!("head.yaml").to_owned(), |text, i| {
        text + &function.replace("{{i}}", &i.to_string())
    })
}

fn template(count: usize) -> Template {
    read(text(count).as_bytes()).unwrap().template
}

#[divan::bench(args = SIZES, name = "1 read")]
fn reading(bencher: Bencher<'_, '_>, count: usize) {
    let text = text(count);
    bencher.bench(|| read(black_box(text.as_bytes())));
}

#[divan::bench(args = SIZES, name = "2 transform")]
fn transforming(bencher: Bencher<'_, '_>, count: usize) {
    let template = template(count);
    bencher
        .with_inputs(|| template.clone())
        .bench_values(|template| transform(template, &Options::new("us-east-1")));
}

#[divan::bench(args = SIZES, name = "3 write")]
fn writing(bencher: Bencher<'_, '_>, count: usize) {
    let output = transform(template(count), &Options::new("us-east-1"));
    assert!(!output.has_errors(), "{:?}", output.diagnostics);
    bencher.bench(|| write(black_box(&output.template), Format::Yaml));
}
