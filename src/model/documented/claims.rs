//! What documents claim of how a service is run: its tier, what it needs, and the controls that are ticked off.

use super::tables::{Listed, Lists};
use super::{DocumentedThing, Unlisted};
use crate::model::compose::ComposeService;
use crate::model::dockerfile::Stage;
use crate::model::facts::Parts;
use crate::model::k8s::Container;
use crate::model::markdown::Document;
use crate::model::value::{Field, List};
use crate::source::Place;

/// A control that a task of a checklist names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    NonRoot,
    ReadOnly,
    Tmpfs,
    Capabilities,
    Escalation,
}

/// Words by which a task names a control, its text in lower case.
const CONTROLS: &[(&[&str], Control)] = &[
    (&["non-root user", "nonroot user", "non root user"], Control::NonRoot),
    (&["read-only root", "read-only file", "readonlyrootfilesystem"], Control::ReadOnly),
    (&["tmpfs mount"], Control::Tmpfs),
    (&["capability drop", "capabilities drop", "cap_drop", "drop all capabilities"], Control::Capabilities),
    (&["no privilege escalation", "no-new-privileges"], Control::Escalation),
];

/// What a document says of how the service is run.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) tiers: Vec<Listed>,
    /// What follows the label of dependencies, in lower case, where the document names the service or its dependents too;
    /// elsewhere dependencies are mostly packages.
    pub(super) dependencies: Option<Listed>,
    pub(super) controls: Vec<(Control, Listed)>,
}

impl Claims {
    pub(super) fn first(&self) -> Option<Place> {
        let controls = self.controls.iter().map(|(_, one)| one);
        self.tiers.iter().chain(&self.dependencies).chain(controls).map(|one| one.at).next()
    }

    /// Adds what a document says.
    pub(super) fn read(&mut self, document: &Document) {
        let has = |keys: &[&str]| document.labels.items().iter().any(|label| keys.contains(&label.key.as_str()));
        let is_of_service = has(&["primary service", "dependents"]);
        for label in document.labels.items().iter().filter(|label| !label.is_placeholder) {
            match (label.key.as_str(), label.value.value()) {
                ("tier assignment", Some(value)) => {
                    self.tiers.push(Listed { name: value.clone(), at: label.value.place() });
                }
                ("dependencies", value) if is_of_service => {
                    let items = label.items.items().iter().map(|item| item.text.as_str());
                    let text = value.map(String::as_str).into_iter().chain(items).collect::<Vec<_>>().join("\n");
                    if self.dependencies.is_none() && !text.is_empty() {
                        self.dependencies = Some(Listed { name: text.to_lowercase(), at: label.at });
                    }
                }
                _ => {}
            }
        }
        for task in document.tasks.items().iter().filter(|task| task.checked) {
            let text = task.text.to_lowercase();
            let named = CONTROLS.iter().find(|(words, _)| words.iter().any(|word| text.contains(word)));
            self.controls.extend(named.map(|(_, control)| (*control, Listed { name: task.text.clone(), at: task.at })));
        }
    }
}

/// Tiers with the words that networks of theirs begin with.
const TIERS: &[(&str, &[&str])] = &[
    ("api", &["api"]),
    ("application", &["app", "application"]),
    ("bus", &["bus"]),
    ("data", &["data"]),
    ("monitoring", &["monitoring"]),
];

/// Whether compose puts the service into a network of the tiers that its document names. Of a service that names no
/// tier network nothing can be told.
pub(super) fn tiers(lists: &Lists, compose: &[&ComposeService], at: Place) -> List<DocumentedThing> {
    let networks = || compose.iter().flat_map(|service| &service.networks).map(|network| network.name.to_lowercase());
    let is_of = |network: &str, words: &[&str]| {
        network.ends_with("tier") && network.split(['_', '-']).any(|part| words.contains(&part))
    };
    let has_tiers = networks().any(|network| TIERS.iter().any(|(_, words)| is_of(&network, words)));
    let things = lists.claims.tiers.iter().map(|claim| {
        let text = claim.name.to_lowercase();
        let named =
            TIERS.iter().filter(|(tier, _)| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == *tier));
        let named: Vec<&[&str]> = named.map(|(_, words)| *words).collect();
        let is_in = |words: &&[&str]| networks().any(|network| is_of(&network, words));
        let in_files = if named.is_empty() || !has_tiers {
            Field::Absent(claim.at)
        } else {
            Field::known(named.iter().all(is_in), claim.at)
        };
        DocumentedThing { at: claim.at, name: claim.name.clone(), in_files }
    });
    List::new(things.collect(), at)
}

/// The services that compose starts the service after, and its document does not name; none where it names nothing.
pub(super) fn unlisted_dependencies(lists: &Lists, compose: &[&ComposeService], at: Place) -> List<Unlisted> {
    let Some(text) = &lists.claims.dependencies else { return List::empty(at) };
    let folded: String = text.name.chars().filter(|c| c.is_alphanumeric()).collect();
    let fold = |name: &str| name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let label = Field::known("Dependencies".to_owned(), text.at);
    let needed = compose.iter().flat_map(|service| &service.depends_on);
    let missing = needed.filter(|needed| {
        let software = needed.image_name.value().map(|image| fold(image));
        ![Some(fold(&needed.service)), software]
            .into_iter()
            .flatten()
            .any(|name| !name.is_empty() && folded.contains(&name))
    });
    List::new(missing.map(|one| Unlisted { at: one.at, name: one.service.clone(), table: label.clone() }).collect(), at)
}

/// Whether the files have the controls that are ticked off: all of compose, or all pods; the image where they are silent.
pub(super) fn controls(lists: &Lists, parts: &Parts<'_>, at: Place) -> List<DocumentedThing> {
    let (compose, containers) = (parts.own_compose(), parts.own_containers());
    let stage = parts.dockerfile.and_then(|dockerfile| dockerfile.final_stage.as_ref());
    let things = lists.claims.controls.iter().map(|(control, listed)| {
        let composed: Vec<bool> = compose.iter().filter_map(|service| in_compose(*control, service)).collect();
        let deployed: Vec<bool> = containers.iter().filter_map(|container| in_pod(*control, container)).collect();
        let built: Vec<bool> = stage.and_then(|stage| in_image(*control, stage)).into_iter().collect();
        // One of the two may be for development alone.
        let told = if composed.is_empty() && deployed.is_empty() { vec![built] } else { vec![composed, deployed] };
        let mut told = told.into_iter().filter(|told| !told.is_empty()).peekable();
        let in_files = if told.peek().is_none() {
            Field::Absent(listed.at)
        } else {
            Field::known(told.any(|told| told.iter().all(|holds| *holds)), listed.at)
        };
        DocumentedThing { at: listed.at, name: listed.name.clone(), in_files }
    });
    List::new(things.collect(), at)
}

fn in_compose(control: Control, service: &ComposeService) -> Option<bool> {
    match control {
        Control::NonRoot => service.user_uid.value().map(|uid| uid.0 != 0),
        Control::ReadOnly => service.read_only.value().copied(),
        Control::Tmpfs => (service.tmpfs.unseen.is_none()).then_some(!service.tmpfs.items.is_empty()),
        Control::Capabilities => Some(service.cap_drop.values().any(|name| name == "ALL")),
        Control::Escalation => service.no_new_privileges.value().copied(),
    }
}

fn in_pod(control: Control, container: &Container) -> Option<bool> {
    let security = &container.security;
    match control {
        Control::NonRoot => security.effective_uid.value().map(|uid| uid.0 != 0),
        Control::ReadOnly => Some(security.read_only_root_filesystem.value().copied().unwrap_or(false)),
        Control::Tmpfs => None,
        Control::Capabilities => Some(security.capabilities_drop.values().any(|name| name == "ALL")),
        Control::Escalation => security.allow_privilege_escalation.value().map(|allowed| !allowed),
    }
}

fn in_image(control: Control, stage: &Stage) -> Option<bool> {
    match control {
        Control::NonRoot => stage.user.value().and_then(|user| user.uid.value()).map(|uid| uid.0 != 0),
        _ => None,
    }
}
