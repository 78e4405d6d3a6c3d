//! How the build puts the rules of `rules/` into the binary: as they were read, without their examples.

use super::ast::{
    Arity, At, Change, Condition, Deprecation, Effect, Form, LabelSpec, Literal, Lookup, Operand, Param, ParamType,
    Quantifier, RuleSource, Status, Together, UnknownAs,
};
use super::fix::{EditSource, FileText, FixSource};
use crate::embedded::packed::packed;
use crate::finding::{Safety, Severity};

packed!(enum Severity { 0 = Info, 1 = Warning, 2 = Error });
packed!(enum Safety { 0 = Safe, 1 = Unsafe });
packed!(enum Arity { 0 = One, 1 = Optional, 2 = Many });
packed!(enum Effect { 0 = More, 1 = Fewer, 2 = Same });
packed!(enum Together { 0 = Either, 1 = Least });
packed!(enum Status { 0 = Preview, 1 = Stable, 2 = Deprecated });
packed!(enum UnknownAs { 0 = Ignore, 1 = Show(severity), 2 = Fail });

packed!(struct At<T> { value, place });
packed!(enum Literal { 0 = Bool(value), 1 = Int(value), 2 = Float(value), 3 = Str(value), 4 = List(items) });
packed!(enum Operand { 0 = Literal(literal), 1 = Param(name), 2 = Field(path) });
packed!(enum ParamType { 0 = Named(name), 1 = List(name), 2 = Path { of }, 3 = Value { like }, 4 = Values { like } });
packed!(struct Param { name, ty, default, min, max, optional, together, doc });

packed!(struct Condition { place, form, say });
packed!(struct Quantifier { list, name, filter, require });
packed!(enum Form {
    0 = All(parts),
    1 = Any(parts),
    2 = None(parts),
    3 = Not(part),
    4 = Each(quantifier),
    5 = Some(quantifier),
    6 = Count(quantifier, operator, number),
    7 = Agree(quantifier, value),
    8 = Field { path, operator, operand, absent },
    9 = Param { name, operator, operand },
    10 = Check { name, with },
});

packed!(struct Lookup { name, kind, filter, arity, say });
packed!(struct LabelSpec { at, text });
packed!(struct Deprecation { since, instead, why });
packed!(struct Change { version, what, effect });
packed!(struct FixSource { title, safety, when, edits });
packed!(enum FileText { 0 = Text(text), 1 = Template(name) });
packed!(enum EditSource {
    0 = Set(path, value),
    1 = Append(path, value),
    2 = Remove(path),
    3 = Create(path, content),
    4 = Section(title, content),
});

packed!(struct RuleSource {
    id,
    since,
    status,
    summary,
    category,
    severity,
    why,
    references,
    equivalents,
    aliases,
    deprecated,
    changes,
    params,
    target,
    filter,
    lookups,
    require,
    unknown,
    unknown_at,
    message,
    missing,
    help,
    labels,
    fixes,
} without { examples });

#[cfg(test)]
mod tests {
    use crate::embedded;
    use crate::rules::ast::RuleSource;
    use crate::rules::load;
    use crate::source::FileId;
    use crate::syntax::yaml::Tree;

    #[test]
    fn every_built_in_rule_comes_back_as_its_text_says() {
        let file = FileId(7);
        let mut count = 0;
        for embedded in embedded::files().iter().filter(|file| file.text.starts_with("rule:")) {
            let unpacked: Option<RuleSource> = embedded.unpacked(file);
            let (read, problems) = load::rule(&Tree::parse(file, embedded.text), true);
            assert!(problems.is_empty(), "{}: {problems:?}", embedded.path);
            let read = read.map(|rule| RuleSource { examples: Vec::new(), ..rule });
            assert_eq!(format!("{unpacked:?}"), format!("{read:?}"), "{}", embedded.path);
            count += 1;
        }
        assert!(count > 300, "{count} rules");
    }
}
