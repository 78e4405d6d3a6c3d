//! Paths relative to the root of the run.

/// A relative path below a directory; `None` where it is absolute or leads out of the root of the run.
#[must_use]
pub fn joined(dir: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_path_is_followed_from_its_directory_and_never_out_of_the_root() {
        assert_eq!(joined("k8s/overlays/prod", "../../base/./api.yaml").as_deref(), Some("k8s/base/api.yaml"));
        assert_eq!(joined(".", "./api.yaml").as_deref(), Some("api.yaml"));
        assert_eq!(joined("k8s", "..").as_deref(), Some("."));
        assert_eq!(joined("k8s", "../../elsewhere"), None);
        assert_eq!(joined("k8s", "/etc"), None);
    }
}
