//! Whole compose files, from text to facts.

mod corpus;
