//! The `svclint` command.

use std::io::{BufWriter, IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;
use svclint::cli::{Cli, Streams, run};

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 120;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out_is_terminal = stdout().is_terminal();
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = asked.or_else(|| {
        let (width, _) = terminal_size::terminal_size_of(stdout())?;
        Some(usize::from(width.0).min(WIDEST))
    });
    let mut out = BufWriter::new(stdout().lock());
    let mut err = stderr().lock();
    let exit = run(&cli, &mut Streams { out: &mut out, err: &mut err, out_is_terminal, width });
    let _ = out.flush();
    ExitCode::from(exit.code())
}
