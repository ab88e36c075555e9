//! Byte offsets to code points.

/// The code points of a text by byte offset.
///
/// Made in one pass; a look-up counts at most `STEP` bytes.
pub struct CodePoints<'a> {
    text: &'a str,
    /// Code points before each multiple of [`STEP`] bytes; empty for ASCII, where both counts agree.
    marks: Vec<u32>,
}

const STEP: usize = 128;

impl<'a> CodePoints<'a> {
    /// Counts the code points of a text.
    pub fn new(text: &'a str) -> CodePoints<'a> {
        if text.is_ascii() {
            return CodePoints { text, marks: Vec::new() };
        }
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        let mut count = 0;
        for chunk in text.as_bytes().chunks(STEP) {
            marks.push(count);
            count += starts(chunk);
        }
        marks.push(count);
        CodePoints { text, marks }
    }

    /// The number of code points before a byte offset.
    pub fn at(&self, byte: u32) -> u32 {
        if self.marks.is_empty() {
            return byte;
        }
        let byte = byte as usize;
        self.marks[byte / STEP] + starts(&self.text.as_bytes()[byte / STEP * STEP..byte])
    }
}

/// The number of code points that start among some bytes.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&b| b & 0xc0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_code_points() {
        for text in ["", "plain", "“é”—\u{1F600} naïve", &"aé\u{1F600}“".repeat(100)] {
            let points = CodePoints::new(text);
            for (count, (byte, _)) in text.char_indices().enumerate() {
                assert_eq!(points.at(byte as u32), count as u32);
            }
            assert_eq!(points.at(text.len() as u32), text.chars().count() as u32);
        }
    }
}
