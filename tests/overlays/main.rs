//! Overlays judged as they are built: which objects a service has, and where their values point.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod arbitrary;
mod judged;
mod places;

use std::fmt::Write as _;

use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::finding::Report;
use svclint::model::k8s::Workload;
use svclint::model::repo::{Assembled, Repo};
use svclint::source::{Place, Sources};
use svclint::standard::library::Library;

const API: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 1
  selector:
    matchLabels: {app: api}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
        - name: api
          image: ghcr.io/acme/api:1.4.0
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: 8080}]
";

const BASE: (&str, &str) = ("k8s/base/kustomization.yaml", "resources: [api.yaml]\n");

fn repo(files: &[(&str, &str)]) -> Repo {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Repo::load(discover::in_memory(&files), None)
}

fn assembled(repo: &Repo) -> Vec<Assembled> {
    (0..repo.heads.len()).map(|index| repo.assemble(index).unwrap()).collect()
}

fn workloads(repo: &Repo) -> Vec<Workload> {
    assembled(repo).iter().flat_map(|one| &one.service.workloads).map(|workload| (**workload).clone()).collect()
}

fn notes(repo: &Repo) -> Vec<String> {
    let all = assembled(repo).into_iter().flat_map(|one| one.seen.notes);
    all.chain(repo.seen.notes.clone()).map(|note| note.message).collect()
}

/// `path:line text` of a place.
fn shown(sources: &Sources, place: Place) -> String {
    let file = sources.get(place.file);
    let line = file.lines().line_of(place.span.start as usize);
    format!("{}:{line} {}", file.path, sources.slice(place))
}

fn report(repo: &Repo) -> Report {
    let choice = Choice { standards: vec!["recommended".to_owned()], ..Choice::default() };
    engine::run(repo, &mut Library::built_in(), &choice).unwrap()
}

fn findings(repo: &Repo, rule: &str) -> String {
    let mut out = String::new();
    for finding in report(repo).findings.iter().filter(|finding| finding.rule == rule) {
        writeln!(out, "{} {}", shown(&repo.sources, finding.primary.place), finding.message).unwrap();
    }
    out
}
