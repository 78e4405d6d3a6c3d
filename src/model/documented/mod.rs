//! What the documents of a service say it has, held against its files.

mod claims;
mod files;
mod tables;
mod text;

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::code::LazySource;
use super::compose::ComposeService;
use super::dockerfile::Dockerfile;
use super::facts::Parts;
use super::k8s::Workload;
use super::layout::Subtree;
use super::markdown::Documents;
use super::schema::{Modelled, Slot, Type, View};
use super::value::{Field, List};
use crate::model;
use crate::source::Place;

model! {
    /// What the documents of a service list in tables, labels and headings. Documents that stand among tests are left
    /// out, and those outside of the service's directory where the repository has other services.
    pub struct Documented as "service.documented" {
        /// Variables of the environment: rows of tables whose first column is headed `Variable` or the like.
        variables: List<DocumentedVariable>,
        /// Paths in tables of volumes.
        volumes: List<DocumentedThing>,
        /// Names in tables of secrets.
        secrets: List<DocumentedThing>,
        /// Headings such as `POST /api/v1/orders`.
        endpoints: List<DocumentedThing>,
        /// Names in lists below `Published Subjects` and `Subscribed Subjects`.
        subjects: List<DocumentedThing>,
        /// The tiers that labels `Tier Assignment` put it into; `in_files` is whether compose puts it into their networks.
        tiers: List<DocumentedThing>,
        /// Controls of security that are ticked off in lists of tasks: a user other than root, a file system that is
        /// read-only, tmpfs mounts, capabilities dropped, no escalation of privileges.
        controls: List<DocumentedThing>,
        /// Services that compose starts it after, and that the label `Dependencies` does not name; none where there is no
        /// such label beside one of `Primary Service` and `Dependents`.
        unlisted_dependencies: List<Unlisted>,
        /// Variables that the service is given or reads, and no table lists; none where no table lists any.
        unlisted_variables: List<Unlisted>,
        /// Paths of named volumes that no table lists; none where no table lists any.
        unlisted_volumes: List<Unlisted>,
        /// Secrets that the service is given, and no table lists; none where no table lists any.
        unlisted_secrets: List<Unlisted>,
    }
    label(_documented) { "the documents".to_owned() }
}

model! {
    /// Something that a document lists.
    pub struct DocumentedThing as "service.documented_thing" {
        /// Its name as written.
        name: String,
        /// Whether the files of the service have it; absent where there is nothing to hold it against.
        in_files: Field<bool>,
    }
    label(thing) { thing.name.clone() }
}

model! {
    /// A variable that a document lists.
    pub struct DocumentedVariable as "service.documented_variable" {
        /// Its name.
        name: String,
        /// Whether the column `Required` says so.
        is_required: bool,
        /// What the column `Default` holds; absent for nothing and for a dash.
        default: Field<String>,
        /// Whether some file of the service that is no document mentions it, upper and lower case and `_`, `-` and `.`
        /// being the same.
        in_files: Field<bool>,
        /// Whether a compose service or container that runs the service is given it, or a file that holds it; absent
        /// where there are none, or where more may come from a file or a whole ConfigMap or Secret.
        is_given: Field<bool>,
    }
    label(variable) { variable.name.clone() }
}

model! {
    /// Something that the files of a service have, and its documents do not list.
    pub struct Unlisted as "service.unlisted" {
        /// Its name.
        name: String,
        /// The columns of the first table that lists others, or the label above them.
        table: Field<String>,
    }
    label(unlisted) { unlisted.name.clone() }
}

/// What documents say, put together when a rule first asks for it.
#[derive(Clone)]
pub struct LazyDocumented {
    pub(super) at: Place,
    /// The documents; `None` for a stack, whose documents are about several services.
    pub(super) documents: Option<Arc<Documents>>,
    /// Whether documents outside of the service's directory are about it as well.
    pub(super) is_alone: bool,
    pub(super) directory: Option<String>,
    pub(super) dockerfile: Option<Arc<Dockerfile>>,
    pub(super) compose: Vec<Arc<ComposeService>>,
    pub(super) workloads: Vec<Arc<Workload>>,
    pub(super) source: Arc<LazySource>,
    pub(super) tree: Subtree,
    pub(super) made: OnceLock<Option<Documented>>,
}

impl fmt::Debug for LazyDocumented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyDocumented").field("made", &self.made.get()).finish_non_exhaustive()
    }
}

impl LazyDocumented {
    fn get(&self) -> Option<&Documented> {
        self.made.get_or_init(|| self.make()).as_ref()
    }

    fn make(&self) -> Option<Documented> {
        let documents = self.documents.as_ref()?.list().iter();
        let documents = documents
            .filter(|document| !document.is_test_data && (self.is_alone || document.local_path.value().is_some()));
        let listed = tables::listed(documents);
        if listed.is_empty() {
            return None;
        }
        let parts = Parts {
            directory: self.directory.as_deref(),
            dockerfile: self.dockerfile.as_deref(),
            compose: self.compose.iter().map(|service| &**service).collect(),
            workloads: self.workloads.iter().map(|workload| &**workload).collect(),
            ..Parts::nothing(self.at)
        };
        Some(files::hold(&listed, &parts, &self.source, &self.tree))
    }
}

impl Modelled for LazyDocumented {
    const TYPE: Type = Type::Struct(Documented::schema);
    const OPTIONAL: bool = true;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        match self.get() {
            Some(documented) => Slot::Known(View::Node(documented), documented.at.into()),
            None => Slot::Absent(self.at),
        }
    }
}
