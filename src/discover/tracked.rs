//! The paths that git tracks, read from its index: a file that was committed stays committed when `.gitignore` names it
//! later, and must be seen.

use std::fs;
use std::path::{Path, PathBuf};

/// An index larger than this is not read: 256 MiB, some two million files.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// Bytes of an entry before its object name (gitformat-index).
const STAT_BYTES: usize = 40;

/// The tracked files below `root`, relative to it with `/`, in the order of the index. Empty where `root` is in no
/// repository, or its index cannot be read.
pub(super) fn tracked(root: &Path) -> Vec<String> {
    let Some(top) = root.ancestors().find(|directory| directory.join(".git").exists()) else { return Vec::new() };
    let Some(prefix) = root.strip_prefix(top).ok().and_then(Path::to_str) else { return Vec::new() };
    let prefix = if prefix.is_empty() { String::new() } else { format!("{}/", prefix.replace('\\', "/")) };
    let Some(git) = git_directory(&top.join(".git")) else { return Vec::new() };
    let index = git.join("index");
    if !fs::metadata(&index).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_INDEX_BYTES) {
        return Vec::new();
    }
    let Ok(bytes) = fs::read(index) else { return Vec::new() };
    let name_bytes = if is_sha256(&git) { 32 } else { 20 };
    let paths = paths(&bytes, name_bytes);
    paths
        .into_iter()
        .filter(|path| is_plain(path))
        .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
        .collect()
}

/// Whether a path stays below the repository and is one that an operating system takes.
fn is_plain(path: &str) -> bool {
    path.len() <= 4096 && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a directory is a further worktree of a repository (git-worktree).
pub(super) fn is_worktree_of(repository: &Path, directory: &Path) -> bool {
    let dot_git = directory.join(".git");
    if !dot_git.is_file() {
        return false;
    }
    let same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    let (Some(own), Some(other)) = (git_directory(&dot_git), git_directory(&repository.join(".git"))) else {
        return false;
    };
    own.parent().is_some_and(|worktrees| same(worktrees, &other.join("worktrees")))
}

/// `.git` itself, or where the `.git` file of a worktree or submodule points.
fn git_directory(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_owned());
    }
    let metadata = fs::metadata(dot_git).ok()?;
    if !metadata.is_file() || metadata.len() > 4096 {
        return None;
    }
    let text = fs::read_to_string(dot_git).ok()?;
    Some(dot_git.parent()?.join(text.strip_prefix("gitdir:")?.trim()))
}

fn is_sha256(git: &Path) -> bool {
    let Ok(config) = fs::read_to_string(git.join("config")) else { return false };
    config.lines().any(|line| {
        let mut parts = line.splitn(2, '=').map(str::trim);
        parts.next().is_some_and(|key| key.eq_ignore_ascii_case("objectformat")) && parts.next() == Some("sha256")
    })
}

/// The paths of an index of version 2, 3 or 4; those before the first entry that makes no sense.
fn paths(bytes: &[u8], name_bytes: usize) -> Vec<String> {
    let mut out = Vec::new();
    let (Some(b"DIRC"), Some(version), Some(count)) = (bytes.get(..4), number(bytes, 4), number(bytes, 8)) else {
        return out;
    };
    let mut at = 12;
    let mut last: Vec<u8> = Vec::new();
    for _ in 0..count {
        let Some(next) = entry(bytes, at, name_bytes, version, &mut last) else { break };
        let is_directory = number(bytes, at + 24).is_some_and(|mode| mode & 0o170_000 == 0o040_000);
        if !is_directory && let Ok(path) = std::str::from_utf8(&last) {
            out.push(path.to_owned());
        }
        at = next;
    }
    out
}

/// Reads the path of the entry at `at` into `last`, which holds the one before, and gives the offset of the next.
fn entry(bytes: &[u8], at: usize, name_bytes: usize, version: u32, last: &mut Vec<u8>) -> Option<usize> {
    let flags_at = at + STAT_BYTES + name_bytes;
    let extended = version >= 3 && bytes.get(flags_at)? & 0x40 != 0;
    let mut path_at = flags_at + if extended { 4 } else { 2 };
    if version >= 4 {
        let (strip, after) = offset_number(bytes, path_at)?;
        last.truncate(last.len().checked_sub(strip)?);
        path_at = after;
    } else {
        last.clear();
    }
    let length = bytes.get(path_at..)?.iter().position(|byte| *byte == 0)?;
    last.extend_from_slice(bytes.get(path_at..path_at + length)?);
    let end = path_at + length;
    // Up to version 3, one to eight NULs make an entry's length a multiple of eight.
    Some(if version >= 4 { end + 1 } else { at + (end - at) / 8 * 8 + 8 })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The "offset encoding" of pack files: seven bits a byte, the highest first, each continuation adding one.
fn offset_number(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use super::{is_plain, paths};

    fn index(version: u32, entries: &[(usize, &str)]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(version.to_be_bytes());
        out.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
        for (strip, suffix) in entries {
            let start = out.len();
            let mut fixed = [0u8; 60];
            fixed[24..28].copy_from_slice(&0o100_644u32.to_be_bytes());
            out.extend(fixed);
            out.extend([0, u8::try_from(suffix.len()).unwrap()]);
            if version == 4 {
                out.push(u8::try_from(*strip).unwrap());
            }
            out.extend(suffix.as_bytes());
            out.push(0);
            while version < 4 && !(out.len() - start).is_multiple_of(8) {
                out.push(0);
            }
        }
        out
    }

    #[test]
    fn padded_and_compressed_paths_are_read() {
        assert_eq!(paths(&index(2, &[(0, ".env"), (0, "a/Dockerfile"), (0, "b")]), 20), [".env", "a/Dockerfile", "b"]);
        assert_eq!(paths(&index(4, &[(0, "a/Dockerfile"), (10, "x")]), 20), ["a/Dockerfile", "a/x"]);
    }

    #[test]
    fn a_path_out_of_the_repository_is_passed_over() {
        assert!(is_plain("a/.env"));
        assert!(!is_plain("../a") && !is_plain("/etc/passwd") && !is_plain("a//b"));
    }

    #[test]
    fn an_index_that_is_cut_off_gives_what_is_whole() {
        let whole = index(2, &[(0, "a"), (0, "b")]);
        assert_eq!(paths(&whole[..whole.len() - 9], 20), ["a"]);
        assert!(paths(b"DIRC\0\0", 20).is_empty() && paths(b"", 20).is_empty());
    }
}
