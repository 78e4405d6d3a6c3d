//! What compose refuses because of its shape. The cases follow compose-go 2 (`loader/loader_test.go`, `loader/tests`,
//! `validation`) and the schema of the Compose Specification, in words and values of our own.

use super::*;

#[test]
fn what_has_another_shape_is_refused() {
    for (service, message) in [
        ("cap_add: NET_ADMIN", "`cap_add` is a string where a list should stand"),
        ("cap_add: '${CAPS}'", "`cap_add` is a string where a list should stand"),
        ("ports: '80:80'", "`ports` is a string where a list should stand"),
        ("environment: A=1", "`environment` is a string where a mapping or a list should stand"),
        ("labels: text", "`labels` is a string where a mapping or a list should stand"),
        ("deploy: text", "`deploy` is a string where a mapping should stand"),
        ("deploy: {resources: {limits: [1]}}", "`limits` is a list where a mapping should stand"),
        ("profiles: dev", "`profiles` is a string where a list should stand"),
        ("dns: {a: b}", "`dns` is a mapping where a list or a string should stand"),
        ("networks: {default: [a]}", "an entry of `networks` is a list where a mapping should stand"),
        ("build: {context: ., ssh: text}", "`ssh` is a string where a mapping or a list should stand"),
        ("healthcheck: {test: x, intervall: 5s}", "`intervall` is no key of `healthcheck`"),
        ("deploy: {resources: {limit: {cpus: 1}}}", "`limit` is no key of `resources`"),
        ("build: {contxt: .}", "`contxt` is no key of `build`"),
        ("ports: [{target: 80, publish: 81}]", "`publish` is no key of an entry of `ports`"),
        ("volumes: [{type: tmpfs, target: /t, tmpfs: {sise: 1}}]", "`sise` is no key of `tmpfs`"),
        ("volumes: [{type: tmpfs, target: /t, foo: 1}]", "`foo` is no key of an entry of `volumes`"),
        ("volumes: [{type: bind, target: /t}]", "a bind mount of `a` has no `source`"),
        ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: -1}}]", "`-1` is no size of a tmpfs"),
        ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 0.0001}}]", "`0.0001` is no size of a tmpfs"),
        ("volumes: [{target: /t}]", "an entry of `volumes` has no `type`"),
        ("depends_on: {b: {required: false}}", "an entry of `depends_on` has no `condition`"),
        ("ulimits: {nofile: {soft: 1}}", "an entry of `ulimits` has no `hard`"),
        ("develop: {watch: [{path: .}]}", "an entry of `watch` has no `action`"),
        ("develop: {watch: [{path: ., action: sync}]}", "`a` watches files without a `target` to copy them to"),
        ("deploy: {resources: {reservations: {devices: [{count: 1}]}}}", "an entry of `devices` has no `capabilities`"),
        (
            "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: few}]}}}",
            "`few` is no number of devices",
        ),
        (
            "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 1, device_ids: ['0']}]}}}",
            "`a` asks for a `count` of devices and for `device_ids`",
        ),
        ("gpus: [{count: 1, device_ids: ['0']}]", "`a` asks for a `count` of devices and for `device_ids`"),
        ("environment: {1: one}", "the key `1` is not a string"),
    ] {
        let text = format!("services: {{ a: {{ image: x, {service} }}, b: {{ image: y }} }}\n");
        assert_eq!(refused(&text), [message], "{service}");
    }
}

#[test]
fn a_short_volume_has_a_source_a_target_and_options() {
    for (volume, message) in [
        ("/a:/b:ro:c", "the volume `/a:/b:ro:c` of `a` has more than a source, a target and options"),
        (":/a", "the volume `:/a` of `a` has nothing on one side of a colon"),
        (":a", "the volume `:a` of `a` has nothing on one side of a colon"),
        ("/a::ro", "the volume `/a::ro` of `a` has nothing on one side of a colon"),
        ("data:", "the volume `data:` of `a` has nothing on one side of a colon"),
        ("/a:/b:", "the volume `/a:/b:` of `a` has nothing on one side of a colon"),
        ("", "a volume of `a` is empty"),
        (":C:\\foo:d:", "the volume `:C:\\foo:d:` of `a` has nothing on one side of a colon"),
    ] {
        let quoted = volume.replace('\\', "\\\\");
        let text = format!("services:\n  a:\n    image: x\n    volumes:\n      - \"{quoted}\"\nvolumes: {{ data: }}\n");
        assert_eq!(refused(&text), [message], "{volume}");
    }
    for volume in [
        ".",
        "/a",
        "./a:/b",
        "data:/a:nocopy",
        "data:/a:bogus,z",
        "d:",
        "C:\\a:D:\\b:ro,rprivate",
        "data:D::RW",
        "\\\\.\\pipe\\a:\\\\.\\pipe\\b",
        "${A}:/b",
        "/a:/b/${B:-x:y}:ro",
        "${ALL}",
    ] {
        let text = format!("services:\n  a:\n    image: x\n    volumes:\n      - '{volume}'\nvolumes: {{ data: }}\n");
        assert!(refused(&text).is_empty(), "{volume}: {:?}", refused(&text));
    }
}

#[test]
fn every_form_that_compose_takes_is_taken() {
    for service in [
        "ports: [80, '80:80', {target: 80, published: '81', mode: host, app_protocol: http, name: web, x-a: 1}]",
        "environment: [A=1, B]",
        "labels: {a: b}",
        "deploy: {mode: global, endpoint_mode: vip, labels: [a=b], placement: {constraints: [x], preferences: [{spread: y}]}}",
        "deploy: {update_config: {order: start-first}, rollback_config: {delay: 1s}, restart_policy: {condition: any}}",
        "deploy: {resources: {limits: {cpus: 1, memory: 1g, pids: 9}, reservations: {devices: [{capabilities: [gpu], count: all}]}}}",
        "networks: [default]",
        "networks: {default: {aliases: [x], ipv4_address: 10.0.0.2, gw_priority: 1}}",
        "networks: {default: }",
        "dns: 1.1.1.1",
        "dns: [1.1.1.1]",
        "tmpfs: /run",
        "env_file: [{path: a.env, required: false, format: raw}]",
        "gpus: all",
        "ulimits: {nproc: 9, nofile: {soft: 1, hard: 2}}",
        "healthcheck: {disable: true}",
        "healthcheck: {test: [NONE], start_interval: 5s, x-note: 1}",
        "logging: {driver: local, options: {max-size: 1m}}",
        "volumes: [{type: bind, source: ., target: /a, bind: {propagation: shared, selinux: z}}, './b:/b']",
        "develop: {watch: [{path: ., action: rebuild}, {path: ., action: sync+exec, target: /a, exec: {command: x}}]}",
        "post_start: [{command: x, user: root}]",
        "configs: [{source: c, target: /c, mode: 288}]",
        "provider: {type: model, options: {a: [b]}}",
        "extra_hosts: {a: [10.0.0.1]}",
        "build: {context: ., ssh: [default], ulimits: {nproc: 9}, secrets: [{source: s, uid: '1'}], additional_contexts: [a=b]}",
        "storage_opt: {size: 1G}",
        "blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 1mb}]}",
        "credential_spec: {file: f}",
        "x-anything: {a: 1, b: }",
        "attach: false",
        "build: {context: ., cache_to: [type=inline], no_cache: true, pull: true, shm_size: 1g, isolation: default}",
        "build: {context: ., privileged: true, entitlements: [network.host], provenance: mode=max, sbom: true}",
        "build: {context: ., no_cache_filter: [a], args: {A: }, labels: {a: }}",
        "cgroup: host, cgroup_parent: /a",
        "command:",
        "command: [a, 'b c'], entrypoint: []",
        "cpu_count: 2, cpu_percent: 50, cpu_shares: 512, cpu_period: 20ms, cpu_quota: 1000, cpuset: 0-1, cpus: '0.5'",
        "cpu_rt_runtime: 400ms, cpu_rt_period: 1400us",
        "deploy: , develop: , entrypoint: , pid: ",
        "deploy: {mode: replicated, replicas: 2, resources: {limits: {pids: 10}}}",
        "device_cgroup_rules: ['c 1:3 mr']",
        "devices: ['/dev/a:/dev/b:rwm', {source: /dev/c, target: /dev/d, permissions: rw}]",
        "dns_opt: [use-vc], dns_search: a.test, domainname: a.test, hostname: h",
        "expose: ['80', 81], external_links: [a, 'b:c'], links: ['b:c']",
        "gpus: [{driver: nvidia, count: 2, capabilities: [gpu], options: {a: b}}]",
        "group_add: [mail, 1000]",
        "healthcheck: {test: [CMD, a], interval: 10s, timeout: 1s, retries: 5, start_period: 15s}",
        "init: true, privileged: true, read_only: true, stdin_open: true, tty: true, use_api_socket: true",
        "isolation: default, runtime: runc, platform: linux/amd64, mac_address: 02:42:ac:11:00:02",
        "ipc: host, uts: host, userns_mode: host, security_opt: [label=disable]",
        "labels: [a=b, c], annotations: {a: 1}, sysctls: [a=1]",
        "mem_limit: 1g, mem_reservation: 512m, memswap_limit: 2g, mem_swappiness: 10, shm_size: 64m",
        "networks: {default: {driver_opts: {a: b}, interface_name: e0, link_local_ips: [169.254.8.1], priority: 1}}",
        "oom_kill_disable: true, oom_score_adj: -500, pids_limit: 100, scale: 2",
        "post_start: [{command: [a, b], environment: [A=1], privileged: true, working_dir: /}], pre_stop: [{command: a}]",
        "pre_start: [{command: a, image: b, per_replica: true}]",
        "profiles: [a, b], restart: unless-stopped, user: '1000:1000', working_dir: /a",
        "pull_policy: daily, pull_refresh_after: 1h",
        "stop_grace_period: 20s, stop_signal: SIGUSR1",
        "volumes: [{type: image, source: a, target: /b, image: {subpath: c}}, {type: npipe, source: a, target: b}]",
        "volumes: [{type: volume, source: s, target: /c, volume: {nocopy: true, subpath: d}}], volumes_from: [b]",
        "volumes: [{type: tmpfs, target: /d, tmpfs: {size: 0, mode: 755}}]",
    ] {
        let text = format!(
            "services: {{ a: {{ image: x, {service} }}, b: {{ image: y }} }}\nconfigs: {{ c: {{ content: x }} }}\nsecrets: {{ s: {{ environment: S }} }}\nvolumes: {{ s: }}\n"
        );
        assert!(refused(&text).is_empty(), "{service}: {:?}", refused(&text));
    }
}

#[test]
fn shared_things_have_one_source() {
    for (text, message) in [
        ("secrets: {s: {file: ./s, environment: S}}\n", "the secret `s` comes from two places"),
        ("configs: {c: {file: ./c, content: x}}\n", "the config `c` comes from two places"),
        ("configs: {c: {name: x}}\n", "the config `c` comes from nowhere"),
        ("volumes: {v: {external: true, driver: local}}\n", "`v` is external, so `driver` cannot be set here"),
        ("volumes: {v: {external: true, labels: [a=b]}}\n", "`v` is external, so `labels` cannot be set here"),
        ("volumes: {v: {name: one, external: {name: two}}}\n", "`v` has two names"),
        ("networks: {n: {name: one, external: {name: two}}}\n", "`n` has two names"),
        ("networks: {n: text}\n", "an entry of `networks` is a string where a mapping should stand"),
        ("volumes: {v: [a]}\n", "an entry of `volumes` is a list where a mapping should stand"),
        ("networks: {n: {ipam: {config: [{subnets: x}]}}}\n", "`subnets` is no key of an entry of `config`"),
        ("networks: {n: {driver_opt: {a: b}}}\n", "`driver_opt` is no key of an entry of `networks`"),
        ("services: {1: {image: x}}\n", "the key `1` is not a string"),
    ] {
        assert_eq!(refused(text), [message], "{text}");
    }
    for text in [
        "volumes: {v: {external: true, name: x, x-note: 1}, w: {external: {name: x}}, y: }\n",
        "networks: {n: {external: true}, m: {name: one, external: {name: one}}}\n",
        "secrets: {s: {external: true}, t: {driver: x}}\nconfigs: {c: {file: ./c}}\n",
    ] {
        assert!(refused(text).is_empty(), "{text}: {:?}", refused(text));
    }
}

#[test]
fn an_override_may_say_a_part_of_an_entry() {
    let (root, troubles) = composed(
        &[
            "services: {a: {image: x, depends_on: {b: {condition: service_healthy}}}, b: {image: y}}\n",
            "services: {a: {depends_on: {b: {required: false}}}}\n",
        ],
        &[],
    );
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(
        root["services"]["a"]["depends_on"]["b"].to_string(),
        r#"{"condition":"service_healthy","required":"false"}"#
    );
}

#[test]
fn keys_without_a_value_are_refused_where_compose_needs_one() {
    for (service, message) in [
        ("environment: ", "`environment` has no value, which compose refuses"),
        ("ports: ", "`ports` has no value, which compose refuses"),
        ("restart: ", "`restart` has no value, which compose refuses"),
        ("volumes: [~, '/a']", "an entry of `volumes` has no value, which compose refuses"),
        ("build: {context: ., ssh: }", "`ssh` has no value, which compose refuses"),
        ("healthcheck: {test: }", "`test` has no value, which compose refuses"),
        ("deploy: {resources: {limits: }}", "`limits` has no value, which compose refuses"),
    ] {
        let text = format!("services: {{ a: {{ image: x, {service} }} }}\n");
        assert_eq!(refused(&text), [message], "{service}");
    }
    assert_eq!(refused("services: {a: {image: x}}\nvolumes:\n"), ["`volumes` has no value, which compose refuses"]);
    assert_eq!(refused("secrets: {a: }\n"), ["the secret `a` comes from nowhere"]);
    assert_eq!(refused("models: {a: }\n"), ["`a` has no value, which compose refuses"]);
    for text in [
        "services: {a: {image: x, environment: {A: }, labels: {b: }, networks: {n: }}}\nnetworks: {n: }\nvolumes: {v: }\n",
        "services: {a: {image: x, depends_on: [b]}, b: {image: y}}\nx-more: {a: }\n",
    ] {
        assert!(refused(text).is_empty(), "{text}: {:?}", refused(text));
    }
    let (_, troubles) = composed(&["services: {a: {image: x, ports: ['80']}}\n", "services: {a: {ports: }}\n"], &[]);
    assert!(troubles.is_empty(), "the file below has the value: {troubles:?}");
}

#[test]
fn names_have_the_form_that_compose_wants() {
    assert_eq!(refused("name: 123\n"), ["the name of the project is no string, which compose refuses"]);
    assert!(refused("name: '123'\n").is_empty());
    assert_eq!(
        refused("services: {a: {image: x, environment: ['DEBUG = 1', 'A=b ']}}\n"),
        ["the name `DEBUG ` ends with a blank"]
    );
    let named = |name: &str| {
        let problem = project_name_problem(FileId(0), &format!("A=1\nCOMPOSE_PROJECT_NAME={name}\n"));
        problem.map(|problem| problem.message)
    };
    for name in ["-shop", "_shop", "www.shop.test", "SHOP"] {
        assert_eq!(named(name), Some(format!("`{name}` is no name of a project")));
    }
    for name in ["shop", "42shop_num", "my-shop", "${SHOP}"] {
        assert_eq!(named(name), None, "{name}");
    }
}
