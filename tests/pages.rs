//! The generated pages and schemas are those of the code and the rules: `UPDATE_PAGES=1 cargo test --test pages` writes
//! them anew.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use svclint::reference;
use svclint::standard::library::Library;

/// The directories that hold generated pages and nothing else.
const OWN: &[&str] = &["docs/rules", "docs/standards"];

fn generated() -> BTreeMap<String, String> {
    let pages = reference::pages(&mut Library::built_in());
    pages.unwrap_or_else(|problems| unreachable!("the built-in rules load: {problems:?}"))
}

/// The files of the generated directories that nothing generates.
fn left_over(pages: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for directory in OWN {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if !pages.contains_key(path.to_string_lossy().replace('\\', "/").as_str()) {
                out.push(path);
            }
        }
    }
    out
}

#[test]
fn the_pages_are_those_of_the_rules_the_standards_and_the_model() {
    let pages = generated();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        update(&pages);
        return;
    }
    let mut wrong: Vec<String> = Vec::new();
    for (path, text) in &pages {
        match std::fs::read_to_string(path) {
            Ok(written) if written == *text => {}
            Ok(_) => wrong.push(format!("{path} is stale")),
            Err(_) => wrong.push(format!("{path} is missing")),
        }
    }
    wrong.extend(left_over(&pages).iter().map(|path| format!("{} is left over", path.display())));
    let shown = wrong.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(
        wrong.is_empty(),
        "{shown}\n{} pages are not as they should be; make them anew with: UPDATE_PAGES=1 cargo test --test pages",
        wrong.len()
    );
}

fn update(pages: &BTreeMap<String, String>) {
    for path in left_over(pages) {
        std::fs::remove_file(path).unwrap();
    }
    for (path, text) in pages {
        std::fs::create_dir_all(Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The pages that people write.
fn written() -> Vec<(String, String)> {
    let mut out = vec![("README.md".to_owned(), std::fs::read_to_string("README.md").unwrap())];
    for entry in std::fs::read_dir("docs").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            out.push((path.to_string_lossy().replace('\\', "/"), std::fs::read_to_string(&path).unwrap()));
        }
    }
    out
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = generated();
    let written = written();
    let generated = pages.iter().filter(|(path, _)| !path.starts_with("docs/schemas/"));
    let mut broken = Vec::new();
    for (path, text) in generated.chain(written.iter().map(|(path, text)| (path, text))) {
        let directory = Path::new(path).parent().unwrap();
        for target in links(text) {
            let (file, anchor) =
                target.split_once('#').map_or((target.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let full = if file.is_empty() { PathBuf::from(path) } else { normal(&directory.join(file)) };
            if full.is_dir() {
                continue;
            }
            let made = pages.get(full.to_string_lossy().replace('\\', "/").as_str()).cloned();
            let Some(text) = made.or_else(|| std::fs::read_to_string(&full).ok()) else {
                broken.push(format!("{path}: {target}"));
                continue;
            };
            if anchor.is_some_and(|anchor| !anchors(&text).any(|known| known == anchor)) {
                broken.push(format!("{path}: {target} has no such heading"));
            }
        }
    }
    broken.dedup();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The targets of links that stay within the repository; what code shows is none.
fn links(text: &str) -> Vec<String> {
    let events = pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES);
    let target = |event: pulldown_cmark::Event<'_>| match event {
        pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    };
    events.filter_map(target).filter(|target| !target.contains("://")).collect()
}

fn anchors(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let heading = line.trim_start_matches('#').trim();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    })
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            out.pop();
        } else {
            out.push(part);
        }
    }
    out
}
