//! What the Dockerfile reader accepts and refuses, and that every span leads back to the text.

#![allow(clippy::expect_used, clippy::panic)]

use svclint::source::LineIndex;
use svclint::syntax::dockerfile::{
    Command, Dockerfile, Expansion, Healthcheck, Instruction, InstructionKind, Keyword, Word, parse,
};
use svclint::syntax::mapped::MappedText;
use svclint::syntax::shell;

/// Problems as `line: message`, those that BuildKit lets pass with a `~`.
fn problems(text: &str) -> Vec<String> {
    let index = LineIndex::new(text);
    let line = |start: u32| index.line_of(start as usize);
    let mark = |fatal: bool| if fatal { "" } else { "~" };
    parse(text).problems.iter().map(|p| format!("{}{}: {}", mark(p.fatal), line(p.span.start), p.message)).collect()
}

fn is_refused(text: &str) -> bool {
    parse(text).problems.iter().any(|problem| problem.fatal)
}

fn keywords(file: &Dockerfile) -> Vec<Keyword> {
    file.instructions.iter().map(|instruction| instruction.keyword.value).collect()
}

fn last(text: &str) -> Instruction {
    parse(text).instructions.pop().expect("an instruction")
}

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

fn shell_text(instruction: &Instruction) -> &str {
    match &instruction.kind {
        InstructionKind::Run(Command::Shell(text)) | InstructionKind::Cmd(Command::Shell(text)) => text.as_str(),
        other => panic!("shell form expected, got {other:?}"),
    }
}

fn exec(instruction: &Instruction) -> Vec<&str> {
    match &instruction.kind {
        InstructionKind::Run(Command::Exec(words))
        | InstructionKind::Cmd(Command::Exec(words))
        | InstructionKind::Entrypoint(Command::Exec(words)) => words.iter().map(|word| word.value.as_str()).collect(),
        other => panic!("exec form expected, got {other:?}"),
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let (InstructionKind::Env(pairs) | InstructionKind::Label(pairs)) = last(text).kind else { panic!("pairs") };
    pairs.into_iter().map(|(key, value)| (key.text, value.text)).collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn directives_are_read_only_at_the_top() {
    let file = parse("# syntax = docker/dockerfile:1\n#Escape=`\n# check=skip=all\n# escape=\\\nFROM a\n");
    let names: Vec<_> = file.directives.iter().map(|d| (d.name.value.as_str(), d.value.value.as_str())).collect();
    assert_eq!(names, [("syntax", "docker/dockerfile:1"), ("escape", "`"), ("check", "skip=all"), ("escape", "\\")]);
    assert_eq!(file.problems[0].message, "parser directive `escape` is given twice");

    let file = parse("# a comment\n# escape=`\nFROM a\nRUN b \\\n  c\n");
    assert!(file.directives.is_empty());
    assert_eq!(file.comments.len(), 2);
    assert_eq!(shell_text(&file.instructions[1]), "b   c");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_text() {
    let text = "\u{feff}# escape=`\r\nFROM a\r\nRUN dir C:\\ `\r\n  x\r\nUSER u\r\n";
    let file = parse(text);
    assert_eq!(file.problems, []);
    assert_eq!(keywords(&file), [Keyword::From, Keyword::Run, Keyword::User]);
    assert_eq!(shell_text(&file.instructions[1]), "dir C:\\   x");
    assert_eq!(file.instructions[1].span.slice(text), "RUN dir C:\\ `\r\n  x");
}

#[test]
fn comments_and_empty_lines_inside_a_continuation_are_left_out() {
    let text = "FROM a\nRUN one \\\n  # why\n\n  && two \\\n# more\n  && three";
    let file = parse(text);
    assert_eq!(shell_text(&file.instructions[1]), "one   && two   && three");
    let comments: Vec<_> = file.comments.iter().map(|comment| comment.span.slice(text)).collect();
    assert_eq!(comments, ["# why", "# more"]);
    assert_eq!(problems(text), ["~4: an empty line inside a continued instruction is deprecated"]);
}

#[test]
fn a_continuation_at_the_end_of_the_file_is_accepted() {
    assert_eq!(shell_text(&last("FROM a\nRUN b \\\n")), "b");
    assert_eq!(shell_text(&last("FROM a\nCMD b\\")), "b");
    assert!(!is_refused("FROM a\nCMD b\\"));
    assert_eq!(problems("FROM a\n\\\n"), ["2: a continuation that continues nothing"]);
}

#[test]
fn a_doubled_escape_does_not_continue_a_line() {
    let file = parse("FROM a\nRUN echo \\\\\nUSER b\n");
    assert_eq!(keywords(&file), [Keyword::From, Keyword::Run, Keyword::User]);
}

#[test]
fn lower_case_and_indented_instructions_are_read() {
    let file = parse("  from a as B\n\trun c\n");
    let InstructionKind::From { image, alias, .. } = &file.instructions[0].kind else { panic!("FROM") };
    assert_eq!((image.text.as_str(), alias.as_ref().map(|a| a.value.as_str())), ("a", Some("b")));
    assert_eq!(file.problems, []);
}

#[test]
fn environment_pairs_keep_quotes_and_legacy_values_run_to_the_end() {
    assert_eq!(
        pairs(r#"ENV A=1 B="x y" C=a\ b D='q' E="#),
        [pair("A", "1"), pair("B", r#""x y""#), pair("C", r"a\ b"), pair("D", "'q'"), pair("E", "")]
    );
    assert_eq!(pairs("ENV name  some = value "), [pair("name", "some = value")]);
    assert_eq!(pairs("LABEL a.b=c \\\n  d=e"), [pair("a.b", "c"), pair("d", "e")]);
}

#[test]
fn a_value_over_a_continuation_has_a_span_over_it() {
    let text = "FROM a\nENV A=\"x \\\n  y\" B=2\n";
    let InstructionKind::Env(pairs) = last(text).kind else { panic!("ENV") };
    assert_eq!(pairs[0].1.text, "\"x   y\"");
    assert_eq!(pairs[0].1.span.slice(text), "\"x \\\n  y\"");
    assert_eq!(pairs[1].0.span.slice(text), "B");
}

#[test]
fn arguments_have_names_and_defaults() {
    let InstructionKind::Arg(names) = last("ARG A B=1 C=").kind else { panic!("ARG") };
    let shown: Vec<_> = names.iter().map(|(name, d)| (name.text.as_str(), d.as_ref().map(|d| &*d.text))).collect();
    assert_eq!(shown, [("A", None), ("B", Some("1")), ("C", Some(""))]);
}

#[test]
fn exec_forms_are_json_and_anything_else_is_shell_form() {
    assert_eq!(exec(&last("FROM a\nENTRYPOINT []")), Vec::<&str>::new());
    assert_eq!(exec(&last("FROM a\nCMD [ \"a\", \"b\\u0020\\\"c\" ]")), ["a", "b \"c"]);
    assert_eq!(exec(&last("FROM a\nRUN [\"a\", \\\n # note\n \"b\"]")), ["a", "b"]);
    assert_eq!(shell_text(&last("FROM a\nCMD ['a', 'b']")), "['a', 'b']");
    assert_eq!(shell_text(&last("FROM a\nRUN [ \"$x\" = y ]")), "[ \"$x\" = y ]");
    assert_eq!(problems("FROM a\nRUN [ \"$x\" = y ]"), Vec::<String>::new());
    assert_eq!(problems("FROM a\nCMD [\"a\" \"b\"]"), ["~2: this is not valid JSON, so CMD takes it as plain words"]);
}

#[test]
fn copies_have_sources_destination_and_flags() {
    let text = "FROM a\nCOPY --from=b --chown=1:1 --chmod=755 --link --exclude=*.md --exclude=x one two /three/";
    let instruction = last(text);
    let InstructionKind::Copy(copy) = &instruction.kind else { panic!("COPY") };
    assert_eq!((texts(&copy.sources), copy.dest.text.as_str()), (vec!["one", "two"], "/three/"));
    assert_eq!(copy.chown.as_ref().map(|word| word.span.slice(text)), Some("1:1"));
    assert_eq!(instruction.flag("link").map(|flag| flag.span.slice(text)), Some("--link"));
    assert_eq!(problems(text), Vec::<String>::new());
    let InstructionKind::Add(add) = last("ADD --keep-git-dir=true --checksum=sha256:0 [\"a b\", \"c\"]").kind else {
        panic!("ADD")
    };
    assert_eq!((texts(&add.sources), add.dest.text.as_str()), (vec!["a b"], "c"));
}

#[test]
fn health_checks_are_typed() {
    let text = "FROM a\nHEALTHCHECK --interval=5m --timeout=3s --start-period=1s --start-interval=2s --retries=3 \\\n  CMD curl x";
    let check = last(text);
    let given = |name: &str| check.flag(name).and_then(|flag| flag.value.as_ref());
    assert_eq!(given("interval").map(|i| i.value.as_str()), Some("5m"));
    assert_eq!(given("retries").map(|r| r.span.slice(text)), Some("3"));
    assert!(matches!(check.command(), Some(Command::Shell(text)) if text.as_str() == "curl x"));
    assert_eq!(last("HEALTHCHECK none").kind, InstructionKind::Healthcheck(Healthcheck::None));
    assert!(!is_refused(text));
}

#[test]
fn the_other_instructions_have_words() {
    let words = |text: &str| match last(text).kind {
        InstructionKind::Expose(words) | InstructionKind::Volume(words) => {
            words.into_iter().map(|word| word.text).collect()
        }
        InstructionKind::User(word)
        | InstructionKind::Workdir(word)
        | InstructionKind::Stopsignal(word)
        | InstructionKind::Maintainer(word) => vec![word.text],
        InstructionKind::Shell(words) => words.into_iter().map(|word| word.value).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(words("EXPOSE 80/tcp  53/udp $PORT"), ["80/tcp", "53/udp", "$PORT"]);
    assert_eq!(words("VOLUME [\"/a\", \"/b c\"]"), ["/a", "/b c"]);
    assert_eq!(words("VOLUME /a /b"), ["/a", "/b"]);
    assert_eq!(words("USER 1000:1000"), ["1000:1000"]);
    assert_eq!(words("WORKDIR /a b"), ["/a b"]);
    assert_eq!(words("STOPSIGNAL SIGQUIT"), ["SIGQUIT"]);
    assert_eq!(words("MAINTAINER A B <a@b.c>"), ["A B <a@b.c>"]);
    assert_eq!(words("SHELL [\"/bin/bash\", \"-c\"]"), ["/bin/bash", "-c"]);
}

#[test]
fn heredocs_belong_to_their_instruction() {
    let text = "FROM a\nRUN <<EOF\napk add curl\nEOF\nCOPY <<-\"A\" <<B /d/\n\tone $x\n\tA\ntwo\nB\nUSER u\n";
    let file = parse(text);
    assert_eq!(file.problems, []);
    assert_eq!(keywords(&file), [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::User]);
    assert_eq!(file.instructions[1].span.slice(text), "RUN <<EOF\napk add curl\nEOF");
    assert_eq!(file.instructions[1].shell_script().map(MappedText::as_str), Some("apk add curl\n"));
    let [first, second] = file.instructions[2].heredocs.as_slice() else { panic!("two heredocs") };
    assert_eq!((first.name.value.as_str(), first.body.as_str(), first.expand), ("A", "one $x\n", false));
    assert_eq!((second.name.value.as_str(), second.body.as_str(), second.expand), ("B", "two\n", true));
    assert_eq!(first.body.span_of(0..3).slice(text), "one");
    let InstructionKind::Copy(copy) = &file.instructions[2].kind else { panic!("COPY") };
    assert_eq!((texts(&copy.sources), copy.dest.text.as_str()), (vec![], "/d/"));
}

#[test]
fn heredocs_come_in_many_spellings() {
    for line in [
        "RUN cat <<EOF > f",
        "RUN cat > f << EOF",
        "RUN python3 <<'EOF'",
        "RUN <<EOF bash",
        "RUN 3<<EOF cat",
        "RUN --mount=type=cache,target=/c <<EOF",
        "RUN cd /x && \\\n  cat <<\"EOF\" | sh",
        "ONBUILD RUN <<EOF",
        "ADD <<EOF /f",
    ] {
        let text = format!("FROM a\n{line}\nnot an instruction\nEOF \n EOF\nEOF\nUSER u");
        let file = parse(&text);
        assert_eq!(file.problems, [], "{line}");
        assert_eq!(file.instructions.len(), 3, "{line}");
    }
}

#[test]
fn a_script_for_another_interpreter_is_no_shell_script() {
    let instruction = last("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF");
    assert_eq!(instruction.shell_script(), None);
    assert_eq!(instruction.heredocs[0].interpreter(), Some("/usr/bin/env python3"));
    assert!(last("FROM a\nRUN <<EOF\n#!/bin/bash -e\nid\nEOF").shell_script().is_some());
}

#[test]
fn an_open_heredoc_hides_nothing_behind_it() {
    let text = "FROM a\nRUN <<EOF\nid\nUSER root\nCMD b\n";
    let file = parse(text);
    assert_eq!(keywords(&file), [Keyword::From, Keyword::Run, Keyword::User, Keyword::Cmd]);
    assert_eq!(problems(text), ["2: the heredoc `EOF` is not closed"]);
    assert_eq!(problems("FROM a\nCMD cat <<EOF\nx\nEOF\nUSER u"), ["2: CMD takes no heredoc"]);
}

#[test]
fn onbuild_wraps_one_instruction() {
    let text = "FROM a\nONBUILD COPY --chown=1 b c";
    let InstructionKind::Onbuild(inner) = last(text).kind else { panic!("ONBUILD") };
    assert_eq!(inner.keyword.span.slice(text), "COPY");
    assert_eq!(inner.span.slice(text), "COPY --chown=1 b c");
    assert_eq!(problems("FROM a\nONBUILD ONBUILD RUN b"), ["2: ONBUILD cannot wrap another ONBUILD"]);
    assert_eq!(problems("FROM a\nONBUILD FROM b"), ["2: ONBUILD cannot wrap FROM"]);
    assert_eq!(problems("FROM a\nONBUILD COPY b"), ["~2: COPY needs a source and a destination"]);
}

#[test]
fn one_bad_line_is_one_problem() {
    let text = "FROM a b\nRNU x\nCOPY one\nENV\nEXPOSE\nHEALTHCHECK CONNECT y\nRUN --mout=type=cache z\nUSER\nCMD ok\n";
    insta::assert_snapshot!(problems(text).join("\n"), @r"
    1: FROM takes an image, or an image and `AS name`
    2: unknown instruction `RNU`
    3: COPY needs a source and a destination
    4: ENV needs at least one key and value
    5: EXPOSE needs at least one port
    6: HEALTHCHECK takes `CMD` or `NONE`, not `CONNECT`
    7: RUN has no flag `--mout`
    8: USER needs an argument
    ");
    let file = parse(text);
    assert_eq!(file.instructions.len(), 9);
    assert_eq!(file.problems[1].help.as_deref(), Some("did you mean `RUN`?"));
    assert_eq!(file.problems[6].help.as_deref(), Some("did you mean `--mount`?"));
    assert_eq!(file.problems[6].span.slice(text), "--mout=type=cache");
}

#[test]
fn what_buildkit_refuses_is_refused() {
    for body in [
        "ENV A",
        "ENV A=1 B",
        "ENV =1",
        "LABEL",
        "ARG",
        "ARG =x",
        "CMD [\"a\", [\"b\"]]",
        "RUN [1]",
        "SHELL /bin/sh",
        "SHELL []",
        "VOLUME []",
        "VOLUME [\"\"]",
        "HEALTHCHECK",
        "HEALTHCHECK CMD",
        "HEALTHCHECK NONE x",
        "HEALTHCHECK --interval=5 CMD x",
        "HEALTHCHECK --interval=1us CMD x",
        "HEALTHCHECK --retries=-1 CMD x",
        "HEALTHCHECK --interval CMD x",
        "COPY --from b c",
        "COPY --link=yes b c",
        "COPY --chown=1 --chown=2 b c",
        "COPY a <<EOF\nEOF",
        "ADD --from=b c d",
        "RUN --network=bridge b",
        "RUN --mount=type=bnid b",
        "CMD --flag x",
        "FROM b AS 1st",
        "FROM",
        "WORKDIR",
        "STOPSIGNAL",
        "MAINTAINER",
        "ONBUILD",
        "ONBUILD ENV A",
        "FOO bar",
    ] {
        assert!(is_refused(&format!("FROM a\n{body}\n")), "{body}");
    }
    for file in ["", "\n\n", "# only\n# comments\n", "ARG A\n", "RUN a\nFROM b\n", "# escape=x\nFROM a\n"] {
        assert!(is_refused(file), "{file:?}");
    }
    assert!(is_refused(&format!("FROM a\nRUN {}\n", "x".repeat(65_536))));
}

#[test]
fn what_buildkit_accepts_is_accepted() {
    for body in [
        "RUN",
        "CMD",
        "ENTRYPOINT",
        "CMD []",
        "RUN [ \"a\" ]",
        "RUN echo 'don''t' \"a\\\"b\"",
        "RUN echo $((1<<2)) <<< word",
        "RUN a\\ b\\\n\\\nc",
        "ENV a b=c d",
        "ENV A=\"b=c\" \\\n  D=E",
        "LABEL \"a b\"=c",
        "LABEL a b",
        "ARG a=\"b c\" d",
        "COPY . .",
        "COPY --parents --exclude=a a/./b c",
        "COPY [\"a\", \"b\"]",
        "ADD --unpack=true --checksum=sha256:1 https://x/y z",
        "RUN --mount=type=secret,id=a,required --network=none --security=insecure b",
        "HEALTHCHECK --interval=0 CMD [\"a\"]",
        "HEALTHCHECK --interval= CMD a",
        "healthcheck cmd a",
        "EXPOSE 80-90/tcp $P",
        "VOLUME a b",
        "USER ${U:-1000}:${G:-1000}",
        "WORKDIR C:\\a",
        "STOPSIGNAL 9",
        "MAINTAINER a",
        "ONBUILD HEALTHCHECK NONE",
        "FROM --platform=$BUILDPLATFORM b AS c-1.2_x",
        "FROM ${IMAGE:-b}@sha256:0",
        "FROM scratch",
        "RUN a \\\n\\\n# c\n b",
        "   # indented comment",
    ] {
        let text = format!("ARG IMAGE\nFROM a\n{body}\n");
        assert!(!is_refused(&text), "{body}: {:?}", problems(&text));
    }
}

#[test]
fn references_are_replaced() {
    let lookup = |name: &str| match name {
        "V" => Some("foo.bar.baz".to_owned()),
        "E" => Some(String::new()),
        _ => None,
    };
    let expand = |text: &str| {
        let word = Word { text: text.to_owned(), span: svclint::source::Span::default(), escape: '\\' };
        match word.expand(&lookup) {
            Expansion::Known(value) => value,
            Expansion::Unresolved { names } => format!("? {}", names.join(" ")),
            Expansion::Malformed(message) => format!("! {message}"),
        }
    };
    for (text, value) in [
        ("a$V/b", "afoo.bar.baz/b"),
        ("${V}x", "foo.bar.bazx"),
        ("${E:-d}-${E-d}-${N-d}", "d--d"),
        ("${V:+r}|${E:+r}|${E+r}|${N+r}", "r||r|"),
        ("${N:-${V:-x}}", "foo.bar.baz"),
        ("${V:?no}", "foo.bar.baz"),
        ("${E:?no}", "! E: no"),
        ("${V#*.}|${V##*.}|${V%.*}|${V%%.*}", "bar.baz|baz|foo.bar|foo"),
        ("${V/ba?/x}|${V//ba?/x}", "foo.x.baz|foo.x.x"),
        ("'$V' \"$V\" \\$V", "$V foo.bar.baz $V"),
        ("\"a\\\"b\\c\"", "a\"b\\c"),
        ("$N and $M$N", "? N M"),
        ("${V", "! `}` is missing"),
        ("${V:=x}", "! this form of `${…}` is not supported by Dockerfiles"),
        ("'open", "! a single quote is not closed"),
        ("$ a $", "$ a $"),
    ] {
        assert_eq!(expand(text), value, "{text}");
    }
}

#[test]
fn shell_words_point_into_the_file_across_continuations() {
    let text = "FROM a\nRUN apk add \\\n    # tools\n    curl=8 \\\n && adduser -D \\\n -u 1000 app\n";
    let instruction = last(text);
    let commands = shell::parse(instruction.shell_script().expect("a script"));
    let words: Vec<_> = commands.iter().flat_map(|c| &c.words).map(|word| word.span.slice(text)).collect();
    assert_eq!(words, ["apk", "add", "curl=8", "adduser", "-D", "-u", "1000", "app"]);
    assert_eq!(commands[1].span.slice(text), "adduser -D \\\n -u 1000 app");
}

/// The crate that the project was first meant to use refuses much, but where it accepts, it is right about the sequence.
#[test]
fn instruction_sequences_equal_those_of_another_parser() {
    use dockerfile_parser::Instruction as Theirs;
    for text in [
        "FROM alpine:3.20 AS build\nARG A=1\nENV B=2 C=3\nRUN apk add curl\nCOPY a b\nCMD [\"x\"]\n",
        "ARG V\nFROM x:${V}\nLABEL a=b\nENTRYPOINT x y\nUSER 1\nEXPOSE 80\nHEALTHCHECK NONE\n",
        "FROM a\nRUN one \\\n  # note\n  && two\nWORKDIR /x\nFROM b\nCOPY --from=a /x /y\n",
        "from a\nrun b\nmaintainer c\nvolume /d\n",
    ] {
        let theirs = dockerfile_parser::Dockerfile::parse(text).expect("accepted");
        let theirs: Vec<Keyword> = theirs
            .instructions
            .iter()
            .map(|instruction| match instruction {
                Theirs::From(_) => Keyword::From,
                Theirs::Arg(_) => Keyword::Arg,
                Theirs::Label(_) => Keyword::Label,
                Theirs::Run(_) => Keyword::Run,
                Theirs::Entrypoint(_) => Keyword::Entrypoint,
                Theirs::Cmd(_) => Keyword::Cmd,
                Theirs::Copy(_) => Keyword::Copy,
                Theirs::Env(_) => Keyword::Env,
                Theirs::Misc(misc) => Keyword::from_word(&misc.instruction.content),
            })
            .collect();
        assert_eq!(keywords(&parse(text)), theirs, "{text}");
    }
}
