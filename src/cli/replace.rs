//! Writes files so that nobody ever sees half of one: beside the old one first, then in its place.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Names tried for the file beside the old one.
const MAX_NAMES: usize = 100;

/// Gives a file below `root` another text, or creates one where `before` is `None`. Permissions stay. A symbolic link
/// stays one, and is only followed within the root.
///
/// # Errors
/// In words: a file that is not as it was read, lies outside of the root, or cannot be written.
pub(super) fn write(root: &Path, path: &str, before: Option<&str>, text: &str) -> Result<(), String> {
    let fail = |reason: String| format!("`{path}` is not written: {reason}");
    let canonical = root.canonicalize().map_err(|error| fail(error.to_string()))?;
    let Some(before) = before else { return create(&canonical, path, text).map_err(fail) };
    let target = canonical.join(path).canonicalize().map_err(|error| fail(error.to_string()))?;
    if !target.starts_with(&canonical) {
        return Err(fail("it is a symbolic link out of the repository".to_owned()));
    }
    let now = fs::read(&target).map_err(|error| fail(error.to_string()))?;
    if now != before.as_bytes() {
        return Err(fail("it has changed since it was read".to_owned()));
    }
    let permissions = fs::metadata(&target).map_err(|error| fail(error.to_string()))?.permissions();
    let (beside, mut file) = beside(&target).map_err(fail)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.set_permissions(permissions))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        // What could not be put in place is of no use to anybody.
        let _ = fs::remove_file(&beside);
        fail(error.to_string())
    })
}

fn create(root: &Path, path: &str, text: &str) -> Result<(), String> {
    let target = root.join(path);
    if let Some(directory) = target.parent() {
        let existing = directory.ancestors().find(|directory| directory.exists()).unwrap_or(root);
        let real = existing.canonicalize().map_err(|error| error.to_string())?;
        if !real.starts_with(root) {
            return Err("its directory is a symbolic link out of the repository".to_owned());
        }
        fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(&target).map_err(|error| error.to_string())?;
    file.write_all(text.as_bytes()).map_err(|error| error.to_string())
}

/// A new file in the directory of another, so that a rename does not leave the file system.
fn beside(target: &Path) -> Result<(PathBuf, File), String> {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for attempt in 0..MAX_NAMES {
        let path = target.with_file_name(format!(".{name}.svclint-{}-{attempt}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("no name is free for the file beside it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::write;

    fn directory() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.yaml"), "a: 1\n").unwrap();
        directory
    }

    #[test]
    fn a_file_gets_its_text_and_keeps_its_permissions() {
        let directory = directory();
        let path = directory.path().join("a.yaml");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        }
        write(directory.path(), "a.yaml", Some("a: 1\n"), "a: 2\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a: 2\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_has_changed_meanwhile_is_left_alone() {
        let directory = directory();
        let error = write(directory.path(), "a.yaml", Some("a: 0\n"), "a: 2\n").unwrap_err();
        assert!(error.contains("has changed"), "{error}");
        assert!(write(directory.path(), "a.yaml", None, "x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_repository_is_not_followed() {
        let (outside, directory) = (directory(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path().join("a.yaml"), directory.path().join("a.yaml")).unwrap();
        std::os::unix::fs::symlink(outside.path(), directory.path().join("out")).unwrap();
        assert!(write(directory.path(), "a.yaml", Some("a: 1\n"), "a: 2\n").is_err());
        assert!(write(directory.path(), "out/new/b.yaml", None, "b").is_err());
        assert!(!outside.path().join("new").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_within_the_repository_stays_one() {
        let directory = directory();
        std::os::unix::fs::symlink("a.yaml", directory.path().join("link.yaml")).unwrap();
        write(directory.path(), "link.yaml", Some("a: 1\n"), "a: 2\n").unwrap();
        assert!(directory.path().join("link.yaml").is_symlink());
        assert_eq!(std::fs::read_to_string(directory.path().join("a.yaml")).unwrap(), "a: 2\n");
    }
}
