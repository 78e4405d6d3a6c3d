//! Paths in compose files, relative to the root of the run.

/// The directory a file lies in; `.` for one in the root.
pub(super) fn directory(path: &str) -> String {
    path.rsplit_once('/').map_or_else(|| ".".to_owned(), |(directory, _)| directory.to_owned())
}

/// A path as seen from `directory`, normalised; `None` where it leads out of the root of the run.
#[must_use]
pub fn join(directory: &str, path: &str) -> Option<String> {
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

/// The directories in which container runtimes have their sockets, and what the sockets are called.
const RUNTIME_SOCKETS: &[&str] =
    &["/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/crio/crio.sock"];

/// Directories whose owner owns the host.
const SYSTEM_DIRECTORIES: &[&str] =
    &["/", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys", "/usr", "/bin", "/var"];

/// An absolute path without `.`, `..` and `/var` before `/run`, which is a link to it.
fn plain(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.strip_prefix('/')?.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let rest = if let ["var", "run", ..] = parts.as_slice() { parts.get(1..).unwrap_or_default() } else { &parts };
    Some(format!("/{}", rest.join("/")))
}

/// Whether a path of the host is the socket of a container runtime or a directory that holds it; the root is a
/// matter of its own.
pub(super) fn holds_runtime_socket(path: &str) -> bool {
    // A user who runs one without root has it in a directory of their own.
    if ["docker.sock", "podman.sock", "containerd.sock", "crio.sock"].iter().any(|name| path.ends_with(name)) {
        return true;
    }
    let Some(path) = plain(path).filter(|path| path != "/") else { return false };
    RUNTIME_SOCKETS
        .iter()
        .any(|socket| *socket == path || socket.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether a path of the host is its root or a directory of its system.
pub(super) fn is_system_directory(path: &str) -> bool {
    plain(path).is_some_and(|path| SYSTEM_DIRECTORIES.contains(&path.as_str()))
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
    use super::{directory, holds_runtime_socket, is_system_directory, join};

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

    #[test]
    fn a_runtime_socket_is_seen_through_its_directories() {
        for path in
            ["/var/run/docker.sock", "/run/docker.sock", "/var/run", "/run/", "/run/user/1000/podman/podman.sock"]
        {
            assert!(holds_runtime_socket(path), "{path}");
        }
        for path in ["/", "/var/lib/app", "./docker-entrypoint.sh", "/run/secrets/key", "data"] {
            assert!(!holds_runtime_socket(path), "{path}");
        }
    }

    #[test]
    fn system_directories_are_known_however_they_are_written() {
        assert!(["/", "/etc/", "/srv/../etc", "/proc"].iter().all(|path| is_system_directory(path)));
        assert!(!["/etc/localtime", "/srv", "etc", "./etc"].iter().any(|path| is_system_directory(path)));
    }
}
