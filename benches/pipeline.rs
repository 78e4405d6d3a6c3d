//! The parts of a run: start-up, reading, putting a service together, judging it.
//!
//! `cargo bench` runs them; `benches/wall` times the release binary on a whole monorepo.

#![expect(clippy::expect_used, clippy::panic, reason = "a run that cannot be set up measures nothing")]

use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::model::repo::Repo;
use svclint::source::FileId;
use svclint::standard::library::Library;
use svclint::standard::select;
use svclint::syntax::dockerfile;
use svclint::syntax::yaml::Tree;

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const DEPLOYMENT: &str = "fixtures/atonix/conforming/deploy/deployment.yaml";
const DOCKERFILE: &str = "fixtures/atonix/conforming/Dockerfile";

/// A service that conforms, as files in memory.
fn service() -> Vec<(String, String)> {
    let root = "fixtures/atonix/conforming";
    let paths = [
        "Dockerfile",
        "atonix.yaml",
        "docker-compose.yml",
        "deploy/deployment.yaml",
        "deploy/service.yaml",
        "deploy/configmap.yaml",
    ];
    paths.iter().map(|path| ((*path).to_owned(), read(&format!("{root}/{path}")))).collect()
}

/// What a run does before it looks at the rules' targets; for no built-in standard is it to take 5 ms.
fn start_up(c: &mut Criterion) {
    let library = Library::built_in();
    let mut group = c.benchmark_group("load and type the rules of a standard");
    for id in library.standard_ids() {
        group.bench_function(id, |b| {
            b.iter(|| {
                let mut library = Library::built_in();
                let standard = Arc::new(library.standard(id).expect("the built-in standard loads"));
                black_box(select::instances(&mut library, &[standard]).expect("its rules load")).len()
            });
        });
    }
    group.finish();
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    let mut yaml = String::new();
    for _ in 0..200 {
        let _ = write!(yaml, "---\n{}", read(DEPLOYMENT));
    }
    group.throughput(Throughput::Bytes(yaml.len() as u64));
    group.bench_function("yaml tree", |b| b.iter(|| black_box(Tree::parse(FileId(0), &yaml)).documents().count()));
    // Five hundred files and not one as long as all of them: how the allocator gives a tree of megabytes back to the
    // system would be half of what is measured.
    let text = read(DOCKERFILE);
    group.throughput(Throughput::Bytes(500 * text.len() as u64));
    group.bench_function("dockerfile tree", |b| {
        b.iter(|| (0..500).map(|_| black_box(dockerfile::parse(black_box(&text))).instructions.len()).sum::<usize>());
    });
    group.finish();
}

fn judging(c: &mut Criterion) {
    let files = service();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let mut group = c.benchmark_group("one service");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("read and put together", |b| {
        b.iter(|| {
            let repo = Repo::load(discover::in_memory(&files), None);
            black_box(repo.assemble(0)).is_some()
        });
    });
    group.bench_function("read, put together and judge by atonix", |b| {
        let mut library = Library::built_in();
        let choice = Choice { standards: vec!["atonix".to_owned()], ..Choice::default() };
        b.iter(|| {
            let repo = Repo::load(discover::in_memory(&files), None);
            black_box(engine::run(&repo, &mut library, &choice).expect("the rules load")).findings.len()
        });
    });
    group.finish();
}

/// Reading and modelling by the byte, on one core: a repository of a hundred services.
fn modelling(c: &mut Criterion) {
    let one = service();
    let files: Vec<(String, String)> = (0..100)
        .flat_map(|n| one.iter().map(move |(path, text)| (format!("services/s{n}/{path}"), text.clone())))
        .collect();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread can be had");
    let mut group = c.benchmark_group("a hundred services");
    group.throughput(Throughput::Bytes(bytes as u64)).sample_size(20);
    group.bench_function("read and put together", |b| {
        b.iter(|| {
            pool.install(|| {
                let repo = Repo::load(discover::in_memory(&files), None);
                (0..repo.heads.len()).filter_map(|index| repo.assemble(index)).count()
            })
        });
    });
    group.finish();
}

criterion_group!(benches, start_up, reading, judging, modelling);
criterion_main!(benches);
