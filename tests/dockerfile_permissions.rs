//! Modes and owners that the steps of a Dockerfile give to files.

#![expect(clippy::expect_used, reason = "a helper that cannot go on fails its test")]

use std::fmt::Write as _;

use svclint::model::dockerfile::{self, Dockerfile, Permission};
use svclint::model::value::Field;
use svclint::source::FileId;
use svclint::syntax;

fn read(text: &str) -> Dockerfile {
    dockerfile::read(FileId(0), "Dockerfile", &syntax::dockerfile::parse(text), text)
}

fn all(text: &str) -> Vec<Permission> {
    read(text).final_stage.expect("a stage").permissions.items.clone()
}

/// Tool, mode, `owner:group` and paths; `?` for what is not known.
fn shown(one: &Permission) -> String {
    let field = |field: &Field<String>| match field {
        Field::Known(text, _) => text.clone(),
        Field::Absent(_) => "-".to_owned(),
        _ => "?".to_owned(),
    };
    let mut out = format!("{} {} {}:{}", one.tool, field(&one.mode), field(&one.owner), field(&one.group));
    for path in &one.paths.items {
        let _ = write!(out, " {}", path.value().map_or("?", |path| path.0.as_str()));
    }
    if one.recursive {
        out.push_str(" and below");
    }
    out
}

fn run(command: &str) -> Vec<String> {
    all(&format!("FROM debian:12-slim\nWORKDIR /app\nRUN {command}\n")).iter().map(shown).collect()
}

#[test]
fn every_spelling_of_chmod_gives_its_mode_and_paths() {
    for (command, expected) in [
        ("chmod 755 /start.sh", "chmod 755 -:- /start.sh"),
        ("chmod -R 0555 .", "chmod 0555 -:- /app and below"),
        ("chmod --recursive u+x,g=rw bin ./lib/ /opt/x", "chmod u+x,g=rw -:- /app/bin /app/lib /opt/x and below"),
        ("chmod -x start.sh", "chmod -x -:- /app/start.sh"),
        ("chmod -vR -rwx a", "chmod -rwx -:- /app/a and below"),
        ("chmod a=rX -R a", "chmod a=rX -:- /app/a and below"),
        ("chmod 600 -- -odd", "chmod 600 -:- /app/-odd"),
        ("sudo chmod +x /usr/local/bin/tool", "chmod +x -:- /usr/local/bin/tool"),
        ("/bin/chmod 4755 /bin/ping", "chmod 4755 -:- /bin/ping"),
        ("chmod 777 /data/{in,out}", "chmod 777 -:- /data/in /data/out"),
        ("cd /srv && chmod 700 keys", "chmod 700 -:- /srv/keys"),
        ("[\"chmod\", \"0700\", \"/keys\"]", "chmod 0700 -:- /keys"),
        ("bash -c 'chmod 0700 /keys'", "chmod 0700 -:- /keys"),
        ("<<EOF\nchmod 0711 /keys\nEOF", "chmod 0711 -:- /keys"),
        ("if [ -d /x ]; then chmod 770 /x; fi", "chmod 770 -:- /x"),
    ] {
        assert_eq!(run(command), [expected], "{command}");
    }
}

#[test]
fn owners_and_what_makes_files_with_a_mode_are_read() {
    for (command, expected) in [
        ("chown -R www-data:adm /var/www", "chown - www-data:adm /var/www and below"),
        ("chown 1000 a b", "chown - 1000:- /app/a /app/b"),
        ("chown :adm a", "chown - -:adm /app/a"),
        ("chown app: a", "chown - app:- /app/a"),
        ("chgrp -R 0 /app", "chgrp - -:0 /app and below"),
        ("mkdir -p -m 1777 /scratch", "mkdir 1777 -:- /scratch"),
        ("mkdir --mode=0750 logs", "mkdir 0750 -:- /app/logs"),
        ("install -d -m 0755 -o app -g adm /data logs", "install 0755 app:adm /data /app/logs"),
        ("install -m755 tool /usr/local/bin/", "install 755 -:- /usr/local/bin/tool"),
        ("install -m 644 a b /etc/x", "install 644 -:- /etc/x/a /etc/x/b"),
        ("install --owner=app -t /etc/x a", "install - app:- /etc/x/a"),
    ] {
        assert_eq!(run(command), [expected], "{command}");
    }
    for command in ["mkdir -p /data", "install a b", "chmod --reference=a b", "chown --reference=a b", "chmod 755", "ls"] {
        assert!(run(command).is_empty(), "{command}: {:?}", run(command));
    }
}

#[test]
fn what_is_filled_in_later_is_not_known() {
    assert_eq!(run("chmod $MODE /x"), ["chmod ? -:- /x"]);
    assert_eq!(run("chmod 755 $DIR/x /y"), ["chmod 755 -:- ? /y"]);
    assert_eq!(run("chmod 755 $(which tool)"), ["chmod 755 -:- ?"]);
    assert_eq!(run("chown $OWNER /x"), ["chown - ?:- /x"]);
    assert_eq!(run("MODE=711 && chmod $MODE /x"), ["chmod 711 -:- /x"]);
}

#[test]
fn files_that_find_and_xargs_choose_are_not_known_but_the_mode_is() {
    assert_eq!(
        run("find /app -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} \\;"),
        ["chmod 755 -:- ?", "chmod 644 -:- ?"]
    );
    assert_eq!(run("find / -perm /6000 -print0 | xargs -0 -r chmod a-s"), ["chmod a-s -:- ?"]);
    assert_eq!(run("ls | xargs -I{} chown app:app /srv/{} /fixed"), ["chown - app:app ? /fixed ?"]);
    assert_eq!(run("find . -exec chmod 755 /fixed \\;"), ["chmod 755 -:- /fixed"]);
    let why = all("FROM a\nRUN find . -exec chmod 755 {} +\n");
    assert!(
        matches!(why.first().and_then(|one| one.paths.items.first()), Some(Field::Unresolved(why)) if why.why == "`find` chooses the files")
    );
}

#[test]
fn flags_of_copy_and_add_are_read_and_onbuild_is_left_to_others() {
    let text = "FROM debian:12-slim
WORKDIR /app
COPY --chmod=755 --chown=app:adm a.sh b.sh bin/
ADD --chown=1000 src .
COPY plain /x
ONBUILD RUN chmod 777 /x
ONBUILD COPY --chmod=777 a /x
";
    let found: Vec<String> = all(text).iter().map(shown).collect();
    assert_eq!(found, ["COPY 755 app:adm /app/bin/a.sh /app/bin/b.sh", "ADD - 1000:- /app and below"]);
}

#[test]
fn places_are_those_of_the_mode_and_of_each_path() {
    let text = "FROM debian:12-slim\nRUN true && \\\n  chmod -R u+rwx,go-w /a \"/b c\" && chown app:adm /d\n";
    let found = all(text);
    let slice = |field: &Field<String>| field.place().span.slice(text);
    let [chmod, chown] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(slice(&chmod.mode), "u+rwx,go-w");
    let paths: Vec<&str> = chmod.paths.items.iter().map(|path| path.place().span.slice(text)).collect();
    assert_eq!(paths, ["/a", "\"/b c\""]);
    assert_eq!((slice(&chown.owner), slice(&chown.group)), ("app", "adm"));
    assert_eq!(chown.at.span.slice(text), "chown app:adm /d");
    assert_eq!((chmod.position, chmod.inherited), (0, false));
}

/// Whether others may write in the end: `y`, `n`, `-` for no mode, `?`.
fn open(commands: &str) -> String {
    let letter = |one: &Permission| match &one.lets_others_write {
        Field::Known(true, _) => 'y',
        Field::Known(false, _) => 'n',
        Field::Absent(_) => '-',
        _ => '?',
    };
    all(&format!("FROM debian:12-slim\nRUN {commands}\n")).iter().map(letter).collect()
}

#[test]
fn others_may_write_until_a_later_step_takes_it_back() {
    assert_eq!(open("chmod 777 /a && chmod o+w /b && chmod 775 /c && chown app /d"), "yyn-");
    assert_eq!(open("chmod 777 /a && chmod 755 /a"), "nn");
    assert_eq!(open("chmod 777 /a/b /c && chmod -R o-w /a"), "yn");
    assert_eq!(open("chmod -R 777 /a && chmod 755 /a"), "yn");
    assert_eq!(open("chmod -R 777 /a && chmod -R go-w /a"), "nn");
    assert_eq!(open("chmod 777 /a && chmod g-w /a"), "yn");
    assert_eq!(open("chmod 777 /a && rm -rf /a"), "n");
    assert_eq!(open("chmod 777 /a/b && rm /a/*"), "n");
    assert_eq!(open("chmod 777 /a/b && rm /a"), "y");
    assert_eq!(open("chmod 777 /ab && rm -rf /a"), "y");
    assert_eq!(open("chmod 755 /a && chmod 777 /a"), "ny");
    assert_eq!(open("chmod $M /a && chmod o=u /b && chmod +w /c"), "??n");
}

#[test]
fn the_sticky_bit_and_devices_keep_a_directory_from_counting() {
    assert_eq!(open("chmod 1777 /a && mkdir -m 1777 /b"), "nn");
    assert_eq!(open("chmod 777 /a && chmod +t /a"), "nn");
    assert_eq!(open("chmod a+w /tmp"), "n");
    assert_eq!(open("chmod 777 /tmp"), "y");
    assert_eq!(open("chmod 666 /dev/null && chmod 777 /devices"), "ny");
}

#[test]
fn a_stage_has_what_those_it_is_built_from_did_and_may_take_it_back() {
    let text = |last: &str| {
        format!("FROM debian:12-slim AS base\nRUN chmod 777 /a\nFROM debian:12 AS other\nRUN chmod 666 /b\nFROM base\n{last}")
    };
    let found = all(&text("COPY --from=other /b /b\n"));
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), ["chmod 777 -:- /a"]);
    assert!(found.iter().all(|one| one.inherited && one.lets_others_write.value() == Some(&true)));
    let found = all(&text("RUN chmod 750 /a\n"));
    assert!(found.iter().all(|one| one.lets_others_write.value() == Some(&false)));
    assert_eq!(found.iter().map(|one| one.inherited).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn set_user_id_lasts_until_it_is_cleared() {
    let sets = |commands: &str| -> Vec<Option<bool>> {
        let found = all(&format!("FROM debian:12-slim\nRUN {commands}\n"));
        found.iter().map(|one| one.sets_user_id.value().copied()).collect()
    };
    assert_eq!(sets("chmod u+s /a && chmod 4755 /b && chmod 2755 /c"), [Some(true), Some(true), Some(false)]);
    assert_eq!(sets("chmod u+s /a && chmod 755 /a"), [Some(false), Some(false)]);
    assert_eq!(sets("chmod u+s /a && chmod +x /a"), [Some(true), Some(false)]);
    assert_eq!(sets("chmod +s /a && chmod u-s /a"), [Some(false), Some(false)]);
}

#[test]
fn what_is_copied_belongs_to_the_user_by_chown_or_a_later_one() {
    let owned = |lines: &str| {
        let text = format!("FROM debian:12-slim\nRUN useradd -u 1000 app\nWORKDIR /app\n{lines}USER app\n");
        let stage = read(&text).final_stage.expect("a stage");
        let copy = stage.copies.items.first().expect("a copy").clone();
        match copy.owned_by_user {
            Field::Known(owned, _) => Some(owned),
            Field::Unresolved(_) => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(owned("COPY --chown=app src .\n"), Some(true));
    assert_eq!(owned("COPY src .\n"), Some(false));
    assert_eq!(owned("COPY src .\nRUN chown -R 1000:1000 /app\n"), Some(true));
    assert_eq!(owned("COPY a.py b.py lib/\nRUN chown -R app /app\n"), Some(true));
    assert_eq!(owned("COPY a.py /srv/a.py\nRUN chown app /srv/a.py\n"), Some(true));
    assert_eq!(owned("COPY a.py b.py /srv/\nRUN chown app /srv/a.py\n"), Some(false));
    // Neither the directory alone, nor what another COPY brings, nor the group.
    assert_eq!(owned("COPY src .\nRUN chown app /app\n"), Some(false));
    assert_eq!(owned("RUN chown -R app /app\nCOPY src .\n"), Some(false), "chown before");
    assert_eq!(owned("COPY src .\nCOPY --chown=app more .\n"), Some(false));
    assert_eq!(owned("COPY src .\nRUN chown -R :app /app\n"), Some(false));
    // It cannot be told which files are meant.
    assert_eq!(owned("COPY src .\nRUN find /app -exec chown app {} +\n"), None);
    assert_eq!(owned("COPY src .\nRUN chown -R app $DIR\n"), None);
    assert_eq!(owned("COPY src .\nRUN chown -R $OWNER /app\n"), None);
    assert_eq!(owned("COPY src .\nRUN find /app -exec chown root {} +\n"), Some(false));
}
