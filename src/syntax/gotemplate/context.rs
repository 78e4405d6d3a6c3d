//! What a rendering may cost, and what it found that nobody but the one who installs the chart can decide.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::given::{Given, Row, Rows};
use super::{Outcome, Stop, Value};
use crate::source::{FileId, Place};

/// How many steps one rendering may take; charts with a hundred templates take some hundred thousand.
const MAX_STEPS: u64 = 5_000_000;

/// How many bytes of text one rendering may put together in all, intermediate results included: 96 MiB.
const MAX_BYTES: usize = 96 << 20;

/// The budget of a rendering, and what was noticed on the way.
#[derive(Debug)]
pub struct Context {
    steps: Cell<u64>,
    bytes: Cell<usize>,
    is_open: Cell<bool>,
    open_texts: RefCell<Vec<Rc<str>>>,
    asked: RefCell<Vec<String>>,
    rows: RefCell<Rows>,
    files: RefCell<BTreeMap<FileId, Value>>,
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl Context {
    /// A whole budget.
    #[must_use]
    pub fn new() -> Self {
        Self {
            steps: Cell::new(MAX_STEPS),
            bytes: Cell::new(MAX_BYTES),
            is_open: Cell::new(false),
            open_texts: RefCell::new(Vec::new()),
            asked: RefCell::new(Vec::new()),
            rows: RefCell::default(),
            files: RefCell::default(),
        }
    }

    /// Takes steps from the budget.
    pub(super) fn steps(&self, steps: usize) -> Outcome<()> {
        let left = self.steps.get().checked_sub(steps as u64).ok_or(Stop::TooLarge)?;
        self.steps.set(left);
        Ok(())
    }

    /// Takes text of a length from the budget; it is a step, too, for every hundred bytes.
    pub(super) fn bytes(&self, bytes: usize) -> Outcome<()> {
        let left = self.bytes.get().checked_sub(bytes).ok_or(Stop::TooLarge)?;
        self.bytes.set(left);
        self.steps(1 + bytes / 100)
    }

    /// Says that the value that is being made is decided when the chart is installed, or by chance.
    pub(super) fn leave_open(&self) {
        self.is_open.set(true);
    }

    /// Whether that was said, from here on counted anew.
    pub(super) fn replace_open(&self, is_open: bool) -> bool {
        self.is_open.replace(is_open)
    }

    /// Whether that was said.
    pub(super) fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// Notes a text that is open, by which it is found in what is made of it. Text of several lines is not: more than
    /// the open part of it would be taken for open.
    pub(super) fn note_open(&self, text: &Rc<str>) {
        let mut all = self.open_texts.borrow_mut();
        if !text.trim().is_empty() && !text.contains('\n') && !all.contains(text) {
            all.push(Rc::clone(text));
        }
    }

    /// The texts that were noted since the last call.
    pub(super) fn take_open(&self) -> Vec<Rc<str>> {
        std::mem::take(&mut self.open_texts.borrow_mut())
    }

    /// Keeps where a value of a values file is written.
    pub(super) fn give(&self, row: Row) -> Option<Given> {
        self.rows.borrow_mut().add(row)
    }

    /// What was read from a file before.
    pub(super) fn known(&self, file: FileId) -> Option<Value> {
        self.files.borrow().get(&file).cloned()
    }

    /// Keeps what was read from a file.
    pub(super) fn know(&self, file: FileId, value: &Value) {
        self.files.borrow_mut().insert(file, value.clone());
    }

    /// Whether a value stands under a key of this text.
    pub(super) fn is_under(&self, given: Given, key: &str) -> bool {
        let rows = self.rows.borrow();
        rows.get(given).and_then(|row| row.key.as_ref()).is_some_and(|(own, _)| **own == *key)
    }

    /// Where a value, or its key, is written.
    #[must_use]
    pub fn place(&self, given: Given) -> Option<Place> {
        if given.is_key() { self.key_place(given) } else { self.rows.borrow().get(given).map(|row| row.at) }
    }

    /// Where the key of a value is written.
    #[must_use]
    pub fn key_place(&self, given: Given) -> Option<Place> {
        self.rows.borrow().get(given)?.key.as_ref().map(|(_, at)| *at)
    }

    /// What a value is a part of.
    #[must_use]
    pub fn parent(&self, given: Given) -> Option<Given> {
        self.rows.borrow().get(given)?.parent
    }

    /// Notes what the template wants whoever installs the chart to give.
    pub(super) fn ask(&self, what: &str) {
        self.leave_open();
        self.asked.borrow_mut().push(what.to_owned());
    }

    /// What templates wanted to be given, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }
}
