//! What services are given by files of variables (`env_file`).

use super::*;

/// The services of a file beside files of variables, and what compose refuses in it.
fn read(compose: &str, files: &[(&str, &str)], env: &[(&str, &str)]) -> ComposeFile {
    let tree = Tree::parse(FileId(0), compose);
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let source = |path: &str| {
        let at = files.iter().position(|(name, _)| *name == path)?;
        Some(EnvSource { file: FileId(u32::try_from(at + 1).unwrap()), text: files[at].1 })
    };
    let loader = FileLoader { tree: &|_| None, env: &source };
    load(".", ComposeInput { tree: &tree, path: "compose.yaml" }, &[], &env, loader)
}

/// The variables of the first service, each with the text of its place in a file of variables.
fn given(service: &str, files: &[(&str, &str)], env: &[(&str, &str)]) -> Vec<String> {
    let file = read(&format!("services: {{ web: {{ image: web:1, {service} }} }}\n"), files, env);
    let shown = file.services.items[0].environment.items.iter().map(|variable| {
        let value = match &variable.value {
            crate::model::value::Field::Known(value, _) => format!("={value}"),
            crate::model::value::Field::Absent(_) => String::new(),
            crate::model::value::Field::Unresolved(_) => "=?".to_owned(),
            crate::model::value::Field::Malformed(_) => "=!".to_owned(),
        };
        let text = variable.at.file.0.checked_sub(1).and_then(|at| files.get(at as usize));
        let place = text.map_or(String::new(), |(path, text)| format!(" @{path} {}", variable.at.span.slice(text)));
        format!("{}{value}{place}", variable.key)
    });
    shown.collect()
}

/// Why there may be further variables.
fn open(service: &str, files: &[(&str, &str)]) -> Option<String> {
    let file = read(&format!("services: {{ web: {{ image: web:1, {service} }} }}\n"), files, &[]);
    file.services.items[0].environment.unseen.as_ref().map(|unseen| format!("{}: {}", unseen.text, unseen.why))
}

const BASE: (&str, &str) = ("base.env", "HOST=db\nPORT=5432\n");

#[test]
fn variables_of_a_file_stand_in_that_file() {
    assert_eq!(given("env_file: base.env", &[BASE], &[]), ["HOST=db @base.env HOST", "PORT=5432 @base.env PORT"]);
    assert_eq!(open("env_file: base.env", &[BASE]), None);
}

#[test]
fn the_environment_goes_before_files_and_later_files_before_earlier_ones() {
    let dev = ("dev.env", "PORT=1\nPORT=2\n");
    assert_eq!(
        given("env_file: [base.env, dev.env], environment: [HOST=own]", &[BASE, dev], &[]),
        ["HOST=own", "PORT=2 @dev.env PORT"]
    );
    assert_eq!(
        given("env_file: [dev.env, base.env], environment: {HOST: }", &[BASE, dev], &[]),
        ["HOST", "PORT=5432 @base.env PORT"]
    );
}

#[test]
fn values_are_filled_in_from_the_project_the_environment_and_what_stands_above() {
    let urls = ("urls.env", "HOST=file\nURL=http://${HOST}:$PORT/${DIR:-x}\nRAW='$HOST'\nTAG=$NOBODY\n");
    let values = |service: &str, env: &[(&str, &str)]| given(service, &[BASE, urls], env).join(" ");
    assert_eq!(
        values("env_file: [base.env, urls.env]", &[]),
        "HOST=file @urls.env HOST PORT=5432 @base.env PORT URL=http://file:5432/x @urls.env URL RAW=$HOST @urls.env RAW TAG=? @urls.env TAG"
    );
    assert!(values("env_file: [base.env, urls.env]", &[("HOST", "shell")]).contains("URL=http://shell:5432/x"));
    assert!(values("env_file: [urls.env], environment: {HOST: own, PORT: '1'}", &[]).contains("URL=http://own:1/x"));
}

#[test]
fn a_name_alone_is_handed_on() {
    let pass = ("pass.env", "TOKEN\nUSER_NAME\n");
    assert_eq!(
        given("env_file: pass.env", &[pass], &[("USER_NAME", "ada")]),
        ["TOKEN @pass.env TOKEN", "USER_NAME=ada @pass.env USER_NAME"]
    );
    let file = read("services: { web: { image: a, env_file: pass.env } }", &[pass], &[("USER_NAME", "ada")]);
    assert!(file.services.items[0].environment.iter().all(|variable| !variable.is_literal));
}

#[test]
fn the_environment_of_compose_fills_in_names_without_values() {
    let env = [("SET", "here")];
    assert_eq!(given("environment: {SET: , OPEN: }", &[], &env), ["SET=here", "OPEN"]);
    assert_eq!(given("environment: [SET, OPEN, EMPTY=]", &[], &env), ["SET=here", "OPEN", "EMPTY="]);
}

#[test]
fn in_the_raw_format_nothing_is_filled_in() {
    let raw = ("raw.env", "HOST=\"db\" # no comment\nURL=http://$HOST\n");
    let files = [raw];
    assert_eq!(
        given("env_file: [{path: raw.env, format: raw}]", &files, &[]),
        ["HOST=\"db\" # no comment @raw.env HOST", "URL=http://$HOST @raw.env URL"]
    );
    assert_eq!(
        given("env_file: [{path: raw.env}]", &files, &[]),
        ["HOST=db @raw.env HOST", "URL=http://db @raw.env URL"]
    );
}

#[test]
fn a_file_that_is_not_here_leaves_open_what_there_is() {
    let not_here = "further variables may stand in an `env_file` that is not in the repository";
    for service in ["env_file: gone.env", "env_file: [base.env, {path: gone.env, required: false}]"] {
        assert_eq!(open(service, &[BASE]), Some(format!("gone.env: {not_here}")), "{service}");
    }
    assert!(open("env_file: '${WHICH}.env'", &[BASE]).is_some());
    assert!(open("env_file: ../../out.env", &[BASE]).is_some());
    assert_eq!(
        given("env_file: [base.env, gone.env], environment: [PORT=1]", &[BASE], &[]),
        ["PORT=1", "HOST=? @base.env HOST"],
        "a later file may say something else"
    );
    assert_eq!(given("env_file: [gone.env, base.env]", &[BASE], &[]).len(), 2);
    assert!(given("env_file: [gone.env, base.env]", &[BASE], &[])[0].starts_with("HOST=db"));
}

#[test]
fn a_file_that_compose_refuses_is_told_once_and_read_on() {
    let bad = ("bad.env", "two words\nHOST=${open\nPORT=1\n");
    let file = read(
        "services: { a: { image: a, env_file: bad.env }, b: { image: b, env_file: [bad.env, {path: base.env, format: toml}] } }",
        &[bad, BASE],
        &[],
    );
    let mut told: Vec<(u32, &str)> =
        file.problems.iter().map(|problem| (problem.place.file.0, problem.message.as_str())).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            (0, "`toml` is no format of an `env_file`"),
            (1, "`${` is not closed"),
            (1, "compose takes this for no name of a variable"),
        ]
    );
    assert!(file.services.items[1].environment.iter().any(|variable| variable.key == "PORT"));
}

#[test]
fn a_variable_says_which_file_it_is_from_and_who_else_has_it() {
    let own = ("conf/own.cfg", "A=1\n");
    let file = read(
        "services: { a: { image: a, env_file: [base.env, conf/own.cfg] }, b: { image: b, env_file: ./base.env, environment: [C=1] } }",
        &[BASE, own],
        &[],
    );
    let shown: Vec<(String, Option<&str>, bool, bool)> = file
        .services
        .iter()
        .flat_map(|service| &service.environment)
        .map(|one| {
            let path = one.env_file.value().map(|path| path.0.as_str());
            (one.key.clone(), path, one.is_shared, one.in_settings_file)
        })
        .collect();
    let is = |key: &str, path, shared, settings| (key.to_owned(), path, shared, settings);
    assert_eq!(
        shown,
        [
            is("HOST", Some("base.env"), true, true),
            is("PORT", Some("base.env"), true, true),
            is("A", Some("conf/own.cfg"), false, false),
            is("C", None, false, false),
            is("HOST", Some("base.env"), true, true),
            is("PORT", Some("base.env"), true, true),
        ]
    );
}

#[test]
fn addresses_and_secrets_of_files_are_taken_apart() {
    let urls = ("urls.env", "CACHE_URL=redis://cache:6379/0\nKEY_FILE=/run/secrets/key\n");
    let file = read(
        "services: { web: { image: a, env_file: urls.env }, cache: { image: b } }\nsecrets: { key: { external: true } }",
        &[urls],
        &[],
    );
    let variables = &file.services.items[0].environment.items;
    assert_eq!(variables[0].url_host.value().map(String::as_str), Some("cache"));
    assert_eq!(variables[0].url_host_is_service.value(), Some(&true));
    assert_eq!(variables[1].secret_granted.value(), Some(&false));
    let port = variables[0].url_port.place();
    assert_eq!((port.file, port.span.slice(urls.1)), (FileId(1), "redis://cache:6379/0"));
}

#[test]
fn many_services_with_one_large_file_are_given_up_in_time() {
    let lines: Vec<String> = (0..2_000).map(|n| format!("V{n}=$V{}x", n / 2)).collect();
    let text = lines.join("\n");
    let services: Vec<String> = (0..200).map(|n| format!("  s{n}: {{ image: a, env_file: all.env }}\n")).collect();
    let file = read(&format!("services:\n{}", services.concat()), &[("all.env", &text)], &[]);
    let last = &file.services.items[199].environment;
    assert!(last.unseen.is_some() && last.items.len() < 2_000);
    assert!(file.services.items[0].environment.unseen.is_none());
}
