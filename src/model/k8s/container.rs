//! Containers of a pod: main, init, sidecar and ephemeral ones.

use super::env::{EnvFrom, EnvVar, read_env, read_env_from};
use super::probe::Probe;
use super::security::Security;
use super::software::Software;
use super::text::{given_port, plain, quantity};
use super::volume::VolumeType;
use crate::model::image::Image;
use crate::model::quantity::Quantity;
use crate::model::read::Reader;
use crate::model::schema::Port;
use crate::model::value::{Always, Field, List};
use crate::source::Span;
use crate::syntax::yaml::{NodeRef, Style};
use crate::{model, words};

words! {
    /// What a container is to its pod.
    pub enum ContainerRole {
        /// It runs as long as the pod.
        Main = "main",
        /// It runs to its end before the main ones start.
        Init = "init",
        /// An init container with `restartPolicy: Always`: it starts before the main ones and runs beside them.
        Sidecar = "sidecar",
        /// It was put into a running pod for debugging.
        Ephemeral = "ephemeral",
    }
}

words! {
    /// The protocol of a port.
    pub enum Protocol {
        /// TCP.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
        /// SCTP.
        Sctp = "SCTP",
    }
}

model! {
    /// A port that a container declares.
    pub struct ContainerPort as "k8s.container_port" {
        /// Its name, by which probes and Services may refer to it.
        name: Field<String>,
        /// The port it listens on.
        container_port: Field<Port>,
        /// The protocol.
        protocol: Always<Protocol>,
        /// The port of the node it takes.
        host_port: Field<Port>,
    }
    label(port) {
        let number = port.container_port.value().map(|number| number.0.to_string());
        port.name.value().cloned().or(number).unwrap_or_default()
    }
}

model! {
    /// Amounts of resources.
    pub struct Resources as "k8s.resources" {
        /// CPU, in cores.
        cpu: Field<Quantity>,
        /// Memory, in bytes.
        memory: Field<Quantity>,
        /// Storage for logs, layers and `emptyDir`, in bytes.
        ephemeral_storage: Field<Quantity>,
        /// Graphics processors, by the names that their plugins give them: `nvidia.com/gpu`, `amd.com/gpu`.
        gpu: Field<Quantity>,
    }
    label(_resources) { "resources".to_owned() }
}

model! {
    /// A volume as a container sees it.
    pub struct VolumeMount as "k8s.volume_mount" {
        /// Name of the volume.
        name: Field<String>,
        /// Where it is mounted.
        mount_path: Field<String>,
        /// The part of the volume that is mounted.
        sub_path: Field<String>,
        /// Whether it cannot be written.
        read_only: Always<bool>,
        /// Type of the volume; absent where the pod has none of this name.
        volume_type: Field<VolumeType>,
    }
    label(mount) { mount.mount_path.value().cloned().unwrap_or_default() }
}

model! {
    /// A container of a workload's pods.
    pub struct Container as "k8s.container" in Mapping {
        /// Its name.
        name: Field<String>,
        /// Kind of its workload, such as `Deployment`.
        workload_kind: Always<String>,
        /// Name of its workload.
        workload_name: Field<String>,
        /// Namespace of its workload; absent where whoever applies it decides.
        workload_namespace: Field<String>,
        /// What it is to its pod.
        role: ContainerRole,
        /// Whether it is meant to run on: a main or sidecar container of a workload that is not a job.
        is_long_running: bool,
        /// Its image.
        image: Field<Image>,
        /// What its image is, where that is well-known software and not the team's own.
        software: Field<Software>,
        /// When the image is pulled, where that is written.
        image_pull_policy: Field<String> as "imagePullPolicy",
        /// Its entrypoint, where the image's is replaced.
        command: List<Field<String>>,
        /// Its arguments, where the image's are replaced.
        args: List<Field<String>>,
        /// The ports it declares.
        ports: List<ContainerPort>,
        /// Its environment variables.
        env: List<EnvVar>,
        /// Secrets and ConfigMaps of which every key becomes a variable.
        env_from: List<EnvFrom>,
        /// Restarts it when it fails.
        liveness: Field<Probe>,
        /// Takes it out of its Services while it fails.
        readiness: Field<Probe>,
        /// Holds back the other two until it succeeds.
        startup: Field<Probe>,
        /// Resources it asks for, as written.
        requests: Resources,
        /// Resources it may not exceed.
        limits: Resources,
        /// Resources it asks for; where none are written, its limits.
        effective_requests: Resources,
        /// The volumes it mounts.
        volume_mounts: List<VolumeMount>,
        /// Its security context, its pod's included.
        security: Security as "securityContext",
    }
    label(container) { container.name.value().cloned().unwrap_or_default() }
}

impl Container {
    /// Reads a container of the pod whose spec is `pod`; `role` is what the list it stands in makes it.
    #[must_use]
    pub fn read(node: NodeRef<'_>, role: ContainerRole, pod: Reader<'_>) -> Self {
        let name = Reader::new(node).field("name", plain);
        let at = node.name_place("name").filter(|_| !name.is_absent()).unwrap_or_else(|| node.anchor_place());
        let reader = Reader::new(node).blaming(at);
        let is_sidecar = role == ContainerRole::Init
            && reader.string("restartPolicy").value().is_some_and(|policy| policy == "Always");
        let ports = reader.list("ports", read_port);
        let resources = reader.child("resources");
        let requests = Resources::read(resources, "requests");
        let limits = Resources::read(resources, "limits");
        let image = reader.field("image", read_image);
        Self {
            at,
            software: Software::of(&image),
            workload_kind: Always::known(String::new(), at),
            workload_name: Field::Absent(at),
            workload_namespace: Field::Absent(at),
            role: if is_sidecar { ContainerRole::Sidecar } else { role },
            is_long_running: false,
            image,
            image_pull_policy: reader.field("imagePullPolicy", plain),
            command: reader.strings("command"),
            args: reader.strings("args"),
            env: read_env(reader),
            env_from: reader.list("envFrom", read_env_from),
            liveness: Probe::read(reader, "livenessProbe", &ports),
            readiness: Probe::read(reader, "readinessProbe", &ports),
            startup: Probe::read(reader, "startupProbe", &ports),
            effective_requests: requests.clone().or(&limits),
            requests,
            limits,
            volume_mounts: reader.list("volumeMounts", read_mount),
            security: Security::read(reader, pod),
            ports,
            name,
        }
    }
}

impl Resources {
    fn read(resources: Reader<'_>, key: &str) -> Self {
        let reader = resources.child(key);
        Self {
            at: reader.place(),
            cpu: quantity(reader, "cpu"),
            memory: quantity(reader, "memory"),
            ephemeral_storage: quantity(reader, "ephemeral-storage"),
            gpu: quantity(reader, "nvidia.com/gpu").or(|| quantity(reader, "amd.com/gpu")),
        }
    }

    /// The same with what is absent taken from the limits, as the API server does.
    fn or(self, limits: &Self) -> Self {
        let take = |own: Field<Quantity>, limit: &Field<Quantity>| {
            if own.is_absent() && !limit.is_absent() { limit.clone() } else { own }
        };
        Self {
            at: self.at,
            cpu: take(self.cpu, &limits.cpu),
            memory: take(self.memory, &limits.memory),
            ephemeral_storage: take(self.ephemeral_storage, &limits.ephemeral_storage),
            gpu: take(self.gpu, &limits.gpu),
        }
    }
}

fn read_image(node: NodeRef<'_>) -> Field<Image> {
    let reference = match plain(node) {
        Field::Known(reference, _) => reference,
        Field::Absent(at) => return Field::Absent(at),
        Field::Unresolved(unresolved) => return Field::Unresolved(unresolved),
        Field::Malformed(malformed) => return Field::Malformed(malformed),
    };
    // The path of a Go program, in whose place ko puts the image that it builds (ko, "Kubernetes integration").
    if reference.starts_with("ko://") {
        return Field::unresolved(reference, "ko puts the image that it builds here", node.place());
    }
    let mut at = node.place();
    let quotes = match node.style() {
        Some(Style::SingleQuoted | Style::DoubleQuoted) => 1,
        _ => 0,
    };
    let inner = at.span.len().saturating_sub(2 * quotes);
    let verbatim = node.style() != Some(Style::Literal) && inner == reference.len();
    if verbatim {
        let start = at.span.start as usize + quotes;
        at.span = Span::new(start, start + inner);
    }
    if !verbatim {
        // Of what a template puts together each part may be a value of its own.
        let part = |start, end| node.part_place(start, end).unwrap_or(at);
        return Field::known(Image::parse_parts(&reference, at, &part), at);
    }
    Field::known(Image::parse(&reference, at, verbatim), at)
}

/// The protocol under `protocol`, TCP by default (Kubernetes API, `ContainerPort`).
#[must_use]
pub(super) fn protocol(reader: Reader<'_>) -> Always<Protocol> {
    reader
        .field("protocol", plain)
        .parse("`TCP`, `UDP` or `SCTP`", |word| Protocol::from_word(word))
        .or_default(Protocol::Tcp)
}

fn read_port(node: NodeRef<'_>) -> ContainerPort {
    let reader = Reader::new(node);
    let container_port = reader.port("containerPort");
    let name = reader.field("name", plain);
    ContainerPort {
        at: if container_port.is_absent() { reader.place() } else { container_port.place() },
        protocol: protocol(reader),
        host_port: given_port(reader, "hostPort"),
        container_port,
        name,
    }
}

fn read_mount(node: NodeRef<'_>) -> VolumeMount {
    let reader = Reader::new(node);
    let name = reader.field("name", plain);
    VolumeMount {
        at: node.name_place("name").filter(|_| !name.is_absent()).unwrap_or_else(|| reader.place()),
        mount_path: reader.field("mountPath", plain),
        sub_path: reader.field("subPath", plain),
        read_only: reader.bool("readOnly").or_default(false),
        volume_type: Field::Absent(name.place()),
        name,
    }
}
