//! Which resources of a template wait for which, and where they wait for each other.
//!
//! CloudFormation makes a resource when everything that it refers to is made: by `Ref`, `Fn::GetAtt` and `Fn::Sub`
//! anywhere in it, and by `DependsOn`. Resources that wait for each other are never made: it refuses the template.
//!
//! ```
//! use canaryform::dependencies::Dependencies;
//! use canaryform::read;
//!
//! let text = br"
//! Resources:
//!   Hen: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt Egg.TopicName}}
//!   Egg: {Type: AWS::SNS::Topic, DependsOn: Hen}
//! ";
//! let circles = Dependencies::of(&read(text)?.template).circles();
//! assert_eq!(circles[0].to_string(), "Hen -> Egg -> Hen");
//! assert_eq!(circles[0].links[0].at.to_string(), "Resources/Hen/Properties/DisplayName");
//! # Ok::<(), canaryform::Faults>(())
//! ```

use crate::language::intrinsics::{argument, if_parts, named_resource, sub_references};
use crate::place::{Path, Step};
use crate::template::Template;
use crate::tree::{Text, Value};
use indexmap::IndexMap;
use petgraph::algo::{condensation, kosaraju_scc};
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::{DfsPostOrder, EdgeRef as _};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;

/// The attributes of a resource whose references CloudFormation follows.
///
/// Source: "Resource attributes" in the CloudFormation user guide; the others take no references.
const ATTRIBUTES: [&str; 4] = ["Properties", "UpdatePolicy", "CreationPolicy", "Metadata"];

/// How many steps are taken in a small group before what was found is good enough. A group without conditions needs as
/// many as it has resources; conditions can multiply them.
const MOST_TRIES: usize = 2_000;

/// One resource waits for another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dependency {
    /// The logical id of the resource that waits.
    pub from: String,
    /// The logical id of the resource that it waits for.
    pub to: String,
    /// Where the reference stands.
    pub at: Path,
}

/// Resources that wait for each other: each link goes on where the one before it ends, and the last ends where the first
/// begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The links, at least one.
    pub links: Vec<Dependency>,
}

impl fmt::Display for Circle {
    /// `Hen -> Egg -> Hen`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.links.first() {
            f.write_str(&first.from)?;
        }
        for link in &self.links {
            write!(f, " -> {}", link.to)?;
        }
        Ok(())
    }
}

/// A condition, and whether it must hold.
type Demand = (Text, bool);

/// A reference, and the conditions under which it is there.
struct Reference {
    at: Path,
    demands: Vec<Demand>,
}

/// Which resources of a template wait for which.
pub struct Dependencies {
    graph: DiGraph<Resource, Reference>,
}

struct Resource {
    id: String,
    condition: Option<Text>,
}

impl Dependencies {
    /// The dependencies between the resources of a template, intrinsics in their long form.
    ///
    /// References to parameters, and to what is not there, are none.
    pub fn of(template: &Template) -> Self {
        let mut graph = DiGraph::new();
        let mut nodes: IndexMap<&str, NodeIndex> = IndexMap::new();
        for (id, resource) in template.resources().into_iter().flatten() {
            let condition = match resource.get("Condition") {
                Some(Value::String(name)) => Some(name.clone()),
                _ => None,
            };
            let node = graph.add_node(Resource {
                id: id.to_string(),
                condition,
            });
            nodes.insert(id, node);
        }
        for (id, resource) in template.resources().into_iter().flatten() {
            let Some(from) = nodes.get(id.as_str()).copied() else {
                continue;
            };
            let mut found = Found {
                nodes: &nodes,
                here: Path::resource(id),
                demands: Vec::new(),
                told: Vec::new(),
            };
            found.depends_on(resource.get("DependsOn"));
            for attribute in ATTRIBUTES {
                found.below(attribute, resource.get(attribute));
            }
            for (to, reference) in found.told {
                let is_own_note =
                    to == from && reference.at.0.get(2) == Some(&Step::from("Metadata"));
                if !is_own_note {
                    graph.add_edge(from, to, reference);
                }
            }
        }
        Self { graph }
    }

    /// Every dependency, in the order of the template; two resources may have several.
    pub fn all(&self) -> impl Iterator<Item = Dependency> {
        self.graph
            .edge_indices()
            .filter_map(|edge| self.dependency(edge))
    }

    /// The resources that wait for each other: one circle for each group of resources that all do, the shortest.
    ///
    /// What no outcome of the conditions brings together is no circle.
    pub fn circles(&self) -> Vec<Circle> {
        let mut found: Vec<Circle> = kosaraju_scc(&self.graph)
            .into_iter()
            .filter_map(|group| self.shortest_circle(&group))
            .collect();
        // By the first of its resources in the template.
        let places: HashMap<&str, usize> = self
            .graph
            .node_weights()
            .enumerate()
            .map(|(place, resource)| (resource.id.as_str(), place))
            .collect();
        let place = |link: &Dependency| places.get(link.from.as_str()).copied();
        for circle in &mut found {
            let first = (0..circle.links.len())
                .min_by_key(|index| circle.links.get(*index).and_then(place))
                .unwrap_or_default();
            circle.links.rotate_left(first);
        }
        found.sort_by_key(|circle| circle.links.first().and_then(place));
        found
    }

    /// These resources in an order in which each comes behind all that it waits for, and which is else the one given.
    /// Those that wait for each other, even if conditions keep that apart, are one group; all others are groups of one.
    pub(crate) fn in_order<'i>(&self, ids: &[&'i str]) -> Vec<Vec<&'i str>> {
        let groups = condensation(self.graph.map(|node, _| node, |_, _| ()), true);
        let mut group_of = HashMap::new();
        for group in groups.node_indices() {
            let members = groups.node_weight(group).into_iter().flatten();
            for resource in members.filter_map(|node| self.graph.node_weight(*node)) {
                group_of.insert(resource.id.as_str(), group);
            }
        }
        let mut wanted: HashMap<NodeIndex, Vec<&str>> = HashMap::new();
        for (id, group) in ids.iter().filter_map(|id| Some((*id, group_of.get(id)?))) {
            wanted.entry(*group).or_default().push(id);
        }
        let mut ordered = Vec::with_capacity(wanted.len());
        let mut walk = DfsPostOrder::empty(&groups);
        for group in ids.iter().filter_map(|id| group_of.get(id)) {
            walk.move_to(*group);
            while let Some(reached) = walk.next(&groups) {
                ordered.extend(wanted.remove(&reached));
            }
        }
        ordered
    }

    /// Who names whom, whatever conditions come to.
    pub(crate) fn certain(&self) -> HashSet<(&str, &str)> {
        let id = |node: NodeIndex| Some(self.graph.node_weight(node)?.id.as_str());
        let edges = self.graph.edge_references();
        edges
            .filter(|edge| edge.weight().demands.is_empty())
            .filter_map(|edge| Some((id(edge.source())?, id(edge.target())?)))
            .collect()
    }

    fn dependency(&self, edge: EdgeIndex) -> Option<Dependency> {
        let (from, to) = self.graph.edge_endpoints(edge)?;
        Some(Dependency {
            from: self.graph.node_weight(from)?.id.clone(),
            to: self.graph.node_weight(to)?.id.clone(),
            at: self.graph.edge_weight(edge)?.at.clone(),
        })
    }

    /// The shortest circle among resources that all reach each other.
    fn shortest_circle(&self, group: &[NodeIndex]) -> Option<Circle> {
        let members: HashSet<NodeIndex> = group.iter().copied().collect();
        let mut starts = group.to_vec();
        starts.sort();
        let mut tries = MOST_TRIES.max(4 * group.len());
        let mut shortest: Option<Vec<EdgeIndex>> = None;
        for start in starts {
            let most = shortest.as_ref().map_or(usize::MAX, |path| path.len() - 1);
            if let Some(path) = self.way_back(start, &members, most, &mut tries) {
                shortest = Some(path);
            }
            if shortest.as_ref().is_some_and(|path| path.len() <= 2) || tries == 0 {
                break;
            }
        }
        let links = shortest?
            .into_iter()
            .filter_map(|edge| self.dependency(edge))
            .collect();
        Some(Circle { links })
    }

    /// The shortest way from a resource back to it over `members`, of at most so many links, all of which can be there at
    /// once.
    fn way_back(
        &self,
        start: NodeIndex,
        members: &HashSet<NodeIndex>,
        most: usize,
        tries: &mut usize,
    ) -> Option<Vec<EdgeIndex>> {
        // Under other conditions, a resource may be reached again.
        let mut seen: HashSet<(NodeIndex, Vec<Demand>)> = HashSet::new();
        let mut ways: Vec<Way> = Vec::new();
        let mut open = VecDeque::from([Reached {
            node: start,
            way: None,
            length: 0,
            demands: self.demands_of(start, Vec::new())?,
        }]);
        while let Some(reached) = open.pop_front() {
            if reached.length >= most || *tries == 0 {
                return None;
            }
            *tries -= 1;
            for edge in self.graph.edges(reached.node) {
                let next = edge.target();
                if !members.contains(&next) {
                    continue;
                }
                let met = with_demands(reached.demands.clone(), &edge.weight().demands)
                    .and_then(|met| self.demands_of(next, met));
                let Some(demands) = met else {
                    continue;
                };
                let last = Way {
                    edge: edge.id(),
                    before: reached.way,
                };
                if next == start {
                    return Some(last.whole(&ways));
                }
                if seen.insert((next, demands.clone())) {
                    open.push_back(Reached {
                        node: next,
                        way: Some(ways.len()),
                        length: reached.length + 1,
                        demands,
                    });
                    ways.push(last);
                }
            }
        }
        None
    }

    /// The demands and that the resource is there; none where that cannot be.
    fn demands_of(&self, node: NodeIndex, demands: Vec<Demand>) -> Option<Vec<Demand>> {
        match &self.graph.node_weight(node)?.condition {
            Some(condition) => with_demands(demands, &[(condition.clone(), true)]),
            None => Some(demands),
        }
    }
}

/// A resource that was reached while circles are looked for.
struct Reached {
    node: NodeIndex,
    /// The last link to it, by its number; none at the start.
    way: Option<usize>,
    length: usize,
    demands: Vec<Demand>,
}

/// The last link of a way, and the number of the one before it.
struct Way {
    edge: EdgeIndex,
    before: Option<usize>,
}

impl Way {
    /// All links, the first one first.
    fn whole(&self, ways: &[Self]) -> Vec<EdgeIndex> {
        let mut edges = vec![self.edge];
        let mut before = self.before;
        while let Some(way) = before.and_then(|number| ways.get(number)) {
            edges.push(way.edge);
            before = way.before;
        }
        edges.reverse();
        edges
    }
}

/// Both demands, in one order; none where they contradict each other.
fn with_demands(mut demands: Vec<Demand>, more: &[Demand]) -> Option<Vec<Demand>> {
    for (condition, holds) in more {
        match demands.binary_search_by(|(known, _)| known.as_str().cmp(condition)) {
            Ok(at) if demands.get(at).is_some_and(|(_, known)| known != holds) => return None,
            Ok(_) => {}
            Err(at) => demands.insert(at, (condition.clone(), *holds)),
        }
    }
    Some(demands)
}

/// The references of one resource.
struct Found<'a> {
    nodes: &'a IndexMap<&'a str, NodeIndex>,
    here: Path,
    demands: Vec<Demand>,
    told: Vec<(NodeIndex, Reference)>,
}

impl Found<'_> {
    fn tell(&mut self, id: &str) {
        if let Some(node) = self.nodes.get(id) {
            let reference = Reference {
                at: self.here.clone(),
                demands: self.demands.clone(),
            };
            self.told.push((*node, reference));
        }
    }

    fn depends_on(&mut self, names: Option<&Value>) {
        self.here.0.push("DependsOn".into());
        match names {
            Some(Value::String(id)) => self.tell(id),
            Some(Value::Array(ids)) => {
                for (index, id) in ids.iter().enumerate() {
                    if let Some(id) = id.as_str() {
                        self.here.0.push(index.into());
                        self.tell(id);
                        self.here.0.pop();
                    }
                }
            }
            _ => {}
        }
        self.here.0.pop();
    }

    fn below(&mut self, step: impl Into<Step>, value: Option<&Value>) {
        if let Some(value @ (Value::Object(_) | Value::Array(_))) = value {
            self.here.0.push(step.into());
            self.value(value);
            self.here.0.pop();
        }
    }

    fn value(&mut self, value: &Value) {
        if let Some(id) = named_resource(value) {
            self.tell(id);
        } else if let Some(Value::String(text)) = argument(value, "Fn::GetAtt") {
            // `a.b.c`: an attribute that has a dot itself.
            if let Some((id, _)) = text.split_once('.') {
                self.tell(id);
            }
        } else if let Some(given) = argument(value, "Fn::Sub") {
            self.sub(given);
        }
        if let Some((Value::String(condition), then, otherwise)) = if_parts(value) {
            self.here.0.push("Fn::If".into());
            for (index, branch, holds) in [(1, then, true), (2, otherwise, false)] {
                let before = self.demands.clone();
                // A branch that conditions around it never let happen refers to nothing.
                if let Some(met) = with_demands(before.clone(), &[(condition.clone(), holds)]) {
                    self.demands = met;
                    self.below(index, Some(branch));
                    self.demands = before;
                }
            }
            self.here.0.pop();
            return;
        }
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    self.below(key.clone(), Some(inner));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(index, Some(item));
                }
            }
            _ => {}
        }
    }

    /// What an `Fn::Sub` names itself; what its variables hold is looked at as any value.
    fn sub(&mut self, given: &Value) {
        let (text, variables) = match given {
            Value::String(text) => (text.as_str(), None),
            Value::Array(items) => match items.as_slice() {
                [Value::String(text), variables, ..] => (text.as_str(), variables.as_object()),
                [Value::String(text)] => (text.as_str(), None),
                _ => return,
            },
            _ => return,
        };
        let ids: Vec<String> = sub_references(text)
            .filter(|found| variables.is_none_or(|known| !known.contains_key(found.name)))
            .map(|found| {
                let (id, _) = found.name.split_once('.').unwrap_or((found.name, ""));
                id.to_owned()
            })
            .collect();
        for id in ids {
            self.tell(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(resources: &str, expected: &[&str]) {
        let text = format!("Resources:\n{resources}");
        let template = crate::read(text.as_bytes()).unwrap().template;
        let circles = Dependencies::of(&template).circles();
        let circles: Vec<String> = circles.iter().map(Circle::to_string).collect();
        assert_eq!(circles, expected, "{resources}");
    }

    #[test]
    fn each_way_to_refer_makes_a_resource_wait() {
        for way in [
            "Properties: {P: !Ref B}",
            "Properties: {P: [{Q: !GetAtt B.Arn}]}",
            "Properties: {P: {Fn::GetAtt: [B, Outputs.Url]}}",
            "Properties: {P: {Fn::GetAtt: B.Outputs.Url}}",
            "Properties: {P: !Sub 'x${B}'}",
            "Properties: {P: !Sub 'x${B.Arn}'}",
            "Properties: {P: !Sub ['${X}', {X: !Ref B}]}",
            "DependsOn: B",
            "DependsOn: [C, B]",
            "UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref B}}",
            "Metadata: {M: !Ref B}",
        ] {
            check(
                &format!(
                    "  A: {{Type: T, {way}}}\n  B: {{Type: T, DependsOn: A}}\n  C: {{Type: T}}\n"
                ),
                &["A -> B -> A"],
            );
        }
        for way in [
            "Properties: {P: !Sub '${!B}'}",
            "Properties: {P: !Sub ['${B}', {B: x}]}",
            "Properties: {P: B}",
            "Type2: !Ref B",
            "Metadata: {M: !Ref A}",
        ] {
            check(
                &format!("  A: {{Type: T, {way}}}\n  B: {{Type: T, DependsOn: A}}\n"),
                &[],
            );
        }
    }

    #[test]
    fn the_shortest_circle_of_each_group_is_told() {
        check(
            "  Z: {Type: T, DependsOn: Z}\n  A: {Type: T, DependsOn: B}\n  B: {Type: T, DependsOn: [C, D]}\n  C: {Type: T, DependsOn: A}\n  D: {Type: T, DependsOn: E}\n  E: {Type: T, DependsOn: A}\n",
            &["Z -> Z", "A -> B -> C -> A"],
        );
    }

    #[test]
    fn what_conditions_keep_apart_is_no_circle() {
        let other = |b: &str| {
            format!(
                "  A: {{Type: T, Properties: {{P: !If [X, !Ref B, y]}}}}\n  B: {{Type: T, {b}}}\n"
            )
        };
        check(&other("DependsOn: A"), &["A -> B -> A"]);
        check(&other("Condition: X, DependsOn: A"), &["A -> B -> A"]);
        check(&other("Condition: Y, DependsOn: A"), &["A -> B -> A"]);
        check(&other("Properties: {P: !If [X, y, !Ref A]}"), &[]);
        check(
            &other("Properties: {P: !If [X, y, !Ref A], Q: !If [Y, !Ref A, z]}"),
            &["A -> B -> A"],
        );
    }
}
