//! Every SAM resource, and every plain one with keys of ours, becomes what CloudFormation knows.

use crate::deployment::Deployment;
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::group;
use crate::gradual::hooks::wiring::Wired;
use crate::inheritance::Inheritance;
use crate::language::logical_id;
use crate::origin::Origins;
use crate::plain;
use crate::resource::SamResource;
use crate::resource::property;
use crate::sam::api::draft::Apis;
use crate::sam::api::{route53, usage_plan};
use crate::sam::common::Common;
use crate::sam::connector::{self, embedded, embedded::Embedded};
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::sam::shares::Shares;
use crate::sam::{attributes, early_reads, events, type_of, unread};
use crate::scope::Scope;
use crate::stack::{Conditions, Names, Stack};
use crate::template::{Path, Step, Template};
use crate::tree::Map;
use std::collections::{HashMap, HashSet};

/// Lowers the resources, then what they leave for the template as a whole, and puts each generated resource behind the
/// one that asked for it.
pub(crate) fn lower(
    scope: &Scope<'_>,
    template: &mut Template,
    apis: &mut Apis,
    conditions: Conditions,
    inheritance: &Inheritance,
    wired: &mut Wired,
) -> (Names, Origins, Vec<Deployment>) {
    let Some(resources) = template.section_mut("Resources") else {
        return Default::default();
    };
    let stack = Stack::new(std::mem::take(resources), conditions);
    let mut common = Common::new(stack, std::mem::take(&mut apis.drafts), inheritance);
    let (mut deployments, shares) = lower_all(scope, &mut common, &apis.order);
    let mut stack = common.stack;
    events::tag_buckets(scope, &mut stack, &shares.taggers);
    usage_plan::lower_shared(scope, &mut stack, &shares.plan);
    route53::lower_shared(scope, &mut stack, shares.records);
    for (function, made) in wired.made.drain(..) {
        stack.add(scope, &function, made);
    }
    group::complete(scope, &mut stack, &mut deployments);
    group::lower(scope, &mut stack, &deployments);
    let (all, names, conditions, origins) = stack.finish();
    *resources = all;
    conditions.write_into(template);
    (names, origins, deployments)
}

/// Lowers every resource that is not CloudFormation's own, stage by stage, in the template's order within each, or in `order`.
fn lower_all(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    order: &HashMap<String, usize>,
) -> (Vec<Deployment>, Shares) {
    let own = common.stack.own.iter().enumerate();
    let mut staged: Vec<(Stage, usize, usize, &'static ResourceType)> = own
        .filter_map(|(index, (id, resource))| {
            let kind = type_of(resource).or_else(|| plain::type_of(resource))?;
            let rank = order.get(id.as_str()).copied().unwrap_or(index);
            Some((kind.stage, rank, index, kind))
        })
        .collect();
    staged.sort_by_key(|(stage, rank, _, _)| (*stage, *rank));
    let embedded = embedded::take(scope, &mut common.stack.own);
    let has_connectors = staged
        .last()
        .is_some_and(|(stage, ..)| *stage == Stage::Connectors);
    if has_connectors || !embedded.is_empty() {
        let own = &common.stack.own;
        let of_sam = staged.iter().filter(|(.., kind)| !kind.is_plain());
        let typed = of_sam.filter_map(|(_, _, index, kind)| {
            Some((own.get_index(*index)?.0.to_string(), kind.name))
        });
        common.joints.sam_types = typed.collect();
    }
    let mut deployments = Vec::new();
    let mut shares = Shares::default();
    for (_, _, index, kind) in staged {
        if !scope.has_room() {
            break;
        }
        let Some((id, slot)) = common.stack.own.get_index_mut(index) else {
            continue;
        };
        let sam = if kind.is_plain() {
            SamResource::plain(id, slot.take())
        } else {
            SamResource::new(id, slot.take())
        };
        let lowered = lower_one(scope, common, kind, sam);
        deployments.extend(lowered.deployment);
        shares.extend(lowered.shares);
    }
    for (id, connector) in embedded {
        lower_embedded(scope, common, &id, connector);
    }
    (deployments, shares)
}

/// Lowers one resource, and adds what was made of it where nothing is wrong with it. Gives what it leaves for the template
/// as a whole.
fn lower_one(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    kind: &'static ResourceType,
    sam: SamResource,
) -> Lowered {
    if !sam.is_plain() {
        attributes::tell(scope, kind, &sam);
    }
    early_reads::tell(scope, kind.name, &sam);
    unread::tell(scope, common.inheritance, kind.name, &sam);
    let faults = check(scope, kind, &sam);
    if !faults.is_empty() {
        find_more_faults(scope, common, kind, sam, faults);
        return Lowered::default();
    }
    let id = sam.id.clone();
    let kept = sam.attributes.kept.clone();
    let watch = scope.watch();
    let mut lowered = run(scope, common, kind, sam);
    if watch.is_sound() {
        note_names(&mut common.stack.names, kind, &id, &lowered);
        attributes::tell_lost(scope, &id, &kept, &lowered.made);
        let made = std::mem::take(&mut lowered.made);
        common.stack.add(scope, &id, made);
    }
    lowered
}

/// Lowers a connector that stands in another resource.
fn lower_embedded(scope: &Scope<'_>, common: &mut Common<'_>, id: &str, connector: Embedded) {
    let watch = scope.watch();
    let owner = connector.owner.clone();
    let lowered = embedded::lower(scope, common, id, connector);
    if watch.is_sound() {
        note_names(&mut common.stack.names, &connector::TYPE, id, &lowered);
        common.stack.add(scope, &owner, lowered.made);
    }
}

fn run(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    kind: &ResourceType,
    sam: SamResource,
) -> Lowered {
    match kind.lower {
        Lower::Alone(lower) => lower(scope, sam),
        Lower::Among(lower) => lower(scope, common, sam),
    }
}

/// What is wrong with a resource at first sight; what is odd only is told.
fn check(scope: &Scope<'_>, kind: &'static ResourceType, sam: &SamResource) -> Vec<Diagnostic> {
    let id = &sam.id;
    let aside = scope.aside();
    if !logical_id::is_valid(id) {
        aside.report(
            Diagnostic::new(
                codes::INVALID_LOGICAL_ID,
                Path::resource(id),
                format!("the logical id `{id}` holds something other than letters and digits"),
            )
            .on_key()
            .help("CloudFormation allows only A-Z, a-z and 0-9 in logical ids"),
        );
    }
    let path = Path::resource(id).then("Properties");
    if kind.lets_unknown_pass() {
        let is_known = |name: &str| kind.properties.iter().any(|row| row.name == name);
        let known = sam.properties.iter().filter(|(name, _)| is_known(name));
        let known = known.map(|(name, value)| (name.clone(), value.clone()));
        check_properties(&aside, kind, &known.collect(), &path);
    } else {
        check_properties(&aside, kind, &sam.properties, &path);
    }
    let (faults, others): (Vec<_>, Vec<_>) = aside
        .into_findings()
        .into_iter()
        .partition(Diagnostic::is_error);
    for finding in others {
        scope.report(finding);
    }
    faults
}

fn check_properties(scope: &Scope<'_>, kind: &ResourceType, properties: &Map, path: &Path) {
    let owner = &format_args!("`{}`", kind.name);
    property::check(scope, kind.properties, properties, owner, path);
}

/// Tells the `faults` of a resource whose shape is wrong, and what else is wrong with it: it is lowered aside, and of
/// what is found there that is told which does not follow from the faults.
///
/// The reference goes no further with such a resource.
fn find_more_faults(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    kind: &ResourceType,
    mut sam: SamResource,
    faults: Vec<Diagnostic>,
) {
    let id = sam.id.clone();
    let depth = Path::resource(&id).then("Properties").0.len();
    let property_of = |finding: &Diagnostic| match finding.path.0.get(depth) {
        Some(Step::Key(name)) => Some(name.to_string()),
        _ => None,
    };
    let misspelt = property::misspelt(kind.properties, &sam.properties);
    let misspelt = misspelt.into_iter().map(str::to_owned);
    let at_fault: HashSet<String> = faults
        .iter()
        .filter_map(property_of)
        .chain(misspelt)
        .collect();
    faults.into_iter().for_each(|fault| scope.report(fault));
    sam.properties
        .retain(|name, _| !at_fault.contains(name.as_str()));
    sam.is_refused = true;
    let aside = scope.aside();
    run(&aside, common, kind, sam);
    for finding in aside.into_findings() {
        let is_its_own = finding.resource.as_deref() == Some(&id);
        if is_its_own && property_of(&finding).is_some_and(|name| !at_fault.contains(&name)) {
            scope.report(finding);
        }
    }
}

/// Remembers what references to a resource now stand for; of several resources with one name the last counts.
fn note_names(names: &mut Names, kind: &ResourceType, id: &str, lowered: &Lowered) {
    if let Some(new) = &lowered.renamed {
        names.renamed.insert(id.to_owned(), new.clone());
    }
    names.connectors.extend(lowered.connectors.clone());
    for (made, made_type) in lowered.made.types() {
        for (name, _) in kind.referable.iter().filter(|(_, of)| *of == made_type) {
            names
                .referable
                .insert([id, ".", name].concat(), made.to_owned());
        }
    }
    if let Some(condition) = &lowered.condition {
        names.conditional.insert(id.to_owned(), condition.clone());
    }
}
