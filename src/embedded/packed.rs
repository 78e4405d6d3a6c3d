//! Values as bytes: what the build reads once and the binary only takes out again.
//!
//! Numbers are LEB128. Texts stand once, in one text for all values, and places count on from the last one.

use std::collections::{BTreeMap, HashMap};

use crate::source::{FileId, Place, Span};

/// Something that the build can put into the binary.
pub(crate) trait Packed: Sized {
    /// Writes it.
    fn pack(&self, to: &mut Writer);
    /// Reads it; `None` where the bytes are not whole.
    fn unpack(from: &mut Reader<'_>) -> Option<Self>;
}

/// Where values are written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// The texts of all values so far.
    pub(crate) texts: String,
    known: HashMap<String, usize>,
    /// Where the last place began.
    last: u32,
}

impl Writer {
    /// The bytes of a value.
    pub(crate) fn packed(&mut self, value: &impl Packed) -> Vec<u8> {
        self.last = 0;
        value.pack(self);
        std::mem::take(&mut self.bytes)
    }

    /// Writes a byte.
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.byte(value.to_le_bytes()[0]);
    }

    fn count(&mut self, value: usize) {
        self.number(value as u64);
    }
}

/// Where values are read from.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    texts: &'b str,
    file: FileId,
    last: u32,
}

impl<'b> Reader<'b> {
    /// Reads what [`Writer::packed`] wrote; `texts` is [`Writer::texts`], and `file` where all places are.
    pub(crate) fn new(bytes: &'b [u8], texts: &'b str, file: FileId) -> Self {
        Self { bytes, texts, file, last: 0 }
    }

    /// Reads a byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        if first < 0x80 {
            return Some(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A number of things that take at least a byte each.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.bytes.len()).then_some(count)
    }

    fn text(&mut self) -> Option<&'b str> {
        let start = usize::try_from(self.number()?).ok()?;
        let length = usize::try_from(self.number()?).ok()?;
        self.texts.get(start..start.checked_add(length)?)
    }
}

/// Small numbers stay small, whichever their sign.
fn zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

impl Packed for bool {
    fn pack(&self, to: &mut Writer) {
        to.byte(u8::from(*self));
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.byte().map(|byte| byte != 0)
    }
}

impl Packed for i64 {
    fn pack(&self, to: &mut Writer) {
        to.number(zigzag(*self));
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.number().map(unzigzag)
    }
}

impl Packed for f64 {
    fn pack(&self, to: &mut Writer) {
        to.number(self.to_bits());
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.number().map(Self::from_bits)
    }
}

impl Packed for String {
    fn pack(&self, to: &mut Writer) {
        let next = to.texts.len();
        let start = *to.known.entry(self.clone()).or_insert(next);
        if start == next {
            to.texts.push_str(self);
        }
        to.count(start);
        to.count(self.len());
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(str::to_owned)
    }
}

impl Packed for Place {
    fn pack(&self, to: &mut Writer) {
        to.number(zigzag(i64::from(self.span.start) - i64::from(to.last)));
        to.count(self.span.len());
        to.last = self.span.start;
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let start = u32::try_from(i64::from(from.last).checked_add(unzigzag(from.number()?))?).ok()?;
        let end = start.checked_add(u32::try_from(from.number()?).ok()?)?;
        from.last = start;
        Some(Self { file: from.file, span: Span { start, end } })
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, to: &mut Writer) {
        self.is_some().pack(to);
        if let Some(value) = self {
            value.pack(to);
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        if bool::unpack(from)? { Some(Some(T::unpack(from)?)) } else { Some(None) }
    }
}

impl<T: Packed> Packed for Box<T> {
    fn pack(&self, to: &mut Writer) {
        (**self).pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        T::unpack(from).map(Self::new)
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, to: &mut Writer) {
        to.count(self.len());
        for value in self {
            value.pack(to);
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.count()?;
        let mut out = Self::with_capacity(count);
        for _ in 0..count {
            out.push(T::unpack(from)?);
        }
        Some(out)
    }
}

impl<T: Packed, const N: usize> Packed for [T; N] {
    fn pack(&self, to: &mut Writer) {
        for value in self {
            value.pack(to);
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let values: Option<Vec<T>> = (0..N).map(|_| T::unpack(from)).collect();
        values?.try_into().ok()
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn pack(&self, to: &mut Writer) {
        self.0.pack(to);
        self.1.pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}

impl<K: Packed + Ord, V: Packed> Packed for BTreeMap<K, V> {
    fn pack(&self, to: &mut Writer) {
        to.count(self.len());
        for (key, value) in self {
            key.pack(to);
            value.pack(to);
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let mut out = Self::new();
        for _ in 0..from.count()? {
            out.insert(K::unpack(from)?, V::unpack(from)?);
        }
        Some(out)
    }
}

/// Packs a struct field by field, without some lists, which come back empty; or an enum by the numbers given to its
/// variants.
macro_rules! packed {
    (struct $Name:ident $(<$T:ident>)? { $($field:ident),+ $(,)? } $(without { $($left_out:ident),+ })?) => {
        impl $(<$T: $crate::embedded::packed::Packed>)? $crate::embedded::packed::Packed for $Name $(<$T>)? {
            fn pack(&self, to: &mut $crate::embedded::packed::Writer) {
                let Self { $($field,)+ $($($left_out: _),+)? } = self;
                $( $field.pack(to); )+
            }

            fn unpack(from: &mut $crate::embedded::packed::Reader<'_>) -> Option<Self> {
                $( let $field = $crate::embedded::packed::Packed::unpack(from)?; )+
                Some(Self { $($field,)+ $($($left_out: Vec::new()),+)? })
            }
        }
    };
    (enum $Name:ident {
        $( $number:literal = $Variant:ident $( ( $($part:ident),+ ) )? $( { $($field:ident),+ } )? ),+ $(,)?
    }) => {
        impl $crate::embedded::packed::Packed for $Name {
            fn pack(&self, to: &mut $crate::embedded::packed::Writer) {
                match self {
                    $( Self::$Variant $( ( $($part),+ ) )? $( { $($field),+ } )? => {
                        to.byte($number);
                        $( $( $part.pack(to); )+ )?
                        $( $( $field.pack(to); )+ )?
                    } )+
                }
            }

            fn unpack(from: &mut $crate::embedded::packed::Reader<'_>) -> Option<Self> {
                match from.byte()? {
                    $( $number => {
                        $( $( let $part = $crate::embedded::packed::Packed::unpack(from)?; )+ )?
                        $( $( let $field = $crate::embedded::packed::Packed::unpack(from)?; )+ )?
                        Some(Self::$Variant $( ( $($part),+ ) )? $( { $($field),+ } )?)
                    } )+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use packed;

#[cfg(test)]
mod tests {
    use super::*;

    type Value = (Vec<(String, Place)>, (Option<i64>, BTreeMap<String, bool>));

    fn value() -> Value {
        let place = |start, end| Place { file: FileId(3), span: Span::new(start, end) };
        let list =
            vec![("größe".to_owned(), place(90, 97)), (String::new(), place(4, 4)), ("größe".into(), place(0, 7))];
        (list, (Some(-300), BTreeMap::from([("a".to_owned(), true), ("b".to_owned(), false)])))
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        let mut writer = Writer::default();
        let bytes = writer.packed(&value());
        let back = Value::unpack(&mut Reader::new(&bytes, &writer.texts, FileId(3)));
        assert_eq!(back, Some(value()));
        assert_eq!(writer.texts, "größeab", "every text stands once");
    }

    #[test]
    fn bytes_that_are_cut_off_give_nothing() {
        let mut writer = Writer::default();
        let bytes = writer.packed(&value());
        for length in 0..bytes.len() {
            assert!(Value::unpack(&mut Reader::new(&bytes[..length], &writer.texts, FileId(3))).is_none(), "{length}");
        }
    }

    #[test]
    fn numbers_of_every_size_come_back() {
        for number in [0, -1, 63, 64, -65, 1 << 40, i64::MAX, i64::MIN] {
            let bytes = Writer::default().packed(&number);
            assert_eq!(i64::unpack(&mut Reader::new(&bytes, "", FileId(0))), Some(number));
        }
    }
}
