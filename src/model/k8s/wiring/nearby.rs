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

/// Whether two names differ by a slip: one letter more, less or other, two that changed places, or an end such as `-svc`.
pub(super) fn is_nearly(a: &str, b: &str) -> bool {
    const KINDS: [&str; 6] = ["-svc", "-service", "-config", "-configmap", "-cm", "-pvc"];
    let ends = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| KINDS.contains(&rest));
    if ends(a, b) || ends(b, a) {
        return true;
    }
    let (a, b) = if a.len() < b.len() { (b.as_bytes(), a.as_bytes()) } else { (a.as_bytes(), b.as_bytes()) };
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..).unwrap_or(&[]), b.get(start..).unwrap_or(&[]));
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end).unwrap_or(&[]), b.get(..b.len() - end).unwrap_or(&[]));
    match (a, b) {
        ([_], []) | ([_], [_]) => true,
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
