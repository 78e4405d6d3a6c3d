//! A rule cannot be silently wrong: each mistake in a rule, a standard or a pack is refused at load, on the text that is
//! wrong. The fixtures here are right; every case breaks one thing, and says all that loading has to say of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::needless_raw_string_hashes, reason = "all texts of a case are written in one way")]

mod built_in;
mod conditions;
mod fixes;
mod joins;
mod packs;
mod parameters;
mod rules;
mod standards;
mod support;
mod warnings;
