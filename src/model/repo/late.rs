//! Artifacts of the repository as a whole that are read when a rule first asks for them.

use std::sync::{Arc, OnceLock};

use super::read;
use super::seen::Seen;
use crate::model::delivery::{self, ArgoSource};
use crate::model::late::LateTexts;
use crate::model::monitoring::{self, Monitoring};
use crate::model::schema::{Modelled, Slot, Type};
use crate::model::terraform::{self, Infrastructure};
use crate::model::tooling::{self, Tooling};
use crate::model::value::List;
use crate::model::workflow::{self, Automation};
use crate::source::{FileId, Place};

/// The workflows and the Terraform of a repository, read on first use.
#[derive(Debug)]
pub struct Late {
    texts: LateTexts,
    automation: OnceLock<(Automation, Seen)>,
    infrastructure: OnceLock<(Infrastructure, Seen)>,
    monitoring: OnceLock<Monitoring>,
    tooling: OnceLock<Tooling>,
    delivery: OnceLock<List<Arc<ArgoSource>>>,
}

impl Late {
    /// Reads nothing yet.
    pub(super) fn new(texts: &LateTexts) -> Self {
        Self {
            texts: texts.clone(),
            automation: OnceLock::new(),
            infrastructure: OnceLock::new(),
            monitoring: OnceLock::new(),
            tooling: OnceLock::new(),
            delivery: OnceLock::new(),
        }
    }

    /// The workflows.
    pub fn automation(&self) -> &Automation {
        let made = self.automation.get_or_init(|| {
            let mut seen = Seen::default();
            let automation = workflow::read(self.texts.sources(), &mut |file| {
                self.fetch(file, &mut seen);
                read::yaml(self.texts.sources(), file, "workflow", &mut seen)
            });
            (automation, seen)
        });
        &made.0
    }

    /// The Terraform.
    pub fn infrastructure(&self) -> &Infrastructure {
        let made = self.infrastructure.get_or_init(|| {
            let mut seen = Seen::default();
            let infrastructure = terraform::read(self.texts.sources(), &mut |file| {
                self.fetch(file, &mut seen);
                read::terraform(self.texts.sources(), file, &mut seen)
            });
            (infrastructure, seen)
        });
        &made.0
    }

    /// What watches the services.
    pub fn monitoring(&self) -> &Monitoring {
        self.monitoring.get_or_init(|| monitoring::read(self.texts.sources()))
    }

    /// The tools around the code.
    pub fn tooling(&self) -> &Tooling {
        self.tooling.get_or_init(|| tooling::read(self.texts.sources()))
    }

    /// What Argo CD deploys.
    pub fn delivery(&self) -> &List<Arc<ArgoSource>> {
        self.delivery.get_or_init(|| delivery::read(self.texts.sources()))
    }

    /// What was seen while the parts were read that have been asked for.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let mut seen = Seen::default();
        seen.extend(self.automation.get().map(|made| made.1.clone()).unwrap_or_default());
        seen.extend(self.infrastructure.get().map(|made| made.1.clone()).unwrap_or_default());
        seen
    }

    /// Has the text of a file read, or notes why it cannot be had.
    fn fetch(&self, file: FileId, seen: &mut Seen) {
        if let Err(error) = self.texts.text(file) {
            seen.unread(file, &error);
        }
    }
}

/// A list of the model that is read on first use, out of `S`.
#[derive(Debug)]
pub struct LateList<T: 'static, S: 'static = Late> {
    from: Arc<S>,
    get: fn(&S) -> &List<Arc<T>>,
}

impl<T, S> LateList<T, S> {
    /// The list that `get` reads.
    pub(crate) fn new(from: &Arc<S>, get: fn(&S) -> &List<Arc<T>>) -> Self {
        Self { from: Arc::clone(from), get }
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &List<Arc<T>> {
        (self.get)(&self.from)
    }
}

impl<T, S> Clone for LateList<T, S> {
    fn clone(&self) -> Self {
        Self::new(&self.from, self.get)
    }
}

impl<T, S> Modelled for LateList<T, S>
where
    T: Modelled + std::fmt::Debug + 'static,
    S: std::fmt::Debug + Send + Sync,
{
    const TYPE: Type = List::<Arc<T>>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}
