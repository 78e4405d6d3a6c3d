//! Standard Base64 (RFC 4648, section 4).

/// Encodes, with padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().enumerate().fold(0_u32, |bits, (index, byte)| bits | u32::from(*byte) << (16 - 8 * index));
        for index in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * index) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if index <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// Decodes, blanks left out; `None` for anything else.
#[must_use]
pub fn decode(encoded: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(encoded.len() / 4 * 3);
    let (mut bits, mut count): (u32, u32) = (0, 0);
    let digits = encoded.bytes().filter(|b| !b.is_ascii_whitespace());
    for byte in digits.take_while(|b| *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        assert_eq!(decode("cGFzc3dvcmQ=").as_deref(), Some(b"password".as_slice()));
        assert_eq!(decode("Y2hhbmdl\nbWU").as_deref(), Some(b"changeme".as_slice()));
        assert_eq!(decode("not base64!"), None);
    }
}
