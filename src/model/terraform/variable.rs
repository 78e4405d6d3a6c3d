//! The variables of a module.

use crate::model;
use crate::model::schema::PathText;
use crate::model::secret::is_secret_key;
use crate::model::value::{Always, Field, List};
use crate::syntax::hcl::{Block, Expression, Value};

use super::attribute::Source;
use super::block::Home;
use super::network::Cidr;

model! {
    /// A variable of a module.
    pub struct Variable as "terraform.variable" {
        /// Its name.
        name: String,
        /// Its type, as written.
        r#type: Field<String>,
        /// What it is.
        description: Field<String>,
        /// Its default; absent for lists and objects.
        default: Field<String>,
        /// Whether it has a default, `null` included.
        has_default: bool,
        /// The elements of a list that is its default.
        default_items: List<Field<String>>,
        /// How many these are.
        default_length: Field<i64>,
        /// Whether the default is an address range such as `10.0.0.0/16`.
        is_cidr: Field<bool>,
        /// Whether it is kept out of what Terraform prints.
        sensitive: Always<bool>,
        /// Whether its name is that of a secret, and its description does not say that it only tells where that is.
        secret_named: bool,
        /// Whether it has a validation.
        validated: bool,
        /// The values that a validation with `contains([…], var.name)` allows.
        allowed: List<String>,
        /// The directory of its module.
        module: PathText,
        /// Whether the module is an example or a test.
        is_test_data: bool,
    }
    label(variable) { variable.name.clone() }
}

pub(super) fn read(source: Source<'_>, block: &Block, home: Home<'_>) -> Variable {
    let at = source.place(block.header);
    let body = &block.body;
    let name = block.labels.first().map_or_else(String::new, |label| label.value.clone());
    let written = body.attribute("default").filter(|default| !matches!(default.value.value, Value::Null));
    let default = source.field(body, "default", at);
    let items = written.map_or_else(|| List::empty(at), |default| source.items(&default.value));
    let length = match written.map(|default| &default.value.value) {
        Some(Value::List(items)) => Field::known(
            i64::try_from(items.len()).unwrap_or(i64::MAX),
            source.place(body.attribute("default").map_or(block.header, |default| default.value.span)),
        ),
        _ => Field::Absent(at),
    };
    let kind = body.attribute("type").map_or(Field::Absent(at), |kind| {
        let place = source.place(kind.value.span);
        let text = match &kind.value.value {
            Value::String(text) => text.clone(),
            _ => kind.value.span.slice(source.text).split_whitespace().collect::<Vec<_>>().join(" "),
        };
        Field::known(text, place)
    });
    let validations: Vec<&Block> = body.blocks_of("validation").collect();
    let allowed = validations.iter().filter_map(|block| block.body.attribute("condition")).find_map(|condition| {
        let items = contains(&condition.value, &format!("var.{name}"))?;
        Some(List::new(items, source.place(condition.value.span)))
    });
    let description = source.field(body, "description", at);
    Variable {
        at,
        r#type: kind,
        description: description.clone(),
        is_cidr: default
            .value()
            .map_or(Field::Absent(default.place()), |text| Field::known(Cidr::parse(text).is_some(), default.place())),
        default,
        has_default: body.attribute("default").is_some(),
        default_items: items,
        default_length: length,
        sensitive: source.switch(body, "sensitive", at),
        secret_named: is_secret_key(&name) && !names_something(description.value().map_or("", String::as_str)),
        validated: !validations.is_empty(),
        allowed: allowed.unwrap_or_else(|| List::empty(at)),
        name,
        module: PathText(home.path.to_owned()),
        is_test_data: home.is_test_data,
    }
}

/// Whether a description says that the variable holds where a secret is: its name, path, ARN or id.
fn names_something(description: &str) -> bool {
    let lower = description.to_ascii_lowercase();
    [" name ", " names ", "name of", " arn", " kms key", " id ", " ids ", "path to", "path of"]
        .iter()
        .any(|part| format!(" {lower} ").contains(part))
}

/// The list in `contains([…], name)`.
fn contains(expression: &Expression, name: &str) -> Option<Vec<String>> {
    let Value::Call(function, arguments) = &expression.value else { return None };
    let [list, value] = arguments.as_slice() else { return None };
    let is_about = value.references.iter().any(|reference| reference.value == name);
    let Value::List(items) = &list.value else { return None };
    (function == "contains" && is_about).then(|| {
        let text = |item: &Expression| match &item.value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        items.iter().filter_map(text).collect()
    })
}
