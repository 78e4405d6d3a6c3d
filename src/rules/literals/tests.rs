//! Which literals are values of which types, and what is said of those that are not.

use super::{TYPE_NAMES, comparable, compared, enum_words, field_type, fields_like, list_of, named_type, shown, typed};
use crate::model::schema::{StructDef, Type};
use crate::rules::ast::{At, Literal};
use crate::rules::template::Filter;
use crate::source::{FileId, Place};

fn at(value: Literal) -> At<Literal> {
    At::new(value, Place::whole(FileId(0)))
}

fn text(text: &str) -> Literal {
    Literal::Str(text.to_owned())
}

fn list(items: &[Literal]) -> Literal {
    Literal::List(items.iter().cloned().map(at).collect())
}

/// The value as it is shown, or what is said.
fn read(ty: Type, literal: &Literal) -> Result<String, String> {
    typed(ty, literal, Place::whole(FileId(0))).map(|constant| constant.text()).map_err(|problem| {
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}{help}", problem.message)
    })
}

#[test]
fn every_named_type_is_known_by_its_name() {
    for name in TYPE_NAMES {
        let ty = named_type(name).map(Type::name);
        let wanted = if ["regex", "glob", "image", "range"].contains(name) { "string" } else { name };
        assert_eq!(ty.as_deref(), Some(wanted));
        let listed = named_type(name).map(|ty| list_of(ty).name());
        assert_eq!(listed, Some(format!("list<{wanted}>")));
    }
    assert!(named_type("text").is_none());
}

#[test]
fn a_literal_is_a_value_of_the_types_that_it_fits() {
    let integer = Literal::Int;
    for (ty, literal, value) in [
        (Type::Bool, Literal::Bool(true), "true"),
        (Type::Int, integer(-1), "-1"),
        (Type::Float, Literal::Float(0.5), "0.5"),
        (Type::Float, integer(2), "2"),
        (Type::Uid, integer(4_294_967_295), "4294967295"),
        (Type::Port, integer(65_535), "65535"),
        (Type::Str, text("a"), "a"),
        (Type::Path, text("a/b"), "a/b"),
        (Type::Version, text("1.2"), "1.2"),
        (Type::Enum(&["a", "b"]), text("b"), "b"),
        (Type::Duration, text("1m30s"), "1m30s"),
        (Type::Quantity, text("256Mi"), "256Mi"),
        (Type::Quantity, integer(2), "2"),
        (Type::List(&Type::Int), list(&[integer(1), integer(2)]), "1, 2"),
    ] {
        assert_eq!(read(ty, &literal).as_deref(), Ok(value), "{ty:?}");
    }
    let two = typed(Type::Quantity, &integer(2), Place::whole(FileId(0))).ok();
    assert!(matches!(two, Some(crate::rules::ir::Const::Quantity(two)) if two.milli == 2000));
}

#[test]
fn a_literal_of_another_type_is_refused_with_what_to_write() {
    for (ty, literal, said) in [
        (Type::Bool, text("yes"), "\"yes\" is not a bool"),
        (Type::Int, text("12"), "\"12\" is not an int (remove the quotes: 12)"),
        (Type::Port, text("80"), "\"80\" is not a port (remove the quotes: 80)"),
        (Type::Uid, text("root"), "\"root\" is not a uid"),
        (Type::Uid, Literal::Int(4_294_967_296), "`4294967296` is not a uid"),
        (Type::Port, Literal::Int(65_536), "`65536` is not a port"),
        (Type::Str, Literal::Int(1), "`1` is not a string (put it in quotes: \"1\")"),
        (Type::Version, Literal::Float(1.5), "`1.5` is not a version (put it in quotes: \"1.5\")"),
        (Type::Version, text("latest"), "\"latest\" is not a version (write it as `1.4.2`)"),
        (Type::Enum(&["tcp", "udp"]), text("tpc"), "`tpc` can never occur here (did you mean `tcp`?)"),
        (Type::Enum(&["tcp", "udp"]), text("other"), "`other` can never occur here (one of tcp, udp)"),
        (Type::Duration, text("soon"), "\"soon\" is not a duration (write it as `30s` or `1m30s`)"),
        (Type::Quantity, text("much"), "\"much\" is not a quantity (write it as `500m` or `256Mi`)"),
        (Type::List(&Type::Int), Literal::Int(1), "`1` is not a list<int> (write a list: `[…]`)"),
        (Type::List(&Type::Int), list(&[text("a")]), "\"a\" is not an int"),
        (Type::Int, list(&[]), "a list is not an int"),
    ] {
        assert_eq!(read(ty, &literal), Err(said.to_owned()), "{ty:?}");
    }
}

#[test]
fn numbers_compare_with_numbers_and_text_with_text() {
    let (numbers, texts) =
        ([Type::Int, Type::Uid, Type::Port, Type::Float], [Type::Str, Type::Path, Type::Enum(&["a"]), Type::Version]);
    let alone = [Type::Bool, Type::Duration, Type::Quantity];
    for a in numbers {
        assert!(numbers.iter().all(|b| comparable(a, *b)));
        assert!(texts.iter().chain(&alone).all(|b| !comparable(a, *b) && !comparable(*b, a)));
    }
    for a in texts {
        assert!(texts.iter().all(|b| comparable(a, *b)));
        assert!(alone.iter().all(|b| !comparable(a, *b)));
    }
    for (index, a) in alone.iter().enumerate() {
        assert!(alone.iter().enumerate().all(|(other, b)| comparable(*a, *b) == (index == other)));
    }
    assert!(comparable(Type::List(&Type::Int), Type::List(&Type::Port)));
    assert!(!comparable(Type::List(&Type::Int), Type::List(&Type::Str)));
    assert!(!comparable(Type::List(&Type::Int), Type::Int));
}

fn kinds() -> Vec<&'static StructDef> {
    crate::model::kinds().iter().map(|kind| (kind.schema)()).collect()
}

#[test]
fn a_type_is_named_by_a_field_of_the_model() {
    let of = |name: &str| field_type(name, &kinds()).map(|(ty, ..)| ty.name());
    assert_eq!(of("compose.service.container_name").as_deref(), Some("string"));
    assert_eq!(of("compose.port.published").as_deref(), Some("port"), "of the elements of a list");
    assert_eq!(of("image.tag").as_deref(), Some("string"), "of what a field is");
    assert_eq!(of("compose.service.ports"), None, "a list is no type of a value");
    assert_eq!(of("compose.service.image"), None, "nor is a struct");
    assert_eq!(of("compose.servise.image"), None);
    assert_eq!(of("string"), None);
    let like = fields_like("image.tga", &kinds());
    assert!(like.contains(&"image.tag".to_owned()) && !like.contains(&"image.tga".to_owned()), "{like:?}");
}

#[test]
fn things_are_compared_by_their_names() {
    let service = crate::model::kind("compose.service").map(|kind| Type::Struct(kind.schema)).unwrap();
    assert_eq!(compared(service).name(), "string");
    assert_eq!(compared(Type::List(&Type::Port)).name(), "list<port>");
    assert_eq!(compared(Type::Port).name(), "port");
}

#[test]
fn an_enum_has_words() {
    assert_eq!(enum_words("enum(a, b)"), Some(vec!["a", "b"]));
    assert_eq!(enum_words("enum(a,)"), Some(vec!["a"]));
    assert_eq!(enum_words("enum()"), None);
    assert_eq!(enum_words("string"), None);
}

#[test]
fn a_parameter_is_written_as_its_filter_says() {
    let items = list(&[text("a"), Literal::Int(2)]);
    let of = |literal: &Literal| {
        [Filter::Plain, Filter::List, Filter::Code, Filter::Count].map(|filter| shown(literal, filter))
    };
    assert_eq!(of(&items), ["a, 2", "`a`, `2`", "`a, 2`", "2"]);
    assert_eq!(of(&text("a")), ["a", "`a`", "`a`", "a"]);
}
