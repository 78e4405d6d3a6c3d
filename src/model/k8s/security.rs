//! Security contexts: what a container declares, and what holds once its pod's part is added.

use super::text::plain;
use crate::model;
use crate::model::read::Reader;
use crate::model::schema::Uid;
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::syntax::yaml::NodeRef;

model! {
    /// The security context of a container.
    pub struct Security as "k8s.security" {
        /// User id, as the container itself declares it.
        run_as_user: Field<Uid> as "runAsUser",
        /// Group id, as the container itself declares it.
        run_as_group: Field<Uid> as "runAsGroup",
        /// Whether the kubelet refuses to start it as root, as the container itself declares it.
        run_as_non_root: Field<bool> as "runAsNonRoot",
        /// User id, from the container or else its pod; absent where the image decides.
        effective_uid: Field<Uid>,
        /// Group id, from the container or else its pod; absent where the image decides.
        effective_gid: Field<Uid>,
        /// Whether the kubelet refuses to start it as root, from the container or else its pod.
        effective_run_as_non_root: Field<bool>,
        /// Whether it has all the rights of its node.
        privileged: Always<bool> as "privileged",
        /// Whether a process may gain more rights than its parent.
        allow_privilege_escalation: Field<bool> as "allowPrivilegeEscalation",
        /// Whether the root filesystem cannot be written.
        read_only_root_filesystem: Field<bool> as "readOnlyRootFilesystem",
        /// Capabilities taken away; `ALL` in capitals.
        capabilities_drop: List<Field<String>> as "capabilities.drop",
        /// The same, letter for letter.
        capabilities_drop_written: List<Field<String>>,
        /// Capabilities given, as written.
        capabilities_add: List<Field<String>> as "capabilities.add",
        /// Type of the seccomp profile, from the container or else its pod.
        seccomp_profile: Field<String> as "seccompProfile.type",
        /// Type of the AppArmor profile, from the container or else its pod.
        app_armor_profile: Field<String>,
        /// How `/proc` is mounted.
        proc_mount: Field<String> as "procMount",
    }
    label(_security) { "securityContext".to_owned() }
}

const INHERITED: &str = "this container inherits it";

impl Security {
    /// Reads a container's security context over that of its pod (Kubernetes API, `SecurityContext`: what both have,
    /// the container decides).
    #[must_use]
    pub fn read(container: Reader<'_>, pod: Reader<'_>) -> Self {
        let name = container.place();
        let own = container.child("securityContext");
        let pod = pod.child("securityContext");
        let capabilities = own.child("capabilities");
        let profile = |reader: Reader<'_>, key: &str| reader.child(key).field("type", plain);
        Self {
            at: own.place(),
            run_as_user: own.uid("runAsUser"),
            run_as_group: own.uid("runAsGroup"),
            run_as_non_root: own.bool("runAsNonRoot"),
            effective_uid: inherited(own.uid("runAsUser"), pod.uid("runAsUser"), name),
            effective_gid: inherited(own.uid("runAsGroup"), pod.uid("runAsGroup"), name),
            effective_run_as_non_root: inherited(own.bool("runAsNonRoot"), pod.bool("runAsNonRoot"), name),
            privileged: own.bool("privileged").or_default(false),
            allow_privilege_escalation: own.bool("allowPrivilegeEscalation"),
            read_only_root_filesystem: own.bool("readOnlyRootFilesystem"),
            capabilities_drop: capabilities.list("drop", capability),
            capabilities_drop_written: capabilities.list("drop", plain),
            capabilities_add: capabilities.list("add", plain),
            seccomp_profile: inherited(profile(own, "seccompProfile"), profile(pod, "seccompProfile"), name),
            app_armor_profile: inherited(profile(own, "appArmorProfile"), profile(pod, "appArmorProfile"), name),
            proc_mount: own.field("procMount", plain),
        }
    }
}

/// A capability. Runtimes compare `ALL` without case (containerd, CRI plug-in).
fn capability(node: NodeRef<'_>) -> Field<String> {
    plain(node).map(|name| if name.eq_ignore_ascii_case("all") { "ALL".to_owned() } else { name })
}

/// The container's own value, else its pod's; where both are absent the container is to blame.
fn inherited<T>(own: Field<T>, pod: Field<T>, name: Place) -> Field<T> {
    if own.is_absent() && !pod.is_absent() { pod.via(name, INHERITED) } else { own }
}
