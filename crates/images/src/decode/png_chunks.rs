//! The chunks of a PNG (W3C PNG, section 5), and what Pillow overlooks in them.

use std::borrow::Cow;

use crate::content::PNG_SIGNATURE;

/// The chunks that this version of the format says are needed to understand the others.
const CRITICAL: [&[u8; 4]; 4] = [b"IHDR", b"PLTE", b"IDAT", b"IEND"];

/// What a walk over the chunks finds.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    bytes: &'a [u8],
    /// What stands before the pixels, signature included, without chunks that nobody knows.
    before: Cow<'a, [u8]>,
    /// The compressed pixels, as far as they are there.
    pixels: Vec<&'a [u8]>,
    /// What is wrong with it, and overlooked.
    pub(super) flaw: Option<&'static str>,
    /// Whether each palette has whole entries of three bytes (11.2.2): a decoder may take that for granted.
    pub(super) has_whole_palettes: bool,
}

impl<'a> Chunks<'a> {
    /// Those of a file that begins with the signature.
    ///
    /// Pillow looks at no sum of the pixels or of what follows them, needs no end, and passes over what it does not know.
    /// It refuses a file with a wrong sum before the pixels; here that stays for the decoder to refuse, which does where
    /// they depend on it: of the header and the palette.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let mut chunks = Chunks {
            bytes,
            before: Cow::Borrowed(PNG_SIGNATURE),
            pixels: Vec::new(),
            flaw: Some("its end chunk is missing"),
            has_whole_palettes: true,
        };
        let (mut at, mut sums, mut unknown) = (PNG_SIGNATURE.len(), true, false);
        // A chunk is its length, its name, its bytes and a sum of name and bytes.
        while let Some(&[l3, l2, l1, l0, n0, n1, n2, n3]) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let (name, body) = ([n0, n1, n2, n3], at + 8);
            let length = usize::try_from(u32::from_be_bytes([l3, l2, l1, l0])).unwrap_or(usize::MAX);
            let end = body.saturating_add(length);
            let content = bytes.get(body..end.min(bytes.len())).unwrap_or_default();
            let sum = bytes.get(end..).and_then(<[u8]>::first_chunk::<4>);
            let is_right = || sum.is_some_and(|sum| crc32fast::hash(&bytes[at + 4..end]).to_be_bytes() == *sum);
            match &name {
                b"IDAT" => {
                    sums &= sum.is_none() || is_right();
                    chunks.pixels.push(content);
                }
                b"IEND" => {
                    sums &= is_right();
                    chunks.flaw = None;
                    break;
                }
                _ if !chunks.pixels.is_empty() => sums &= sum.is_none() || is_right(),
                _ => {
                    sums &= sum.is_none() || is_right();
                    chunks.has_whole_palettes &= &name != b"PLTE" || length.is_multiple_of(3);
                    let next = end.saturating_add(4).min(bytes.len());
                    match name[0].is_ascii_uppercase() && !CRITICAL.contains(&&name) {
                        true => unknown = true,
                        false => chunks.before.to_mut().extend_from_slice(&bytes[at..next]),
                    }
                }
            }
            at = end.saturating_add(4);
        }
        if !sums {
            chunks.flaw = Some("it has a wrong checksum");
        } else if unknown {
            chunks.flaw = Some("it has a chunk of an unknown kind");
        }
        chunks
    }

    /// The bytes for a decoder: the file's own, or a copy without its flaw.
    pub(super) fn mended(&self) -> Cow<'a, [u8]> {
        if self.flaw.is_none() || self.pixels.is_empty() {
            return Cow::Borrowed(self.bytes);
        }
        let mut mended = self.before.to_vec();
        for (name, content) in self.pixels.iter().map(|&content| (b"IDAT", content)).chain([(b"IEND", [].as_slice())]) {
            // No longer than the file said, in as many bits.
            mended.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
            let from = mended.len();
            mended.extend_from_slice(name);
            mended.extend_from_slice(content);
            let sum = crc32fast::hash(&mended[from..]);
            mended.extend(sum.to_be_bytes());
        }
        Cow::Owned(mended)
    }
}
