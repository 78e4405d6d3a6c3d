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
pub(super) fn is_nearly(one: &str, other: &str) -> bool {
    const KINDS: [&str; 6] = ["-svc", "-service", "-config", "-configmap", "-cm", "-pvc"];
    let ends = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| KINDS.contains(&rest));
    if ends(one, other) || ends(other, one) {
        return true;
    }
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    let (long, short) = (long.as_bytes(), short.as_bytes());
    let start = long.iter().zip(short).take_while(|(left, right)| left == right).count();
    let (long, short) = (long.get(start..).unwrap_or(&[]), short.get(start..).unwrap_or(&[]));
    let end = long.iter().rev().zip(short.iter().rev()).take_while(|(left, right)| left == right).count();
    let inner = |bytes: &[u8]| bytes.len() - end;
    match (long.get(..inner(long)).unwrap_or(&[]), short.get(..inner(short)).unwrap_or(&[])) {
        ([_], [] | [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    }
}

/// The directory of a path; empty at the root.
pub(super) fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
