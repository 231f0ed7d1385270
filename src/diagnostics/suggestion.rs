//! What a name that nobody knows is probably meant to be.

use std::borrow::Cow;
use std::cell::Cell;

/// The longest name that is compared, in characters: those of a policy of AWS, the longest that people write by hand.
const LONGEST: usize = u128::BITS as usize;

/// How many bytes of known names a help lists.
const MOST_LISTED: usize = 1_000;

/// How often a [`Suggestions`] looks at a name: enough for a hundred misspelt names in a template of some thousand, and
/// far more than anybody mends at a time.
const MOST_LOOKS: usize = 400_000;

/// Words of today, and those that SAM and CloudFormation use for them: their spelling is nearer to that of the opposite.
const SAME: &[(&str, &str)] = &[
    ("allowlist", "whitelist"),
    ("blocklist", "blacklist"),
    ("denylist", "blacklist"),
];

/// What people add to a name, or leave out: `TopicArn` for `Topic`.
const ADDED: &[&str] = &[
    "Arn",
    "Arns",
    "Expression",
    "Id",
    "Ids",
    "Name",
    "Names",
    "Uri",
    "Url",
];

/// The name among `known` that `given` is probably meant to be: close in spelling, letter case aside, or the same but for
/// a word like `Arn` at its end.
pub fn suggestion<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = in_old_words(given);
    let pattern = Pattern::new(&given)?;
    let mut near: Option<(u32, &str)> = None;
    let mut stem = None;
    for name in known {
        match pattern.distance(name) {
            Some(distance) if near.is_none_or(|(least, _)| distance < least) => {
                near = Some((distance, name));
            }
            None if stem.is_none() && is_stem(&given, name) => stem = Some(name),
            _ => {}
        }
    }
    near.map(|(_, name)| name).or(stem)
}

/// A name with [words of today](SAME) in the old ones.
fn in_old_words(name: &str) -> Cow<'_, str> {
    let lower = name.to_ascii_lowercase();
    let found = SAME.iter().find(|(today, _)| lower.contains(today));
    found.map_or(Cow::Borrowed(name), |(today, old)| {
        Cow::Owned(lower.replace(today, old))
    })
}

/// Whether one of two names is the other and a [word](ADDED) behind it.
fn is_stem(one: &str, other: &str) -> bool {
    let rest = one.strip_prefix(other).or_else(|| other.strip_prefix(one));
    rest.is_some_and(|rest| ADDED.contains(&rest)) && one.len().min(other.len()) > 2
}

/// Suggests one of `known` in the words of a help, or names them all.
pub(crate) fn did_you_mean(given: &str, known: &[&str]) -> String {
    match suggestion(given, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => it_takes(known),
    }
}

fn it_takes(known: &[&str]) -> String {
    let mut bytes = 0;
    let short = known.iter().take_while(|name| {
        bytes += name.len();
        bytes <= MOST_LISTED
    });
    let mut names: Vec<String> = short.map(|name| format!("`{name}`")).collect();
    match known.len() - names.len() {
        0 => {}
        left if names.is_empty() => return format!("there are {left} names that it takes"),
        left => names.push(format!("and {left} more")),
    }
    format!("it takes {}", names.join(", "))
}

/// Suggestions for names of which a template may hold thousands, among as many: they are made for the first ones only.
#[derive(Debug, Default)]
pub(crate) struct Suggestions {
    /// How often a name was looked at.
    looks: Cell<usize>,
}

impl Suggestions {
    /// See [`suggestion`]; none once this was asked too often.
    pub(crate) fn find<'a>(
        &self,
        given: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let looked = self.looks.get();
        if looked >= MOST_LOOKS {
            return None;
        }
        let mut count = 0;
        let meant = suggestion(given, known.into_iter().inspect(|_| count += 1));
        self.looks.set(looked + count);
        meant
    }

    /// See [`did_you_mean`]; once this was asked too often it only lists names.
    pub(crate) fn did_you_mean(&self, given: &str, known: &[&str]) -> String {
        match self.find(given, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => it_takes(known),
        }
    }

    /// How often a name was looked at, all in all.
    #[cfg(test)]
    pub(crate) fn looks(&self) -> usize {
        self.looks.get()
    }
}

/// A name that others are compared with, letter case aside.
struct Pattern {
    length: u32,
    letters: u32,
    /// Where each character stands in it: a bit for each place.
    ascii: [u128; 128],
    others: Vec<(char, u128)>,
}

impl Pattern {
    /// The pattern of a name; none of one that is too long, or empty.
    fn new(name: &str) -> Option<Self> {
        if name.is_empty() || name.len() > 4 * LONGEST {
            return None;
        }
        let mut pattern = Self {
            length: 0,
            letters: letters(name),
            ascii: [0; 128],
            others: Vec::new(),
        };
        for c in lower(name) {
            if pattern.length as usize == LONGEST {
                return None;
            }
            let place = 1 << pattern.length;
            pattern.length += 1;
            match pattern.ascii.get_mut(c as usize) {
                Some(places) => *places |= place,
                None => match pattern.others.iter_mut().find(|(known, _)| *known == c) {
                    Some((_, places)) => *places |= place,
                    None => pattern.others.push((c, place)),
                },
            }
        }
        Some(pattern)
    }

    /// How many edits lead to another name; none where that are too many to be a slip.
    fn distance(&self, name: &str) -> Option<u32> {
        // Lengths first: all else is cheap only for short names.
        if name.len() > 4 * LONGEST {
            return None;
        }
        let length = name.chars().count() as u32;
        let most = (length.max(self.length) / 4).max(1);
        if length.abs_diff(self.length) > most {
            return None;
        }
        // Then letters: an edit brings in and takes out one at most.
        if (letters(name) ^ self.letters).count_ones() > 2 * most {
            return None;
        }
        let distance = self.edits(name);
        (distance <= most).then_some(distance)
    }

    /// The edits (insert, delete, replace, swap neighbours) between two names, in characters.
    ///
    /// A column of the usual table is two numbers, of where it rises and where it falls: H. Hyyrö, "A bit-vector
    /// algorithm for computing Levenshtein and Damerau edit distances" (2003).
    fn edits(&self, name: &str) -> u32 {
        let last = 1_u128 << (self.length - 1);
        let (mut rises, mut falls) = (u128::MAX, 0_u128);
        let (mut diagonal, mut before) = (0_u128, 0_u128);
        let mut distance = self.length;
        for c in lower(name) {
            let places = self.places(c);
            let swapped = ((!diagonal & places) << 1) & before;
            diagonal = swapped | ((places & rises).wrapping_add(rises) ^ rises) | places | falls;
            let right_rises = falls | !(diagonal | rises);
            let right_falls = diagonal & rises;
            distance += u32::from(right_rises & last != 0);
            distance -= u32::from(right_falls & last != 0);
            let right_rises = right_rises << 1 | 1;
            rises = right_falls << 1 | !(diagonal | right_rises);
            falls = right_rises & diagonal;
            before = places;
        }
        distance
    }

    fn places(&self, c: char) -> u128 {
        match self.ascii.get(c as usize) {
            Some(places) => *places,
            None => {
                let other = self.others.iter().find(|(known, _)| *known == c);
                other.map_or(0, |(_, places)| *places)
            }
        }
    }
}

/// Which letters a name has, letter case aside: a bit for each.
fn letters(name: &str) -> u32 {
    name.bytes()
        .filter(u8::is_ascii_alphabetic)
        .fold(0, |seen, byte| {
            seen | 1 << (byte.to_ascii_lowercase() - b'a')
        })
}

fn lower(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The usual table, row by row.
    fn slow_distance(a: &str, b: &str) -> usize {
        let a: Vec<char> = a.chars().collect();
        let b: Vec<char> = b.chars().collect();
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let mut best = (table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                            .min(table[i - 1][j] + 1)
                            .min(table[i][j - 1] + 1);
                        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                            best = best.min(table[i - 2][j - 2] + 1);
                        }
                        best
                    }
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn what_means_the_same_comes_before_what_is_spelled_alike() {
        let lists = ["IpRangeBlacklist", "IpRangeWhitelist"];
        assert_eq!(suggestion("IpRangeAllowlist", lists), Some(lists[1]));
        assert_eq!(suggestion("IpRangeDenyList", lists), Some(lists[0]));
        assert_eq!(suggestion("TopicArn", ["Type", "Topic"]), Some("Topic"));
        assert_eq!(suggestion("Queue", ["QueueArn", "Queues"]), Some("Queues"));
        assert_eq!(
            suggestion("Bucket", ["Topic", "BucketName"]),
            Some("BucketName")
        );
        assert_eq!(suggestion("Topics", ["Bucket"]), None);
        assert_eq!(suggestion("Id", ["IdArn"]), None);
    }

    proptest::proptest! {
        #[test]
        fn edits_are_those_of_the_usual_table(a in "[abcé]{1,9}", b in "[abcé]{0,9}") {
            let pattern = Pattern::new(&a).unwrap();
            proptest::prop_assert_eq!(pattern.edits(&b) as usize, slow_distance(&a, &b));
        }
    }

    #[test]
    fn slips_are_found() {
        let known = ["AutoPublishAlias", "Timeout", "Tags", "Straße"];
        for (given, meant) in [
            ("autopublishAlia", Some("AutoPublishAlias")),
            ("Timoeut", Some("Timeout")),
            ("tag", Some("Tags")),
            ("STRASSE", None),
            ("strase", Some("Straße")),
            ("Handler", None),
            ("", None),
        ] {
            assert_eq!(suggestion(given, known), meant, "{given}");
        }
        assert_eq!(suggestion(&"a".repeat(1_000_000), known), None);
    }

    #[test]
    fn a_list_of_names_ends() {
        let names: Vec<String> = (0..1_000).map(|i| format!("Name{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let help = did_you_mean("other", &names);
        assert!(help.len() < 2_500 && help.ends_with("more"), "{help}");
        assert_eq!(did_you_mean("x", &["Ab", "Cd"]), "it takes `Ab`, `Cd`");
    }

    #[test]
    fn suggestions_end() {
        let names: Vec<String> = (0..4_000).map(|i| format!("Condition{i}")).collect();
        let suggestions = Suggestions::default();
        let found = (0..4_000)
            .map(|i| format!("Conditiom{i}"))
            .filter(|given| {
                suggestions
                    .find(given, names.iter().map(String::as_str))
                    .is_some()
            })
            .count();
        assert!(found >= 100, "{found}");
        assert!(suggestions.looks() <= MOST_LOOKS + names.len());
    }
}
