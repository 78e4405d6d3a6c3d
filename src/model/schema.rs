//! The schema: what kinds and fields there are. Rust type, look-up by field, schema row and reference page come from
//! one definition, written with [`model!`](crate::model!).

mod modelled;

use super::duration::Duration;
use super::quantity::Quantity;
use super::value::{Malformed, Origin, Unresolved};
use crate::source::Place;

pub use modelled::{PathText, Port, Uid, VersionText};

/// The type of a field.
#[derive(Clone, Copy)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A user or group id, 0 to 4294967295.
    Uid,
    /// A port, 0 to 65535.
    Port,
    /// Text.
    Str,
    /// A path, with `/`.
    Path,
    /// A semantic version, compared as one; text that is none equals only itself.
    Version,
    /// One of a closed list of words.
    Enum(&'static [&'static str]),
    /// A length of time.
    Duration,
    /// An amount of a resource.
    Quantity,
    /// Something with fields.
    Struct(fn() -> &'static StructDef),
    /// Several of one type.
    List(&'static Type),
    /// Files and directories, asked for by path.
    Tree,
}

impl Type {
    /// The name rule authors see.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Type::Bool => "bool".into(),
            Type::Int => "int".into(),
            Type::Float => "float".into(),
            Type::Uid => "uid".into(),
            Type::Port => "port".into(),
            Type::Str => "string".into(),
            Type::Path => "path".into(),
            Type::Version => "version".into(),
            Type::Enum(words) => words.join(" | "),
            Type::Duration => "duration".into(),
            Type::Quantity => "quantity".into(),
            Type::Struct(def) => def().name.into(),
            Type::List(of) => format!("list<{}>", of.name()),
            Type::Tree => "tree".into(),
        }
    }
}

impl Type {
    /// The same as a part of a sentence: `an int`, `one of tcp | udp`.
    #[must_use]
    pub fn phrase(self) -> String {
        let name = self.name();
        match self {
            Type::Enum(_) => format!("one of {name}"),
            _ if name.starts_with(['a', 'e', 'i', 'o']) => format!("an {name}"),
            _ => format!("a {name}"),
        }
    }
}

impl std::fmt::Debug for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

/// One struct of the model; those that rules can target are kinds.
#[derive(Debug)]
pub struct StructDef {
    /// Name, such as `dockerfile.stage`.
    pub name: &'static str,
    /// One line of documentation.
    pub doc: &'static str,
    /// Its fields, in order.
    pub fields: &'static [FieldDef],
    /// Where its text is; `None` where a fix cannot start from it.
    pub located: Option<Located>,
}

/// Where the text of a struct is, seen from its [`Node::place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Located {
    /// The YAML document around the place.
    Document,
    /// The smallest YAML mapping around the place.
    Mapping,
    /// The mapping whose key the place is.
    Value,
    /// The Kubernetes object around the place: the mapping with `apiVersion` and `kind`.
    Object,
    /// The build stage whose FROM is at the place.
    Stage,
    /// The Dockerfile instruction around the place.
    Instruction,
    /// The call of a program in a RUN, whose words are at the place.
    Command,
}

impl StructDef {
    /// The index and definition of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<(usize, &'static FieldDef)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name)
    }

    /// The index and definition of the field that was called so before.
    #[must_use]
    pub fn renamed(&self, former: &str) -> Option<(usize, &'static FieldDef)> {
        self.fields.iter().enumerate().find(|(_, field)| field.was == Some(former))
    }

    /// The index of the field by which lists of these are compared with text: what people call one of them.
    #[must_use]
    pub fn grip(&self) -> Option<usize> {
        let is_text = |field: &FieldDef| matches!(field.ty, Type::Str | Type::Path);
        let of = |name: &&str| self.field(name).filter(|(_, field)| is_text(field)).map(|(index, _)| index);
        ["name", "path", "key"].iter().find_map(of)
    }
}

/// One field of a struct.
#[derive(Debug)]
pub struct FieldDef {
    /// Name, in `snake_case`.
    pub name: &'static str,
    /// One line of documentation.
    pub doc: &'static str,
    /// Type of the value.
    pub ty: Type,
    /// Whether it may be absent.
    pub optional: bool,
    /// How a fix writes it: the keys that lead to it from the text of its struct, with dots between them. `{pod}`
    /// stands for those that lead to the pod of a workload. `None` for what the model computes.
    pub key: Option<&'static str>,
    /// Its former name, which rules may still use for one minor release.
    pub was: Option<&'static str>,
}

/// The name of a field without the `r#` that Rust wants for names such as `type`.
#[must_use]
pub const fn plain_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// The first of at most one.
#[must_use]
pub const fn first<T: Copy>(of: &[T]) -> Option<T> {
    match of {
        [one, ..] => Some(*one),
        [] => None,
    }
}

/// A value as the rule engine sees it.
#[derive(Clone, Copy)]
pub enum View<'m> {
    /// A boolean.
    Bool(bool),
    /// An integer, uid or port.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text, a path, or a word of an enum.
    Str(&'m str),
    /// A length of time.
    Duration(&'m Duration),
    /// An amount.
    Quantity(&'m Quantity),
    /// Something with fields.
    Node(&'m dyn Node),
    /// Several values.
    List(&'m dyn Elements),
    /// Files and directories.
    Tree(&'m dyn Paths),
}

/// A field's state as the rule engine sees it.
#[derive(Clone, Copy)]
pub enum Slot<'m> {
    /// See [`Field::Known`](super::value::Field::Known).
    Known(View<'m>, Origin),
    /// See [`Field::Absent`](super::value::Field::Absent).
    Absent(Place),
    /// See [`Field::Unresolved`](super::value::Field::Unresolved).
    Unresolved(&'m Unresolved),
    /// See [`Field::Malformed`](super::value::Field::Malformed).
    Malformed(&'m Malformed),
}

/// A struct of the model.
pub trait Node: Send + Sync {
    /// Its schema row.
    fn def(&self) -> &'static StructDef;
    /// Where to point when the thing as a whole is meant: the text that names it.
    fn place(&self) -> Place;
    /// The name people use for it.
    fn label(&self) -> String;
    /// The state of the field with this index in [`StructDef::fields`].
    fn slot(&self, field: usize) -> Slot<'_>;
}

/// The elements of a list.
pub trait Elements: Send + Sync {
    /// How many can be seen.
    fn len(&self) -> usize;
    /// Whether none can be seen.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One of them.
    fn get(&self, index: usize) -> Option<Slot<'_>>;
    /// Why there may be more.
    fn unseen(&self) -> Option<&Unresolved>;
}

/// Files and directories that are asked for by path, so that nobody has to list them. Paths are relative to the root
/// of the tree, in exact spelling; a `/` at the end is passed over.
pub trait Paths: Send + Sync {
    /// The entry at a path, where that is a file.
    fn file(&self, path: &str) -> Option<Place>;
    /// The entry at a path, where that is a directory.
    fn directory(&self, path: &str) -> Option<Place>;
    /// The entry at a path, where that is a directory with a file that is more than a placeholder.
    fn filled_directory(&self, path: &str) -> Option<Place>;
    /// The first file of the tree's own whose path `is_match` takes.
    fn matching(&self, is_match: &dyn Fn(&str) -> bool) -> Option<Place>;
    /// Whether `docker build` would not send a file at this path, were it there (Dockerfile reference,
    /// ".dockerignore file").
    fn is_docker_ignored(&self, path: &str) -> bool;
    /// The `.dockerignore` of the root.
    fn dockerignore(&self) -> Option<Place>;
    /// The deepest directory of a path that is there.
    fn nearest(&self, path: &str) -> Place;
}

/// The artifacts of one service, by kind.
pub trait Scope: Send + Sync {
    /// All targets of a kind, in a fixed order.
    fn targets(&self, kind: &str) -> Vec<&dyn Node>;
    /// All artifacts of a kind that a look-up chooses from, in a fixed order.
    fn candidates(&self, kind: &str) -> Vec<&dyn Node>;
}

/// A Rust type that can be a field of the model.
pub trait Modelled: Send + Sync {
    /// Its type in the schema.
    const TYPE: Type;
    /// Whether a field of it may be absent.
    const OPTIONAL: bool = false;
    /// Its state; `parent` is the place of the struct it is a field of.
    fn as_slot(&self, parent: Place) -> Slot<'_>;
}

/// Defines a struct of the model once: the Rust type, its schema row and its look-up by field.
///
/// ```text
/// model! {
///     /// One line of documentation.
///     pub struct Port as "atonix.port" {
///         /// One line of documentation a field.
///         name: Field<String>,
///     }
///     label(port) { port.name.value().cloned().unwrap_or_default() }
/// }
/// ```
///
/// `name: Field<String> as "name"` says how a fix writes the field, see [`FieldDef::key`], and `as "atonix.port" in
/// Mapping` where it starts from, see [`Located`]. `#[was = "title"]` above a field is its former name, see
/// [`FieldDef::was`].
///
/// The struct also gets `pub at: Place`, the text that names it, and the Rust-only fields of an optional
/// `with { … }` block.
#[macro_export]
macro_rules! model {
    (
        $(#[doc = $doc:literal])+
        pub struct $Name:ident as $kind:literal $(in $Located:ident)? {
            $(
                $(#[doc = $field_doc:literal])+ $(#[was = $was:literal])?
                $field:ident : $Type:ty $(as $key:literal)?
            ),* $(,)?
        }
        $( with { $( $(#[doc = $extra_doc:literal])+ $extra:ident : $Extra:ty ),* $(,)? } )?
        label($this:ident) $label:block
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $Name {
            /// The text that names it.
            pub at: $crate::source::Place,
            $( $(#[doc = $field_doc])+ pub $field: $Type, )*
            $( $( $(#[doc = $extra_doc])+ pub $extra: $Extra, )* )?
        }

        impl $Name {
            /// Its row of the schema.
            #[must_use]
            pub fn schema() -> &'static $crate::model::schema::StructDef {
                static DEF: $crate::model::schema::StructDef = $crate::model::schema::StructDef {
                    name: $kind,
                    doc: concat!($($doc),+),
                    fields: &[ $( $crate::model::schema::FieldDef {
                        name: $crate::model::schema::plain_name(stringify!($field)),
                        doc: concat!($($field_doc),+),
                        ty: <$Type as $crate::model::schema::Modelled>::TYPE,
                        optional: <$Type as $crate::model::schema::Modelled>::OPTIONAL,
                        key: $crate::model::schema::first(&[$($key)?]),
                        was: $crate::model::schema::first(&[$($was)?]),
                    } ),* ],
                    located: $crate::model::schema::first(&[$($crate::model::schema::Located::$Located)?]),
                };
                &DEF
            }
        }

        impl $crate::model::schema::Node for $Name {
            fn def(&self) -> &'static $crate::model::schema::StructDef {
                Self::schema()
            }

            fn place(&self) -> $crate::source::Place {
                self.at
            }

            fn label(&self) -> String {
                let $this = self;
                $label
            }

            fn slot(&self, field: usize) -> $crate::model::schema::Slot<'_> {
                let slots: &[fn(&Self) -> $crate::model::schema::Slot<'_>] = &[ $( |this| {
                    $crate::model::schema::Modelled::as_slot(&this.$field, this.at)
                } ),* ];
                slots.get(field).map_or($crate::model::schema::Slot::Absent(self.at), |slot| slot(self))
            }
        }

        impl $crate::model::schema::Modelled for $Name {
            const TYPE: $crate::model::schema::Type = $crate::model::schema::Type::Struct(Self::schema);

            fn as_slot(&self, _parent: $crate::source::Place) -> $crate::model::schema::Slot<'_> {
                $crate::model::schema::Slot::Known($crate::model::schema::View::Node(self), self.at.into())
            }
        }
    };
}

/// Defines a closed list of words: the Rust enum and its type in the schema.
#[macro_export]
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        pub enum $Name:ident { $( $(#[doc = $word_doc:literal])+ $Variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $Name { $( $(#[doc = $word_doc])+ $Variant ),+ }

        impl $Name {
            /// The words, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $word ),+ }
            }

            /// The value a word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$Variant), )+ _ => None }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::model::schema::Modelled for $Name {
            const TYPE: $crate::model::schema::Type = $crate::model::schema::Type::Enum(Self::WORDS);

            fn as_slot(&self, parent: $crate::source::Place) -> $crate::model::schema::Slot<'_> {
                $crate::model::schema::Slot::Known($crate::model::schema::View::Str(self.as_str()), parent.into())
            }
        }
    };
}
