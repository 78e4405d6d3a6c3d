//! From evidence to findings: messages, labels and fingerprints.

use super::evidence::{Evidence, Group, Seen, expected, expected_not, filtered, shown};
use super::ir::{Compiled, Path, Root};
use super::template::{Piece, Template};
use crate::finding::{Label, Outcome};
use crate::model::read::UNREADABLE;
use crate::model::schema::{Node, Slot, View};

/// What a group of evidence says, before a standard gives it a severity.
pub struct Conclusion {
    /// Failed or not known.
    pub outcome: Outcome,
    /// What was found and what is wanted.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
    /// Where it is.
    pub primary: Label,
    /// Other places that take part.
    pub related: Vec<Label>,
    /// What enters the fingerprint.
    pub evidence: String,
}

struct Text<'r, 'a> {
    rule: &'r Compiled,
    target: &'a dyn Node,
    group: &'r Group<'a>,
}

/// Puts a group of evidence into words. `None` for a doubt that only comes from a value of the wrong type or from lines
/// that could not be read: those have a finding or a note of their own.
#[must_use]
pub fn conclude<'a>(rule: &Compiled, target: &'a dyn Node, group: &Group<'a>) -> Option<Conclusion> {
    let first = group.evidence.first()?;
    let told_elsewhere = |evidence: &Evidence<'_>| match evidence.seen {
        Seen::Malformed => true,
        Seen::Unresolved(unresolved) => unresolved.why == UNREADABLE || unresolved.expected.is_some(),
        _ => false,
    };
    if group.unknown && group.evidence.iter().all(told_elsewhere) {
        return None;
    }
    let text = Text { rule, target, group };
    if let Some((index, count)) = group.lookup {
        return text.not_one(index, count);
    }
    let deciding = if group.unknown {
        group.evidence.iter().find(|evidence| matches!(evidence.seen, Seen::Unresolved(_))).unwrap_or(first)
    } else {
        first
    };
    let message = if group.unknown {
        text.doubt(deciding)
    } else {
        match (&rule.missing, deciding.seen) {
            (Some(missing), Seen::Missing) => text.render(missing, deciding),
            _ => text.render(&rule.message, deciding),
        }
    };
    let primary = Label { place: deciding.place(), text: text.label(deciding, true, group.unknown) };
    let mut related = Vec::new();
    for evidence in &group.evidence {
        let via = evidence.origin.via.map(|via| Label { place: via.at, text: via.text.to_owned() });
        let own = Label { place: evidence.place(), text: text.label(evidence, false, group.unknown) };
        related.extend(std::iter::once(own).chain(via));
    }
    for (path, label) in &rule.labels {
        if let Slot::Known(_, origin) = text.slot(path) {
            related.push(Label { place: origin.at, text: text.render(label, deciding) });
        }
    }
    let mut seen = vec![primary.place];
    related.retain(|label| {
        let new = !seen.contains(&label.place);
        seen.push(label.place);
        new
    });
    Some(Conclusion {
        outcome: if group.unknown { Outcome::Unknown } else { Outcome::Fail },
        message,
        help: rule.help.as_ref().filter(|_| !group.unknown).map(|help| text.render(help, deciding)),
        primary,
        related,
        evidence: group.evidence.iter().map(Evidence::key).collect::<Vec<_>>().join("\n"),
    })
}

/// The title of a fix for a group of evidence.
pub(super) fn title<'a>(rule: &Compiled, target: &'a dyn Node, group: &Group<'a>, title: &Template) -> String {
    match group.evidence.first() {
        Some(first) => Text { rule, target, group }.render(title, first),
        None => String::new(),
    }
}

impl<'a> Text<'_, 'a> {
    /// A look-up that expects one thing and found `count` of them.
    fn not_one(&self, index: usize, count: usize) -> Option<Conclusion> {
        let lookup = self.rule.lookups.get(index)?;
        let (first, others) = self.group.evidence.split_first()?;
        let (kind, target) = (lookup.kind.name, self.target.label());
        let message = match (&lookup.say, count) {
            (Some(say), _) => self.render(say, first),
            (None, 0) => format!("nothing of `{kind}` belongs to `{target}`, and one is expected"),
            (None, _) => format!("{count} of `{kind}` belong to `{target}`, and one is expected"),
        };
        let label = if count == 0 { format!("no `{kind}` fits this") } else { format!("{count} of `{kind}` fit this") };
        let related =
            others.iter().map(|other| Label { place: other.place(), text: format!("{} fits", other.actual()) });
        Some(Conclusion {
            outcome: Outcome::Fail,
            message,
            help: self.rule.help.as_ref().map(|help| self.render(help, first)),
            primary: Label { place: first.place(), text: label },
            related: related.collect(),
            evidence: self.group.evidence.iter().map(Evidence::key).collect::<Vec<_>>().join("\n"),
        })
    }

    fn slot(&self, path: &Path) -> Slot<'a> {
        let start = match path.root {
            Root::Target => Slot::Known(View::Node(self.target), self.target.place().into()),
            Root::Binding(index) => match self.group.bindings.get(index).copied().flatten() {
                Some(slot) => slot,
                None => return Slot::Absent(self.target.place()),
            },
        };
        path.steps.iter().fold(start, |slot, step| match slot {
            Slot::Known(View::Node(node), _) => node.slot(*step),
            other => other,
        })
    }

    fn path_text(&self, path: &Path) -> String {
        match self.slot(path) {
            Slot::Known(View::Int(value), _) => value.to_string(),
            Slot::Known(view, _) => format!("`{}`", shown(view)),
            _ => format!("the value of `{}`", path.text),
        }
    }

    fn expected(&self, evidence: &Evidence<'a>) -> String {
        let Some(condition) = evidence.condition else { return String::new() };
        match &condition.say {
            Some(say) => self.render(say, evidence),
            None if alternatives(condition).is_some() => {
                let says = alternatives(condition).into_iter().flatten().filter_map(|part| part.say.as_ref());
                // A part that stands behind another one may say so itself.
                let texts = says.map(|say| self.render(say, evidence));
                let texts: Vec<String> =
                    texts.map(|text| text.strip_prefix("or ").map(str::to_owned).unwrap_or(text)).collect();
                texts.join(" or ")
            }
            None if evidence.negated => expected_not(condition, &|path| self.path_text(path)),
            None => expected(condition, &|path| self.path_text(path)),
        }
    }

    fn render(&self, template: &Template, deciding: &Evidence<'a>) -> String {
        let mut out = String::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field(path, filter) => out.push_str(&filtered(self.slot(path), *filter)),
                Piece::Actual(super::template::Filter::List) => out.push_str(&self.all_values()),
                Piece::Actual(_) => out.push_str(&deciding.actual()),
                Piece::Expected => out.push_str(&self.expected(deciding)),
                Piece::Target => out.push_str(&self.target.label()),
            }
        }
        out
    }

    /// `{actual|list}`: every different value that takes part.
    fn all_values(&self) -> String {
        let mut values: Vec<String> = Vec::new();
        for evidence in &self.group.evidence {
            let value = evidence.actual();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values.join(", ")
    }

    fn doubt(&self, deciding: &Evidence<'a>) -> String {
        let summary = &self.rule.source.summary;
        match deciding.seen {
            // The reason may name the text already.
            Seen::Unresolved(unresolved)
                if unresolved.text.is_empty() || unresolved.why.contains(&*unresolved.text) =>
            {
                format!("cannot tell whether {summary}: {}", unresolved.why)
            }
            Seen::Unresolved(unresolved) => {
                format!("cannot tell whether {summary}: {} (`{}`)", unresolved.why, shown(View::Str(&unresolved.text)))
            }
            _ => format!("cannot tell whether {summary}"),
        }
    }

    fn label(&self, evidence: &Evidence<'a>, primary: bool, doubt: bool) -> String {
        match evidence.seen {
            Seen::Unresolved(unresolved) => unresolved.why.to_string(),
            Seen::Malformed => "this value has the wrong type".to_owned(),
            Seen::Target => String::new(),
            _ if doubt => String::new(),
            Seen::Missing => match evidence.condition {
                Some(condition) if condition.say.is_some() || alternatives(condition).is_some() => {
                    self.expected(evidence)
                }
                _ if evidence.field.is_empty() => "missing here".to_owned(),
                _ => format!("`{}` is missing here", evidence.field),
            },
            Seen::Value(_) if primary || disagrees(evidence) => {
                let expected = self.expected(evidence);
                match evidence.condition {
                    _ if expected.is_empty() => evidence.actual(),
                    Some(condition) if condition.say.is_some() => expected,
                    Some(super::ir::Cond { form: super::ir::Form::Agree(..), .. }) => {
                        format!("{} here", evidence.actual())
                    }
                    _ => format!("expected {expected}"),
                }
            }
            Seen::Value(_) => format!("{} here", evidence.actual()),
        }
    }
}

/// The parts of an `any` of which each says what it wants.
fn alternatives(condition: &super::ir::Cond) -> Option<&[super::ir::Cond]> {
    match &condition.form {
        super::ir::Form::Any(parts) if parts.iter().all(|part| part.say.is_some()) => Some(parts),
        _ => None,
    }
}

/// Whether a secondary place failed a condition of its own, so that its label says what was wanted there.
fn disagrees(evidence: &Evidence<'_>) -> bool {
    evidence
        .condition
        .is_some_and(|condition| condition.say.is_some() || matches!(condition.form, super::ir::Form::Compare(_)))
}
