//! How the build puts the standards of `rules/` into the binary: as they were read, where they extend no other.

use super::parts::{Clause, Coverage, Level, Standard, Use};
use crate::embedded::packed::packed;

packed!(enum Coverage { 0 = Full, 1 = Partial, 2 = Manual });
packed!(enum Level { 0 = Must, 1 = Should, 2 = Example });
packed!(struct Use { rule, name, params, param_names, severity, only, except });
packed!(struct Clause { id, title, level, waivable, coverage, gap, apart, rules });

packed!(struct Standard {
    id,
    id_place,
    version,
    title,
    summary,
    severities,
    levels,
    clauses,
} without { extends, removed, warnings });

#[cfg(test)]
mod tests {
    use super::Standard;
    use crate::embedded;
    use crate::source::FileId;
    use crate::standard::load;
    use crate::syntax::yaml::Tree;

    #[test]
    fn every_built_in_standard_comes_back_as_its_text_says() {
        let file = FileId(7);
        for embedded in embedded::files().iter().filter(|file| file.text.starts_with("standard:")) {
            let unpacked: Option<Standard> = embedded.unpacked(file);
            let tree = Tree::parse(file, embedded.text);
            let (read, problems) = load::standard(&tree, &mut |id, _| panic!("{id} is extended"));
            assert!(problems.is_empty(), "{}: {problems:?}", embedded.path);
            assert_eq!(format!("{unpacked:?}"), format!("{read:?}"), "{}", embedded.path);
        }
    }
}
