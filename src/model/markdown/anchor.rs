//! The anchors of a document, as GitHub makes them from its headings.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::is_word;

/// What makes an emoji of a symbol; GitHub keeps it where it leaves the symbol out, and few people write it.
const SELECTORS: std::ops::RangeInclusive<char> = '\u{fe00}'..='\u{fe0f}';

/// An anchor with one hyphen where there are several, and none around it.
fn collapsed(anchor: &str) -> String {
    anchor.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn without_selectors(anchor: &str) -> String {
    anchor.replace(|c: char| SELECTORS.contains(&c), "")
}

/// The anchor of a heading without the number that tells equal ones apart (html-pipeline, `TableOfContentsFilter`:
/// lower case, everything but words, hyphens and spaces left out, a hyphen for each space).
#[must_use]
pub fn slug(title: &str) -> String {
    let kept = title.trim().chars();
    let kept = kept.filter(|c| is_word(*c) || matches!(c, '_' | '-' | ' ') || SELECTORS.contains(c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The anchors of one document.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    all: BTreeSet<String>,
    uses: BTreeMap<String, usize>,
}

impl Anchors {
    /// Adds a heading and returns its anchor; the second of two equal ones ends in `-1`.
    pub fn heading(&mut self, title: &str) -> String {
        let slug = slug(title);
        let count = self.uses.entry(slug.clone()).or_default();
        let anchor = if *count == 0 { slug } else { format!("{slug}-{count}") };
        *count += 1;
        self.all.insert(without_selectors(&anchor));
        anchor
    }

    /// Adds what an `id` or `name` in HTML names, or `{#…}` behind a heading.
    pub fn explicit(&mut self, id: &str) {
        self.all.insert(id.to_lowercase());
    }

    /// Adds the ids that a piece of HTML gives.
    pub(super) fn html(&mut self, html: &str) {
        for attribute in ["id=", "name="] {
            for (found, _) in html.match_indices(attribute) {
                let rest = html.get(found + attribute.len()..).unwrap_or("");
                let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
                let id = match quote {
                    Some(quote) => rest.get(1..).and_then(|rest| rest.split(quote).next()),
                    None => rest.split([' ', '>', '/']).next(),
                };
                if let Some(id) = id.filter(|id| !id.is_empty()) {
                    self.explicit(id);
                }
            }
        }
    }

    /// The same where a generator of sites makes the anchors: most of them write one hyphen where GitHub writes two.
    #[must_use]
    pub fn has_on_site(&self, fragment: &str) -> bool {
        let wanted = collapsed(&without_selectors(&fragment.to_lowercase()));
        self.has(fragment) || self.all.iter().any(|anchor| collapsed(anchor) == wanted)
    }

    /// Whether a fragment leads to one of them. Browsers' scripts on GitHub take any letter case.
    #[must_use]
    pub fn has(&self, fragment: &str) -> bool {
        let fragment = without_selectors(&fragment.to_lowercase());
        let fragment = fragment.strip_prefix("user-content-").unwrap_or(&fragment);
        fragment.is_empty() || fragment == "top" || self.all.contains(fragment)
    }
}

#[cfg(test)]
mod tests {
    use super::{Anchors, slug};

    #[test]
    fn anchors_are_those_that_github_makes() {
        assert_eq!(slug("Testing & Validation"), "testing--validation");
        assert_eq!(slug("What's new in v2.0?"), "whats-new-in-v20");
        assert_eq!(slug("snake_case and `code`"), "snake_case-and-code");
        assert_eq!(slug("🚀 Quick start"), "-quick-start");
        assert_eq!(slug("🛠\u{fe0f} Tools"), "\u{fe0f}-tools");
        assert_eq!(slug("راه‌اندازی سریع"), "راهاندازی-سریع");
        assert_eq!(slug("Größe Ändern"), "größe-ändern");
    }

    #[test]
    fn the_second_of_two_equal_headings_gets_a_number() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.heading("Usage"), "usage");
        assert_eq!(anchors.heading("Usage"), "usage-1");
        anchors.html("<a name=\"Custom\"></a><h2 id='two'>");
        assert!(anchors.has("usage-1") && anchors.has("custom") && anchors.has("Two") && !anchors.has("usage-2"));
    }
}
