//! Where the configuration of a run is: the nearest one from what is judged up to the top of the repository.

use std::path::{Path, PathBuf};

/// The name of the file.
pub const NAME: &str = ".svclint.yaml";

/// Names that look like it and would be overlooked in silence.
const LIKE_IT: &[&str] = &[".svclint.yml", "svclint.yaml", "svclint.yml"];

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The directory, absolute.
    pub directory: PathBuf,
    /// The file.
    pub file: PathBuf,
    /// The top of its repository, or of the run where there is none.
    pub top: PathBuf,
}

/// Looks for the configuration in `start` and the directories above it, up to the first that holds a `.git` and never
/// beyond; where none does, up to `top`. Both are absolute.
///
/// # Errors
/// A file beside which svclint would run without it, because its name is not quite right.
pub fn find(start: &Path, top: &Path) -> Result<Option<Found>, PathBuf> {
    let repository = start.ancestors().find(|directory| directory.join(".git").exists());
    let last = repository.unwrap_or(if start.starts_with(top) { top } else { start });
    for directory in start.ancestors().take_while(|directory| directory.starts_with(last)) {
        let file = directory.join(NAME);
        if file.is_file() {
            return Ok(Some(Found { directory: directory.to_owned(), file, top: last.to_owned() }));
        }
    }
    let like_it = |directory: &Path| LIKE_IT.iter().map(|name| directory.join(name)).find(|file| file.is_file());
    match [start, last].into_iter().find_map(like_it) {
        Some(file) => Err(file),
        None => Ok(None),
    }
}
