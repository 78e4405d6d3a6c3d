//! Which stages a Dockerfile has, and which of them are built from which.

use super::scope::Scope;
use super::settings;
use crate::source::Spanned;
use crate::syntax::dockerfile::{self as syntax, InstructionKind, Word};

/// Stages that are read; a file with more is not a real one.
const MAX_STAGES: usize = 200;

/// One FROM and what follows it.
pub(super) struct Raw<'t> {
    pub image: &'t Word,
    pub alias: Option<&'t Spanned<String>>,
    pub platform: Option<&'t Word>,
    pub instructions: &'t [syntax::Instruction],
    /// Index of the stage it is built from.
    pub parent: Option<usize>,
    /// Indexes of the stages it may be built from, where a variable in their name has no value.
    pub candidates: Vec<usize>,
    pub is_reachable: bool,
    /// Whether it is the last stage or one that this is built from.
    pub in_final_image: bool,
}

/// Cuts the file into stages and finds which of them the last one needs.
pub(super) fn split<'t>(tree: &'t syntax::Dockerfile, globals: &Scope) -> Vec<Raw<'t>> {
    let mut raws: Vec<Raw<'t>> = Vec::new();
    let starts: Vec<usize> = (0..tree.instructions.len())
        .filter(|at| tree.instructions.get(*at).is_some_and(|one| matches!(one.kind, InstructionKind::From { .. })))
        .take(MAX_STAGES)
        .collect();
    for (nth, start) in starts.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(tree.instructions.len());
        let Some(from) = tree.instructions.get(*start) else { continue };
        let InstructionKind::From { image, alias, platform } = &from.kind else { continue };
        let base = globals.value(image);
        let candidates =
            if base.is_some() { Vec::new() } else { possible_stages(&raws, &settings::open_ended(image, globals)) };
        let parent = base.and_then(|base| named_stage(&raws, &base));
        raws.push(Raw {
            image,
            alias: alias.as_ref(),
            platform: platform.as_ref(),
            instructions: tree.instructions.get(start + 1..end).unwrap_or(&[]),
            parent,
            candidates,
            is_reachable: false,
            in_final_image: false,
        });
    }
    // A parent always comes earlier, so that this ends.
    let mut layer = raws.len().checked_sub(1);
    while let Some(raw) = layer.and_then(|index| raws.get_mut(index)) {
        raw.in_final_image = true;
        layer = raw.parent;
    }
    let mut queue: Vec<usize> = raws.len().checked_sub(1).into_iter().collect();
    while let Some(index) = queue.pop() {
        let needed = match raws.get_mut(index) {
            Some(raw) if !raw.is_reachable => {
                raw.is_reachable = true;
                let links = raw.instructions.iter().flat_map(links);
                (raw.parent, raw.candidates.clone(), links.collect::<Vec<_>>())
            }
            _ => continue,
        };
        let earlier = raws.get(..index).unwrap_or(&[]);
        queue.extend(needed.0);
        queue.extend(needed.1);
        queue.extend(needed.2.iter().filter_map(|name| stage_of(earlier, name)));
    }
    raws
}

/// Earlier stages whose name fits a text in which unknown parts are open.
fn possible_stages(earlier: &[Raw<'_>], (start, end): &(String, String)) -> Vec<usize> {
    let fits = |raw: &Raw<'_>| {
        let name = raw.alias.map_or("", |alias| alias.value.as_str());
        name.len() >= start.len() + end.len() && name.starts_with(start.as_str()) && name.ends_with(end.as_str())
    };
    let named = earlier.iter().enumerate().filter(|(_, raw)| raw.alias.is_some());
    named.filter(|(_, raw)| fits(raw)).map(|(index, _)| index).collect()
}

/// The names behind `--from` and `--mount=from=`.
fn links(instruction: &syntax::Instruction) -> Vec<String> {
    let mut out = Vec::new();
    if let InstructionKind::Copy(transfer) = &instruction.kind {
        out.extend(transfer.from.as_ref().map(|from| from.text.clone()));
    }
    let mounts = instruction.flags.iter().filter(|flag| flag.name.value == "mount");
    let values = mounts.filter_map(|flag| flag.value.as_ref());
    out.extend(
        values
            .flat_map(|value| value.value.split(','))
            .filter_map(|part| part.strip_prefix("from="))
            .map(str::to_owned),
    );
    out
}

/// The last earlier stage of a name, in any case.
pub(super) fn named_stage(earlier: &[Raw<'_>], name: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    earlier.iter().rposition(|raw| raw.alias.is_some_and(|alias| alias.value == lower))
}

/// The same for `--from`, which also takes an index.
pub(super) fn stage_of(earlier: &[Raw<'_>], name: &str) -> Option<usize> {
    named_stage(earlier, name).or_else(|| name.parse().ok().filter(|index| *index < earlier.len()))
}
