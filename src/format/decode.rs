//! From bytes to text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Text and the encoding it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding, if it is not UTF-8.
    pub encoding: Option<&'static str>,
}

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// What damaged UTF-8 is told as.
const DAMAGED: &str = "damaged UTF-8";

/// Decodes a whole text: by its byte order mark, as UTF-8, as UTF-16 if every other byte is NUL, or in the legacy encoding that it looks like.
///
/// UTF-8 that was cut or has a stray byte stays UTF-8, with replacement characters.
///
/// # Errors
/// If the bytes hold NULs and are no UTF-16: they are no text.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, NotText> {
    if let Some(text) = utf32(&bytes) {
        return Ok(Decoded { text, encoding: Some("UTF-32") });
    }
    if let Some((encoding, length)) = Encoding::for_bom(&bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
        return Ok(Decoded { text: text.into_owned(), encoding: (encoding != UTF_8).then(|| encoding.name()) });
    }
    if memchr::memchr(0, &bytes).is_some() {
        let encoding = unmarked_utf16(&bytes).ok_or(NotText)?;
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        return Ok(Decoded { text: text.into_owned(), encoding: Some(encoding.name()) });
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text, encoding: None }),
        Err(error) => {
            let bytes = error.into_bytes();
            if is_damaged_utf8(&bytes) {
                return Ok(Decoded { text: String::from_utf8_lossy(&bytes).into_owned(), encoding: Some(DAMAGED) });
            }
            let encoding = guess(&bytes);
            let (text, _) = encoding.decode_without_bom_handling(&bytes);
            Ok(Decoded { text: text.into_owned(), encoding: Some(encoding.name()) })
        }
    }
}

/// Whether most of what is beyond ASCII is whole characters of UTF-8: two bytes of a legacy encoding are one by rare chance alone.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > 2 * broken
}

/// A text in UTF-32 with a byte order mark; that of the usual order starts like one of UTF-16.
fn utf32(bytes: &[u8]) -> Option<String> {
    let number: fn([u8; 4]) -> u32 = match bytes.get(..4)? {
        [0xff, 0xfe, 0, 0] => u32::from_le_bytes,
        [0, 0, 0xfe, 0xff] => u32::from_be_bytes,
        _ => return None,
    };
    let (units, []) = bytes[4..].as_chunks::<4>() else { return None };
    units.iter().map(|&unit| char::from_u32(number(unit))).collect()
}

/// The order of UTF-16 without a byte order mark: in texts of western letters most of every other byte are NUL, and no others.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096)];
    let nuls = |first: usize| head.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let most = |nuls: usize| nuls > head.len() / 4;
    match (nuls(0), nuls(1)) {
        (0, odd) if most(odd) => Some(UTF_16LE),
        (even, 0) if most(even) => Some(UTF_16BE),
        _ => None,
    }
}

/// The legacy encoding that some bytes look like.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // The texts are English news: a hint to a western country keeps a lone `ñ` from being read as a Polish letter.
    detector.guess(Some(b"us"), Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_byte_spoils_no_text() {
        let text = "“We will go,” said José Peña. caf";
        for stray in [&b"\xc3"[..], b"\xa0", b"\xe2\x80"] {
            let decoded = decode([text.as_bytes(), stray].concat()).unwrap();
            assert_eq!((decoded.text, decoded.encoding), (format!("{text}\u{fffd}"), Some(DAMAGED)));
        }
    }

    #[test]
    fn legacy_encodings_are_recognised_and_named() {
        let decoded = decode(b"\x93We will win,\x94 said Jos\xe9 Mu\xf1oz of Bogot\xe1.".to_vec()).unwrap();
        assert_eq!(decoded.text, "“We will win,” said José Muñoz of Bogotá.");
        assert_eq!(decoded.encoding, Some("windows-1252"));
        assert_eq!(decode(b"\xef\xbb\xbfplain".to_vec()).unwrap(), Decoded { text: "plain".into(), encoding: None });
        assert_eq!(decode(b"\xff\xfea\0b\0".to_vec()).unwrap(), Decoded { text: "ab".into(), encoding: Some("UTF-16LE") });
        assert_eq!(decode(b"a\0b\0".to_vec()).unwrap(), Decoded { text: "ab".into(), encoding: Some("UTF-16LE") });
        assert_eq!(decode(b"\0a\0b".to_vec()).unwrap(), Decoded { text: "ab".into(), encoding: Some("UTF-16BE") });
        assert_eq!(decode(b"\xff\xfe\0\0a\0\0\0".to_vec()).unwrap(), Decoded { text: "a".into(), encoding: Some("UTF-32") });
        assert_eq!(decode(vec![0; 100]), Err(NotText));
        assert_eq!(decode(b"\x01\0\0\0word\0\0".to_vec()), Err(NotText));
    }
}
