//! Whether a stage that builds a Node.js project has the development dependencies that its build needs.

use super::packages::PackageCommand;
use super::stage::{RunCommand, Stage};
use crate::model::value::Field;

/// Package managers that run the scripts of `package.json`.
const MANAGERS: &[&str] = &["npm", "yarn", "pnpm"];

/// Says so of every stage that runs the script `build`; where no manifest is installed, dependencies come from elsewhere.
pub(super) fn mark(stages: &mut [Stage]) {
    for index in 0..stages.len() {
        let found = stages.get(index).map(|stage| has_dev_dependencies(stage, stages));
        if let (Some(stage), Some(found)) = (stages.get_mut(index), found) {
            stage.build_has_dev_dependencies = found;
        }
    }
}

fn has_dev_dependencies(stage: &Stage, stages: &[Stage]) -> Field<bool> {
    let Some(build) = stage.run_commands.iter().find(|command| is_build(command)) else {
        return Field::Absent(stage.at);
    };
    let mut installs: Vec<&PackageCommand> = Vec::new();
    let mut next = Some(stage);
    while let Some(of) = next {
        installs.extend(
            of.package_commands
                .iter()
                .filter(|command| command.installs_manifest && MANAGERS.contains(&command.manager.as_str())),
        );
        // A stage names only earlier ones, so this ends.
        next = of.base_stage_index.and_then(|index| stages.get(usize::try_from(index).ok()?));
    }
    if installs.is_empty() {
        return Field::Absent(build.at);
    }
    Field::known(installs.iter().any(|install| !install.production_only), build.at)
}

fn is_build(command: &RunCommand) -> bool {
    let words: Vec<&str> = command.words.values().map(String::as_str).collect();
    match words.as_slice() {
        [_, "run" | "run-script", script, ..] => MANAGERS.contains(&command.name.as_str()) && is_build_script(script),
        [_, script, ..] => matches!(command.name.as_str(), "yarn" | "pnpm") && is_build_script(script),
        _ => false,
    }
}

fn is_build_script(script: &str) -> bool {
    script == "build" || script.starts_with("build:")
}
