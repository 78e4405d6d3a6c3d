//! Short forms and templates, case by case. The cases follow what compose-go 2 tests of them (`template`, `format`,
//! `types`, `paths`, `loader`), in words and values of our own.

use super::super::interpolate::{FILL_BUDGET, interpolate};
use super::super::paths::is_windows;
use super::*;
use crate::model::value::Field;

/// A template filled in, with `?` for what is not known and `!` for what is no template.
fn filled(template: &str) -> String {
    let env = |name: &str| match name {
        "SET" => Some("value"),
        "EMPTY" => Some(""),
        _ => None,
    };
    let out = interpolate(template, &env, &mut FILL_BUDGET.clone());
    let is_unknown = out.pieces.iter().any(|piece| piece.hole.is_some());
    if out.errors.is_empty() { if is_unknown { format!("?{}", out.text) } else { out.text } } else { "!".to_owned() }
}

#[test]
fn text_around_a_variable_does_not_change_its_meaning() {
    for (template, wanted) in [
        ("-a ${EMPTY:-d}", "-a d"),
        (":-a ${NO-d} :-", ":-a d :-"),
        (":?a ${EMPTY-d}", ":?a "),
        ("+a ${SET:-d} +", "+a value +"),
        ("{{ ${NO:-d} }}", "{{ d }}"),
        ("{{{ ${NO:-x-y} ${SET} }}}", "{{{ x-y value }}}"),
        ("${NO-d} }", "d }"),
        ("plain", "plain"),
        ("$SET-$SET", "value-value"),
        ("$${SET}", "${SET}"),
        ("cost 5 $ ^re$ $} $", "cost 5 $ ^re$ $} $"),
    ] {
        assert_eq!(filled(template), wanted, "{template}");
    }
}

#[test]
fn the_first_operator_of_a_variable_counts() {
    for (template, wanted) in [
        ("${NO:-/a:-b}", "/a:-b"),
        ("${NO-e?f}", "e?f"),
        ("${NO-a:-b:?c}", "a:-b:?c"),
        ("${NO-a+b?c}", "a+b?c"),
        ("${NO:-a:?b:?c}", "a:?b:?c"),
        ("${SET?a-b}", "value"),
        ("${SET:?a:?b}", "value"),
        ("${SET+a:+b}", "a:+b"),
        ("${SET:+a:?b:-c}", "a:?b:-c"),
        ("${SET+a-b?c}", "a-b?c"),
        ("${EMPTY?a}", ""),
        ("${EMPTY+a}", "a"),
        ("${EMPTY:+a}", ""),
    ] {
        assert_eq!(filled(template), wanted, "{template}");
    }
}

#[test]
fn defaults_and_replacements_hold_templates() {
    for (template, wanted) in [
        ("${NO-$SET}", "value"),
        ("${NO-${SET} ${SET}}", "value value"),
        ("${EMPTY:-${SET}}", "value"),
        ("${EMPTY+$SET ${SET:+2}}", "value 2"),
        ("${NO:-${NO:-${NO:-deep}}}", "deep"),
        ("${NO:-${NO:-x}_t_${NO:-y}}", "x_t_y"),
        ("${NO:-${EMPTY-d}}", ""),
        ("${NO:-{\"a\": {\"b\": 1}}}", "{\"a\": {\"b\": 1}}"),
        ("${SET:-{\"a\": 1}}", "value"),
        ("${NO:-a}.${SET:?}", "a.value"),
    ] {
        assert_eq!(filled(template), wanted, "{template}");
    }
}

#[test]
fn what_has_to_be_set_and_is_not_stays_open() {
    for template in ["${NO?}", "${NO:?}", "${NO:?say why}", "${EMPTY:?why ${SET}}", "${NO?why ${SET}}", "${NO?a-b}"] {
        assert!(filled(template).starts_with('?'), "{template}: {}", filled(template));
    }
}

#[test]
fn what_is_no_template_is_refused() {
    for template in ["${", "${}", "${ }", "${ SET}", "${SET }", "${SET!}", "${SET/a}", "a ${SET"] {
        assert_eq!(filled(template), "!", "{template}");
    }
}

/// One service with some attributes, its project's file first.
fn one(attributes: &str) -> (ComposeService, Vec<String>) {
    let text = format!("services: {{ a: {{ image: x, {attributes} }} }}\nvolumes: {{ data: , name: }}\n");
    let tree = Tree::parse(FileId(0), &text);
    let mut file = load(".", ComposeInput { tree: &tree, path: "compose.yaml" }, &[], &BTreeMap::new(), NONE);
    (file.services.items.remove(0), file.problems.into_iter().map(|problem| problem.message).collect())
}

#[test]
fn ports_are_read_in_every_form() {
    let shown = |port: &str| {
        let ports = one(&format!("ports: ['{port}']")).0.ports.items;
        let number = |field: &Field<crate::model::schema::Port>| match field {
            Field::Known(port, _) => port.0.to_string(),
            Field::Absent(_) => "-".to_owned(),
            Field::Unresolved(_) => "?".to_owned(),
            Field::Malformed(_) => "!".to_owned(),
        };
        let shown = ports.iter().map(|port| {
            let protocol = port.protocol.value().map_or("!", |protocol| protocol.as_str());
            format!("{}:{}/{protocol}", number(&port.published), number(&port.target))
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    for (port, wanted) in [
        ("80", "-:80/tcp"),
        ("80:8080", "80:8080/tcp"),
        ("8080:80/tcp", "8080:80/tcp"),
        ("80-81:8080-8081/udp", "80:8080/udp 81:8081/udp"),
        ("80-80:8080", "80:8080/tcp"),
        ("1.1.1.1:80:80", "80:80/tcp"),
        ("53/udp", "-:53/udp"),
        ("9999999", "-:!/tcp"),
        ("tcp", "-:!/tcp"),
    ] {
        assert_eq!(shown(port), wanted, "{port}");
    }
    assert!(shown("80/xyz").contains('!'), "{}", shown("80/xyz"));
    assert!(!shown("80-90:8080").contains("80:8080/tcp 81"), "one of a range is published: {}", shown("80-90:8080"));
}

#[test]
fn volumes_are_read_in_every_form() {
    let shown = |volume: &str| {
        let volumes = one(&format!("volumes: ['{volume}']")).0.volumes.items;
        let Some(mount) = volumes.into_iter().next() else { return String::new() };
        let kind = mount.r#type.value().map_or("-", |kind| kind.as_str());
        let source = mount.source.value().map_or("-", String::as_str);
        let target = mount.target.value().map_or("-", |target| target.0.as_str());
        format!("{kind} {source} {target} {}", if mount.read_only.value() == Some(&true) { "ro" } else { "rw" })
    };
    for (volume, wanted) in [
        ("/data", "volume - /data rw"),
        ("name:/data", "volume name /data rw"),
        ("name:/data:nocopy", "volume name /data rw"),
        ("name:/data:bogus", "volume name /data rw"),
        ("~/thing:/t", "bind ~/thing /t rw"),
        ("../other:/t:rw", "bind ../other /t rw"),
        ("/home/user:/t:ro", "bind /home/user /t ro"),
        ("/a:/t:slave", "bind /a /t rw"),
        ("/a:/t:ro,Z", "bind /a /t ro"),
        (r"C:\work\app:/t:ro", r"bind C:\work\app /t ro"),
        (r"c:/work:d:/t", "bind c:/work d:/t rw"),
        (r"C:\work:D:\t:ro,rprivate", r"bind C:\work D:\t ro"),
        (r"C:\only", r"volume - C:\only rw"),
    ] {
        assert_eq!(shown(volume), wanted, "{volume}");
    }
}

#[test]
fn amounts_of_bytes_are_read_in_every_form() {
    let bytes =
        |amount: &str| one(&format!("mem_limit: {amount}")).0.limits.memory.value().map(|amount| amount.milli / 1000);
    for (amount, wanted) in [
        ("655360", Some(655_360)),
        ("'655360'", Some(655_360)),
        ("1g", Some(1 << 30)),
        ("512m", Some(512 << 20)),
        ("512MB", Some(512 << 20)),
        ("1.5k", Some(1_536)),
        ("64b", Some(64)),
        ("invalid", None),
    ] {
        assert_eq!(bytes(amount), wanted, "{amount}");
    }
    assert_eq!(bytes("0"), None, "0 is no limit");
}

#[test]
fn hosts_are_read_in_every_form() {
    let shown = |hosts: &str| {
        let (service, troubles) = one(&format!("extra_hosts: {hosts}"));
        assert!(troubles.is_empty(), "{hosts}: {troubles:?}");
        service.extra_hosts.values().cloned().collect::<Vec<_>>().join(" ")
    };
    for (hosts, wanted) in [
        ("['web=10.0.0.1']", "web=10.0.0.1"),
        ("['web:10.0.0.1']", "web=10.0.0.1"),
        ("['web=2001:db8::1']", "web=2001:db8::1"),
        ("['web:2001:db8::1']", "web=2001:db8::1"),
        ("['web=::1']", "web=::1"),
        ("['host.docker.internal=host-gateway']", "host.docker.internal=host-gateway"),
        ("{web: 10.0.0.1, db: [10.0.0.2, 10.0.0.3]}", "web=10.0.0.1 db=10.0.0.2 db=10.0.0.3"),
        ("['web:10.0.0.2', 'web:ff02::1']", "web=10.0.0.2 web=ff02::1"),
    ] {
        assert_eq!(shown(hosts), wanted, "{hosts}");
    }
}

#[test]
fn absolute_paths_of_windows_have_a_drive_or_a_share() {
    for path in [r"C:\", r"c:\a\b", "c:/a/b", r"\\host\share\a"] {
        assert!(is_windows(path), "{path}");
    }
    for path in ["", "/", ".", "..", "./a", "a", "/a/../b", r"c\", "c:", "c::", r"\a", r"c:a\b", "c:a"] {
        assert!(!is_windows(path), "{path}");
    }
}

#[test]
fn commands_are_strings_or_lists() {
    let words = |command: &str| {
        let service = one(&format!("command: {command}, entrypoint: {command}")).0;
        (service.command.value().is_some(), service.entrypoint.value().is_some())
    };
    assert_eq!(words("run it now"), (true, true));
    assert_eq!(words("[run, it]"), (true, true));
}

#[test]
fn the_name_of_the_project_is_a_variable() {
    let name = |files: &[&str], env: &[(&str, &str)]| {
        let web = "services: {web: {image: x, container_name: '${COMPOSE_PROJECT_NAME}-web'}}\n";
        let files: Vec<String> = files.iter().map(|head| format!("{head}{web}")).collect();
        let texts: Vec<&str> = files.iter().map(String::as_str).collect();
        composed(&texts, env).0["services"]["web"]["container_name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name(&["name: shop\n"], &[]), "shop-web");
    assert_eq!(name(&["name: shop\n", "", "name: other\n"], &[]), "other-web");
    assert_eq!(name(&["name: My.Shop_1\n"], &[]), "myshop_1-web");
    assert_eq!(name(&["name: '${TEAM:-a}-shop'\n"], &[("TEAM", "b")]), "b-shop-web");
    assert_eq!(name(&[""], &[("COMPOSE_PROJECT_NAME", "env")]), "env-web");
    assert_eq!(name(&[""], &[]), "${COMPOSE_PROJECT_NAME}-web");
}
