//! The files of a chart, read when they are asked for.

use std::fmt;
use std::path::Path;
use std::rc::Rc;

use regex::Regex;

use crate::discover;
use crate::source::{EntryKind, FileId, Sources};
use crate::syntax::gotemplate::{Object, Outcome, Value};

/// The texts of a repository, those included that no reader has asked for yet.
#[derive(Clone, Copy)]
pub struct Texts<'s> {
    /// All files.
    pub sources: &'s Sources,
    /// Where they are read from; `None` where all are in memory.
    pub root: Option<&'s Path>,
}

impl<'s> Texts<'s> {
    /// The text of a file; empty where it cannot be read.
    #[must_use]
    pub fn text(&self, file: FileId) -> &'s str {
        discover::text(self.root, self.sources.get(file)).unwrap_or("")
    }

    /// The files below a directory, with their paths relative to it.
    pub fn below(&self, directory: &str) -> impl Iterator<Item = (&'s str, FileId)> + use<'s> {
        let range = self.sources.below(directory);
        let skip = if directory == "." { 0 } else { directory.len() + 1 };
        let sources = self.sources;
        range.filter_map(move |index| {
            let file = FileId(u32::try_from(index).ok()?);
            let source = sources.get(file);
            (source.kind == EntryKind::File).then(|| Some((source.path.get(skip..)?, file)))?
        })
    }

    /// The file of a path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.sources.find(path).filter(|file| self.sources.get(*file).kind == EntryKind::File)
    }
}

/// What a template reads a file with.
pub(super) type Read = Rc<dyn Fn(FileId) -> Rc<str>>;

/// `.Files`: the files of a chart that are neither templates nor about the chart (Helm, "Accessing Files Inside Templates").
#[derive(Clone)]
pub(super) struct Files {
    pub(super) entries: Rc<[(Rc<str>, FileId)]>,
    pub(super) read: Read,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files", self.entries.len())
    }
}

impl Files {
    fn get(&self, path: &str) -> Rc<str> {
        let found = self.entries.iter().find(|(own, _)| **own == *path);
        found.map_or_else(|| Rc::from(""), |(_, file)| (self.read)(*file))
    }

    fn glob(&self, pattern: &str) -> Self {
        let regex = glob(pattern);
        let matches = |path: &str| regex.as_ref().is_some_and(|regex| regex.is_match(path));
        let entries = self.entries.iter().filter(|(path, _)| matches(path)).cloned().collect();
        Self { entries, read: Rc::clone(&self.read) }
    }

    /// The files as the entries of a ConfigMap or a Secret: under their names, without directories.
    fn config(&self, encode: impl Fn(&str) -> String) -> Value {
        Value::map(self.entries.iter().map(|(path, file)| {
            let name = path.rsplit('/').next().unwrap_or(path);
            (name.to_owned(), Value::text(encode(&(self.read)(*file))))
        }))
    }
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Outcome> {
        let text = match args {
            [Value::Str(text)] => text,
            _ => "",
        };
        Some(Ok(match name {
            "Get" | "GetBytes" => Value::Str(self.get(text).into()),
            "Lines" => Value::texts(self.get(text).lines()),
            "Glob" => Value::Object(Rc::new(self.glob(text))),
            "AsConfig" => Value::text(yaml(&self.config(str::to_owned))),
            "AsSecrets" => Value::text(yaml(&self.config(|text| crate::syntax::base64::encode(text.as_bytes())))),
            _ => return None,
        }))
    }

    fn text(&self) -> String {
        "files".to_owned()
    }

    fn entries(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let entry = |(path, file): &(Rc<str>, FileId)| (Rc::clone(path), Value::Str((self.read)(*file).into()));
        Some(self.entries.iter().map(entry).collect())
    }
}

fn yaml(value: &Value) -> String {
    crate::syntax::gotemplate::yaml(value).unwrap_or_default()
}

/// A glob of github.com/gobwas/glob with `/` as separator, as a regular expression.
fn glob(pattern: &str) -> Option<Regex> {
    let mut out = String::from("^");
    let mut depth = 0;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                out.push_str(".*");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '[' => out.push('['),
            ']' => out.push(']'),
            '!' if out.ends_with('[') => out.push('^'),
            '-' => out.push('-'),
            '\\' => out.push_str(&chars.next().map(|c| regex::escape(&c.to_string())).unwrap_or_default()),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    out.push('$');
    regex::RegexBuilder::new(&out).dot_matches_new_line(true).size_limit(1 << 20).build().ok()
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs_stop_at_directories_unless_they_are_told_not_to() {
        let matches = |pattern: &str, path: &str| glob(pattern).unwrap().is_match(path);
        assert!(matches("conf/*.toml", "conf/a.toml"));
        assert!(!matches("conf/*.toml", "conf/x/a.toml"));
        assert!(matches("conf/**.toml", "conf/x/a.toml"));
        assert!(matches("{a,b}.{json,yaml}", "b.yaml"));
        assert!(matches("[!a]*", "ba") && !matches("[!a]*", "ab"));
    }
}
