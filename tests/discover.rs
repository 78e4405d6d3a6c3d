//! Walking and reading: what is seen of a directory, and what is refused.

#![expect(clippy::unwrap_used, reason = "functions that tests share may fail a test")]

use std::fs;
use std::path::Path;

use svclint::discover::{ArtifactKind, ReadError, WalkOptions, discover, read, walk};
use svclint::source::EntryKind;

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let full = root.join(path);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, text).unwrap();
}

fn files(root: &Path) -> Vec<String> {
    let walk = walk(root, &WalkOptions::default()).unwrap();
    walk.sources.iter().filter(|(_, file)| file.kind == EntryKind::File).map(|(_, file)| file.path.clone()).collect()
}

#[test]
fn hidden_files_are_seen_and_ignored_ones_are_not() {
    let dir = tempfile::tempdir().unwrap();
    for path in [".github/workflows/ci.yml", ".dockerignore", ".env", "b.txt", "a/c.txt", ".git/config"] {
        write(dir.path(), path, "");
    }
    write(dir.path(), ".gitignore", ".env\n");
    assert_eq!(files(dir.path()), [".dockerignore", ".github/workflows/ci.yml", ".gitignore", "a/c.txt", "b.txt"]);
}

#[test]
fn an_ignored_file_that_git_tracks_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    for path in [".env", "local.env", "out/a/Dockerfile", "node_modules/x.js"] {
        write(dir.path(), path, "");
    }
    write(dir.path(), ".gitignore", "*.env\nout/\nnode_modules/\n");
    let forced = ["add", "-f", ".env", "out/a/Dockerfile", "node_modules/x.js"];
    if !git(dir.path(), &["init", "-q"]) || !git(dir.path(), &forced) {
        return;
    }
    assert_eq!(files(dir.path()), [".env", ".gitignore", "out/a/Dockerfile"]);
    assert_eq!(files(&dir.path().join("out")), ["a/Dockerfile"]);
    assert!(walk(dir.path(), &WalkOptions::default()).unwrap().sources.find("out/a").is_some());
}

/// Runs git; `false` where there is none, or it refuses.
fn git(directory: &Path, arguments: &[&str]) -> bool {
    let mut command = std::process::Command::new("git");
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    command.arg("-C").arg(directory).args(identity).args(arguments);
    command.output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_repository_in_another_one_has_its_own_rules() {
    let dir = tempfile::tempdir().unwrap();
    for path in [
        ".git/HEAD",
        "a.yaml",
        "libs/inner/compose.yaml",
        "libs/inner/out/Dockerfile",
        "libs/inner/deep/.git",
        "libs/inner/deep/b.yaml",
        "libs/inner/deep/out/Dockerfile",
        "clones/other/.git/HEAD",
        "clones/other/Dockerfile",
    ] {
        write(dir.path(), path, "");
    }
    write(dir.path(), ".gitignore", "*.yaml\nclones/\n");
    write(dir.path(), "libs/inner/.gitignore", "out/\n");
    write(dir.path(), "libs/inner/.git", "gitdir: ../../.git/modules/libs/inner\n");
    assert_eq!(
        files(dir.path()),
        [
            ".gitignore",
            "libs/inner/.gitignore",
            "libs/inner/compose.yaml",
            "libs/inner/deep/b.yaml",
            "libs/inner/deep/out/Dockerfile",
        ]
    );
}

#[test]
fn an_ignored_file_that_a_repository_in_another_one_tracks_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("inner");
    for path in [".gitignore", "out/Dockerfile", "out/other"] {
        write(&inner, path, "out/\n");
    }
    if !git(dir.path(), &["init", "-q"])
        || !git(&inner, &["init", "-q"])
        || !git(&inner, &["add", "-f", "out/Dockerfile"])
    {
        return;
    }
    assert_eq!(files(dir.path()), ["inner/.gitignore", "inner/out/Dockerfile"]);
}

#[test]
fn another_worktree_of_the_same_repository_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "api/Dockerfile", "FROM a\n");
    let is_made = git(dir.path(), &["init", "-q"])
        && git(dir.path(), &["add", "."])
        && git(dir.path(), &["commit", "-qm", "Add it"])
        && git(dir.path(), &["worktree", "add", "-q", ".worktrees/next"]);
    if !is_made {
        return;
    }
    assert_eq!(files(dir.path()), ["api/Dockerfile"]);
    let skipped = walk(dir.path(), &WalkOptions::default()).unwrap().skipped;
    assert_eq!(skipped, [".worktrees/next"]);
    // Seen from the inside, it is a repository like any other.
    assert!(files(&dir.path().join(".worktrees/next")).contains(&"api/Dockerfile".to_owned()));
}

#[test]
fn vendored_trees_are_left_out_and_named() {
    let dir = tempfile::tempdir().unwrap();
    for path in [
        "node_modules/x/Dockerfile",
        "env/pyvenv.cfg",
        "vendor/modules.txt",
        "lib/vendor/Dockerfile",
        "target/Dockerfile",
    ] {
        write(dir.path(), path, "FROM a\n");
    }
    let walk = walk(dir.path(), &WalkOptions::default()).unwrap();
    assert_eq!(walk.skipped, ["env", "node_modules", "vendor"]);
    assert!(walk.sources.find("lib/vendor/Dockerfile").is_some());
    assert!(walk.sources.find("target/Dockerfile").is_some());
}

#[test]
fn further_globs_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["docs/a.md", "docs/kept.md", "src/a.py", "src/gen/b.py"] {
        write(dir.path(), path, "");
    }
    let options =
        WalkOptions { ignore: vec!["docs/*".into(), "!docs/kept.md".into(), "gen".into()], ..WalkOptions::default() };
    let walk = walk(dir.path(), &options).unwrap();
    let paths: Vec<&str> = walk.sources.entries().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, [".", "docs", "docs/kept.md", "src", "src/a.py"]);
}

#[test]
fn the_entries_below_a_directory_stand_together() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["a/x", "a-b/x", "a.txt", "a/y/z", "b/x"] {
        write(dir.path(), path, "");
    }
    let walk = walk(dir.path(), &WalkOptions::default()).unwrap();
    let below: Vec<&str> =
        walk.sources.entries()[walk.sources.below("a")].iter().map(|file| file.path.as_str()).collect();
    assert_eq!(below, ["a/x", "a/y", "a/y/z"]);
}

#[cfg(unix)]
#[test]
fn links_stay_inside_the_root_and_loops_end() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("repo");
    write(&root, "a/Dockerfile", "FROM a\n");
    write(&root, ".git/secret", "");
    write(dir.path(), "outside", "FROM b\n");
    symlink("..", root.join("a/loop")).unwrap();
    symlink("a/Dockerfile", root.join("Dockerfile")).unwrap();
    symlink("../outside", root.join("Dockerfile.out")).unwrap();
    symlink(".git/secret", root.join("secret")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    assert_eq!(files(&root), ["Dockerfile", "a/Dockerfile"]);
    assert!(matches!(read(&root, "Dockerfile.out"), Err(ReadError::Outside { .. })));
}

#[cfg(unix)]
#[test]
fn a_fifo_is_refused_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("Dockerfile")).status();
    if made.is_ok_and(|status| status.success()) {
        let found = discover(dir.path(), &WalkOptions::default()).unwrap();
        assert!(matches!(found.unread[0].1, ReadError::NotRegular { .. }));
    }
}

#[test]
fn a_directory_with_the_name_of_a_dockerfile_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("Dockerfile")).unwrap();
    let found = discover(dir.path(), &WalkOptions::default()).unwrap();
    assert_eq!(found.unread[0].1, ReadError::Directory { path: "Dockerfile".into() });
}

#[test]
fn bytes_that_are_not_text_are_named() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "latin", b"caf\xe9\n");
    write(dir.path(), "wide", b"\xff\xfeF\0");
    let error = read(dir.path(), "latin").unwrap_err();
    assert_eq!(error.to_string(), "`latin` is not UTF-8: byte 3 is 0xe9; save it as UTF-8");
    assert!(matches!(read(dir.path(), "wide"), Err(ReadError::Utf16 { .. })));
    assert!(matches!(read(dir.path(), "none"), Err(ReadError::Io { .. })));
}

#[test]
fn a_file_over_the_limit_is_refused_without_reading_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::File::create(dir.path().join("big.yaml")).unwrap().set_len((64 << 20) + 1).unwrap();
    assert!(matches!(read(dir.path(), "big.yaml"), Err(ReadError::TooLarge { .. })));
}

#[test]
fn artifacts_are_read_and_the_rest_is_not() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "Dockerfile", "FROM a\n");
    write(dir.path(), "k8s/app.yaml", "apiVersion: v1\nkind: Pod\n");
    write(dir.path(), "mkdocs.yml", "site_name: x\n");
    let found = discover(dir.path(), &WalkOptions::default()).unwrap();
    let kinds: Vec<(&str, ArtifactKind)> = found
        .artifacts
        .iter()
        .map(|artifact| (found.sources.get(artifact.file).path.as_str(), artifact.kind))
        .collect();
    assert_eq!(kinds, [("Dockerfile", ArtifactKind::Dockerfile), ("k8s/app.yaml", ArtifactKind::Kubernetes)]);
    assert_eq!(found.sources.get(found.artifacts[0].file).text(), "FROM a\n");
}

#[test]
fn a_glob_that_is_none_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let options = WalkOptions { ignore: vec!["a[".into()], ..WalkOptions::default() };
    assert!(walk(dir.path(), &options).unwrap_err().to_string().starts_with("`a[` is not a glob"));
}

#[test]
fn a_root_that_is_not_there_is_an_error() {
    let error = walk(Path::new("/no/such/place"), &WalkOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "`/no/such/place` cannot be checked: it does not exist");
}

#[test]
fn a_gitignore_above_the_root_counts_within_its_repository() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), ".gitignore", "*.env\n");
    write(dir.path(), "shop/api/Dockerfile", "FROM scratch\n");
    let above = || walk(&dir.path().join("shop/api"), &WalkOptions::default()).unwrap().sources.has_gitignore_above();
    assert!(!above());
    write(dir.path(), ".git/HEAD", "ref: refs/heads/main\n");
    assert!(above());
}

#[cfg(unix)]
#[test]
fn a_manifest_and_a_link_to_it_are_one_artifact() {
    let directory = tempfile::TempDir::new().unwrap();
    let root = directory.path();
    std::fs::write(root.join("deployment.yaml"), "apiVersion: apps/v1\nkind: Deployment\n").unwrap();
    std::os::unix::fs::symlink("deployment.yaml", root.join("deploy.yaml")).unwrap();
    let found = svclint::discover::discover(root, &WalkOptions::default()).unwrap();
    let paths: Vec<&str> =
        found.artifacts.iter().map(|artifact| found.sources.get(artifact.file).path.as_str()).collect();
    assert_eq!(paths, ["deployment.yaml"]);
}
