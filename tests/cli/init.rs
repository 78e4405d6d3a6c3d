//! `init` and `config show`: what a repository is proposed, and what holds in it.

use super::support::{DOCKERFILE, Repository};

const BASE: &str = "services:\n  web:\n    image: nginx:1.27\n";
const OVER: &str = "services:\n  web:\n    restart: always\n";

fn repository() -> Repository {
    Repository::new(&[
        ("api/Dockerfile", DOCKERFILE),
        ("compose.yaml", BASE),
        ("compose.override.yaml", OVER),
        ("compose.prod.yaml", OVER),
        ("compose.tools.yaml", "services:\n  tool:\n    image: busybox:1.36\n"),
        ("ci/test.yaml", OVER),
        ("Makefile", "test:\n\tdocker compose -f compose.yaml -f ci/test.yaml up\n"),
        ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("env/prod.yaml", "a: 2\n"),
        ("README.md", "Install it with `helm upgrade -i api ./chart -f env/prod.yaml`.\n"),
    ])
}

#[test]
fn the_plan_shows_services_compositions_and_values_and_writes_nothing() {
    let repository = repository();
    let run = repository.run(&["init"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(!repository.path().join(".svclint.yaml").exists());
    let plan = run.out.split("This would be").next().unwrap();
    insta::assert_snapshot!(plan, @r"
    2 services found:
      .    recommended  3 compose, helm
      api  recommended  dockerfile

    Compose files that are laid over one another:
      test: compose.yaml + ci/test.yaml  (Makefile:2)
      prod: compose.yaml + compose.prod.yaml  (by their names)
      default: compose.yaml + compose.override.yaml  (what compose takes by itself)

    Charts with values files that commands name:
      chart: chart/values-dev.yaml, env/prod.yaml
    ");
}

#[test]
fn what_is_written_loads_and_is_never_overwritten() {
    let repository = repository();
    let run = repository.run(&["init", "--write"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let text = std::fs::read_to_string(repository.path().join(".svclint.yaml")).unwrap();
    insta::assert_snapshot!(text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"), @r"

    standards: [recommended]

    services:
      # Every directory that builds or describes something; or globs: [services/*].
      discover: auto
      # What is different for some, by their directory.
      # overrides:
      #   services/legacy-*:
      #     standards: [recommended]

    compose:
      test: [compose.yaml, ci/test.yaml]
      prod: [compose.yaml, compose.prod.yaml]
      default: [compose.yaml, compose.override.yaml]

    charts:
      chart: [chart/values-dev.yaml, env/prod.yaml]




    fail_on: error
    ");
    let show = repository.run(&["config", "show"]);
    assert_eq!((show.status, show.err.as_str()), (0, ""), "{}", show.out);
    assert!(repository.check(&[]).status <= 1);
    let again = repository.run(&["init", "--write"]);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("is there already, and is left as it is"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(repository.path().join(".svclint.yaml")).unwrap(), text);
}

#[test]
fn odd_names_are_quoted_in_what_is_written() {
    let repository = Repository::new(&[
        ("a: b #/compose.yaml", BASE),
        ("a: b #/compose.prod.yaml", OVER),
        ("null/compose.yaml", BASE),
        ("null/compose.on.yaml", OVER),
    ]);
    assert_eq!(repository.run(&["init", "--write"]).status, 0);
    let show = repository.run(&["config", "show"]);
    assert_eq!((show.status, show.err.as_str()), (0, ""));
    assert!(show.out.contains("compose.on  "), "{}", show.out);
}

#[test]
fn a_repository_without_services_is_proposed_nothing() {
    let repository = Repository::new(&[("README.md", "# nothing\n")]);
    let run = repository.run(&["init", "--write"]);
    assert_eq!((run.status, run.out.as_str()), (3, ""));
    assert!(!repository.path().join(".svclint.yaml").exists());
}

#[test]
fn every_setting_is_shown_with_the_line_that_it_comes_from() {
    let repository = repository();
    let config = "standards: [recommended]\nparams:\n  dockerfile-healthcheck-interval: { max: 30s }\nservices:\n  overrides:\n    api:\n      params:\n        dockerfile-healthcheck-interval: { max: 20s }\n";
    repository.write(".svclint.yaml", config.as_bytes());
    let run = repository.run(&["config", "show"]);
    insta::assert_snapshot!(run.out, @r"
    .svclint.yaml

      standards                                                          recommended  .svclint.yaml:1:13
      params.dockerfile-healthcheck-interval.max                         30s          .svclint.yaml:3:43
      services.discover                                                  auto         default
      services.overrides.api.params.dockerfile-healthcheck-interval.max  20s          .svclint.yaml:8:49
      fail_on                                                            error        default

    service .
      standards                                   recommended  .svclint.yaml:1:13
      params.dockerfile-healthcheck-interval.max  30s          .svclint.yaml:3:43

    service api
      standards                                   recommended  .svclint.yaml:1:13
      params.dockerfile-healthcheck-interval.max  20s          .svclint.yaml:8:49
    ");
    let json: serde_json::Value =
        serde_json::from_str(&repository.run(&["config", "show", "--format", "json"]).out).unwrap();
    assert_eq!(json["file"], ".svclint.yaml");
    let api = json["services"].as_array().unwrap().iter().find(|service| service["root"] == "api").unwrap();
    let max = api["settings"].as_array().unwrap().last().unwrap();
    assert_eq!(max["value"], "20s");
    assert_eq!(max["from"]["line"], 8);
}

#[test]
fn without_a_file_the_defaults_are_shown() {
    let repository = Repository::new(&[("Dockerfile", DOCKERFILE)]);
    let run = repository.run(&["config", "show"]);
    insta::assert_snapshot!(run.out, @r"
    no `.svclint.yaml` here

      standards          detected  default
      services.discover  auto      default
      fail_on            error     default

    service .
      standards  recommended  detected
    ");
}
