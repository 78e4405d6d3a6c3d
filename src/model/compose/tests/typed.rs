//! What services are after loading: casts by path, short forms in their long form, and what comes from several places.

use super::*;

/// The services of one file.
fn services(text: &str) -> Vec<ComposeService> {
    let tree = Tree::parse(FileId(0), text);
    let env = [("EIGHTY".to_owned(), "80".to_owned())].into();
    load(".", ComposeInput { tree: &tree, path: "compose.yaml" }, &[], &env, NONE).services.items
}

/// One service with some attributes.
fn one(attributes: &str) -> ComposeService {
    services(&format!("services: {{ a: {{ image: x, {attributes} }} }}\nvolumes: {{ data: , cache: {{ }} }}\n"))
        .remove(0)
}

#[test]
fn booleans_are_cast_from_the_words_that_compose_takes() {
    for word in ["true", "\"true\"", "yes", "on", "\"y\"", "\"1\"", "\"${P:-true}\"", "\"T\""] {
        let service =
            one(&format!("privileged: {word}, read_only: {word}, init: {word}, healthcheck: {{disable: {word}}}"));
        assert_eq!(service.privileged.value(), Some(&true), "{word}");
        assert_eq!(service.read_only.value(), Some(&true), "{word}");
        assert_eq!(service.init.value(), Some(&true), "{word}");
        let check = service.healthcheck.value().unwrap();
        assert_eq!(check.disabled.value(), Some(&true), "{word}");
    }
    for word in ["false", "no", "\"off\"", "\"0\"", "\"${P:-false}\""] {
        assert_eq!(one(&format!("privileged: {word}")).privileged.value(), Some(&false), "{word}");
    }
    assert!(one("privileged: '${P}'").privileged.value().is_none(), "what nobody sets is not known");
    assert_eq!(one("hostname: a").privileged.value(), Some(&false));
}

#[test]
fn numbers_and_amounts_are_cast_from_text() {
    let service = one("cpus: \"${C:-1.5}\", mem_limit: 512m, pids_limit: \"100\", scale: '2'");
    let milli = |field: &crate::model::value::Field<crate::model::quantity::Quantity>| field.value().map(|q| q.milli);
    assert_eq!(milli(&service.limits.cpus), Some(1_500));
    assert_eq!(milli(&service.limits.memory), Some(512 * 1024 * 1024 * 1000));
    assert_eq!(milli(&service.limits.pids), Some(100_000));
    assert_eq!(service.replicas.value(), Some(&2));
    let deploy = one(
        "deploy: {replicas: 3, resources: {limits: {cpus: '1.5', memory: 512M, pids: 100}, reservations: {memory: 64M}}}",
    );
    assert_eq!(milli(&deploy.limits.cpus), milli(&service.limits.cpus));
    assert_eq!(milli(&deploy.limits.memory), milli(&service.limits.memory));
    assert_eq!(milli(&deploy.limits.pids), milli(&service.limits.pids));
    assert_eq!(milli(&deploy.reservations.memory), Some(64 * 1024 * 1024 * 1000));
    assert_eq!(deploy.replicas.value(), Some(&3));
}

#[test]
fn short_ports_are_long_ones() {
    let shown = |ports: &str| {
        let shown = one(&format!("ports: [{ports}]")).ports.items.into_iter().map(|port| {
            let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            format!(
                "{} {} {} {}",
                text(port.host_ip.value().cloned()),
                text(port.published.value().map(|port| port.0.to_string())),
                text(port.target.value().map(|port| port.0.to_string())),
                port.protocol.value().unwrap().as_str(),
            )
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    for (written, wanted) in [
        ("80", "- - 80 tcp"),
        ("'8080:80'", "- 8080 80 tcp"),
        ("'53:53/udp'", "- 53 53 udp"),
        ("'127.0.0.1:8080:80'", "127.0.0.1 8080 80 tcp"),
        ("'127.0.0.1::80'", "127.0.0.1 - 80 tcp"),
        ("'[::1]:8080:80'", "::1 8080 80 tcp"),
        ("'3000-3001'", "- - 3000 tcp, - - 3001 tcp"),
        ("'9090-9091:8080-8081'", "- 9090 8080 tcp, - 9091 8081 tcp"),
        ("'${EIGHTY}:${EIGHTY}'", "- 80 80 tcp"),
        ("'${ADDRESS:-127.0.0.1}:${OUT:-81}:80'", "127.0.0.1 81 80 tcp"),
        ("{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp}", "127.0.0.1 8080 80 udp"),
        ("{target: 80}", "- - 80 tcp"),
    ] {
        assert_eq!(shown(written), wanted, "{written}");
    }
}

#[test]
fn short_volumes_are_long_ones() {
    let shown = |volume: &str| {
        let mount = one(&format!("volumes: [{volume}]")).volumes.items.remove(0);
        let kind = mount.r#type.value().map_or("-", |kind| kind.as_str());
        let source = mount.source.value().map_or("-", String::as_str);
        let target = mount.target.value().map_or("-", |target| target.0.as_str());
        format!("{kind} {source} {target} {}", if mount.read_only.value() == Some(&true) { "ro" } else { "rw" })
    };
    for (written, wanted) in [
        ("/anonymous", "volume - /anonymous rw"),
        ("'data:/var/data'", "volume data /var/data rw"),
        ("'./src:/app:ro'", "bind ./src /app ro"),
        ("'./src:/app/../srv/:ro,z'", "bind ./src /srv ro"),
        ("'../up:/up'", "bind ../up /up rw"),
        ("'~/home:/home'", "bind ~/home /home rw"),
        ("'C:\\work:/work'", "bind C:\\work /work rw"),
        ("'${DIR:-./src}:/app'", "bind ./src /app rw"),
        ("{type: bind, source: ./src, target: /app/, read_only: true}", "bind ./src /app ro"),
        ("{type: volume, source: data, target: /d}", "volume data /d rw"),
        ("{type: tmpfs, target: /t}", "tmpfs - /t rw"),
    ] {
        assert_eq!(shown(written), wanted, "{written}");
    }
}

#[test]
fn other_short_forms_are_long_ones() {
    let paths = |env_file: &str| {
        let files = one(&format!("env_file: {env_file}")).env_files.items;
        files.iter().map(|file| (file.path.value().cloned(), file.required.value().copied())).collect::<Vec<_>>()
    };
    let required = |path: &str| (Some(path.to_owned()), Some(true));
    assert_eq!(paths("a.env"), [required("a.env")]);
    assert_eq!(paths("[a.env, ./b.env]"), [required("a.env"), required("./b.env")]);
    assert_eq!(paths("[{path: a.env, required: false}]"), [(Some("a.env".to_owned()), Some(false))]);

    let text = "services:\n  a:\n    image: x\n    secrets: [key, {source: cert, target: tls.pem}, {source: key, target: /etc/key}]\n    configs: [app]\nsecrets: {key: {file: k}, cert: {file: c}}\nconfigs: {app: {file: a}}\n";
    let service = services(text).remove(0);
    let targets = |grants: &[ComposeGrant]| {
        grants.iter().filter_map(|grant| grant.target.value().map(|target| target.0.clone())).collect::<Vec<_>>()
    };
    assert_eq!(targets(&service.secrets.items), ["/run/secrets/key", "/run/secrets/tls.pem", "/etc/key"]);
    assert_eq!(targets(&service.configs.items), ["/app"]);

    let build = one("build: ./web").build.value().cloned().unwrap();
    assert_eq!(build.context_path.value().map(|path| path.0.as_str()), Some("web"));
    assert_eq!(build.dockerfile_path.value().map(|path| path.0.as_str()), Some("web/Dockerfile"));
    let names =
        |attribute: &str| one(attribute).networks.items.into_iter().map(|network| network.name).collect::<Vec<_>>();
    assert_eq!(names("networks: [front, back]"), ["front", "back"]);
    assert_eq!(names("networks: {front: {aliases: [w]}}"), ["front"]);
    assert_eq!(one("hostname: a").network_names(), ["default"]);
    assert!(one("network_mode: host").network_names().is_empty());
}

#[test]
fn a_provider_needs_no_image_and_profiles_keep_no_service_from_being_read() {
    let all = services(
        "services:\n  p: {provider: {type: model}}\n  q: {image: x, profiles: [debug]}\n  r: {environment: {A: 1}}\n",
    );
    assert_eq!(all.iter().map(|service| service.is_fragment).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(all[1].profiles.values().collect::<Vec<_>>(), ["debug"]);
}

#[test]
fn what_shares_a_namespace_starts_after_it() {
    let awaited = |attributes: &str| {
        let text = format!(
            "services:\n  a: {{image: x, environment: {{DATABASE_URL: 'postgres://app:${{PW}}@db:5433/app'}}, {attributes}}}\n  db: {{image: y}}\n"
        );
        let service = services(&text).remove(0);
        let variable = service.environment.items.into_iter().next().unwrap();
        assert_eq!(variable.url_scheme.value().map(String::as_str), Some("postgres"));
        assert_eq!(variable.url_host.value().map(String::as_str), Some("db"));
        assert_eq!(variable.url_port.value().map(|port| port.0), Some(5433));
        variable.url_host_is_awaited.value().copied()
    };
    assert_eq!(awaited("hostname: a"), Some(false));
    for attributes in ["depends_on: [db]", "network_mode: 'service:db'", "pid: 'service:db'", "links: ['db:sql']"] {
        assert_eq!(awaited(attributes), Some(true), "{attributes}");
    }
}

#[test]
fn parts_of_an_address_are_known_where_others_are_not() {
    let parts = |value: &str| {
        let variable = one(&format!("environment: {{ URL: '{value}' }}")).environment.items.remove(0);
        let state =
            |known: Option<String>, absent: bool| known.unwrap_or_else(|| if absent { "-" } else { "?" }.to_owned());
        let scheme = state(variable.url_scheme.value().cloned(), variable.url_scheme.is_absent());
        let host = state(variable.url_host.value().cloned(), variable.url_host.is_absent());
        let port = state(variable.url_port.value().map(|port| port.0.to_string()), variable.url_port.is_absent());
        format!("{scheme} {host} {port}")
    };
    for (value, wanted) in [
        ("postgres://u:p@db:5432/x", "postgres db 5432"),
        ("postgres://u:${PW}@db/x", "postgres db -"),
        ("postgres://${CREDENTIALS}@db:${PORT}/x", "postgres db ?"),
        ("redis://${HOST}:6379/0", "redis - 6379"),
        ("redis://${HOST}/0", "redis - ?"),
        ("${SCHEME}://db:99/x", "? db 99"),
        ("${URL}", "? - -"),
        ("plain text", "- - -"),
        ("NATS://bus:4222,nats://bus2:4222", "nats bus -"),
    ] {
        assert_eq!(parts(value), wanted, "{value}");
    }
}
