//! Short forms: every part is read, and its span is its own text.

use super::super::ComposePort;
use super::{Project, one, service, show};
use crate::model::value::Field;

fn ports(item: &str) -> Vec<String> {
    let service = service(&format!("image: a\nports: [{item}]"));
    service.ports.iter().map(port).collect()
}

fn port(port: &ComposePort) -> String {
    let number = |field: &Field<crate::model::schema::Port>| show(&field.clone().map(|port| port.0));
    format!(
        "{}|{}|{}/{}{}",
        show(&port.host_ip),
        number(&port.published),
        number(&port.target),
        show(port.protocol.field()),
        if port.is_loopback.value() == Some(&true) { " loopback" } else { "" },
    )
}

#[test]
fn ports_in_short_form() {
    assert_eq!(ports("'8080'"), ["-|-|8080/tcp"]);
    assert_eq!(ports("8080"), ["-|-|8080/tcp"]);
    assert_eq!(ports("'8080:80'"), ["-|8080|80/tcp"]);
    assert_eq!(ports("'127.0.0.1:8080:80/udp'"), ["127.0.0.1|8080|80/udp loopback"]);
    assert_eq!(ports("'127.0.0.1::80'"), ["127.0.0.1|-|80/tcp loopback"]);
    assert_eq!(ports("'[::1]:8080:80'"), ["::1|8080|80/tcp loopback"]);
    assert_eq!(ports("'3000-3001:4000-4001'"), ["-|3000|4000/tcp", "-|3001|4001/tcp"]);
    assert_eq!(ports("'3000-3005:80'"), ["-|?3000-3005|80/tcp"]);
    assert_eq!(ports("'7000-7002'"), ["-|-|7000/tcp", "-|-|7001/tcp", "-|-|7002/tcp"]);
    assert_eq!(ports("'web:80'"), ["-|!`web`|80/tcp"]);
    assert_eq!(ports("'80:99999'"), ["-|80|!`99999`/tcp"]);
}

#[test]
fn ports_in_long_form() {
    assert_eq!(
        ports("{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp}"),
        ["127.0.0.1|8080|80/udp loopback"]
    );
    assert_eq!(ports("{published: 80}"), ["-|80|!a port without `target`/tcp"]);
}

#[test]
fn a_variable_in_a_port_hides_only_its_part() {
    assert_eq!(ports("'${APP_PORT}:8080'"), ["-|?${APP_PORT}|8080/tcp"]);
    assert_eq!(
        ports("'${BIND:-127.0.0.1}:${APP_PORT:?set: it}:8080'"),
        ["127.0.0.1|?${APP_PORT:?set: it}|8080/tcp loopback"]
    );
    assert_eq!(ports("'${APP_PORT:-9000}:8080'"), ["-|9000|8080/tcp"]);
}

#[test]
fn parts_of_a_port_have_spans_of_their_own() {
    let files = [("compose.yaml", "services:\n  web:\n    image: a\n    ports:\n      - \"${P:-9000}:8080/tcp\"\n")];
    let project = Project { files: &files, overrides: 0, env: &[] };
    let file = project.load();
    let port = &file.services.items[0].ports.items[0];
    assert_eq!(project.slice(port.target.place()), "8080");
    assert_eq!(project.slice(port.published.place()), "9000");
    assert_eq!(project.slice(port.protocol.place()), "tcp");
    assert_eq!(project.slice(port.at), "\"${P:-9000}:8080/tcp\"");
}

fn volumes(item: &str) -> String {
    let service = service(&format!("image: a\nvolumes:\n  - {item}"));
    let mount = &service.volumes.items[0];
    format!(
        "{} {} {}{}{}{}",
        show(&mount.r#type),
        show(&mount.source),
        show(&mount.target.clone().map(|path| path.0)),
        if mount.read_only.value() == Some(&true) { " ro" } else { "" },
        if mount.is_absolute_source.value() == Some(&true) { " absolute" } else { "" },
        if mount.is_windows_path.value() == Some(&true) { " windows" } else { "" },
    )
}

#[test]
fn volumes_in_short_form() {
    assert_eq!(volumes("data:/var/lib/data/"), "volume data /var/lib/data");
    assert_eq!(volumes("/anonymous"), "volume - /anonymous");
    assert_eq!(volumes("./conf:/etc/app:ro,z"), "bind ./conf /etc/app ro");
    assert_eq!(volumes("~/x:/y"), "bind ~/x /y absolute");
    assert_eq!(volumes("/srv/x:/y"), "bind /srv/x /y absolute");
    assert_eq!(volumes(r"C:\x:/y:ro"), r"bind C:\x /y ro absolute windows");
    assert_eq!(volumes("'D:/x:/y'"), "bind D:/x /y absolute windows");
    assert_eq!(volumes("'${DATA_DIR}:/data'"), "?${DATA_DIR} ?${DATA_DIR} /data");
    assert_eq!(volumes("'${DATA_DIR:-./data}:/data'"), "bind ./data /data");
    assert_eq!(volumes("'$HOME/.cache:/cache'"), "bind ?$HOME/.cache /cache absolute");
}

#[test]
fn volumes_in_long_form() {
    assert_eq!(volumes("{type: bind, source: ./a, target: /b, read_only: true}"), "bind ./a /b ro");
    assert_eq!(volumes("{type: hind, target: /b}"), "!`hind` - /b");
}

#[test]
fn bind_paths_start_from_the_directory_of_the_file() {
    let service = service("image: a\nvolumes: ['../conf:/etc/app', '../../out:/x']");
    let paths: Vec<String> =
        service.volumes.iter().map(|mount| show(&mount.source_path.clone().map(|path| path.0))).collect();
    assert_eq!(paths, ["conf", "?../../out"]);
}

#[test]
fn tmpfs_comes_from_the_key_and_from_volumes() {
    let service =
        service("image: a\ntmpfs: /tmp:size=64m,mode=1777\nvolumes: [{type: tmpfs, target: /run, tmpfs: {size: 1g}}]");
    let all: Vec<String> = service
        .tmpfs
        .iter()
        .map(|tmpfs| {
            format!("{} {} {}", show(&tmpfs.target.clone().map(|path| path.0)), show(&tmpfs.options), show(&tmpfs.size))
        })
        .collect();
    assert_eq!(all, ["/tmp size=64m,mode=1777 64m", "/run - 1g"]);
}

#[test]
fn a_variable_in_an_image_hides_only_its_part() {
    let image = |text: &str| {
        let service = service(&format!("image: {text}"));
        match &service.image {
            Field::Known(image, _) => {
                let parts = [&image.registry, &image.repository, &image.name, &image.tag, &image.digest];
                parts.map(show).join(" ")
            }
            other => show(&other.clone().map(|image| image.reference)),
        }
    };
    assert_eq!(image("${REG}/app:1.2"), "?${REG}/app:1.2 ?${REG}/app:1.2 app 1.2 -");
    assert_eq!(image("ghcr.io/org/app:${TAG}"), "ghcr.io org/app app ?${TAG} ?ghcr.io/org/app:${TAG}");
    assert_eq!(image("ghcr.io/org/app:${TAG:-latest}"), "ghcr.io org/app app latest -");
    assert_eq!(image("app${SUFFIX}"), "docker.io ?app${SUFFIX} ?app${SUFFIX} ?app${SUFFIX} ?app${SUFFIX}");
    assert_eq!(image("${IMAGE}"), "?${IMAGE}");
    assert_eq!(image("${IMAGE:-}"), "?");
}

#[test]
fn environment_is_a_list_or_a_mapping() {
    let variables = |text: &str| {
        let service = service(text);
        let show = |v: &super::super::ComposeVariable| {
            format!("{}={}{}", v.key, show(&v.value), if v.is_literal { "" } else { " from outside" })
        };
        service.environment.iter().map(show).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        variables("image: a\nenvironment: [A=1, B=, C, 'D=x=${Y:-z}', A=2]"),
        "A=2, B=, C=- from outside, D=x=z from outside"
    );
    assert_eq!(
        variables("image: a\nenvironment: {A: 1, B: '', C: , D: off, E: true}"),
        "A=1, B=, C=- from outside, D=off, E=true"
    );
}

#[test]
fn a_secret_file_is_followed_to_the_services_secrets() {
    let text =
        "image: a\nenvironment: {DB_PASSWORD_FILE: /run/secrets/db, API_KEY_FILE: /run/secrets/key}\nsecrets: [db]";
    let service = service(text);
    let granted: Vec<_> =
        service.environment.iter().map(|v| (show(&v.secret), v.secret_granted.value().copied())).collect();
    assert_eq!(granted, [("db".to_owned(), Some(true)), ("key".to_owned(), Some(false))]);
    assert_eq!(service.secrets.items[0].declared.value(), Some(&false));
}

#[test]
fn strings_are_cast_where_compose_casts_them() {
    let service = service(
        "image: a\nprivileged: 'yes'\nread_only: \"${RO:-true}\"\ninit: maybe\ncpus: '0.5'\npids_limit: '100'\nmem_limit: 0",
    );
    assert_eq!(show(service.privileged.field()), "true");
    assert_eq!(show(service.read_only.field()), "true");
    assert_eq!(show(&service.init), "!`maybe`");
    assert_eq!(show(&service.limits.cpus), "0.5");
    assert_eq!(show(&service.limits.pids), "100");
    assert_eq!(show(&service.limits.memory), "-", "0 is no limit");
}

#[test]
fn security_options_are_understood() {
    let fact = |option: &str| show(service(&format!("image: a\nsecurity_opt: {option}")).no_new_privileges.field());
    assert_eq!(fact("[no-new-privileges]"), "true");
    assert_eq!(fact("['no-new-privileges:true']"), "true");
    assert_eq!(fact("[no-new-privileges=true]"), "true");
    assert_eq!(fact("['no-new-privileges:false']"), "false");
    assert_eq!(fact("['seccomp:unconfined']"), "false");
    assert_eq!(fact("['${OPT}']"), "?${OPT}");
}

#[test]
fn users_are_split() {
    let ids = |user: &str| {
        let service = service(&format!("image: a\nuser: {user}"));
        format!("{} {}", show(&service.user_uid.clone().map(|id| id.0)), show(&service.user_gid.clone().map(|id| id.0)))
    };
    assert_eq!(ids("'65532:65532'"), "65532 65532");
    assert_eq!(ids("1000"), "1000 -");
    assert_eq!(ids("root"), "0 -");
    assert_eq!(ids("app:staff"), "?app ?staff");
    assert_eq!(ids("'${UID:-1000}:0'"), "1000 0");
}

#[test]
fn health_checks_are_understood() {
    let check = |test: &str| {
        let service = service(&format!("image: a\nhealthcheck:\n  test: {test}"));
        let check = service.healthcheck.value().unwrap();
        let url = check.url.value();
        format!(
            "{} {} {} {}",
            show(&check.form),
            show(&check.tool),
            url.map_or("-".to_owned(), |url| show(&url.port.clone().map(|port| port.0)) + &show(&url.path)),
            show(check.disabled.field()),
        )
    };
    assert_eq!(check("[CMD, curl, -f, 'http://localhost:8080/healthz']"), "cmd curl 8080/healthz false");
    assert_eq!(check("[CMD-SHELL, 'wget -qO- http://localhost:80/ || exit 1']"), "cmd-shell wget 80/ false");
    assert_eq!(check("curl -f localhost:$$PORT/x"), "cmd-shell curl ?$PORT/x false");
    assert_eq!(check("[NONE]"), "none - - true");
    assert_eq!(check("[curl, 'http://localhost:1/']"), "!`curl` curl 1/ false");
}

#[test]
fn parts_of_a_health_check_have_spans_of_their_own() {
    let text = "services:\n  web:\n    image: a\n    healthcheck:\n      test: [\"CMD\", \"curl\", \"-f\", \"http://localhost:${P:-8080}/healthz\"]\n";
    let files = [("compose.yaml", text)];
    let project = Project { files: &files, overrides: 0, env: &[] };
    let file = project.load();
    let url = file.services.items[0].healthcheck.value().and_then(|check| check.url.value().cloned()).unwrap();
    assert_eq!(show(&url.port.clone().map(|port| port.0)), "8080");

    let plain = text.replace("${P:-8080}", "8080");
    let files = [("compose.yaml", plain.as_str())];
    let project = Project { files: &files, overrides: 0, env: &[] };
    let file = project.load();
    let url = file.services.items[0].healthcheck.value().and_then(|check| check.url.value().cloned()).unwrap();
    assert_eq!(project.slice(url.port.place()), "8080");
    assert_eq!(project.slice(url.path.place()), "/healthz");
}

#[test]
fn dependencies_know_their_target() {
    let file = one(concat!(
        "services:\n",
        "  web: {image: a, depends_on: {db: {condition: service_healthy}, gone: {condition: started}}, networks: [front]}\n",
        "  db: {image: b, networks: [back], healthcheck: {test: [CMD, pg_isready]}}\n",
        "  job: {image: c, depends_on: [db], networks: {back: {aliases: [j]}}}\n",
        "networks: {front: , back: {internal: true}}\n",
    ));
    let all: Vec<String> = file
        .services
        .iter()
        .flat_map(|service| service.depends_on.iter())
        .map(|d| {
            let facts = [&d.declared, &d.shares_network, &d.has_healthcheck].map(|fact| show(fact.field()));
            format!("{} {} {} {}", d.service, show(d.condition.field()), d.is_list_form, facts.join(" "))
        })
        .collect();
    assert_eq!(
        all,
        [
            "db service_healthy false true false true",
            "gone !`started` false false true false",
            "db service_started true true true true",
        ]
    );
}

#[test]
fn commands_keep_their_words() {
    let service = service("image: a\ncommand: python -m 'my app' --port $${PORT}\nentrypoint: [sh, -c, \"x y\"]");
    let command = service.command.value().unwrap();
    assert_eq!(command.words.values().cloned().collect::<Vec<_>>(), ["python", "-m", "my app", "--port", "${PORT}"]);
    assert_eq!(show(&service.entrypoint.value().unwrap().text), "sh -c x y");
}

#[test]
fn builds_are_resolved_from_the_root_of_the_run() {
    let build = |text: &str| {
        let service = service(&format!("build: {text}"));
        let build = service.build.value().unwrap().clone();
        let path = |field: &Field<crate::model::schema::PathText>| show(&field.clone().map(|path| path.0));
        format!("{} {} {}", show(build.context.field()), path(&build.context_path), path(&build.dockerfile_path))
    };
    assert_eq!(build("."), ". app app/Dockerfile");
    assert_eq!(
        build("{context: ../services, dockerfile: api/Dockerfile.prod}"),
        "../services services services/api/Dockerfile.prod"
    );
    assert_eq!(build("{dockerfile_inline: FROM scratch}"), ". app -");
    assert_eq!(
        build("https://github.com/o/r.git"),
        "https://github.com/o/r.git ?https://github.com/o/r.git ?https://github.com/o/r.git"
    );
    assert_eq!(build("../../elsewhere"), "../../elsewhere ?../../elsewhere ?../../elsewhere");
    assert_eq!(build("'${CTX}/x'"), "?${CTX}/x ?${CTX}/x ?${CTX}/x");
}
