//! `on`: which events start a workflow, and with which filters.

use crate::model;
use crate::model::read::{Reader, text};
use crate::model::value::{Field, List, Unresolved};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape};

model! {
    /// A filter of paths of a trigger.
    pub struct PathFilter as "workflow.path_filter" {
        /// The pattern as written.
        pattern: String,
        /// Whether a file of the repository matches it; absent for patterns that take files out.
        matches: Field<bool>,
    }
    label(filter) { filter.pattern.clone() }
}

model! {
    /// An event that starts a workflow.
    pub struct Trigger as "workflow.trigger" {
        /// The event, such as `push`.
        event: String,
        /// The branches it is limited to. A pattern with a wildcard may stand for others.
        branches: List<Field<String>>,
        /// The branches that are left out (`branches-ignore`).
        branches_ignore: List<Field<String>>,
        /// The tags it is limited to.
        tags: List<Field<String>>,
        /// The paths it is limited to.
        paths: List<PathFilter>,
        /// The paths that are left out (`paths-ignore`).
        paths_ignore: List<Field<String>>,
        /// The kinds of activity, such as `opened`.
        types: List<Field<String>>,
        /// Whether it starts the workflow for every branch.
        every_branch: bool,
        /// Whether it starts the workflow for every branch and every path.
        unfiltered: bool,
        /// The branches that a filter names without a wildcard, and the patterns with one, as written.
        branch_patterns: List<Field<String>>,
    }
    label(trigger) { trigger.event.clone() }
}

model! {
    /// A time at which a workflow starts.
    pub struct Schedule as "workflow.schedule" {
        /// The five fields of cron.
        cron: Field<String>,
        /// Whether it has five fields that each allow a value.
        is_valid: bool,
        /// How often it starts on the day with the fewest starts: 1 or more means daily.
        runs_per_day: i64,
    }
    label(schedule) { schedule.cron.value().cloned().unwrap_or_default() }
}

/// Reads `on` in any of its three forms.
pub(super) fn read(root: Reader<'_>) -> (List<Trigger>, List<Schedule>) {
    // YAML 1.1 reads the key as `true`; GitHub and this reader do not.
    let Some(on) = root.get("on") else { return (List::empty(root.place()), List::empty(root.place())) };
    let at = on.key_place().unwrap_or_else(|| on.place());
    let mut schedules = List::empty(at);
    let mut triggers = List::new(Vec::new(), at);
    match on.shape() {
        Shape::Scalar(_) => triggers.items.extend(on.text().map(|event| bare(event, on.place()))),
        Shape::Sequence => {
            triggers.items.extend(on.items().filter_map(|item| Some(bare(item.text()?, item.place()))));
        }
        Shape::Mapping => {
            for entry in on.entries() {
                if entry.key == "schedule" {
                    let place = entry.key_node.place();
                    schedules = List::new(entry.value.items().map(|item| schedule(item, place)).collect(), place);
                }
                triggers.items.push(filtered(entry.key, entry.key_node.place(), entry.value));
            }
        }
    }
    (triggers, schedules)
}

fn bare(event: &str, at: Place) -> Trigger {
    let none = || List::empty(at);
    Trigger {
        at,
        event: event.to_owned(),
        branches: none(),
        branches_ignore: none(),
        tags: none(),
        paths: List::empty(at),
        paths_ignore: none(),
        types: none(),
        every_branch: true,
        unfiltered: true,
        branch_patterns: none(),
    }
}

fn filtered(event: &str, at: Place, node: NodeRef<'_>) -> Trigger {
    let mut trigger = bare(event, at);
    if node.shape() != Shape::Mapping {
        return trigger;
    }
    let reader = Reader::new(node).blaming(at);
    trigger.branches = strings(reader, "branches");
    trigger.branches_ignore = strings(reader, "branches-ignore");
    trigger.tags = strings(reader, "tags");
    trigger.paths_ignore = strings(reader, "paths-ignore");
    trigger.types = strings(reader, "types");
    let paths = strings(reader, "paths");
    let filter = |pattern: &Field<String>| {
        let (at, pattern) = (pattern.place(), pattern.value()?.clone());
        Some(PathFilter { at, pattern, matches: Field::Absent(at) })
    };
    trigger.paths = List::new(paths.iter().filter_map(filter).collect(), paths.at);
    let all = trigger.branches.values().any(|pattern| pattern == "**");
    let excludes = trigger.branches.values().any(|pattern| pattern.starts_with('!'));
    let only_tags = reader.has("tags") && !reader.has("branches") && !reader.has("branches-ignore");
    let of_branches = !reader.has("branches") || (all && !excludes);
    trigger.every_branch = of_branches && trigger.branches_ignore.items.is_empty() && !only_tags;
    trigger.unfiltered = trigger.every_branch && !reader.has("paths") && trigger.paths_ignore.items.is_empty();
    trigger.branch_patterns = trigger.branches.clone();
    let pattern = trigger.branches.values().find(|pattern| is_pattern(pattern)).cloned();
    trigger.branches.unseen = pattern.map(|text| {
        let why = "the pattern may match other branches".into();
        Box::new(Unresolved { text, why, at: trigger.branches.at, via: None, expected: None })
    });
    trigger
}

/// A string or a list of strings.
pub(super) fn strings(reader: Reader<'_>, key: &str) -> List<Field<String>> {
    match reader.get(key) {
        Some(node) if node.text().is_some() => {
            List::new(vec![text(node)], node.key_place().unwrap_or_else(|| node.place()))
        }
        _ => reader.list(key, text),
    }
}

/// Whether a branch filter stands for more than one name (GitHub, "Filter pattern cheat sheet").
fn is_pattern(filter: &str) -> bool {
    filter.contains(['*', '?', '+', '[', '!'])
}

fn schedule(node: NodeRef<'_>, at: Place) -> Schedule {
    let cron = Reader::new(node).blaming(at).field("cron", text);
    let fields: Vec<&str> = cron.value().map_or_else(Vec::new, |cron| cron.split_whitespace().collect());
    let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
    let counts: Vec<usize> =
        fields.iter().zip(bounds).map(|(field, (low, high))| values(field, low, high).len()).collect();
    let is_valid = fields.len() == 5 && counts.iter().all(|count| *count > 0);
    let runs_per_day = match (counts.as_slice(), fields.as_slice()) {
        ([minutes, hours, ..], [_, _, "*" | "*/1", "*" | "*/1", "*" | "*/1" | "0-6"]) if is_valid => minutes * hours,
        _ => 0,
    };
    let runs_per_day = i64::try_from(runs_per_day).unwrap_or(i64::MAX);
    Schedule { at: cron.place(), cron, is_valid, runs_per_day }
}

/// The values that a field of cron allows (POSIX crontab, with `/` for steps and names of days and months).
fn values(field: &str, low: u32, high: u32) -> Vec<u32> {
    const NAMES: &[&str] =
        &["sun", "mon", "tue", "wed", "thu", "fri", "sat", "jan", "feb", "mar", "apr", "may", "jun", "jul"];
    let mut out = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, Some(1)), |(range, step)| (range, step.parse().ok()));
        let Some(step) = step.filter(|step: &u32| *step > 0) else { return Vec::new() };
        let number = |text: &str| {
            let named = NAMES.contains(&text.to_ascii_lowercase().as_str());
            text.parse().ok().or(named.then_some(low)).filter(|value| (low..=high).contains(value))
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (Some(low), Some(high)),
            Some((from, to)) => (number(from), number(to)),
            None if part.contains('/') => (number(range), Some(high)),
            None => (number(range), number(range)),
        };
        let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
        out.extend((from..=to).step_by(usize::try_from(step).unwrap_or(1)));
    }
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn a_field_of_cron_lists_its_values() {
        assert_eq!(values("*/15", 0, 59), [0, 15, 30, 45]);
        assert_eq!(values("1-3,5", 0, 23), [1, 2, 3, 5]);
        assert_eq!(values("60", 0, 59), Vec::<u32>::new());
        assert_eq!(values("*/0", 0, 59), Vec::<u32>::new());
        assert_eq!(values("MON", 0, 7).len(), 1);
    }
}
