//! Words, heredocs and instructions as BuildKit's own tests have them: what is accepted comes to the same, and what is
//! refused is refused.
//!
//! The cases follow `shell/envVarTest`, `shell/lex_test.go`, `parser/*_test.go` and `instructions/*_test.go` of BuildKit
//! (2026-08), in names and values of our own.

#![expect(clippy::panic, reason = "a helper that cannot go on fails its test")]

use svclint::source::Span;
use svclint::syntax::dockerfile::{Expansion, InstructionKind, Word, parse};

/// The variables that are set; anything else is not.
const SET: &[(&str, &str)] = &[("ROOT", "/srv"), ("TOOL", "ash"), ("GREEK", "θάλασσα"), ("NULL", "")];

/// What a word comes to where variables that are not set count as empty, as they do in a build.
fn expanded(text: &str, set: &[(&str, &str)]) -> Result<String, String> {
    let word = Word { text: text.to_owned(), span: Span::default(), escape: '\\' };
    let value = |name: &str| set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
    match word.expand(&value) {
        Expansion::Known(value) => Ok(value),
        Expansion::Malformed(message) => Err(message),
        Expansion::Unresolved { names } => {
            match word.expand(&|name| value(name).or_else(|| names.iter().any(|n| n == name).then(String::new))) {
                Expansion::Known(value) => Ok(value),
                other => Err(format!("{other:?}")),
            }
        }
    }
}

/// Words, and what they come to with what is [`SET`].
const WORDS: &[(&str, &str)] = &[
    ("stone", "stone"),
    ("st'll'o", "stllo"),
    (r"st\'one", "st'one"),
    (r"one\ttwo", "onettwo"),
    (r#""one\ttwo""#, r"one\ttwo"),
    (r#""one\\ttwo""#, r"one\ttwo"),
    (r"'one\ttwo'", r"one\ttwo"),
    (r"stone\", "stone"),
    (r"stone\\", r"stone\"),
    (r#""stl'lo""#, "stl'lo"),
    (r"'stone\'", r"stone\"),
    (r"'stone\tstre'", r"stone\tstre"),
    (r"'stone\\tstre'", r"stone\\tstre"),
    (r#""''""#, "''"),
    ("$.", "$."),
    ("st$1x", "stx"),
    ("st$.x", "st$.x"),
    ("st$root.", "st."),
    ("st$ROOT", "st/srv"),
    (r"st\$ROOT", "st$ROOT"),
    (r"st\\$ROOT", r"st\/srv"),
    (r#""st\$ROOT""#, "st$ROOT"),
    (r#""st\\$ROOT""#, r"st\/srv"),
    (r"\${}", "${}"),
    (r"\${}k", "${}k"),
    (r"st\${}", "st${}"),
    (r"st\${}xx", "st${}xx"),
    ("st${nil}", "st"),
    ("st${nil}xx", "stxx"),
    ("st${ROOT}", "st/srv"),
    ("st${UNSET:-000}xx", "st000xx"),
    ("st${ROOT:-000}xx", "st/srvxx"),
    ("st${UNSET:-$ROOT}xx", "st/srvxx"),
    ("st${UNSET:-${ROOT:-left}}xx", "st/srvxx"),
    ("st${UNSET:-${NONE:-left}}xx", "stleftxx"),
    ("st${ROOT?}", "st/srv"),
    ("st${ROOT:?}", "st/srv"),
    ("st${NULL?}", "st"),
    ("st${UNSET:+${ROOT}}xx", "stxx"),
    ("st${ROOT:+${UNSET}}xx", "stxx"),
    ("st${ROOT:+${TOOL}}xx", "stashxx"),
    ("st${UNSET:+000}xx", "stxx"),
    ("st${ROOT:+000}xx", "st000xx"),
    ("'st${XX}'", "st${XX}"),
    (r#""st${ROOT}""#, "st/srv"),
    (r#""st'$ROOT'""#, "st'/srv'"),
    (r#""$ROOT""#, "/srv"),
    ("'$ROOT'", "$ROOT"),
    (r"'\$ROOT'", r"\$ROOT"),
    (r#"'"stone"'"#, r#""stone""#),
    (r"'st\$ROOT'", r"st\$ROOT"),
    ("st${ROOT:+${ROOT}:}xx", "st/srv:xx"),
    (r"st${UNSET:-\$ROOT:}xx", "st$ROOT:xx"),
    (r"st${UNSET:-\${ROOT}z}xx", "st${ROOTz}xx"),
    ("κόσμος", "κόσμος"),
    ("γ'η'νερό", "γηνερό"),
    (r"γη\'νερό", "γη'νερό"),
    (r"γη\tνερό", "γηtνερό"),
    (r#""γη\tνερό""#, r"γη\tνερό"),
    (r"κόσμος\", "κόσμος"),
    (r"κόσμος\\", r"κόσμος\"),
    (r#""γη'νερό""#, "γη'νερό"),
    (r"'κόσμος\'", r"κόσμος\"),
    ("γη$1x", "γηx"),
    ("γη$.x", "γη$.x"),
    ("γη$root.", "γη."),
    ("γη$ROOT", "γη/srv"),
    (r"γη\$ROOT", "γη$ROOT"),
    (r"γη\\$ROOT", r"γη\/srv"),
    (r"γη\${}", "γη${}"),
    (r"γη\${}xx", "γη${}xx"),
    ("γη${nil}", "γη"),
    ("γη${nil}xx", "γηxx"),
    ("γη${ROOT}", "γη/srv"),
    ("γη${UNSET:-000}xx", "γη000xx"),
    ("γη${ROOT:-000}xx", "γη/srvxx"),
    ("γη${UNSET:-$ROOT}xx", "γη/srvxx"),
    ("γη${UNSET:-${ROOT:-left}}xx", "γη/srvxx"),
    ("γη${UNSET:-${NONE:-left}}xx", "γηleftxx"),
    ("γη${UNSET:+${ROOT}}xx", "γηxx"),
    ("γη${ROOT:+${UNSET}}xx", "γηxx"),
    ("γη${ROOT:+${TOOL}}xx", "γηashxx"),
    ("γη${UNSET:+000}xx", "γηxx"),
    ("γη${ROOT:+000}xx", "γη000xx"),
    ("'γη${XX}'", "γη${XX}"),
    (r#""γη${ROOT}""#, "γη/srv"),
    (r#""γη'$ROOT'""#, "γη'/srv'"),
    (r#"'"γη"'"#, r#""γη""#),
    (r#""γη\$ROOT""#, "γη$ROOT"),
    (r"'γη\$ROOT'", r"γη\$ROOT"),
    ("γη${ROOT:+${ROOT}:}xx", "γη/srv:xx"),
    (r"γη${UNSET:-\$ROOT:}xx", "γη$ROOT:xx"),
    (r"γη${UNSET:-\${ROOT}z}xx", "γη${ROOTz}xx"),
    ("$GREEK", "θάλασσα"),
    ("γη$GREEK", "γηθάλασσα"),
    ("${k}}", "}"),
    ("${k:-w}}", "w}"),
    ("${k:-w}", "w"),
    ("${k:-${w:-v}}", "v"),
    ("${k:-w {f}", "w {f"),
    ("$1", ""),
    ("${1}", ""),
    ("${1:+w}", ""),
    ("${1:-w}", "w"),
    ("$2", ""),
    ("${2}", ""),
    ("${2:+w}", ""),
    ("${2:-w}", "w"),
    ("$999", ""),
    ("${999}", ""),
    ("${999:+w}", ""),
    ("${999:-w}", "w"),
    ("$999k", "k"),
    ("${999}k", "k"),
    ("${999:+w}k", "k"),
    ("${999:-w}k", "wk"),
    ("$001", ""),
    ("${001}", ""),
    ("${001:+w}", ""),
    ("${001:-w}", "w"),
    ("$001k", "k"),
    ("${001}k", "k"),
    ("${001:+w}k", "k"),
    ("${001:-w}k", "wk"),
    ("$@", ""),
    ("${@}", ""),
    ("${@:+w}", ""),
    ("${@:-w}", "w"),
    ("$@@@", "@@"),
    ("$@k", "k"),
    ("${@}k", "k"),
    ("${@:+w}k", "k"),
    ("${@:-w}k", "wk"),
    ("$*", ""),
    ("${*}", ""),
    ("${*:+w}", ""),
    ("${*:-w}", "w"),
    ("$#", ""),
    ("${#}", ""),
    ("${#:+w}", ""),
    ("${#:-w}", "w"),
    ("$?", ""),
    ("${?}", ""),
    ("${?:+w}", ""),
    ("${?:-w}", "w"),
    ("$-", ""),
    ("${-}", ""),
    ("${-:+w}", ""),
    ("${-:-w}", "w"),
    ("$$", ""),
    ("${$}", ""),
    ("${$:+w}", ""),
    ("${$:-w}", "w"),
    ("$!", ""),
    ("${!}", ""),
    ("${!:+w}", ""),
    ("${!:-w}", "w"),
    ("$0", ""),
    ("${0}", ""),
    ("${0:+w}", ""),
    ("${0:-w}", "w"),
];

#[test]
fn words_come_to_what_buildkit_makes_of_them() {
    for (text, value) in WORDS {
        assert_eq!(expanded(text, SET).as_deref(), Ok(*value), "{text}");
    }
}

#[test]
fn words_that_buildkit_refuses_are_malformed() {
    for text in [
        "st'one",
        r"st\\'one",
        r#""stone"#,
        r#""stone\""#,
        "'stone",
        "${}",
        "${}k",
        "st${}",
        "st${}xx",
        "st${.}",
        "st${UNSET:NONE}",
        "st${NULL:?}",
        "st${ROOT",
        "st${ROOT:=000}xx",
        "γ'ηνερό",
        r"γ\\'ηνερό",
        r"'γη\tνερό",
        r#""κόσμος"#,
        r#""κόσμος\""#,
        "'κόσμος",
        "γη${}",
        "γη${}xx",
        "γη${.}",
        "γη${UNSET:NONE}",
        "γη${ROOT",
        "γη${ROOT:=000}xx",
        "${{k}",
        "${k",
        "${{k:-w}",
        "${k:-w",
        "${k:-w ${f}",
        "${:}",
        "${:-w}",
        "${:+w}",
    ] {
        assert!(expanded(text, SET).is_err(), "{text}: {:?}", expanded(text, SET));
    }
}

#[test]
fn each_operator_gives_what_buildkit_gives() {
    let set = |pairs: &[(&'static str, &'static str)]| pairs.to_vec();
    let two = set(&[("A", "one"), ("B", "")]);
    for (text, value) in [
        ("${A-x} ${B-y} ${C-z}", "one  z"),
        ("${A:-x} ${B:-y} ${C:-z}", "one y z"),
        ("${A:-}${C:-}", "one"),
        ("${A+x} ${B+y} ${C+z}", "x y "),
        ("${A:+x} ${B:+y} ${C:+z}", "x  "),
        ("${A?no}${B?no}${A:?no}", "oneone"),
    ] {
        assert_eq!(expanded(text, &two).as_deref(), Ok(value), "{text}");
    }
    for text in ["${B:?no}", "${A=x}", "${A=:x}", "${C=}", "${C:#}", "${C:##}", "${C:%}", "${C:%%}", "${A:=x}"] {
        assert!(expanded(text, &two).is_err(), "{text}");
    }
    for (text, a, b, value) in [
        ("${A#()[]{\\}^$.\\*\\?|\\\\}", "()[]{}^$.*?|\\z", "", "z"),
        ("${A%%\\**}", "ab**", "", "ab"),
        ("${A#*a*b}", "aabb", "", "b"),
        ("${A#*}", "aabb", "", "aabb"),
        ("${A#$B}", "aabb", "a", "abb"),
        ("${A#$B}", "aabb", "", "aabb"),
        ("${A#}", "aabb", "", "aabb"),
        ("${A##*a}", "aabb", "", "bb"),
        ("${A##}", "aabb", "", "aabb"),
        ("${A#?\\?}", "???b", "", "?b"),
        ("${C:-.}${A%a}${C:-.}", "aabb", "", ".aabb."),
        ("${A%%\\**\\*}", "c***aa*", "", "c"),
        ("${A%}", "aabb", "", "aabb"),
        ("${A%%$B}", "aabb", "", "aabb"),
        ("${A/$B/.} + ${A//$B/.}", "/go*/*/*.md", "\\*/", "/go.*/*.md + /go..*.md"),
        ("${A/$B/} + ${A//$B/}", "/var/var/log", "/var", "/var/log + /log"),
        ("${A/$B/_}", "https://x.example", "https://", "_x.example"),
        ("${A//\\//\\/}", "/var/log", "", "\\/var\\/log"),
    ] {
        assert_eq!(expanded(text, &[("A", a), ("B", b)]).as_deref(), Ok(value), "{text} of {a} and {b}");
    }
    let archive = "tool-${V}.${OS}-${ARCH}${VARIANT:+-${VARIANT}}.tgz";
    let arm = [("V", "v2"), ("OS", "linux"), ("ARCH", "arm"), ("VARIANT", "v7")];
    assert_eq!(expanded(archive, &arm).as_deref(), Ok("tool-v2.linux-arm-v7.tgz"));
    let none = [("V", "v2"), ("OS", "linux"), ("ARCH", "amd64"), ("VARIANT", "")];
    assert_eq!(expanded(archive, &none).as_deref(), Ok("tool-v2.linux-amd64.tgz"));
    assert_eq!(expanded(archive, &none[..3]).as_deref(), Ok("tool-v2.linux-amd64.tgz"));
}

/// Name, body, whether variables in it are replaced, and whether tabs are stripped, of each heredoc of an instruction.
fn heredocs(text: &str) -> Vec<(String, String, bool, bool)> {
    let file = parse(&format!("FROM a\n{text}\nUSER end\n"));
    assert!(!file.problems.iter().any(|problem| problem.fatal), "{text}: {:?}", file.problems);
    let [_, instruction, last] = file.instructions.as_slice() else { panic!("{text}: {:#?}", file.instructions) };
    assert!(matches!(last.kind, InstructionKind::User(_)), "{text}");
    let of = |one: &svclint::syntax::dockerfile::Heredoc| {
        (one.name.value.clone(), one.body.as_str().to_owned(), one.expand, one.strip_tabs)
    };
    instruction.heredocs.iter().map(of).collect()
}

#[test]
fn heredocs_hold_what_buildkit_finds_in_them() {
    for (text, name, body, expand, strip) in [
        ("RUN <<NOTHING\nNOTHING", "NOTHING", "", true, false),
        ("RUN 3<<FD\nFD", "FD", "", true, false),
        ("RUN <<TABS\n\ta\n\tb\nTABS", "TABS", "\ta\n\tb\n", true, false),
        ("RUN <<-TABS\n\ta\n\tb\nTABS", "TABS", "a\nb\n", true, true),
        ("RUN <<-TABS\n\ta\n\tTABS", "TABS", "a\n", true, true),
        ("RUN <<-'KEEP'\n\tit's $HOME\nKEEP", "KEEP", "it's $HOME\n", false, true),
        ("RUN <<COPY\nid\nls # all\nCOPY", "COPY", "id\nls # all\n", true, false),
        ("RUN <<NOTE\n# only a note\nid\nNOTE", "NOTE", "# only a note\nid\n", true, false),
        ("RUN --mount=type=cache,target=/c <<M\nid\nM", "M", "id\n", true, false),
        ("COPY <<EOF /q\n\"a\"\n'b'\nEOF", "EOF", "\"a\"\n'b'\n", true, false),
        ("RUN <<PY python3 -\nprint(1)\nPY", "PY", "print(1)\n", true, false),
        ("RUN <<'PY' | python3\nprint(1)\nPY", "PY", "print(1)\n", false, false),
        ("COPY <<a.conf /etc/\nx=1\na.conf", "a.conf", "x=1\n", true, false),
        ("RUN <<en'd'\nid\nend", "end", "id\n", false, false),
        ("RUN <<en\\'d\nid\nen'd", "en'd", "id\n", true, false),
        ("RUN <<'e'n\\'d\nid\nen'd", "en'd", "id\n", false, false),
        ("RUN <<'two words'\nid\ntwo words", "two words", "id\n", false, false),
        ("RUN <<$END\n$END", "$END", "", true, false),
        ("RUN <<  END\nEND", "END", "", true, false),
        ("RUN << -END\n-END", "-END", "", true, false),
        ("RUN <<  END  > /log\nEND", "END", "", true, false),
        ("RUN cat \\\n  <<END > /log\nx\nEND", "END", "x\n", true, false),
        ("RUN <<END\n END\nEND \nEND", "END", " END\nEND \n", true, false),
        ("ADD <<EOF local.txt /d/\nx\nEOF", "EOF", "x\n", true, false),
        ("ONBUILD USER x", "", "", false, false),
    ] {
        let found = heredocs(text);
        if name.is_empty() {
            assert_eq!(found, [], "{text}");
            continue;
        }
        assert_eq!(found, [(name.to_owned(), body.to_owned(), expand, strip)], "{text}");
    }
    let both = heredocs("COPY <<A <<B /d/\n1\nA\n2\nB");
    assert_eq!(both.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["1\n", "2\n"]);
    let crossed = heredocs("COPY <<A <<B /d/\nB\nA\nA\nB");
    assert_eq!(crossed.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["B\n", "A\n"]);
    for none in [
        "RUN \"<<A\"",
        "RUN '<<A'",
        "RUN [\"<<A\"]",
        "RUN [\"<<'A'\"]",
        "RUN cat <<<A",
        "RUN <<",
        "RUN <A",
        "RUN <<- A",
    ] {
        assert_eq!(heredocs(none), [], "{none}");
    }
}

/// The problems of a file, fatal ones only.
fn refusals(text: &str) -> usize {
    parse(text).problems.iter().filter(|problem| problem.fatal).count()
}

#[test]
fn instructions_are_refused_for_the_reasons_that_buildkit_has() {
    for line in [
        "MAINTAINER",
        "WORKDIR",
        "USER",
        "STOPSIGNAL",
        "ENV",
        "LABEL",
        "ONBUILD",
        "HEALTHCHECK",
        "EXPOSE",
        "VOLUME",
        "ADD one",
        "COPY one",
        "ENV =two",
        "LABEL =two",
        "COPY\t\n\tone \\\n two",
        "ONBUILD FROM scratch",
        "MAINTAINER --odd me@x.example",
        "ONBUILD ONBUILD RUN id",
        "odd one",
        "COPY /a <<END\nEND",
        "HEALTHCHECK --interval=50ns CMD id",
        "RUN --device=x.example/gpu=all,name=y.example/gpu=0 id",
        "RUN --device=x.example/gpu,required=maybe id",
        "COPY --exclude a b",
        "ENV A",
        "LABEL A",
    ] {
        assert_ne!(refusals(&format!("FROM a\n{line}\n")), 0, "{line}");
    }
    for line in [
        "HEALTHCHECK --interval=0ms CMD id",
        "HEALTHCHECK --interval=1ms CMD id",
        "HEALTHCHECK CMD two words",
        "RUN --mount=type=tmpfs,target=/a id",
        "RUN --device=x.example/gpu=all,required id",
        "RUN --device=x.example/gpu id",
        "RUN --device=name=x.example/gpu=all id",
        "RUN --device=x.example/gpu=all,required=true id",
        "RUN --device=name=x.example/gpu=all,required=false id",
        "LABEL a b",
        "LABEL a=b c=d",
        "COPY --link=false a b",
        "COPY --link a b",
        "ADD --checksum= a b",
        "ENV a  b",
    ] {
        assert_eq!(refusals(&format!("FROM a\n{line}\n")), 0, "{line}");
    }
}

#[test]
fn json_arrays_are_those_that_buildkit_reads() {
    for wrong in ["42", "4.2", "{}", "{\"c\": \"d\"}", "[\"c\"]", "true", "false", "null"] {
        assert_eq!(refusals(&format!("FROM a\nCMD [\"a\",{wrong},\"b\"]\n")), 1, "{wrong}");
    }
    let words = |text: &str| match parse(&format!("FROM a\nCMD {text}\n")).instructions.pop().map(|last| last.kind) {
        Some(InstructionKind::Cmd(svclint::syntax::dockerfile::Command::Exec(words))) => {
            Some(words.into_iter().map(|word| word.value).collect::<Vec<_>>())
        }
        _ => None,
    };
    for (text, wanted) in [
        ("[]", &[][..]),
        ("[\"\"]", &[""]),
        ("[\"a\",\"b\"]", &["a", "b"]),
        ("[ \"a\", \"b\" ]", &["a", "b"]),
        ("[\t\"a\",\t\"b\"\t]", &["a", "b"]),
        ("  [\"a\"]  ", &["a"]),
        ("[\"x 1\", \"☃\", \"\\\" \\\\ \\/ \\n \\t\"]", &["x 1", "☃", "\" \\ / \n \t"]),
    ] {
        assert_eq!(
            words(text).as_deref(),
            Some(&wanted.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()[..]),
            "{text}"
        );
    }
    for shell in ["['a']", "[\"a\", \"b\"", "[\"a\", \"b]", "[\"a\"] x", "\"[\\\"a\\\"]\""] {
        assert_eq!(words(shell), None, "{shell}");
    }
}

#[test]
fn directives_are_those_of_the_first_lines() {
    let names = |text: &str| -> Vec<String> {
        parse(text).directives.iter().map(|one| format!("{}={}", one.name.value, one.value.value)).collect()
    };
    assert_eq!(names("# syntax = a/front:1 // x\nFROM b"), ["syntax=a/front:1 // x"]);
    assert_eq!(names("\u{feff}# syntax=a/front\nFROM b"), ["syntax=a/front"]);
    assert_eq!(names("#escape=\\\n# key = odd\n\n# more\nFROM b"), ["escape=\\"]);
    assert_eq!(names("# EScape=`\nFROM b"), ["escape=`"]);
    assert_eq!(names("# check=skip=all;error=true\n# syntax=a/b\nFROM c"), ["check=skip=all;error=true", "syntax=a/b"]);
    assert_eq!(names("#!/bin/sh\n# syntax=a/b\nFROM c"), ["syntax=a/b"]);
    assert_eq!(names("\n# syntax=a/b\nFROM c"), [""; 0]);
    assert_eq!(names("# a note\n# escape=`\nFROM c"), [""; 0]);
    assert_eq!(names("FROM c\n# escape=`"), [""; 0]);
}

#[test]
fn empty_lines_in_continuations_are_warned_of_once_each() {
    let text = "FROM a\nRUN one \\\n  two\n\nRUN three \\\n\n  four \\\n\n  five\nRUN six \\\n\n seven\n\
                RUN eight \\\n# note\n nine\nRUN ten \\\n  # note\n  eleven\n";
    let file = parse(text);
    assert_eq!(file.problems.len(), 2, "{:?}", file.problems);
    assert!(file.problems.iter().all(|problem| !problem.fatal));
    assert_eq!(file.instructions.len(), 6);
}

#[test]
fn one_line_may_be_as_long_as_the_scanner_takes() {
    let line = |length: usize| format!("FROM a\nLABEL x={}\n", "y".repeat(length - "LABEL x=".len()));
    assert_eq!(refusals(&line(65_535)), 0);
    assert_eq!(refusals(&line(65_536)), 1);
}
