//! What the files of one service say together.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fmt::Write as _;

use svclint::discover;
use svclint::model::k8s::Body;
use svclint::model::repo::Repo;
use svclint::model::service::Service;

fn repo(files: &[(&str, &str)]) -> Repo {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Repo::load(discover::in_memory(&files), None)
}

fn services(repo: &Repo) -> Vec<Service> {
    (0..repo.heads.len()).map(|index| repo.assemble(index).unwrap().service).collect()
}

fn service(repo: &Repo, root: &str) -> Service {
    services(repo).into_iter().find(|service| service.root.0 == root).unwrap()
}

fn ports(service: &Service) -> String {
    let mut out = String::new();
    for mention in &service.port_mentions {
        let port = mention.port.value().map_or(0, |port| port.0);
        writeln!(out, "{} {port}", mention.source).unwrap();
    }
    out
}

fn deployment(name: &str, image: &str, port: u16) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: {name}\n          image: {image}\n          ports: [ {{ containerPort: {port} }} ]\n"
    )
}

#[test]
fn a_database_beside_the_service_says_nothing_about_it() {
    let (api, db) = (deployment("api", "shop/api:1.4.2", 8080), deployment("db", "postgres:16.4", 5432));
    let repo = repo(&[("api/Dockerfile", "FROM scratch"), ("api/k8s/api.yaml", &api), ("api/k8s/db.yaml", &db)]);
    assert_eq!(ports(&service(&repo, "api")), "k8s.container 8080\n");
}

#[test]
fn a_lone_database_is_not_the_service_that_is_built() {
    let db = deployment("db", "postgres:16.4", 5432);
    let repo = repo(&[("api/Dockerfile", "FROM scratch"), ("api/k8s/db.yaml", &db)]);
    assert!(service(&repo, "api").replica_mentions.items.is_empty());
}

#[test]
fn a_worker_from_the_same_image_is_not_asked_for_its_port() {
    let compose = "services:\n  api:\n    build: .\n    ports: [\"8080:8080\"]\n  worker:\n    build: .\n    command: [\"work\"]\n    expose: [\"9000\"]\n";
    let repo = repo(&[("api/Dockerfile", "FROM scratch"), ("api/compose.yaml", compose)]);
    assert_eq!(ports(&service(&repo, "api")), "compose.port 8080\n");
}

#[test]
fn only_the_first_service_speaks_for_the_repository() {
    let repo = repo(&[("api/Dockerfile", "FROM scratch"), ("web/Dockerfile", "FROM scratch"), ("tools/a.key", "x")]);
    let services = services(&repo);
    let layouts: Vec<bool> = services.iter().map(|service| service.speaks_for_repo).collect();
    assert_eq!(layouts, [true, false]);
    let files = services.first().unwrap().repo.files.list();
    let paths: Vec<&str> = files.iter().map(|file| file.path.0.as_str()).collect();
    assert_eq!(paths, ["tools/a.key"]);
}

#[test]
fn a_version_is_taken_from_tags_that_are_versions() {
    let atonix = "apiVersion: atonix.io/v1\nkind: Service\nmetadata: { name: api, version: 1.5.0 }\n";
    let k8s = deployment("api", "shop/api:3f1c2ab", 8080);
    let repo = repo(&[("atonix.yaml", atonix), ("k8s/api.yaml", &k8s)]);
    let versions: Vec<String> = service(&repo, ".")
        .version_mentions
        .iter()
        .map(|mention| {
            format!("{} {}", mention.source, mention.version.value().map_or("", |version| version.0.as_str()))
        })
        .collect();
    assert_eq!(versions, ["atonix 1.5.0"]);
}

#[test]
fn a_job_belongs_to_the_service_whose_image_it_runs() {
    let api = deployment("api", "shop/api:1.4.2", 8080);
    let job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: rotate-keys }\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: [ { name: api, image: 'shop/api:1.4.2' } ]\n";
    let repo = repo(&[
        ("services/api/Dockerfile", "FROM scratch"),
        ("services/web/Dockerfile", "FROM scratch"),
        ("k8s/api.yaml", &api),
        ("k8s/cronjobs/rotate.yaml", job),
    ]);
    let names = |root| -> Vec<String> {
        service(&repo, root).workloads.items.iter().filter_map(|workload| workload.name.value().cloned()).collect()
    };
    assert_eq!(names("services/api"), ["api", "rotate-keys"]);
    assert!(names("services/web").is_empty());
}

#[test]
fn an_image_that_skaffold_builds_gets_its_tag_later() {
    let skaffold = "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - image: cart\n";
    let (cart, other) = (deployment("cart", "cart", 8080), deployment("other", "other", 8080));
    let repo = repo(&[("skaffold.yaml", skaffold), ("k8s/cart.yaml", &cart), ("k8s/other.yaml", &other)]);
    let tags: Vec<bool> = services(&repo)
        .iter()
        .flat_map(|service| &service.workloads)
        .flat_map(|workload| &workload.containers)
        .filter_map(|container| container.image.value())
        .map(|image| image.tag.is_absent())
        .collect();
    assert_eq!(tags, [false, true]);
}

#[test]
fn a_service_for_one_pod_of_a_set_selects_none_that_can_be_told() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: { name: first }\nspec:\n  selector: { statefulset.kubernetes.io/pod-name: other-0 }\n  ports: [ { port: 10943 } ]\n";
    let repo = repo(&[("k8s/api.yaml", &deployment("api", "shop/api:1.0.0", 8080)), ("k8s/first.yaml", service)]);
    let selected: Vec<usize> = services(&repo)
        .iter()
        .flat_map(|service| &service.objects)
        .filter_map(|object| match &object.body {
            Body::Service(service) => Some(service.selected_workloads.items.len()),
            _ => None,
        })
        .collect();
    assert_eq!(selected, [0]);
}
