//! Dockerfiles of any size and any text.

use proptest::prelude::*;

use super::read;

#[test]
fn a_file_of_many_stages_and_accounts_is_read_in_time() {
    let mut text = "FROM alpine AS s0\nRUN true".to_owned();
    for n in 0..4_000 {
        text = text + " && " + &format!("adduser -u {n} u{n} && apk add p{n} && mkdir /d{n} && chmod 1 /d{n}");
    }
    for n in 0..4_000 {
        text = text + "\n" + &format!("ENV V{n}=1");
    }
    for n in 1..1_000 {
        text = text + "\n" + &format!("FROM s{} AS s{n}\nUSER u\nRUN chmod 7 /d", n - 1);
    }
    let file = read(&text);
    assert!(file.stages.items.len() > 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_the_model_panic(text in "\\PC{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn no_mix_of_instructions_makes_the_model_panic(lines in prop::collection::vec(
        ("(FROM|RUN|USER|COPY|ADD|ENV|ARG|HEALTHCHECK|EXPOSE|CMD|ENTRYPOINT|WORKDIR|LABEL|VOLUME|SHELL|ONBUILD RUN)",
         "( ?(a|b|\\$A|\\$\\{B:-é\\}|AS|--from=0|--chown=a:b|CMD|NONE|useradd|-u|--uid=|apk|add|-t|chmod|chown|/x|/é/\\{a,b\\}|\"|'|\\[\"|\"\\]|&&|=|:|/|<<E|curl|http://localhost:\\$P/|sh -c|1-9|@)){0,8}"),
        0..12)) {
        let text = lines.iter().map(|(keyword, rest)| format!("{keyword} {rest}")).collect::<Vec<_>>().join("\n");
        let _ = read(&text);
    }
}
