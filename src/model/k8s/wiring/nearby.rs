//! Which of several objects is meant: of files that nothing puts together, those nearest to whoever means one.

use super::Group;

/// Of objects that are all meant by one in the file at `path`, those in that file, or else in its directory. What a
/// chart or a kustomization puts together is deployed as a whole, and all of it is meant.
pub(super) fn nearest<'o, T>(group: &Group<'_>, path: &str, all: Vec<&'o T>, path_of: fn(&T) -> &str) -> Vec<&'o T> {
    if group.together > 0 || all.len() < 2 {
        return all;
    }
    let those = |is_near: &dyn Fn(&str) -> bool| -> Vec<&'o T> {
        all.iter().copied().filter(|one| is_near(path_of(one))).collect()
    };
    let here = those(&|other| other == path);
    if !here.is_empty() {
        return here;
    }
    let beside = those(&|other| directory(other) == directory(path));
    if beside.is_empty() { all } else { beside }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
