//! Artifacts of the repository as a whole that are read when a rule first asks for them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::read;
use super::seen::Seen;
use crate::discover;
use crate::finding::{Note, NoteKind};
use crate::model::monitoring::{self, Monitoring};
use crate::model::schema::{Modelled, Slot, Type};
use crate::model::terraform::{self, Infrastructure};
use crate::model::tooling::{self, Tooling};
use crate::model::value::List;
use crate::model::workflow::{self, Automation};
use crate::source::{EntryKind, FileId, Place, Sources};

/// The workflows and the Terraform of a repository, read on first use.
#[derive(Debug)]
pub struct Late {
    sources: Arc<Sources>,
    root: Option<PathBuf>,
    automation: OnceLock<(Automation, Seen)>,
    infrastructure: OnceLock<(Infrastructure, Seen)>,
    monitoring: OnceLock<Monitoring>,
    tooling: OnceLock<Tooling>,
}

impl Late {
    /// Reads nothing yet. `root` is where files are read from; `None` for files that are all in memory.
    pub(super) fn new(sources: &Arc<Sources>, root: Option<&Path>) -> Self {
        Self {
            sources: Arc::clone(sources),
            root: root.map(Path::to_owned),
            automation: OnceLock::new(),
            infrastructure: OnceLock::new(),
            monitoring: OnceLock::new(),
            tooling: OnceLock::new(),
        }
    }

    /// The workflows.
    pub fn automation(&self) -> &Automation {
        let made = self.automation.get_or_init(|| {
            let mut seen = Seen::default();
            let automation = workflow::read(&self.sources, &mut |file| {
                self.fetch(file, &mut seen);
                read::yaml(&self.sources, file, "workflow", &mut seen)
            });
            (automation, seen)
        });
        &made.0
    }

    /// The Terraform.
    pub fn infrastructure(&self) -> &Infrastructure {
        let made = self.infrastructure.get_or_init(|| {
            let mut seen = Seen::default();
            let infrastructure = terraform::read(&self.sources, &mut |file| {
                self.fetch(file, &mut seen);
                read::terraform(&self.sources, file, &mut seen)
            });
            (infrastructure, seen)
        });
        &made.0
    }

    /// What watches the services.
    pub fn monitoring(&self) -> &Monitoring {
        self.monitoring.get_or_init(|| monitoring::read(&self.sources))
    }

    /// The tools around the code.
    pub fn tooling(&self) -> &Tooling {
        self.tooling.get_or_init(|| tooling::read(&self.sources))
    }

    /// What was seen while the parts were read that have been asked for.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let mut seen = Seen::default();
        seen.extend(self.automation.get().map(|made| made.1.clone()).unwrap_or_default());
        seen.extend(self.infrastructure.get().map(|made| made.1.clone()).unwrap_or_default());
        seen
    }

    /// Reads the text of a file, where that has not been done.
    fn fetch(&self, file: FileId, seen: &mut Seen) {
        let source = self.sources.get(file);
        let Some(root) = self.root.as_deref() else { return };
        if source.kind != EntryKind::File || !source.text().is_empty() {
            return;
        }
        match discover::read(root, &source.path) {
            Ok(text) => source.set_text(Arc::from(text)),
            Err(error) => seen.notes.push(Note {
                kind: NoteKind::Unparsed,
                place: Place::whole(file),
                message: error.to_string(),
                help: None,
                related: Vec::new(),
            }),
        }
    }
}

/// A list of the model that is read on first use.
#[derive(Clone, Debug)]
pub struct LateList<T: 'static> {
    late: Arc<Late>,
    get: fn(&Late) -> &List<Arc<T>>,
}

impl<T> LateList<T> {
    /// The list that `get` reads.
    pub(crate) fn new(late: &Arc<Late>, get: fn(&Late) -> &List<Arc<T>>) -> Self {
        Self { late: Arc::clone(late), get }
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &List<Arc<T>> {
        (self.get)(&self.late)
    }
}

impl<T: Modelled + std::fmt::Debug + 'static> Modelled for LateList<T> {
    const TYPE: Type = List::<Arc<T>>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}
