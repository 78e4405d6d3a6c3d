//! The kinds that rules can target, and where a service has them. A new artifact kind adds a row here.

use std::sync::Arc;

use super::atonix::{Atonix, Env, PortEntry};
use super::code::{Source, SourceFile};
use super::compose::{ComposeFile, ComposeService};
use super::delivery::ArgoSource;
use super::dependencies::{Manifest, Package};
use super::dockerfile::{Dockerfile, Instruction, Stage};
use super::k8s::{
    Autoscaler, Claim, ConfigMap, Container, DisruptionBudget, ExternalSecret, Ingress, Meta, NetworkPolicy, Secret,
    ServiceAccount, Workload,
};
use super::layout::{Layout, RepoFile, RepoLayout};
use super::markdown::{Document, Section};
use super::monitoring::{Alert, Dashboard, PrometheusConfig};
use super::repo::{BaseImage, Member};
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
    of_service: OfService,
    of_repo: OfRepo,
}

type OfService = for<'s> fn(&'s Service) -> Vec<&'s dyn Node>;
type OfRepo = for<'s> fn(&'s RepoLayout) -> Vec<&'s dyn Node>;

impl Kind {
    /// Its targets in a service, in a fixed order. What the repository has as a whole is judged once, with the service
    /// that speaks for it.
    #[must_use]
    pub fn targets<'s>(&self, service: &'s Service) -> Vec<&'s dyn Node> {
        let mut targets = (self.of_service)(service);
        if service.speaks_for_repo {
            targets.extend((self.of_repo)(&service.repo));
        }
        targets
    }

    /// What a look-up of a rule chooses from for a service: its own, and what the repository has as a whole.
    #[must_use]
    pub fn candidates<'s>(&self, service: &'s Service) -> Vec<&'s dyn Node> {
        let mut candidates = (self.of_service)(service);
        candidates.extend((self.of_repo)(&service.repo));
        candidates
    }
}

const fn kind(schema: fn() -> &'static StructDef, of_service: OfService) -> Kind {
    Kind { schema, of_service, of_repo: |_| Vec::new() }
}

/// A kind of what the repository has as a whole.
const fn shared(schema: fn() -> &'static StructDef, of_repo: OfRepo) -> Kind {
    Kind { schema, of_service: |_| Vec::new(), of_repo }
}

static KINDS: &[Kind] = &[
    kind(Service::schema, |service| vec![service as &dyn Node]),
    kind(Layout::schema, |service| vec![&service.layout as &dyn Node]),
    shared(RepoLayout::schema, |repo| vec![repo as &dyn Node]),
    Kind {
        schema: RepoFile::schema,
        of_service: |service| service.layout.files.list().iter().map(|file| file as &dyn Node).collect(),
        of_repo: |repo| repo.files.list().iter().map(|file| file as &dyn Node).collect(),
    },
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
    shared(Alert::schema, |repo| nodes(repo.alerts.list())),
    shared(PrometheusConfig::schema, |repo| nodes(repo.prometheus_configs.list())),
    shared(Dashboard::schema, |repo| nodes(repo.dashboards.list())),
    shared(Hook::schema, |repo| nodes(repo.hooks.list())),
    shared(HookRepository::schema, |repo| nodes(repo.hook_repositories.list())),
    shared(Gateway::schema, |repo| nodes(repo.gateways.list())),
    shared(Member::schema, |repo| nodes(repo.services.list())),
    shared(BaseImage::schema, |repo| nodes(repo.base_images.list())),
    shared(ArgoSource::schema, |repo| nodes(repo.argo_sources.list())),
    shared(Workflow::schema, |repo| nodes(repo.workflows.list())),
    shared(Job::schema, |repo| nodes(repo.jobs.list())),
    shared(Step::schema, |repo| nodes(repo.steps.list())),
    shared(Module::schema, |repo| nodes(repo.terraform_modules.list())),
    shared(Resource::schema, |repo| nodes(repo.terraform_resources.list())),
    shared(ModuleCall::schema, |repo| nodes(repo.terraform_calls.list())),
    shared(Variable::schema, |repo| nodes(repo.terraform_variables.list())),
    shared(Output::schema, |repo| nodes(repo.terraform_outputs.list())),
];

fn nodes<T: Node>(list: &List<Arc<T>>) -> Vec<&dyn Node> {
    list.iter().map(|one| &**one as &dyn Node).collect()
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
