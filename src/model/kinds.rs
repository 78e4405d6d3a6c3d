//! The kinds that rules can target, and where a service has them. A new artifact kind adds a row here.

use std::sync::Arc;

use super::atonix::{Atonix, Env, PortEntry};
use super::code::{Source, SourceFile};
use super::compose::{ComposeFile, ComposeService};
use super::dependencies::{Manifest, Package};
use super::dockerfile::{Dockerfile, Instruction, Stage};
use super::k8s::{
    Autoscaler, Claim, ConfigMap, Container, DisruptionBudget, ExternalSecret, Ingress, Meta, NetworkPolicy, Secret,
    ServiceAccount, Workload,
};
use super::layout::{Layout, RepoFile, RepoLayout};
use super::markdown::{Document, Section};
use super::monitoring::{Alert, Dashboard, PrometheusConfig};
use super::schema::{Node, StructDef};
use super::service::{Service, ServiceKind, objects_of};
use super::terraform::{Module, ModuleCall, Output, Resource, Variable};
use super::text::Line;
use super::tooling::{Gateway, Hook, HookRepository};
use super::value::List;
use super::workflow::{Job, Step, Workflow};

/// A kind that rules can target.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its row of the schema.
    pub schema: fn() -> &'static StructDef,
    /// Its targets in a service, in a fixed order.
    pub targets: for<'s> fn(&'s Service) -> Vec<&'s dyn Node>,
}

const fn kind(schema: fn() -> &'static StructDef, targets: for<'s> fn(&'s Service) -> Vec<&'s dyn Node>) -> Kind {
    Kind { schema, targets }
}

static KINDS: &[Kind] = &[
    kind(Service::schema, |service| vec![service as &dyn Node]),
    kind(Layout::schema, |service| vec![&service.layout as &dyn Node]),
    kind(RepoLayout::schema, |service| service.repo.iter().map(|repo| &**repo as &dyn Node).collect()),
    kind(RepoFile::schema, |service| {
        let others = service.repo.iter().flat_map(|repo| repo.files.list());
        service.layout.files.list().iter().chain(others).map(|file| file as &dyn Node).collect()
    }),
    // Scripts beside a stack are no program that answers, reads settings or is tested as one.
    kind(Source::schema, |service| {
        let is_built = service.kind == ServiceKind::Service;
        let source = is_built.then(|| service.source.get()).flatten();
        source.map(|source| &**source as &dyn Node).into_iter().collect()
    }),
    kind(SourceFile::schema, |service| {
        let source = service.source.get();
        let files = source.into_iter().flat_map(|source| source.files.iter().chain(&source.tests));
        files.map(|file| &**file as &dyn Node).collect()
    }),
    kind(Dockerfile::schema, |service| service.dockerfiles.iter().map(|file| &**file as &dyn Node).collect()),
    kind(Stage::schema, |service| stages(service).map(|stage| stage as &dyn Node).collect()),
    kind(Instruction::schema, |service| {
        stages(service).flat_map(|stage| &stage.instructions).map(|instruction| instruction as &dyn Node).collect()
    }),
    kind(ComposeFile::schema, |service| service.projects.iter().map(|project| &**project as &dyn Node).collect()),
    kind(ComposeService::schema, |service| {
        service.compose_services.iter().map(|compose| &**compose as &dyn Node).collect()
    }),
    kind(Atonix::schema, |service| service.atonix.iter().map(|atonix| &**atonix as &dyn Node).collect()),
    kind(PortEntry::schema, |service| {
        service.atonix.iter().flat_map(|atonix| &atonix.ports).map(|port| port as &dyn Node).collect()
    }),
    kind(Env::schema, |service| {
        service.atonix.iter().flat_map(|atonix| &atonix.env).map(|env| env as &dyn Node).collect()
    }),
    kind(Meta::schema, |service| service.objects.iter().map(|object| &object.meta as &dyn Node).collect()),
    kind(Workload::schema, |service| objects_of(service, "k8s.workload")),
    kind(Container::schema, |service| {
        service
            .workloads
            .iter()
            .flat_map(|workload| &workload.containers)
            .map(|container| container as &dyn Node)
            .collect()
    }),
    kind(super::k8s::Service::schema, |service| objects_of(service, "k8s.service")),
    kind(NetworkPolicy::schema, |service| objects_of(service, "k8s.network_policy")),
    kind(Ingress::schema, |service| objects_of(service, "k8s.ingress")),
    kind(Autoscaler::schema, |service| objects_of(service, "k8s.hpa")),
    kind(DisruptionBudget::schema, |service| objects_of(service, "k8s.pdb")),
    kind(ServiceAccount::schema, |service| objects_of(service, "k8s.service_account")),
    kind(ConfigMap::schema, |service| objects_of(service, "k8s.config_map")),
    kind(Secret::schema, |service| objects_of(service, "k8s.secret")),
    kind(ExternalSecret::schema, |service| objects_of(service, "k8s.external_secret")),
    kind(Claim::schema, |service| objects_of(service, "k8s.persistent_volume_claim")),
    kind(Manifest::schema, |service| service.manifests.list().iter().map(|manifest| manifest as &dyn Node).collect()),
    kind(Package::schema, |service| {
        let manifests = service.manifests.list().iter();
        manifests.flat_map(|manifest| &manifest.packages).map(|package| package as &dyn Node).collect()
    }),
    kind(Document::schema, |service| service.documents.list().iter().map(|document| document as &dyn Node).collect()),
    kind(Section::schema, |service| {
        let documents = service.documents.list().iter();
        documents.flat_map(|document| &document.sections).map(|section| section as &dyn Node).collect()
    }),
    kind(Line::schema, |service| service.lines().iter().map(|line| line as &dyn Node).collect()),
    kind(Alert::schema, |service| of_repo(service, |repo| repo.alerts.list())),
    kind(PrometheusConfig::schema, |service| of_repo(service, |repo| repo.prometheus_configs.list())),
    kind(Dashboard::schema, |service| of_repo(service, |repo| repo.dashboards.list())),
    kind(Hook::schema, |service| of_repo(service, |repo| repo.hooks.list())),
    kind(HookRepository::schema, |service| of_repo(service, |repo| repo.hook_repositories.list())),
    kind(Gateway::schema, |service| of_repo(service, |repo| repo.gateways.list())),
    kind(Workflow::schema, |service| of_repo(service, |repo| repo.workflows.list())),
    kind(Job::schema, |service| of_repo(service, |repo| repo.jobs.list())),
    kind(Step::schema, |service| of_repo(service, |repo| repo.steps.list())),
    kind(Module::schema, |service| of_repo(service, |repo| repo.terraform_modules.list())),
    kind(Resource::schema, |service| of_repo(service, |repo| repo.terraform_resources.list())),
    kind(ModuleCall::schema, |service| of_repo(service, |repo| repo.terraform_calls.list())),
    kind(Variable::schema, |service| of_repo(service, |repo| repo.terraform_variables.list())),
    kind(Output::schema, |service| of_repo(service, |repo| repo.terraform_outputs.list())),
];

/// What the repository has as a whole; a service that does not speak for it has none of it.
fn of_repo<'s, T: Node + 's>(
    service: &'s Service,
    list: impl Fn(&'s RepoLayout) -> &'s List<Arc<T>>,
) -> Vec<&'s dyn Node> {
    service.repo.iter().flat_map(|repo| list(repo)).map(|one| &**one as &dyn Node).collect()
}

fn stages(service: &Service) -> impl Iterator<Item = &Stage> {
    service.dockerfiles.iter().flat_map(|dockerfile| &dockerfile.stages).map(|stage| &**stage)
}

/// All kinds, in the order of the reference.
#[must_use]
pub fn kinds() -> &'static [Kind] {
    KINDS
}

/// The kind of a name.
#[must_use]
pub fn kind_of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| (kind.schema)().name == name)
}
