//! Functions over time. It is always the same moment, and what is made of it is left open.

use super::{Table, last, made, text};
use crate::syntax::gotemplate::Value;
use crate::syntax::gotemplate::context::Context;

pub(super) const TABLE: Table = &[
    ("now", |_, context| {
        context.leave_open();
        Ok(Value::text(MOMENT))
    }),
    ("date", |_, context| Ok(dated(context))),
    ("dateInZone", |_, context| Ok(dated(context))),
    ("htmlDate", |_, context| Ok(dated(context))),
    ("htmlDateInZone", |_, context| Ok(dated(context))),
    ("dateModify", |args, _| last(args).cloned()),
    ("mustDateModify", |args, _| last(args).cloned()),
    ("date_modify", |args, _| last(args).cloned()),
    ("toDate", |args, _| last(args).cloned()),
    ("mustToDate", |args, _| last(args).cloned()),
    ("ago", |_, context| {
        context.leave_open();
        Ok(Value::text("0s"))
    }),
    ("unixEpoch", |_, context| {
        context.leave_open();
        Ok(Value::text("1577836800"))
    }),
    ("duration", |args, context| made(format!("{}s", text(last(args)?, context)?), context)),
    ("durationRound", |args, context| made(text(last(args)?, context)?, context)),
];

/// The moment at which everything is rendered.
const MOMENT: &str = "2020-01-01 00:00:00 +0000 UTC";

/// The day of that moment; formats are not followed, since nothing may hang on the time of an installation.
fn dated(context: &Context) -> Value {
    context.leave_open();
    Value::text("2020-01-01")
}
