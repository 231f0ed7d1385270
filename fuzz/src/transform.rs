//! The transform.

use canaryform::diagnostics::codes;
use canaryform::{Diagnostic, Format, Options, Output, Template, read, transform, write};

/// A text that is a template: see [`check`].
pub fn holds(data: &[u8]) {
    if let Ok(input) = read(data) {
        check(&input.template, data, &Options::new("eu-west-1"));
    }
}

/// A template gives the same twice; each finding has a place in its `text`; no resource is lost without a finding; the
/// output reads back from YAML and JSON, and is what the transform makes of it.
pub fn check(template: &Template, text: &[u8], options: &Options<'_>) -> Output {
    let one = transform(template.clone(), options);
    let two = transform(template.clone(), options);
    assert_eq!(
        format!("{:?}", one.diagnostics),
        format!("{:?}", two.diagnostics),
        "other findings the second time"
    );
    let mut placed = one.diagnostics.clone();
    canaryform::template::place(&mut placed, text);
    if let Some(lost) = placed.iter().find(|found| found.span.is_none()) {
        panic!("no place for {} at {}", lost.code, lost.path);
    }
    if one.has_errors() {
        return one;
    }
    if let Some(id) = lost(template, &one) {
        panic!("the resource `{id}` is lost without a finding");
    }
    let yaml = write(&one.template, Format::Yaml);
    assert_eq!(
        yaml,
        write(&two.template, Format::Yaml),
        "another template the second time"
    );
    let json = write(&one.template, Format::Json);
    for text in [&yaml, &json] {
        let again = read(text.as_bytes())
            .unwrap_or_else(|faults| panic!("the output is not read: {faults:?}\n{text}"));
        assert!(again.template == one.template, "read otherwise\n{text}");
    }
    if passes_on_what_it_refuses(&one) {
        return one;
    }
    let third = transform(one.template.clone(), options);
    assert!(
        !third.has_errors(),
        "the output is refused: {:?}\n{yaml}",
        third.diagnostics
    );
    assert!(
        third.template == one.template,
        "not idempotent\n{yaml}\n---\n{}",
        write(&third.template, Format::Yaml)
    );
    one
}

/// Whether a connector's condition that is no name went on, as SAM has it: told, and refused where a resource has it.
fn passes_on_what_it_refuses(output: &Output) -> bool {
    output
        .diagnostics
        .iter()
        .any(|found| found.code == codes::MALFORMED_CONDITION)
}

/// A resource of the template that is not in the output, that nothing in the output was made for, and that no finding
/// speaks of.
fn lost<'t>(template: &'t Template, output: &Output) -> Option<&'t str> {
    let made = output.template.resources();
    let speaks_of = |found: &Diagnostic, id: &str| {
        found.resource.as_deref() == Some(id) || found.path.resource_id() == Some(id)
    };
    template
        .resources()?
        .keys()
        .map(|id| id.as_str())
        // These are functions: what they stand for has other ids.
        .filter(|id| !id.starts_with("Fn::"))
        .find(|id| {
            let is_there = made.is_some_and(|made| made.contains_key(*id));
            let is_source = |origin: &canaryform::origin::Origin| {
                origin.source.as_deref() == Some(*id)
                    || origin
                        .because
                        .iter()
                        .any(|path| path.resource_id() == Some(*id))
            };
            !is_there
                && !output.origins.values().any(is_source)
                && !output.diagnostics.iter().any(|found| speaks_of(found, id))
        })
}
