//! What every operator says of values, of lists, and of lists that are only seen in part.

use super::{with_const, with_view};
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::schema::{Type, View};
use crate::model::value::{Field, List};
use crate::rules::evidence::Truth::{self, Fails, Holds, Unknown};
use crate::rules::ir::Const;
use crate::rules::operators::Operator;
use crate::rules::pattern::Pattern;
use crate::rules::range::Range;
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

fn thing(name: &str) -> Thing {
    Thing { at: place(), name: Field::known(name.to_owned(), place()) }
}

fn text(text: &str) -> Const {
    Const::Str(text.to_owned())
}

fn words(words: &[&str]) -> Const {
    Const::List(words.iter().map(|word| text(word)).collect())
}

fn list(words: &[&str]) -> List<String> {
    List::new(words.iter().map(|word| (*word).to_owned()).collect(), place())
}

/// A list that may have more elements than those that are seen.
fn open(words: &[&str]) -> List<String> {
    let mut list = list(words);
    list.leave_open("${MORE}", "`MORE` has no default here", place());
    list
}

fn duration(text: &str) -> Duration {
    Duration::parse(text).unwrap()
}

fn quantity(text: &str) -> Quantity {
    Quantity::kubernetes(text).unwrap()
}

/// The truth of `lt`, `le`, `gt` and `ge`.
fn ordered(with: impl Fn(Operator) -> Truth) -> [bool; 4] {
    [Operator::Lt, Operator::Le, Operator::Gt, Operator::Ge].map(|operator| with(operator) == Holds)
}

const LESS: [bool; 4] = [true, true, false, false];
const SAME: [bool; 4] = [false, true, false, true];
const MORE: [bool; 4] = [false, false, true, true];
const NEITHER: [bool; 4] = [false; 4];

#[test]
fn values_of_every_type_equal_themselves_and_nothing_else() {
    let (short, long) = (duration("60s"), duration("2m"));
    let (small, large) = (quantity("1Gi"), quantity("2Gi"));
    let (cart, shop) = (thing("cart"), thing("shop"));
    let cases: [(View<'_>, View<'_>, Const); 9] = [
        (View::Bool(true), View::Bool(false), Const::Bool(true)),
        (View::Int(1), View::Int(2), Const::Int(1)),
        (View::Int(1), View::Int(2), Const::Float(1.0)),
        (View::Float(0.5), View::Float(0.25), Const::Float(0.5)),
        (View::Str("a"), View::Str("b"), text("a")),
        (View::Str("v1.2"), View::Str("1.3"), Const::Version("1.2.0".to_owned())),
        (View::Node(&cart), View::Node(&shop), text("cart")),
        (View::Duration(&short), View::Duration(&long), Const::Duration(duration("60s"))),
        (View::Quantity(&small), View::Quantity(&large), Const::Quantity(quantity("1Gi"))),
    ];
    for (same, other, constant) in cases {
        let shown = format!("{constant:?}");
        assert_eq!(with_const(same, Operator::Eq, &constant), Holds, "{shown}");
        assert_eq!(with_const(other, Operator::Eq, &constant), Fails, "{shown}");
        assert_eq!(with_const(same, Operator::Ne, &constant), Fails, "{shown}");
        assert_eq!(with_const(other, Operator::Ne, &constant), Holds, "{shown}");
        assert_eq!(with_const(View::Bool(false), Operator::Eq, &constant), Fails, "{shown}");
        let one_of = Const::List(vec![text("z"), constant]);
        assert_eq!(with_const(same, Operator::In, &one_of), Holds, "{shown}");
        assert_eq!(with_const(other, Operator::In, &one_of), Fails, "{shown}");
        assert_eq!(with_const(same, Operator::NotIn, &one_of), Fails, "{shown}");
        assert_eq!(with_const(other, Operator::NotIn, &one_of), Holds, "{shown}");
    }
}

#[test]
fn fractions_that_differ_in_their_last_bit_differ() {
    let next = Const::Float(1.0 + f64::EPSILON);
    assert_eq!(with_const(View::Int(1), Operator::Eq, &next), Fails);
    assert_eq!(with_const(View::Float(1.0), Operator::Eq, &next), Fails);
}

#[test]
fn text_that_is_no_version_equals_a_version_only_as_it_is_written() {
    let latest = Const::Version("latest".to_owned());
    assert_eq!(with_const(View::Str("latest"), Operator::Eq, &latest), Holds);
    assert_eq!(with_const(View::Str("newest"), Operator::Eq, &latest), Fails);
}

#[test]
fn numbers_versions_and_amounts_are_ordered_against_a_constant() {
    let (minute, gigabyte) = (duration("1m"), quantity("1Gi"));
    let against = |view: View<'_>, constant: &Const| ordered(|operator| with_const(view, operator, constant));
    assert_eq!([1, 2, 3].map(|n| against(View::Int(n), &Const::Int(2))), [LESS, SAME, MORE]);
    assert_eq!([1.0, 2.0, 3.0].map(|n| against(View::Float(n), &Const::Float(2.0))), [LESS, SAME, MORE]);
    let version = Const::Version("1.10.0".to_owned());
    assert_eq!(["1.9.1", "1.10", "2.0.0"].map(|text| against(View::Str(text), &version)), [LESS, SAME, MORE]);
    assert_eq!(against(View::Str("latest"), &version), NEITHER);
    let durations = ["90s", "60s", "1s"].map(|text| Const::Duration(duration(text)));
    assert_eq!(durations.map(|constant| against(View::Duration(&minute), &constant)), [LESS, SAME, MORE]);
    let amounts = ["2Gi", "1024Mi", "1M"].map(|text| Const::Quantity(quantity(text)));
    assert_eq!(amounts.map(|constant| against(View::Quantity(&gigabyte), &constant)), [LESS, SAME, MORE]);
    assert_eq!(against(View::Bool(true), &Const::Int(2)), NEITHER);
}

#[test]
fn text_is_matched_searched_and_measured() {
    let version = || Const::Pattern(Pattern::regex("^v[0-9]").unwrap());
    let keys = || Const::Pattern(Pattern::glob("*.pem"));
    let range = || Const::Range(Range::versions(">=1.2, <2").unwrap());
    let cases = [
        (Operator::Matches, version(), "v1", "1"),
        (Operator::NotMatches, version(), "1", "v1"),
        (Operator::Glob, keys(), "key.pem", "key.txt"),
        (Operator::StartsWith, text("/data"), "/data/logs", "/logs/data"),
        (Operator::EndsWith, text("/data"), "/logs/data", "/data/logs"),
        (Operator::Contains, text("data"), "/data/logs", "/logs"),
        (Operator::Within, range(), "1.4.0", "2.0.0"),
        (Operator::Empty, Const::Bool(true), "", "a"),
        (Operator::Empty, Const::Bool(false), "a", ""),
    ];
    for (operator, constant, yes, no) in cases {
        assert_eq!(with_const(View::Str(yes), operator, &constant), Holds, "{operator:?}");
        assert_eq!(with_const(View::Str(no), operator, &constant), Fails, "{operator:?}");
        assert_eq!(with_const(View::Node(&thing(yes)), operator, &constant), Holds, "{operator:?} of a name");
        assert_eq!(with_const(View::Int(1), operator, &constant), Fails, "{operator:?} of a number");
    }
}

#[test]
fn what_a_list_may_have_besides_decides_only_where_it_could() {
    let cases = [
        (Operator::Contains, text("a"), Holds, Holds),
        (Operator::Contains, text("z"), Fails, Unknown),
        (Operator::ContainsAny, words(&["z", "b"]), Holds, Holds),
        (Operator::ContainsAny, words(&["y", "z"]), Fails, Unknown),
        (Operator::ContainsAll, words(&["a", "b"]), Holds, Holds),
        (Operator::ContainsAll, words(&["a", "z"]), Fails, Unknown),
        (Operator::SupersetOf, words(&["b"]), Holds, Holds),
        (Operator::SupersetOf, words(&["b", "z"]), Fails, Unknown),
        (Operator::SubsetOf, words(&["a", "b", "c"]), Holds, Unknown),
        (Operator::SubsetOf, words(&["a"]), Fails, Fails),
        (Operator::Empty, Const::Bool(true), Fails, Fails),
        (Operator::Empty, Const::Bool(false), Holds, Holds),
        (Operator::Unique, Const::Bool(true), Holds, Unknown),
        (Operator::Unique, Const::Bool(false), Fails, Unknown),
    ];
    for (operator, constant, closed, doubtful) in cases {
        let with = |list: &List<String>| with_const(View::List(list), operator, &constant);
        assert_eq!(with(&list(&["a", "b"])), closed, "{operator:?} {constant:?}");
        assert_eq!(with(&open(&["a", "b"])), doubtful, "{operator:?} {constant:?}, and perhaps more");
    }
}

#[test]
fn an_empty_list_and_one_with_a_value_twice_are_told() {
    let with = |list: &List<String>, operator: Operator, wanted: bool| {
        with_const(View::List(list), operator, &Const::Bool(wanted))
    };
    assert_eq!([true, false].map(|wanted| with(&list(&[]), Operator::Empty, wanted)), [Holds, Fails]);
    assert_eq!([true, false].map(|wanted| with(&open(&[]), Operator::Empty, wanted)), [Unknown, Unknown]);
    let twice = ["a", "b", "a"];
    assert_eq!([true, false].map(|wanted| with(&list(&twice), Operator::Unique, wanted)), [Fails, Holds]);
    assert_eq!([true, false].map(|wanted| with(&open(&twice), Operator::Unique, wanted)), [Fails, Holds]);
}

#[test]
fn values_of_the_model_are_compared_with_one_another() {
    let with = |a: View<'_>, operator: Operator, b: View<'_>| with_view(a, operator, b, Type::Str);
    let (minute, more) = (duration("1m"), duration("90s"));
    let (gigabyte, half) = (quantity("1Gi"), quantity("512Mi"));
    let cart = thing("cart");
    let cases = [
        (View::Bool(true), View::Bool(true), View::Bool(false)),
        (View::Int(1), View::Int(1), View::Int(2)),
        (View::Float(0.5), View::Float(0.5), View::Float(1.5)),
        (View::Str("cart"), View::Str("cart"), View::Str("shop")),
        (View::Node(&cart), View::Str("cart"), View::Str("shop")),
        (View::Str("cart"), View::Node(&cart), View::Int(1)),
        (View::Duration(&minute), View::Duration(&minute), View::Duration(&more)),
        (View::Quantity(&gigabyte), View::Quantity(&gigabyte), View::Quantity(&half)),
    ];
    for (view, same, other) in cases {
        assert_eq!([same, other].map(|other| with(view, Operator::Eq, other)), [Holds, Fails]);
        assert_eq!([same, other].map(|other| with(view, Operator::Ne, other)), [Fails, Holds]);
    }
    let order = |a: View<'_>, b: View<'_>| ordered(|operator| with(a, operator, b));
    assert_eq!([1, 2, 3].map(|n| order(View::Int(n), View::Int(2))), [LESS, SAME, MORE]);
    assert_eq!(order(View::Float(0.5), View::Float(1.5)), LESS);
    assert_eq!(order(View::Duration(&minute), View::Duration(&more)), LESS);
    assert_eq!(order(View::Quantity(&gigabyte), View::Quantity(&half)), MORE);
    assert_eq!(order(View::Str("1"), View::Str("2")), NEITHER);
    let (path, part) = (View::Str("/data/logs"), View::Str("/data"));
    let tail = View::Str("/logs");
    assert_eq!([part, tail].map(|part| with(path, Operator::StartsWith, part)), [Holds, Fails]);
    assert_eq!([tail, part].map(|part| with(path, Operator::EndsWith, part)), [Holds, Fails]);
    assert_eq!([part, View::Str("etc")].map(|part| with(path, Operator::Contains, part)), [Holds, Fails]);
}

#[test]
fn versions_of_the_model_are_compared_as_versions() {
    let with = |a, operator, b, ty| with_view(View::Str(a), operator, View::Str(b), ty);
    let order = |a, b, ty| ordered(|operator| with(a, operator, b, ty));
    assert_eq!(["1.9", "1.10", "2.0"].map(|a| order(a, "1.10.0", Type::Version)), [LESS, SAME, MORE]);
    assert_eq!(order("1.9", "1.10.0", Type::Str), NEITHER);
    assert_eq!([Type::Version, Type::Str].map(|ty| with("1.10", Operator::Eq, "1.10.0", ty)), [Holds, Fails]);
    assert_eq!([Type::Version, Type::Str].map(|ty| with("1.10", Operator::Ne, "1.10.0", ty)), [Fails, Holds]);
    assert_eq!(with("1.10.0", Operator::StartsWith, "1.1", Type::Version), Holds);
    assert_eq!(with("latest", Operator::Eq, "latest", Type::Version), Holds);
}

#[test]
fn a_value_is_looked_for_in_a_list_of_the_model() {
    let (closed, open) = (list(&["a", "b"]), open(&["a", "b"]));
    for (operator, of_closed, of_open) in [
        (Operator::In, [Holds, Fails], [Holds, Unknown]),
        (Operator::NotIn, [Fails, Holds], [Fails, Unknown]),
        (Operator::Contains, [Holds, Fails], [Holds, Unknown]),
    ] {
        let with = |list: &List<String>, text: &str| {
            let (list, text) = (View::List(list), View::Str(text));
            let (a, b) = if operator == Operator::Contains { (list, text) } else { (text, list) };
            with_view(a, operator, b, Type::Str)
        };
        assert_eq!(["a", "z"].map(|text| with(&closed, text)), of_closed, "{operator:?}");
        assert_eq!(["a", "z"].map(|text| with(&open, text)), of_open, "{operator:?}");
    }
}

#[test]
fn two_lists_of_the_model_are_compared_by_their_elements() {
    let with = |a: &List<String>, operator: Operator, b: &List<String>| {
        with_view(View::List(a), operator, View::List(b), Type::Str)
    };
    let (one, two, other) = (list(&["a"]), list(&["a", "b"]), list(&["z"]));
    assert_eq!([&two, &other].map(|b| with(&one, Operator::SubsetOf, b)), [Holds, Fails]);
    assert_eq!(with(&two, Operator::SubsetOf, &one), Fails);
    for operator in [Operator::SupersetOf, Operator::ContainsAll] {
        assert_eq!([&one, &other].map(|b| with(&two, operator, b)), [Holds, Fails], "{operator:?}");
        assert_eq!(with(&one, operator, &two), Fails, "{operator:?}");
    }
    assert_eq!([&one, &other].map(|b| with(&two, Operator::ContainsAny, b)), [Holds, Fails]);
    assert_eq!(with(&open(&["a"]), Operator::SubsetOf, &two), Unknown);
    assert_eq!(with(&one, Operator::SubsetOf, &open(&["a"])), Unknown);
}

#[test]
fn an_element_that_cannot_be_told_may_be_any() {
    let unresolved = Field::unresolved("${A}", "`A` has no default here", place());
    let list: List<Field<String>> = List::new(vec![Field::known("b".to_owned(), place()), unresolved], place());
    assert_eq!(with_const(View::List(&list), Operator::Contains, &text("b")), Holds);
    assert_eq!(with_const(View::List(&list), Operator::Contains, &text("a")), Unknown);
    assert_eq!(with_const(View::List(&list), Operator::SubsetOf, &words(&["b"])), Unknown);
}
