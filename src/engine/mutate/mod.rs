//! The mutation check: every line of a rule is changed once, and an example has to notice.

mod explained;
mod mutants;
mod subject;
mod values;
mod variations;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::rules::Arguments;
use crate::rules::ast::{At, RuleSource};
use crate::source::{Place, Sources};
use subject::Subject;

/// A kind of change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// A condition is left out.
    Drop,
    /// `all` becomes `any`, or the other way round.
    Swap,
    /// A condition holds where it failed, and fails where it held.
    Negate,
    /// `lt` becomes `le`, `contains_any` becomes `contains_all`, and so on.
    Bound,
    /// An absent value passes where it failed, or the other way round.
    Absent,
    /// Another literal.
    Value,
    /// Another default of a parameter.
    Default,
    /// Another value of a parameter, wherever an example gives it.
    Param,
    /// A look-up that has to find something may find nothing.
    Arity,
    /// "Cannot tell" is shown where it was not, or the other way round.
    Unknown,
}

impl Change {
    const ALL: &'static [Change] = &[
        Self::Drop,
        Self::Swap,
        Self::Negate,
        Self::Bound,
        Self::Absent,
        Self::Value,
        Self::Default,
        Self::Param,
        Self::Arity,
        Self::Unknown,
    ];

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|change| change.as_str() == word).copied()
    }

    /// The word in a comment.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.code().trim_start_matches("mutation/")
    }

    /// The code in a report.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Drop => "mutation/drop",
            Self::Swap => "mutation/swap",
            Self::Negate => "mutation/negate",
            Self::Bound => "mutation/bound",
            Self::Absent => "mutation/absent",
            Self::Value => "mutation/value",
            Self::Default => "mutation/default",
            Self::Param => "mutation/param",
            Self::Arity => "mutation/arity",
            Self::Unknown => "mutation/unknown",
        }
    }
}

/// How a mutant differs from its rule.
enum Difference {
    /// The rule is another one.
    Rule(Arc<RuleSource>),
    /// The examples that give a parameter give other values.
    Given(String),
}

/// A rule with one thing changed.
struct Mutant {
    change: Change,
    place: Place,
    said: String,
    /// The mutant that leaves out what this one changes. Where that one goes unnoticed this one tells nothing new.
    within: Option<usize>,
    difference: Difference,
}

impl Mutant {
    fn of_rule(change: Change, place: Place, said: String, within: Option<usize>, rule: RuleSource) -> Self {
        Self { change, place, said, within, difference: Difference::Rule(Arc::new(rule)) }
    }
}

/// A change that no example noticed.
#[derive(Debug)]
pub struct Survivor {
    /// What was changed.
    pub change: Change,
    /// Where.
    pub place: Place,
    /// What became of it.
    pub said: String,
}

/// What the mutation check of one or more rules gave.
#[derive(Debug, Default)]
pub struct Tally {
    /// Changes that were tried.
    pub tried: usize,
    /// Changes that no example noticed and that a comment explains.
    pub explained: usize,
    /// Changes that no example noticed.
    pub unnoticed: usize,
    /// The unnoticed changes, and mistakes in comments that explain some.
    pub problems: Vec<Problem>,
}

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.tried += other.tried;
        self.explained += other.explained;
        self.unnoticed += other.unnoticed;
        self.problems.extend(other.problems);
    }
}

/// Changes a rule in every way and runs its examples, which are right as they are. `comments` are those of its file.
#[must_use]
pub fn run(source: &RuleSource, comments: &[At<String>], sources: &Sources) -> Tally {
    let subjects = subject::subjects(source);
    let mutants = mutants::of_rule(source);
    let bare = Arc::new(RuleSource { examples: Vec::new(), ..source.clone() });
    let noticed: Vec<Option<bool>> = mutants.par_iter().map(|mutant| is_noticed(mutant, &bare, &subjects)).collect();
    let mut tally = Tally::default();
    let mut silent: BTreeSet<usize> = BTreeSet::new();
    let mut survivors = Vec::new();
    for (index, (mutant, noticed)) in mutants.into_iter().zip(noticed).enumerate() {
        let Some(noticed) = noticed else { continue };
        if mutant.within.is_some_and(|within| silent.contains(&within)) {
            silent.insert(index);
            continue;
        }
        tally.tried += 1;
        if !noticed {
            silent.insert(index);
            survivors.push(Survivor { change: mutant.change, place: mutant.place, said: mutant.said });
        }
    }
    let (left, explained, problems) = explained::apply(survivors, comments, sources);
    tally.explained = explained;
    tally.unnoticed = left.len();
    tally.problems = left.iter().map(told).collect();
    tally.problems.extend(problems);
    tally
}

/// Whether an example gives something else for a mutant. `None` for a mutant that does not load.
fn is_noticed(mutant: &Mutant, rule: &Arc<RuleSource>, subjects: &[Subject]) -> Option<bool> {
    let mut loads = false;
    let mut agrees = |subject: &Subject, rule: &Arc<RuleSource>, arguments: &Arguments| {
        let agrees = subject.agrees(rule, arguments);
        loads |= agrees.is_some();
        agrees.unwrap_or(true)
    };
    let all_agree = match &mutant.difference {
        Difference::Rule(changed) => subjects.iter().all(|subject| agrees(subject, changed, &subject.arguments)),
        Difference::Given(name) => subjects.iter().all(|subject| {
            let mut others = mutants::other_arguments(rule, &subject.arguments, name).into_iter();
            others.all(|other| agrees(subject, rule, &other))
        }),
    };
    loads.then_some(!all_agree)
}

fn told(survivor: &Survivor) -> Problem {
    let label = Label { place: survivor.place, text: String::new() };
    let change = survivor.change.as_str();
    let help =
        format!("add an example that only this decides, or say why there is none: `# svclint: equivalent[{change}] …`");
    Problem::new(survivor.change.code(), format!("no example notices that {}", survivor.said), label).with_help(help)
}
