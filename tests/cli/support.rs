//! A repository in a temporary directory, and svclint run on it.

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// A throw-away repository.
pub struct Repository {
    directory: TempDir,
}

/// What a run gave.
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Repository {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { directory: TempDir::new().unwrap() };
        for (path, text) in files {
            repository.write(path, text.as_bytes());
        }
        repository
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let full = self.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, bytes).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.path(), arguments)
    }

    /// Runs `check` with one line a finding.
    pub fn check(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["check", "--format", "compact"];
        all.extend(arguments);
        self.run(&all)
    }
}

pub fn run_in(directory: &Path, arguments: &[&str]) -> Run {
    let output = Command::cargo_bin("svclint")
        .unwrap()
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .timeout(std::time::Duration::from_mins(2))
        .args(arguments)
        .output()
        .unwrap();
    Run {
        status: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A Dockerfile that no rule of `recommended` has anything against.
pub const DOCKERFILE: &str = "FROM gcr.io/distroless/static-debian12:nonroot\n\
COPY app /app\n\
USER 65532:65532\n\
ENTRYPOINT [\"/app\"]\n";
