//! A build stage with everything it inherits.

use super::accounts::{CreatedGroup, CreatedUser};
use super::files::{Copy, Directory};
use super::health::{Form, Healthcheck};
use super::instruction::Instruction;
use super::packages::{InstalledPackage, PackageCommand};
use super::permissions::Permission;
use super::privileged::PrivilegedStep;
use super::role::Role;
use super::settings::{BuildArgument, EnvVariable, ExposedPort, Label};
use super::start::StartCommand;
use super::undefined::UndefinedVariable;
use super::user::User;
use crate::model::image::Image;
use crate::model::k8s::Software;
use crate::model::schema::{PathText, Port};
use crate::model::value::{Field, List};
use crate::{model, words};

words! {
    /// How much a base image brings, as far as its name tells.
    pub enum BaseVariant {
        /// Nothing.
        Scratch = "scratch",
        /// Only what a program needs to run: distroless, `chiseled`, `static`.
        Distroless = "distroless",
        /// Chainguard's images and wolfi.
        Chainguard = "chainguard",
        /// Alpine.
        Alpine = "alpine",
        /// `-slim`, `-minimal`, `-micro`.
        Slim = "slim",
        /// `busybox`.
        Busybox = "busybox",
        /// Anything else.
        Full = "full",
    }
}

model! {
    /// A command of a RUN.
    pub struct RunCommand as "dockerfile.run_command" {
        /// The program without its directory.
        name: String,
        /// Its words.
        words: List<Field<String>>,
        /// The words with blanks between them.
        text: String,
        /// Whether it runs as another user than root.
        after_user: Field<bool>,
        /// Whether `sudo` or `doas` runs it.
        uses_sudo: bool,
        /// Position of the RUN in its stage.
        position: i64,
    }
    label(command) { command.text.clone() }
}

model! {
    /// A build stage.
    pub struct Stage as "dockerfile.stage" in Stage {
        /// Path of its Dockerfile.
        file: PathText,
        /// Its position in the file, from 0.
        index: i64,
        /// Its name, in lower case.
        name: Field<String>,
        /// Whether it is the last stage, which is built where no other is asked for.
        is_final: bool,
        /// What the image of its Dockerfile is for.
        role: Role,
        /// Whether the final stage is built from it or copies from it, or is it.
        is_reachable: bool,
        /// Whether its layers are part of the final stage's image: it is the final stage, or that is built from it.
        in_final_image: bool,
        /// What FROM names: an image, or a stage as if it were one.
        base: Image,
        /// Whether that is an earlier stage.
        base_is_stage: bool,
        /// Index of that stage.
        base_stage_index: Option<i64>,
        /// Whether it is `scratch`.
        base_is_scratch: bool,
        /// Build arguments in what FROM names that nothing declares before the first FROM, and that have no default there
        /// (Dockerfile reference, "Understand how ARG and FROM interact").
        undeclared_base_arguments: List<Field<String>>,
        /// Build arguments before the first FROM without which what FROM names is empty or no valid reference: they have no
        /// default and no build argument is given (Docker's build checks, `InvalidDefaultArgInFrom`).
        needed_base_arguments: List<Field<String>>,
        /// Variables that its own instructions use and that neither it nor a stage it is built from sets, each once at its
        /// first use: in what the builder expands, not in commands (Dockerfile reference, "Environment replacement").
        /// Those that base images commonly set are left out.
        undefined_variables: List<UndefinedVariable>,
        /// The image that the stage, or the first of those it is built from, starts with.
        external_base: Image,
        /// What that image is, where it is well-known software and not a language or operating system to build on.
        base_software: Field<Software>,
        /// How much that image brings.
        base_variant: Field<BaseVariant>,
        /// Whether that image is known to bring no port, health check and program of its own: it is `scratch`, an operating
        /// system or a language.
        base_is_bare: bool,
        /// Whether that image is one of Docker's official images.
        base_is_official: Field<bool>,
        /// Value of `--platform`.
        platform: Field<String>,
        /// The user that its processes run as, wherever that is decided.
        user: Field<User>,
        /// The same, where a USER instruction decides it.
        user_written: Field<User>,
        /// Users that RUN instructions create, in this stage and those it is built from.
        created_users: List<CreatedUser>,
        /// Groups that RUN instructions create, in this stage and those it is built from.
        created_groups: List<CreatedGroup>,
        /// Its health check.
        healthcheck: Field<Healthcheck>,
        /// How many HEALTHCHECK instructions it has itself.
        healthcheck_count: i64,
        /// Ports that it exposes.
        exposed_ports: List<ExposedPort>,
        /// The numbers of those ports that are of TCP.
        exposed_port_numbers: List<Field<Port>>,
        /// Its working directory, as an absolute path.
        workdir: Field<PathText>,
        /// The last WORKDIR as written.
        workdir_written: Field<String>,
        /// Its environment, the last value of each variable.
        env: List<EnvVariable>,
        /// Build arguments that it declares itself.
        args: List<BuildArgument>,
        /// Its labels.
        labels: List<Label>,
        /// Its ENTRYPOINT.
        entrypoint: Field<StartCommand>,
        /// Its CMD.
        cmd: Field<StartCommand>,
        /// What ENTRYPOINT and CMD come to together.
        start: Field<StartCommand>,
        /// Form of what it starts: that of ENTRYPOINT, else of CMD.
        start_form: Field<Form>,
        /// How many CMD instructions it has itself.
        cmd_count: i64,
        /// How many ENTRYPOINT instructions it has itself.
        entrypoint_count: i64,
        /// Paths of VOLUME.
        volumes: List<Field<String>>,
        /// Its STOPSIGNAL.
        stopsignal: Field<String>,
        /// Words of SHELL.
        shell: List<Field<String>>,
        /// Its own instructions.
        instructions: List<Instruction> as "instructions",
        /// Packages that it and those it is built from install.
        installed_packages: List<InstalledPackage>,
        /// Its own calls of package managers.
        package_commands: List<PackageCommand>,
        /// The commands of its own RUN instructions.
        run_commands: List<RunCommand>,
        /// Its own COPY and ADD instructions.
        copies: List<Copy>,
        /// Whether it copies from another stage.
        copies_from_stage: bool,
        /// Directories that it and those it is built from make or hand over.
        directories: List<Directory>,
        /// Modes and owners that it and those it is built from give to files.
        permissions: List<Permission>,
        /// What it does after its switch to another user that needs root.
        privileged_after_user: List<PrivilegedStep>,
        /// Whether it switches to another user and back to root for good; the place is the last USER.
        ends_as_root_again: Field<bool>,
        /// Position of the first USER that is not root.
        first_nonroot_position: Option<i64>,
        /// Whether dependency manifests are copied, then installed, and sources copied only then; absent where the
        /// stage installs no dependencies of a manifest.
        manifest_installed_before_source: Field<bool>,
        /// Whether a package manager installs as root before the first switch to another user, wherever it installs;
        /// absent where it installs nothing or never switches.
        installs_before_user: Field<bool>,
        /// For a stage that runs the script `build` of a `package.json`: whether development dependencies are installed in
        /// it or in those it is built from; absent where none of them installs a `package.json`.
        build_has_dev_dependencies: Field<bool>,
    }
    label(stage) { stage.name.value().cloned().unwrap_or_else(|| stage.index.to_string()) }
}
