//! Whatever text is read, nothing panics and every span lies in it.

use proptest::prelude::*;

use svclint::source::Span;
use svclint::syntax::dockerfile::{Command, Instruction, InstructionKind, Keyword, Word, parse};
use svclint::syntax::shell::{self, SimpleCommand};

const SEED: &str = "# syntax=docker/dockerfile:1\n# escape=\\\nARG V=1\nFROM --platform=$P a:${V:-${W#x*}} AS b\n\
    ENV A=\"b c\" \\\n  # ü\n  D='e' F=\\ g\nRUN --mount=type=cache,target=/x apk add \"$(id -u)\" \\\n && (a | b) > f 2>&1\n\
    COPY --from=b --chown=1:1 <<-EOF <<'T' /d\n\tü $x\n\tEOF\n${y\nT\nHEALTHCHECK --interval=5s CMD [\"a\", \"\\u00fc\"]\n\
    ONBUILD RUN <<E\nif a; then case b in c) d;; esac; fi\nE\nLABEL a b\nVOLUME [\"x\"]\nEXPOSE 80\nUSER ü\nCMD []\n";

fn check(text: &str) {
    let file = parse(text);
    for problem in &file.problems {
        within(problem.span, text);
    }
    for directive in &file.directives {
        within(directive.name.span, text);
        within(directive.value.span, text);
    }
    for comment in &file.comments {
        assert_eq!(comment.span.slice(text), comment.value);
    }
    for instruction in &file.instructions {
        check_instruction(instruction, text);
    }
}

fn within(span: Span, text: &str) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text:?}");
}

fn check_instruction(instruction: &Instruction, text: &str) {
    let keyword = instruction.keyword.span.slice(text);
    // A keyword may itself run over a continuation.
    if !keyword.contains('\n') {
        assert_eq!(Keyword::from_word(keyword), instruction.keyword.value);
    }
    within(instruction.keyword.span, text);
    within(instruction.span, text);
    for flag in &instruction.flags {
        within(flag.span, text);
        within(flag.name.span, text);
        if let Some(value) = &flag.value {
            within(value.span, text);
        }
    }
    if let Some(Command::Exec(words)) = instruction.command() {
        for word in words {
            within(word.span, text);
        }
    }
    for heredoc in &instruction.heredocs {
        within(heredoc.name.span, text);
        within(heredoc.body.span(), text);
        within(heredoc.end, text);
    }
    for word in words(&instruction.kind) {
        within(word.span, text);
        let _ = word.expand(&|name| (name.len() % 2 == 0).then(|| "a.b".to_owned()));
        let _ = word.variables();
    }
    if let InstructionKind::Onbuild(inner) = &instruction.kind {
        check_instruction(inner, text);
    }
    if let Some(script) = instruction.shell_script() {
        check_commands(&shell::parse(script), text);
    }
}

fn check_commands(commands: &[SimpleCommand], text: &str) {
    for command in commands {
        within(command.span, text);
        for word in &command.words {
            within(word.span, text);
            check_commands(&word.substitutions, text);
        }
        for redirection in &command.redirections {
            within(redirection.operator.span, text);
        }
        for assignment in &command.assignments {
            within(assignment.name.span, text);
            within(assignment.value.span, text);
        }
    }
}

fn words(kind: &InstructionKind) -> Vec<&Word> {
    match kind {
        InstructionKind::From { image, platform, .. } => std::iter::once(image).chain(platform).collect(),
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            pairs.iter().flat_map(|(key, value)| [key, value]).collect()
        }
        InstructionKind::Arg(pairs) => {
            pairs.iter().flat_map(|(key, value)| std::iter::once(key).chain(value)).collect()
        }
        InstructionKind::Copy(copy) | InstructionKind::Add(copy) => {
            copy.sources.iter().chain([&copy.dest]).chain(&copy.from).chain(&copy.chown).chain(&copy.chmod).collect()
        }
        InstructionKind::Expose(words) | InstructionKind::Volume(words) => words.iter().collect(),
        InstructionKind::User(word)
        | InstructionKind::Workdir(word)
        | InstructionKind::Stopsignal(word)
        | InstructionKind::Maintainer(word) => vec![word],
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_can_be_read(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn text_made_of_telling_parts_can_be_read(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "FROM ", "RUN ", "COPY ", "ENV ", "ONBUILD ", "HEALTHCHECK ", "CMD ", "ARG ", "# escape=`", "#", "\n", "\r\n", "\\\n",
                "\\", "`", "<<EOF", "<<-'E'", "EOF", "\t", " ", "\"", "'", "$", "${", "}", ":-", "%", "/", "*", "(", ")", "$(", "&&",
                "|", ";", ";;", "[", "]", "\"a\"", ",", "--a=", "--", "=", "ü", "\u{feff}", "\u{a0}", "case ", " in ", "esac", "if ", "{", "[[", "]]", "a", "1",
            ]),
            0..60,
        ),
    ) {
        check(&parts.concat());
    }

    #[test]
    fn a_mutated_file_can_be_read(cuts in prop::collection::vec((0..SEED.len(), 0..SEED.len(), 0..12_usize), 1..6)) {
        let mut text: Vec<char> = SEED.chars().collect();
        for (at, from, length) in cuts {
            let at = at % text.len().max(1);
            let piece: Vec<char> = SEED.chars().skip(from).take(length).collect();
            let end = (at + length / 2).min(text.len());
            text.splice(at..end, piece);
        }
        check(&text.into_iter().collect::<String>());
    }
}
