//! How values, and what conditions want of them, are put into words.

use super::{Evidence, Seen, Truth, expected, expected_not, filtered, of_target, shown};
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::schema::{Node, Slot, Type, View};
use crate::model::value::{Field, List, Malformed, Unresolved};
use crate::rules::builtin;
use crate::rules::ir::{Compare, Cond, Const, Form, Over, Path, Quantified, Root, Value};
use crate::rules::operators::Operator;
use crate::rules::pattern::Pattern;
use crate::rules::range::Range;
use crate::rules::template::Filter;
use crate::source::{FileId, Place};

crate::model! {
    /// A thing with a name.
    pub struct Thing as "test.thing" {
        /// Its name.
        name: Field<String>,
    }
    label(thing) { thing.name.value().cloned().unwrap_or_default() }
}

fn place() -> Place {
    Place::whole(FileId(0))
}

fn thing() -> Thing {
    Thing { at: place(), name: Field::known("cart".to_owned(), place()) }
}

fn path(text: &str) -> Path {
    Path { root: Root::Target, steps: Vec::new(), ty: Type::Str, optional: true, text: text.to_owned() }
}

fn cond(form: Form) -> Cond {
    Cond { form, say: None }
}

fn compare(operator: Operator, constant: Const) -> Cond {
    cond(Form::Compare(Compare { path: path("tag"), operator, operand: Value::Const(constant), absent: None }))
}

fn text(text: &str) -> Const {
    Const::Str(text.to_owned())
}

fn wants(condition: &Cond) -> String {
    expected(condition, &|path| format!("<{}>", path.text))
}

fn refuses(condition: &Cond) -> String {
    expected_not(condition, &|path| format!("<{}>", path.text))
}

fn quantified(over: Over, require: Option<Cond>) -> Quantified {
    Quantified { over, binding: 0, filter: None, require: require.map(Box::new) }
}

#[test]
fn every_operator_says_what_it_wants() {
    let two = || Const::List(vec![text("a"), Const::Int(2)]);
    let cases = [
        (Operator::Eq, text("a"), "`a`"),
        (Operator::Ne, text("a"), "anything but `a`"),
        (Operator::In, two(), "one of `a`, 2"),
        (Operator::NotIn, two(), "none of `a`, 2"),
        (Operator::Exists, Const::Bool(true), "`tag` to be set"),
        (Operator::Exists, Const::Bool(false), "nothing here"),
        (Operator::Lt, Const::Int(2), "less than 2"),
        (Operator::Le, Const::Float(0.5), "at most 0.5"),
        (Operator::Gt, Const::Duration(Duration::parse("30s").unwrap()), "more than `30s`"),
        (Operator::Ge, Const::Quantity(Quantity::kubernetes("1Gi").unwrap()), "at least `1Gi`"),
        (Operator::Matches, Const::Pattern(Pattern::regex("^v").unwrap()), "text that matches `^v`"),
        (Operator::NotMatches, Const::Pattern(Pattern::regex("^v").unwrap()), "text that does not match `^v`"),
        (Operator::StartsWith, text("a"), "text that starts with `a`"),
        (Operator::EndsWith, text("a"), "text that ends with `a`"),
        (Operator::Glob, Const::Pattern(Pattern::glob("*.pem")), "a path like `*.pem`"),
        (Operator::Contains, text("a"), "`a`"),
        (Operator::ContainsAny, two(), "one of `a`, 2"),
        (Operator::ContainsAll, two(), "`a`, 2"),
        (Operator::SupersetOf, two(), "`a`, 2"),
        (Operator::SubsetOf, two(), "nothing but `a`, 2"),
        (Operator::Empty, Const::Bool(true), "none"),
        (Operator::Empty, Const::Bool(false), "at least one"),
        (Operator::Unique, Const::Bool(true), "each only once"),
        (Operator::Within, Const::Range(Range::versions(">=1.2").unwrap()), "something in `>=1.2`"),
        (Operator::HasFile, text("LICENSE"), "a file `LICENSE`"),
        (Operator::HasMatch, Const::Pattern(Pattern::glob("*.md")), "a file `*.md`"),
        (Operator::HasDirectory, text("docs"), "a directory `docs`"),
        (Operator::HasFilled, text("tests"), "a directory `tests` with files in it"),
        (Operator::DockerIgnores, text(".git"), "`.git` to be ignored"),
    ];
    for (operator, constant, words) in cases {
        assert_eq!(wants(&compare(operator, constant)), words, "{operator:?}");
    }
}

#[test]
fn a_field_on_the_right_is_said_by_its_value() {
    let of = |operator| {
        cond(Form::Compare(Compare {
            path: path("tag"),
            operator,
            operand: Value::Path(path("version")),
            absent: None,
        }))
    };
    assert_eq!(wants(&of(Operator::Ne)), "anything but <version>");
    assert_eq!(refuses(&of(Operator::Eq)), "anything but <version>");
}

#[test]
fn what_is_forbidden_is_said_where_there_are_good_words_for_it() {
    let list = || Const::List(vec![text("a"), text("b")]);
    let cases = [
        (Operator::Eq, Const::Bool(true), "false"),
        (Operator::Eq, Const::Bool(false), "true"),
        (Operator::Eq, text("a"), "anything but `a`"),
        (Operator::In, list(), "none of `a`, `b`"),
        (Operator::Exists, Const::Bool(true), "nothing here"),
        (Operator::Exists, Const::Bool(false), ""),
        (Operator::Matches, Const::Pattern(Pattern::regex("^v").unwrap()), "text that does not match `^v`"),
        (Operator::Lt, Const::Int(2), ""),
    ];
    for (operator, constant, words) in cases {
        assert_eq!(refuses(&compare(operator, constant)), words, "{operator:?}");
    }
    let not = cond(Form::Not(Box::new(compare(Operator::Eq, text("a")))));
    assert_eq!(refuses(&not), "`a`");
    assert_eq!(refuses(&cond(Form::Const(true))), "");
}

#[test]
fn conditions_in_one_another_are_joined_by_words() {
    let parts = || vec![compare(Operator::Eq, text("a")), compare(Operator::Lt, Const::Int(2))];
    assert_eq!(wants(&cond(Form::Not(Box::new(compare(Operator::Eq, text("a")))))), "not `a`");
    assert_eq!(wants(&cond(Form::All(parts()))), "`a` and less than 2");
    assert_eq!(wants(&cond(Form::Any(parts()))), "`a` or less than 2");
    assert_eq!(wants(&cond(Form::None(parts()))), "neither `a` nor less than 2");
    assert_eq!(wants(&cond(Form::Const(true))), "");
    let builtin = builtin::find("path-within").unwrap();
    assert_eq!(wants(&cond(Form::Check(builtin, Vec::new()))), "a path within the directory");
}

#[test]
fn quantifiers_say_what_they_want_of_an_element_or_name_the_list() {
    let over_path = || Over::Path(path("ports"));
    let require = || Some(compare(Operator::Eq, text("a")));
    assert_eq!(wants(&cond(Form::Each(quantified(over_path(), require())))), "`a`");
    assert_eq!(wants(&cond(Form::Some(quantified(Over::Consts(Vec::new()), require())))), "`a`");
    assert_eq!(wants(&cond(Form::Each(quantified(over_path(), None)))), "ports");
    assert_eq!(wants(&cond(Form::Some(quantified(Over::Consts(Vec::new()), None)))), "");
    let parts = vec![compare(Operator::Eq, text("a")), compare(Operator::Exists, Const::Bool(true))];
    let several = quantified(Over::Consts(Vec::new()), Some(cond(Form::All(parts))));
    assert_eq!(wants(&cond(Form::Some(several))), "one with `tag` `a` and `tag` to be set");
    let count = |operator| wants(&cond(Form::Count(quantified(over_path(), None), operator, 2)));
    assert_eq!([Operator::Ge, Operator::Le, Operator::Eq].map(count), ["at least 2", "at most 2", "2"]);
    assert_eq!(wants(&cond(Form::Agree(quantified(over_path(), None), path("port.name")))), "one value");
}

#[test]
fn a_value_in_a_message_is_written_as_its_filter_says() {
    let thing = thing();
    let unresolved = || Field::unresolved("${A}", "`A` has no default here", place());
    let absent = || Field::Absent(place());
    let list: List<Field<String>> =
        List::new(vec![Field::known("a".to_owned(), place()), unresolved(), absent()], place());
    let of = |view: View<'_>| {
        [Filter::Plain, Filter::List, Filter::Code, Filter::Count]
            .map(|filter| filtered(Slot::Known(view, place().into()), filter))
    };
    assert_eq!(of(View::List(&list)), ["a, ${A}", "`a`, `${A}`", "`a`, `${A}`", "3"]);
    assert_eq!(of(View::Str("a")), ["a", "`a`", "`a`", "a"]);
    assert_eq!(of(View::Node(&thing)), ["cart", "`cart`", "`cart`", "cart"]);
    let unresolved = Unresolved { text: "${A}\nb".to_owned(), why: "x".into(), at: place(), via: None, expected: None };
    assert_eq!(filtered(Slot::Unresolved(&unresolved), Filter::Plain), "`${A}…`");
    let malformed = Malformed { found: "a list".to_owned(), expected: "text".into(), at: place() };
    assert_eq!(filtered(Slot::Malformed(&malformed), Filter::Plain), "a list");
    assert_eq!(filtered(Slot::Absent(place()), Filter::Plain), "nothing");
}

#[test]
fn text_that_runs_over_lines_or_is_long_is_cut() {
    let shown = |text: &str| shown(View::Str(text));
    assert_eq!(shown("one\n"), "one");
    assert_eq!(shown("one\ntwo"), "one…");
    assert_eq!(shown(&"ü".repeat(120)), "ü".repeat(120));
    assert_eq!(shown(&"ü".repeat(121)), format!("{}…", "ü".repeat(120)));
}

#[test]
fn what_was_seen_is_named_and_enters_the_fingerprint() {
    let thing = thing();
    let unresolved = Unresolved { text: "${A}".to_owned(), why: "x".into(), at: place(), via: None, expected: None };
    let (none, names) = (List::<String>::empty(place()), List::new(vec!["a".to_owned(), "b".to_owned()], place()));
    let things = List::new(vec![thing.clone()], place());
    let cases = [
        (Seen::Value(View::Bool(true)), "true", "f=true"),
        (Seen::Value(View::Int(1)), "1", "f=1"),
        (Seen::Value(View::Float(0.5)), "0.5", "f=0.5"),
        (Seen::Value(View::Str("a")), "`a`", "f=a"),
        (Seen::Value(View::List(&none)), "nothing", "f="),
        (Seen::Value(View::List(&names)), "`a`, `b`", "f=a, b"),
        (Seen::Value(View::List(&things)), "`cart`", "f="),
        (Seen::Value(View::Node(&thing)), "`cart`", "f=cart"),
        (Seen::Missing, "nothing", "f=-"),
        (Seen::Unresolved(&unresolved), "`${A}`", "f=${A}"),
        (Seen::Malformed, "a value of the wrong type", "f="),
        (Seen::Target, "it", "f="),
    ];
    for (seen, actual, key) in cases {
        let evidence = Evidence { seen, field: "f", ..of_target(&thing) };
        assert_eq!((evidence.actual().as_str(), evidence.key().as_str()), (actual, key));
    }
    assert_eq!(of_target(&thing).place(), thing.place());
}

#[test]
fn a_doubt_stays_one_when_it_is_turned_around() {
    assert_eq!(
        [Truth::Holds, Truth::Fails, Truth::Unknown].map(Truth::not),
        [Truth::Fails, Truth::Holds, Truth::Unknown]
    );
    assert_eq!([true, false].map(Truth::of), [Truth::Holds, Truth::Fails]);
}
