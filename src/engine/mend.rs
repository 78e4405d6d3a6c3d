//! Makes fixes in memory, in rounds, and keeps those that do what they say.
//!
//! After every round the files are read and judged again. A fix whose finding is still there, or that lets another
//! rule fail, is taken back: it is a mistake of its rule, and the report says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Fix, Note, NoteKind, Report, Safety};
use crate::model::repo::Repo;
use crate::source::edit::{Edit, apply};
use crate::source::{FileId, Place, Sources};

/// Rounds of one run, as each can make room for the next.
const MAX_ROUNDS: usize = 10;

/// Times that the files are judged again in one run. Looking for the one fix of many that does harm takes some.
const MAX_JUDGEMENTS: usize = 64;

/// The texts of changed and new files, by path.
pub type Texts = BTreeMap<String, String>;

/// How files are read and judged again.
pub trait Judge {
    /// What can go wrong.
    type Error;

    /// Reads the files as they are with other texts, and judges them. The first report says what is to be mended; the
    /// second, where there is one, what else must not come to fail.
    ///
    /// # Errors
    /// Where they cannot be read or judged at all.
    fn judge(&mut self, texts: &Texts) -> Result<(Repo, Report, Option<Report>), Self::Error>;
}

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The rule.
    pub rule: String,
    /// Path of the file in which its finding was.
    pub path: String,
    /// What it does.
    pub title: String,
    /// Whether it can change what the service does.
    pub safety: Safety,
}

/// The result of a run.
pub struct Mended {
    /// The files as they are now.
    pub repo: Repo,
    /// What is left to say of them. Fixes that were taken back are among its notes.
    pub report: Report,
    /// The texts of changed and new files.
    pub texts: Texts,
    /// The texts that the changed ones had; new files are not among them.
    pub originals: Texts,
    /// The fixes that were made, in order.
    pub made: Vec<Made>,
    /// How many fixes were taken back.
    pub taken_back: usize,
}

/// What is to be done where a fix had to be taken back of something that several files make.
const COMPOSED: &str = "an overlay, an override or a values file may set it anew or count on it: change it there";

/// The same of what one file makes.
const WRONG: &str = "the rule's fix is wrong here; please report it";

/// A finding with the fix that is to be tried.
struct Candidate {
    /// Whether other files take part in what it is about.
    is_composed: bool,
    key: Key,
    made: Made,
    edits: Vec<(String, Edit)>,
    new_files: Vec<(String, String)>,
}

/// What makes a finding the same after edits elsewhere.
type Key = (String, String, String, String);

fn key(finding: &Finding, sources: &Sources) -> Key {
    let path = sources.get(finding.primary.place.file).path.clone();
    (finding.rule.clone(), finding.service.clone(), path, finding.target.name.clone())
}

/// How many findings there are of each key, and how many files could not be read.
struct Tally {
    found: BTreeMap<Key, usize>,
    unread: usize,
}

impl Tally {
    fn of(repo: &Repo, report: &Report, other: Option<&Report>) -> Self {
        let mut found = BTreeMap::new();
        for finding in report.active().chain(other.into_iter().flat_map(Report::active)) {
            *found.entry(key(finding, &repo.sources)).or_default() += 1;
        }
        let unread = report.notes.iter().filter(|note| note.kind == NoteKind::Unparsed).count();
        Self { found, unread }
    }

    fn count(&self, key: &Key) -> usize {
        self.found.get(key).copied().unwrap_or(0)
    }

    /// What is worse than before, once the findings of some fixes should be gone.
    fn worse_than(&self, before: &Self, mended: &BTreeMap<Key, usize>) -> Option<Worse> {
        if self.unread > before.unread {
            return Some(Worse { why: "a file can no longer be read".to_owned(), key: None });
        }
        for (key, count) in &self.found {
            let wanted = before.count(key).saturating_sub(mended.get(key).copied().unwrap_or(0));
            if *count > wanted {
                let (rule, _, path, _) = key;
                let is_own = mended.contains_key(key);
                let why = if is_own {
                    "its finding is still there".to_owned()
                } else {
                    format!("`{rule}` finds something in `{path}` that it did not find before")
                };
                return Some(Worse { why, key: Some(key.clone()) });
            }
        }
        None
    }
}

/// How the files came to be worse.
struct Worse {
    /// In words.
    why: String,
    /// The finding that shows it.
    key: Option<Key>,
}

/// Makes the first fix of each finding that may be made, safe ones only unless told otherwise.
///
/// # Errors
/// What [`Judge::judge`] says.
pub fn mend<J: Judge>(judge: &mut J, allow_unsafe: bool) -> Result<Mended, J::Error> {
    let (repo, report, watched) = judge.judge(&Texts::new())?;
    let tally = Tally::of(&repo, &report, watched.as_ref());
    let now = State { repo, report, tally, texts: Texts::new() };
    let mut run = Run {
        judge,
        allow_unsafe,
        now,
        refused: BTreeSet::new(),
        notes: Vec::new(),
        made: Vec::new(),
        judgements: 0,
        originals: Texts::new(),
    };
    for _ in 0..MAX_ROUNDS {
        let candidates = run.candidates();
        if candidates.is_empty() || run.judgements >= MAX_JUDGEMENTS {
            break;
        }
        run.make(candidates)?;
    }
    let Run { now, notes, made, refused, mut originals, .. } = run;
    originals.retain(|path, _| now.texts.contains_key(path));
    let State { repo, mut report, texts, .. } = now;
    for (path, message, help) in notes {
        let place = repo.sources.find(&path).or(repo.sources.find(".")).map_or(Place::whole(FileId(0)), Place::whole);
        let help = Some(help.to_owned());
        report.notes.push(Note { kind: NoteKind::FixTakenBack, place, message, help, related: Vec::new() });
    }
    Ok(Mended { repo, report, texts, originals, made, taken_back: refused.len() })
}

/// The files at one time.
struct State {
    repo: Repo,
    report: Report,
    tally: Tally,
    texts: Texts,
}

struct Run<'j, J> {
    judge: &'j mut J,
    allow_unsafe: bool,
    now: State,
    /// Findings and titles of fixes that were taken back.
    refused: BTreeSet<(Key, String)>,
    /// Paths, messages and what to do next.
    notes: Vec<(String, String, &'static str)>,
    made: Vec<Made>,
    judgements: usize,
    /// The texts of files before anything was edited.
    originals: Texts,
}

impl<J: Judge> Run<'_, J> {
    /// The fixes of one round, in file order; of two that touch the same bytes the first.
    fn candidates(&self) -> Vec<Candidate> {
        let sources = &self.now.repo.sources;
        let mut out: Vec<Candidate> = Vec::new();
        let mut taken: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        let mut created: BTreeMap<&str, &str> = BTreeMap::new();
        for finding in self.now.report.active() {
            let key = key(finding, sources);
            let may = |fix: &&Fix| {
                (self.allow_unsafe || fix.safety == Safety::Safe)
                    && !self.refused.contains(&(key.clone(), fix.title.clone()))
            };
            let Some(fix) = finding.fixes.iter().find(may) else { continue };
            // One edit may mend several findings, such as those of two overlays of one base.
            let is_free = |(file, edit): &(FileId, Edit)| {
                let others = taken.get(file).map_or(&[][..], Vec::as_slice);
                others.iter().all(|other| other == edit || !other.clashes(edit))
            };
            let is_new = |(path, text): &(String, String)| created.get(path.as_str()).is_none_or(|other| other == text);
            if !fix.edits.iter().all(is_free) || !fix.new_files.iter().all(is_new) {
                continue;
            }
            for (file, edit) in &fix.edits {
                taken.entry(*file).or_default().push(edit.clone());
            }
            created.extend(fix.new_files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
            let path = |file: FileId| sources.get(file).path.clone();
            let made = Made {
                rule: finding.rule.clone(),
                path: fix.new_files.first().map_or_else(|| path(finding.primary.place.file), |(path, _)| path.clone()),
                title: fix.title.clone(),
                safety: fix.safety,
            };
            let edits = fix.edits.iter().map(|(file, edit)| (path(*file), edit.clone())).collect();
            let is_composed = finding.reach.is_composed;
            out.push(Candidate { is_composed, key, made, edits, new_files: fix.new_files.clone() });
        }
        out
    }

    /// Makes fixes of one round. Where together they do harm, parts of them are tried, down to the one that does.
    fn make(&mut self, candidates: Vec<Candidate>) -> Result<(), J::Error> {
        // The places of edits are those in the texts that the round begins with.
        let base = self.base(&candidates);
        let before = self.now.texts.clone();
        for (path, text) in base.iter().filter(|(path, _)| !before.contains_key(*path)) {
            self.originals.entry(path.clone()).or_insert_with(|| text.clone());
        }
        let mut kept: Vec<Candidate> = Vec::new();
        let mut queue = vec![candidates];
        while let Some(mut group) = queue.pop() {
            if self.judgements >= MAX_JUDGEMENTS {
                break;
            }
            let Some(texts) = changed(&before, &base, kept.iter().chain(&group)) else {
                split(&mut queue, group);
                continue;
            };
            self.judgements += 1;
            let (repo, report, watched) = self.judge.judge(&texts)?;
            let tally = Tally::of(&repo, &report, watched.as_ref());

            match tally.worse_than(&self.now.tally, &mended(&group)) {
                None => {
                    self.made.extend(group.iter().map(|one| one.made.clone()));
                    kept.append(&mut group);
                    self.now = State { repo, report, tally, texts };
                }
                Some(worse) => match <[Candidate; 1]>::try_from(group) {
                    Ok([one]) => self.take_back(one, &worse.why),
                    Err(group) => set_apart(&mut queue, group, worse.key.as_ref()),
                },
            }
        }
        Ok(())
    }

    fn take_back(&mut self, one: Candidate, why: &str) {
        let Made { rule, path, title, .. } = one.made;
        let help = if one.is_composed { COMPOSED } else { WRONG };
        self.notes.push((path, format!("the fix \"{title}\" of `{rule}` was taken back: with it, {why}"), help));
        self.refused.insert((one.key, title));
    }

    /// The texts of the files that fixes edit.
    fn base(&self, candidates: &[Candidate]) -> Texts {
        let sources = &self.now.repo.sources;
        let paths: BTreeSet<&String> = candidates.iter().flat_map(|one| &one.edits).map(|(path, _)| path).collect();
        let text = |path: &String| Some((path.clone(), sources.get(sources.find(path)?).text().to_owned()));
        paths.into_iter().filter_map(text).collect()
    }
}

/// How many findings of each key fixes are to mend.
fn mended(group: &[Candidate]) -> BTreeMap<Key, usize> {
    let mut out = BTreeMap::new();
    for candidate in group {
        *out.entry(candidate.key.clone()).or_default() += 1;
    }
    out
}

/// Tries first what the finding that is worse does not point at: the fixes of it, else those of its file, are likely to
/// be the reason. Judging costs more than anything else here.
fn set_apart(queue: &mut Vec<Vec<Candidate>>, group: Vec<Candidate>, worse: Option<&Key>) {
    let Some(worse) = worse else { return split(queue, group) };
    let is_of_finding = group.iter().any(|one| one.key == *worse);
    let is_suspect = |one: &Candidate| {
        if is_of_finding { one.key == *worse } else { one.edits.iter().any(|(path, _)| *path == worse.2) }
    };
    let (suspects, others): (Vec<Candidate>, Vec<Candidate>) = group.into_iter().partition(is_suspect);
    match (suspects.is_empty(), others.is_empty()) {
        (false, false) => queue.extend([suspects, others]),
        (false, true) => split(queue, suspects),
        (true, _) => split(queue, others),
    }
}

fn split(queue: &mut Vec<Vec<Candidate>>, mut group: Vec<Candidate>) {
    if group.len() > 1 {
        let second = group.split_off(group.len() / 2);
        queue.extend([second, group]);
    }
}

/// The texts with fixes made. `None` where two clash.
fn changed<'c>(before: &Texts, base: &Texts, fixes: impl Iterator<Item = &'c Candidate>) -> Option<Texts> {
    let mut out = before.clone();
    let mut edits: BTreeMap<&str, BTreeSet<&Edit>> = BTreeMap::new();
    for fix in fixes {
        for (path, edit) in &fix.edits {
            edits.entry(path).or_default().insert(edit);
        }
        out.extend(fix.new_files.iter().cloned());
    }
    for (path, edits) in edits {
        let edits: Vec<Edit> = edits.into_iter().cloned().collect();
        let text = apply(base.get(path)?, &edits)?;
        // A file without text is not read again.
        if text.is_empty() {
            return None;
        }
        out.insert(path.to_owned(), text);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Key, Made, set_apart};
    use crate::finding::Safety;
    use crate::source::Span;
    use crate::source::edit::Edit;

    fn key(name: &str, path: &str) -> Key {
        ("rule".to_owned(), ".".to_owned(), path.to_owned(), name.to_owned())
    }

    /// A fix of a finding `name` in a file that edits another.
    fn fix(name: &str, edited: &str) -> Candidate {
        let made = Made { rule: String::new(), path: String::new(), title: name.to_owned(), safety: Safety::Safe };
        let edit = Edit { span: Span::new(0, 0), text: String::new() };
        let edits = vec![(edited.to_owned(), edit)];
        Candidate { is_composed: false, key: key(name, "own.yaml"), made, edits, new_files: Vec::new() }
    }

    /// The groups in the order in which they are tried.
    fn groups(fixes: &[(&str, &str)], worse: Option<&Key>) -> Vec<String> {
        let mut queue = Vec::new();
        set_apart(&mut queue, fixes.iter().map(|(name, edited)| fix(name, edited)).collect(), worse);
        let names = |group: &Vec<Candidate>| group.iter().map(|one| one.made.title.as_str()).collect::<String>();
        queue.iter().rev().map(names).collect()
    }

    const FIXES: &[(&str, &str)] = &[("a", "x"), ("b", "y"), ("c", "x"), ("d", "y")];

    #[test]
    fn the_fix_of_a_finding_that_stays_is_tried_last() {
        assert_eq!(groups(FIXES, Some(&key("b", "own.yaml"))), ["acd", "b"]);
    }

    #[test]
    fn the_fixes_of_a_file_that_becomes_worse_are_tried_last() {
        assert_eq!(groups(FIXES, Some(&key("new", "x"))), ["bd", "ac"]);
    }

    #[test]
    fn fixes_of_which_none_is_suspected_or_all_are_tried_by_halves() {
        assert_eq!(groups(FIXES, None), ["ab", "cd"]);
        assert_eq!(groups(FIXES, Some(&key("new", "z"))), ["ab", "cd"]);
        assert_eq!(groups(&FIXES[..1], None), Vec::<String>::new());
        assert_eq!(groups(&[("a", "x"), ("c", "x")], Some(&key("new", "x"))), ["a", "c"]);
    }
}
