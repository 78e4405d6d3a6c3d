//! One instruction as rules see it.

use super::files;
use crate::model;
use crate::model::value::{Field, List};
use crate::source::{FileId, Place};
use crate::syntax::dockerfile::{self as syntax, Command, InstructionKind};

model! {
    /// A `--name=value` of an instruction.
    pub struct InstructionFlag as "dockerfile.flag" {
        /// Name without dashes.
        name: String,
        /// Value, where there is one.
        value: Field<String>,
    }
    label(flag) { flag.name.clone() }
}

model! {
    /// An instruction.
    pub struct Instruction as "dockerfile.instruction" in Instruction {
        /// Its keyword in capitals.
        keyword: String as "keyword",
        /// Its whole text, as written.
        text: String as "text",
        /// What follows the keyword, as written.
        arguments: String as "arguments",
        /// Its position in the stage.
        index: i64,
        /// Index of its stage.
        stage_index: i64,
        /// Whether it belongs to the final stage.
        in_final_stage: bool,
        /// Whether its command is a JSON array; absent where it has none.
        json_form: Field<bool>,
        /// Its flags.
        flags: List<InstructionFlag>,
        /// Whether it is an ADD that only does what COPY does.
        is_add_of_local_file: bool,
        /// For a MAINTAINER the LABEL that says the same.
        as_label: Field<String>,
        /// Whether it is wrapped by ONBUILD.
        is_onbuild: bool,
        /// Whether the same keyword comes again in the stage and makes this one void (CMD, ENTRYPOINT, HEALTHCHECK).
        is_overridden: bool,
        /// Whether it is a WORKDIR that depends on where the base image stands: a relative one with no absolute one
        /// before it, in the stage or in those it is built from.
        is_unrooted_workdir: bool,
    }
    label(instruction) { instruction.keyword.clone() }
}

/// Reads an instruction of a stage.
pub(super) fn read(
    instruction: &syntax::Instruction,
    file: FileId,
    text: &str,
    position: (usize, usize),
    in_final_stage: bool,
    is_overridden: bool,
    rooted: &mut bool,
) -> Instruction {
    let at = Place { file, span: instruction.keyword.span };
    let whole = instruction.span.slice(text);
    let onbuild = matches!(instruction.kind, InstructionKind::Onbuild(_));
    let inner = match &instruction.kind {
        InstructionKind::Onbuild(inner) => inner.as_ref(),
        _ => instruction,
    };
    let json_form = match inner.command() {
        Some(command) => Field::known(matches!(command, Command::Exec(_)), at),
        None => Field::Absent(at),
    };
    let flags = inner.flags.iter().map(|flag| {
        let place = Place { file, span: flag.span };
        InstructionFlag {
            at: place,
            name: flag.name.value.clone().into_owned(),
            value: match &flag.value {
                Some(value) => Field::known(value.value.clone(), Place { file, span: value.span }),
                None => Field::Absent(place),
            },
        }
    });
    let is_unrooted_workdir = match &instruction.kind {
        InstructionKind::Workdir(path) => {
            *rooted |= is_absolute(&path.text);
            !*rooted
        }
        _ => false,
    };
    Instruction {
        at,
        keyword: instruction.keyword.value.name().to_owned(),
        text: whole.to_owned(),
        arguments: whole.get(instruction.keyword.span.len()..).unwrap_or("").trim().to_owned(),
        index: i64::try_from(position.1).unwrap_or(i64::MAX),
        stage_index: i64::try_from(position.0).unwrap_or(i64::MAX),
        in_final_stage,
        json_form,
        flags: List::new(flags.collect(), at),
        is_add_of_local_file: match &inner.kind {
            InstructionKind::Add(transfer) => is_plain(transfer),
            _ => false,
        },
        as_label: match &instruction.kind {
            InstructionKind::Maintainer(name) => Field::known(author_label(&name.text), at),
            _ => Field::Absent(at),
        },
        is_onbuild: onbuild,
        is_overridden,
        is_unrooted_workdir,
    }
}

/// A maintainer as a label (OCI image specification, annotations). MAINTAINER takes quotes as they are, and no
/// variables.
fn author_label(name: &str) -> String {
    let name = name.trim();
    let bare = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(name);
    let mut escaped = String::with_capacity(bare.len());
    for c in bare.chars() {
        if matches!(c, '"' | '\\' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    format!("LABEL org.opencontainers.image.authors=\"{escaped}\"")
}

/// Whether a path is absolute on Linux or Windows, or starts with a variable, which may make it so.
fn is_absolute(path: &str) -> bool {
    let path = path.trim_start_matches(['"', '\'']);
    path.starts_with(['/', '\\', '$']) || path.get(1..2) == Some(":")
}

/// Whether an ADD does nothing that COPY does not do.
pub(super) fn is_plain(transfer: &syntax::Transfer) -> bool {
    let special =
        |word: &syntax::Word| files::is_remote(&word.text) || files::is_archive(&word.text) || word.text.contains('$');
    !transfer.sources.is_empty() && !transfer.sources.iter().any(special)
}
