//! Writing Markdown (`CommonMark` with GitHub's tables): cells, code and anchors.

/// The first line of every generated page.
pub(super) const HEAD: &str = "<!-- Generated from the rules, the standards and the model: \
     `UPDATE_PAGES=1 cargo test --test pages` writes it anew. -->\n\n";

/// Text in a table cell.
pub(super) fn cell(text: &str) -> String {
    let text = text.trim().replace('|', "\\|");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text as inline code in a table cell.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", cell(text))
}

/// The anchor that GitHub gives a heading: lower case, without punctuation but `-` and `_`, spaces as `-`.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// A fenced block, with a fence that the text does not hold.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// The language of a fence, by the path of a file.
pub(super) fn language(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        _ if name.starts_with("Dockerfile") || name.ends_with("Dockerfile") => "dockerfile",
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        Some("toml") => "toml",
        Some("md") => "markdown",
        Some("tf") => "hcl",
        Some("py") => "python",
        Some("sh") => "sh",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        assert_eq!(anchor("`k8s.network_policy`"), "k8snetwork_policy");
        assert_eq!(anchor("Compose files"), "compose-files");
    }

    #[test]
    fn a_fence_is_longer_than_those_in_the_text() {
        assert_eq!(fenced("text", "```\nx\n```\n"), "````text\n```\nx\n```\n````\n");
    }
}
