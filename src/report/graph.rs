//! What waits for what around a function, as a picture: the resources that publish it and shift its traffic, with exactly
//! the dependencies by which CloudFormation orders them.
//!
//! What is made first stands left, and an arrow leads to what waits for it. Resources stand in as many columns as the
//! longest chain has links; where an arrow passes a column, it has a place of its own there.

use crate::Output;
use crate::dependencies::Dependencies;
use crate::explain::{Function, Role, text_of};
use crate::template::Template;
use indexmap::{IndexMap, IndexSet};
use serde::Serialize;
use std::collections::HashMap;

/// The picture's measures.
const BOX: (i32, i32) = (212, 46);
const COLUMN: i32 = 282;
const ROW: i32 = 64;
/// The height of the place where an arrow passes a column.
const PASS: i32 = 24;
const MARGIN: i32 = 8;

/// Where the lines of a box begin, from its corner: the id, and below it the type.
const ID: (i32, i32) = (12, 20);
const KIND: (i32, i32) = (12, 36);

/// How many times the order of the columns is brought closer to that of their neighbours.
const SWEEPS: usize = 8;

/// Characters of an id that fit into its box.
const SHOWN: usize = 23;

/// What each resource waits for.
pub(super) struct Neighbours {
    needed: HashMap<String, IndexSet<String>>,
}

impl Neighbours {
    pub(super) fn of(template: &Template) -> Self {
        let mut needed: HashMap<String, IndexSet<String>> = HashMap::new();
        for dependency in Dependencies::of(template).all() {
            let of_one = needed.entry(dependency.from).or_default();
            of_one.insert(dependency.to);
        }
        Self { needed }
    }

    fn needed_by(&self, id: &str) -> impl Iterator<Item = &str> {
        let needed = self.needed.get(id).into_iter().flatten();
        needed.map(String::as_str)
    }
}

/// A picture, in units of its own.
pub(super) struct Drawing {
    pub(super) shape: Shape,
    pub(super) ids: Vec<Words>,
    /// What it shows, in a sentence for each resource that waits for others.
    pub(super) description: String,
}

/// A picture without the ids in it: what the pictures of functions that are deployed alike have in common.
#[derive(PartialEq, Eq, Hash, Serialize)]
pub(super) struct Shape {
    width: i32,
    height: i32,
    arrows: Vec<String>,
    boxes: Vec<BoxView>,
}

#[derive(PartialEq, Eq, Hash, Serialize)]
struct BoxView {
    x: i32,
    y: i32,
    kind: Words,
    /// A word for its looks: its part in the deployment.
    part: &'static str,
}

/// Words in a picture.
#[derive(PartialEq, Eq, Hash, Serialize)]
pub(super) struct Words {
    x: i32,
    y: i32,
    text: String,
}

/// Something in a column: a resource, or the place where an arrow passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Resource(usize),
    Pass,
}

/// Draws what a function's deployment is made of; none where it is not published.
pub(super) fn draw(
    output: &Output,
    neighbours: &Neighbours,
    function: &Function,
) -> Option<Drawing> {
    let parts = parts(output, function)?;
    let ids: Vec<&str> = parts.keys().copied().collect();
    let edges: Vec<(usize, usize)> = ids
        .iter()
        .enumerate()
        .flat_map(|(waiting, id)| {
            let needed = neighbours.needed_by(id);
            let needed = needed.filter_map(|other| parts.get_index_of(other));
            needed
                .filter(move |needed| *needed != waiting)
                .map(move |needed| (needed, waiting))
        })
        .collect();
    let layers = layers(ids.len(), &edges);
    let (columns, links) = columns(&layers, &edges);
    let columns = ordered(columns, &links);
    let heights: Vec<i32> = columns
        .iter()
        .map(|column| height(&links.items, column))
        .collect();
    let most = heights.iter().copied().max().unwrap_or(0);
    // The middle of each item's left side.
    let mut middle = vec![(0, 0); links.items.len()];
    let mut x = MARGIN;
    for (members, own) in columns.iter().zip(&heights) {
        let mut y = MARGIN + (most - own) / 2;
        for member in members {
            let room = room(&links.items, *member);
            if let Some(place) = middle.get_mut(*member) {
                *place = (x, y + room / 2);
            }
            y += room;
        }
        x += COLUMN;
    }
    let at = |item: usize| middle.get(item).copied().unwrap_or_default();
    let corner = |number: usize| {
        let (x, y) = at(number);
        (x, y - BOX.1 / 2)
    };
    let boxes = parts.iter().enumerate().map(|(number, (id, part))| {
        let (x, y) = corner(number);
        let kind = kind_of(output, id).unwrap_or_default();
        BoxView {
            x,
            y,
            kind: Words {
                x: x + KIND.0,
                y: y + KIND.1,
                text: kind.strip_prefix("AWS::").unwrap_or(&kind).to_owned(),
            },
            part,
        }
    });
    let shown = ids.iter().enumerate().map(|(number, id)| {
        let (x, y) = corner(number);
        Words {
            x: x + ID.0,
            y: y + ID.1,
            text: shortened(id),
        }
    });
    Some(Drawing {
        shape: Shape {
            width: x - COLUMN + BOX.0 + MARGIN,
            height: MARGIN * 2 + most,
            arrows: links.chains.iter().map(|chain| path(chain, &at)).collect(),
            boxes: boxes.collect(),
        },
        ids: shown.collect(),
        description: description(&ids, &edges),
    })
}

/// What waits for what, in words.
fn description(ids: &[&str], edges: &[(usize, usize)]) -> String {
    let mut waiting: IndexMap<usize, Vec<&str>> = IndexMap::new();
    for (needed, waits) in edges {
        let needed = ids.get(*needed).copied();
        waiting.entry(*waits).or_default().extend(needed);
    }
    let sentences = waiting.iter().filter_map(|(waits, needed)| {
        Some(format!(
            "{} waits for {}.",
            ids.get(*waits)?,
            all_of(needed)
        ))
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// `A, B and C`
fn all_of(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => words.concat(),
    }
}

fn kind_of(output: &Output, id: &str) -> Option<String> {
    let resource = output.template.resources()?.get(id)?;
    resource.get("Type").map(text_of)
}

/// The resources of a function's deployment, and the part of each.
fn parts<'a>(
    output: &'a Output,
    function: &'a Function,
) -> Option<IndexMap<&'a str, &'static str>> {
    let published = function.published.as_ref()?;
    let resources = output.template.resources()?;
    let mut parts: IndexMap<&str, &'static str> = IndexMap::new();
    let mut add = |id: &'a str, part| {
        if let Some((id, _)) = resources.get_key_value(id) {
            parts.entry(id.as_str()).or_insert(part);
        }
    };
    add(&function.id, "function");
    add(&published.version.id, "version");
    add(&published.alias, "alias");
    if let Some(shift) = &published.shift {
        add(&shift.group, "group");
        for alarm in shift.ways.iter().flat_map(|way| &way.alarms) {
            if let Some(id) = &alarm.id {
                add(id, "alarm");
            }
        }
        for hook in [&shift.before, &shift.after].into_iter().flatten() {
            if let Some(id) = &hook.id {
                add(id, "hook");
            }
        }
        if let Role::Generated(id) = &shift.role {
            add(id, "role");
        }
        for made in &function.generated {
            if made.kind.starts_with("AWS::CodeDeploy::") {
                add(&made.id, "shared");
            }
        }
    }
    Some(parts)
}

/// The column of each resource: behind all that it waits for.
fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut layers = vec![0; count];
    // Longer no chain is; a circle, which is a finding, ends there.
    for _ in 0..count {
        for (from, to) in edges {
            let behind = layers.get(*from).map_or(0, |layer| layer + 1);
            if let Some(layer) = layers.get_mut(*to) {
                *layer = behind.max(*layer).min(count);
            }
        }
    }
    // What waits for nothing stands just before what waits for it.
    for number in 0..count {
        let waits = edges.iter().any(|(_, to)| *to == number);
        let next = edges.iter().filter(|(from, _)| *from == number);
        let next = next.filter_map(|(_, to)| layers.get(*to).copied()).min();
        if let (false, Some(next), Some(layer)) = (waits, next, layers.get_mut(number)) {
            *layer = next.saturating_sub(1);
        }
    }
    layers
}

/// Items and how arrows lead through them.
struct Links {
    items: Vec<Item>,
    /// Each arrow: a resource, where it passes, a resource.
    chains: Vec<Vec<usize>>,
}

/// The items of each column, with a place for each arrow that passes it.
fn columns(layers: &[usize], edges: &[(usize, usize)]) -> (Vec<Vec<usize>>, Links) {
    let most = layers.iter().copied().max().unwrap_or(0);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); most + 1];
    let mut items: Vec<Item> = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        items.push(Item::Resource(number));
        if let Some(column) = columns.get_mut(*layer) {
            column.push(number);
        }
    }
    let mut chains = Vec::new();
    for (from, to) in edges {
        let mut chain = vec![*from];
        let layer = |number: usize| layers.get(number).copied().unwrap_or(0);
        for passed in layer(*from) + 1..layer(*to) {
            chain.push(items.len());
            if let Some(column) = columns.get_mut(passed) {
                column.push(items.len());
            }
            items.push(Item::Pass);
        }
        chain.push(*to);
        chains.push(chain);
    }
    (columns, Links { items, chains })
}

/// The columns with their items in such an order that few arrows cross.
fn ordered(mut columns: Vec<Vec<usize>>, links: &Links) -> Vec<Vec<usize>> {
    let mut best = columns.clone();
    let mut fewest = crossings(&columns, links);
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let numbers: Vec<usize> = if forward {
            (1..columns.len()).collect()
        } else {
            (0..columns.len().saturating_sub(1)).rev().collect()
        };
        for number in numbers {
            let beside = if forward { number - 1 } else { number + 1 };
            let neighbours = columns.get(beside).cloned().unwrap_or_default();
            let mean = |item: usize| -> f64 {
                let steps = links.chains.iter().flat_map(|chain| chain.windows(2));
                let ends = steps.filter_map(|step| match (step, forward) {
                    ([from, to], true) if *to == item => Some(*from),
                    ([from, to], false) if *from == item => Some(*to),
                    _ => None,
                });
                let places = ends.filter_map(|end| neighbours.iter().position(|it| *it == end));
                let places: Vec<f64> = places
                    .map(|place| f64::from(u32::try_from(place).unwrap_or(0)))
                    .collect();
                if places.is_empty() {
                    return -1.0;
                }
                places.iter().sum::<f64>() / f64::from(u32::try_from(places.len()).unwrap_or(1))
            };
            if let Some(column) = columns.get_mut(number) {
                column.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)));
            }
        }
        let now = crossings(&columns, links);
        if now < fewest {
            fewest = now;
            best = columns.clone();
        }
    }
    best
}

/// How many arrows cross.
fn crossings(columns: &[Vec<usize>], links: &Links) -> usize {
    let mut place = vec![(0, 0); links.items.len()];
    for (column, members) in columns.iter().enumerate() {
        for (row, member) in members.iter().enumerate() {
            if let Some(slot) = place.get_mut(*member) {
                *slot = (column, row);
            }
        }
    }
    let at = |item: &usize| place.get(*item).copied().unwrap_or_default();
    let steps: Vec<((usize, usize), (usize, usize))> = links
        .chains
        .iter()
        .flat_map(|chain| chain.windows(2))
        .filter_map(|step| match step {
            [from, to] => Some((at(from), at(to))),
            _ => None,
        })
        .collect();
    let mut count = 0;
    for (index, (from, to)) in steps.iter().enumerate() {
        for (other_from, other_to) in steps.iter().skip(index + 1) {
            let same_gap = from.0 == other_from.0;
            let crosses = (from.1 < other_from.1 && to.1 > other_to.1)
                || (from.1 > other_from.1 && to.1 < other_to.1);
            count += usize::from(same_gap && crosses);
        }
    }
    count
}

fn room(items: &[Item], item: usize) -> i32 {
    match items.get(item) {
        Some(Item::Resource(_)) => ROW,
        _ => PASS,
    }
}

fn height(items: &[Item], column: &[usize]) -> i32 {
    column.iter().map(|item| room(items, *item)).sum()
}

/// An arrow: from the right side of one box to the left side of another.
fn path(chain: &[usize], at: &impl Fn(usize) -> (i32, i32)) -> String {
    /// How far the tip is from the box.
    const TIP: i32 = 3;
    let mut path = String::new();
    let last = chain.len().saturating_sub(1);
    for (index, step) in chain.windows(2).enumerate() {
        let [from, to] = step else { continue };
        let (from_x, from_y) = at(*from);
        let (to_x, to_y) = at(*to);
        let start = from_x + BOX.0;
        let is_last = index + 1 == last;
        if index == 0 {
            path += &format!("M{start} {from_y}");
        }
        let (right, down) = (to_x - start, to_y - from_y);
        let half = right / 2;
        let end = if is_last { right - TIP } else { right };
        path += &format!("c{half} 0 {half} {down} {end} {down}");
        if !is_last {
            path += &format!("h{}", BOX.0);
        }
    }
    path
}

/// An id that fits into its box: its beginning and its end tell it apart.
fn shortened(id: &str) -> String {
    let count = id.chars().count();
    if count <= SHOWN {
        return id.to_owned();
    }
    let kept = (SHOWN - 1) / 2;
    let start: String = id.chars().take(kept).collect();
    let end: String = id.chars().skip(count - (SHOWN - 1 - kept)).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_stands_behind_all_that_it_waits_for() {
        // function, version, alias, group, role
        let edges = [(0, 1), (1, 2), (3, 2), (4, 3), (0, 2)];
        assert_eq!(layers(5, &edges), [0, 1, 2, 1, 0]);
        let (columns, links) = columns(&layers(5, &edges), &edges);
        assert_eq!(columns[0], [0, 4]);
        // The arrow from the function to the alias passes a column.
        assert_eq!(columns[1], [1, 3, 5]);
        assert_eq!(links.chains[4], [0, 5, 2]);
    }

    #[test]
    fn a_circle_is_drawn_too() {
        let edges = [(0, 1), (1, 0)];
        let layers = layers(2, &edges);
        assert!(layers.iter().all(|layer| *layer <= 2));
        let (columns, links) = columns(&layers, &edges);
        ordered(columns, &links);
    }

    #[test]
    fn columns_are_ordered_so_that_arrows_do_not_cross() {
        let edges = [(0, 3), (1, 2)];
        let (columns, links) = columns(&[0, 0, 1, 1], &edges);
        assert_eq!(crossings(&columns, &links), 1);
        assert_eq!(crossings(&ordered(columns, &links), &links), 0);
    }

    #[test]
    fn long_ids_keep_both_ends() {
        assert_eq!(shortened("Greeter"), "Greeter");
        assert_eq!(
            shortened("ServerlessDeploymentApplication"),
            "ServerlessD…Application"
        );
    }
}
