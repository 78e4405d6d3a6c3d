//! Edits of fields that stand in YAML.

use super::Withheld;
use crate::model::k8s;
use crate::model::schema::Located;
use crate::rules::fix::{Content, Verb};
use crate::source::Place;
use crate::source::edit::Edit;
use crate::syntax::yaml::edit::{Editor, New, Spot};

/// The first key of a field of a workload's pod.
const POD: &str = "{pod}";

/// A field of the model.
pub(super) struct Field<'f> {
    /// The place of its struct.
    pub at: Place,
    /// Where the text of that struct is.
    pub located: Located,
    /// The kind of that struct.
    pub kind: &'f str,
    /// The keys that lead to it.
    pub keys: &'f [&'static str],
    /// Where it is now, or would be.
    pub now: Place,
    /// Whether the model has no value of it.
    pub is_absent: bool,
}

/// The edits that change a field.
pub(super) fn write(editor: &Editor<'_>, field: &Field<'_>, verb: &Verb) -> Result<Vec<Edit>, Withheld> {
    let spot = spot(editor, field).ok_or("its text was not found")?;
    check_place(editor, spot, field)?;
    let keys = with_pod(editor, spot, field.keys)?;
    // A patch may take away what the file has.
    if field.is_absent && editor.has_value(spot, &keys) {
        return Err("what is made of the file differs from it");
    }
    // In a compose file a dollar sign starts a variable.
    let is_compose = field.kind.starts_with("compose.");
    match verb {
        Verb::Set(content) => editor.set(spot, &keys, &new(content, is_compose)),
        Verb::Append(content) => editor.append(spot, &keys, &new(content, is_compose)),
        Verb::Remove => editor.remove(spot, &keys),
    }
}

fn spot(editor: &Editor<'_>, field: &Field<'_>) -> Option<Spot> {
    match field.located {
        Located::Document => editor.document(field.at.span),
        Located::Mapping => editor.mapping_around(field.at.span),
        Located::Value => editor.value_of_key(field.at.span),
        Located::Object => editor.mapping_with(field.at.span, &["apiVersion", "kind"]),
        Located::Stage | Located::Instruction | Located::Command => None,
    }
}

/// A value that comes from elsewhere, such as another file, an anchor or the pod around a container, is not this
/// struct's to change.
fn check_place(editor: &Editor<'_>, spot: Spot, field: &Field<'_>) -> Result<(), Withheld> {
    let span = editor.span(spot);
    let (now, at) = (field.now, field.at);
    let is_inside = now.span.start >= span.start && now.span.end <= span.end;
    let is_around = now.span.start <= at.span.start && at.span.end <= now.span.end;
    if now.file == at.file && (is_inside || is_around || now == at) {
        Ok(())
    } else {
        Err("the value comes from elsewhere")
    }
}

fn with_pod<'k>(editor: &Editor<'_>, spot: Spot, keys: &[&'k str]) -> Result<Vec<&'k str>, Withheld> {
    let Some((&POD, rest)) = keys.split_first() else { return Ok(keys.to_vec()) };
    let text = |key: &str| editor.text_of(spot, key).unwrap_or("");
    let template = k8s::template_path(text("apiVersion"), text("kind")).ok_or("it owns no pods")?;
    Ok(template.iter().copied().chain(["spec"]).chain(rest.iter().copied()).collect())
}

fn new(content: &Content, is_compose: bool) -> New {
    match content {
        Content::Plain(text) => New::Plain(text.clone()),
        Content::Text(text) if is_compose => New::Text(text.replace('$', "$$")),
        Content::Text(text) => New::Text(text.clone()),
        Content::List(items) => New::List(items.iter().map(|item| new(item, is_compose)).collect()),
    }
}
