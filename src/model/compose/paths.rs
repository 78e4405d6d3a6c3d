//! Paths in compose files, relative to the root of the run.

/// The directory a file lies in; `.` for one in the root.
pub(super) fn directory(path: &str) -> String {
    path.rsplit_once('/').map_or_else(|| ".".to_owned(), |(directory, _)| directory.to_owned())
}

/// A path as seen from `directory`, normalised; `None` where it leads out of the root of the run.
pub(super) fn join(directory: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~', '\\']) || is_windows(path) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// Whether a path has a Windows drive or is a UNC path.
pub(super) fn is_windows(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    drive || path.starts_with("\\\\")
}

/// Whether it is an absolute path of the host, the home directory included.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '~']) || is_windows(path)
}

/// Whether a build context or an included file lies on another machine.
pub(super) fn is_remote(path: &str) -> bool {
    path.contains("://")
        || path.starts_with("git@")
        || path.starts_with("github.com/")
        || path.rsplit('.').next() == Some("git")
}

#[cfg(test)]
mod tests {
    use super::{directory, join};

    #[test]
    fn paths_are_normalised_and_stay_within_the_root() {
        assert_eq!(join("deploy", "../app/./src"), Some("app/src".to_owned()));
        assert_eq!(join(".", "."), Some(".".to_owned()));
        assert_eq!(join("deploy", "../.."), None);
        assert_eq!(join(".", "/srv"), None);
        assert_eq!(join(".", "C:\\data"), None);
        assert_eq!(directory("a/b/compose.yaml"), "a/b");
        assert_eq!(directory("compose.yaml"), ".");
    }
}
