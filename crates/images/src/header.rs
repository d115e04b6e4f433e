//! What a file says about itself, read before any decoder allocates a byte because of it.

/// The formats that are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
        }
    }
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The format by the first bytes, whatever the file is called, or what the bytes are instead.
pub(crate) fn format(bytes: &[u8]) -> Result<Format, &'static str> {
    match bytes {
        [] => Err("an empty file"),
        [0xff, 0xd8, 0xff, ..] => Ok(Format::Jpeg),
        _ if bytes.starts_with(PNG_SIGNATURE) => Ok(Format::Png),
        _ if bytes.starts_with(b"GIF8") => Err("a GIF"),
        _ if bytes.starts_with(b"BM") => Err("a BMP"),
        _ if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Err("a WebP"),
        _ if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => Err("a TIFF"),
        _ => Err("neither one's first bytes"),
    }
}

/// The header of a PNG, its `IHDR` chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PngHeader {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bit_depth: u8,
    pub(crate) color_type: u8,
}

impl PngHeader {
    /// The header, if the first chunk is one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let side = |at: usize| -> Option<usize> {
            let side = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
            usize::try_from(side).ok()
        };
        if bytes.get(12..16)? != b"IHDR" {
            return None;
        }
        Some(Self { width: side(16)?, height: side(20)?, bit_depth: *bytes.get(24)?, color_type: *bytes.get(25)? })
    }
}

/// Whether each palette of a PNG before its pixels has whole entries of three bytes (PNG, 11.2.2): a decoder may take
/// that for granted.
pub(crate) fn has_whole_palettes(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(PNG_SIGNATURE.len()..).unwrap_or_default();
    // A chunk is its length, its name, its bytes and a check sum.
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length);
        if behind.starts_with(b"IDAT") {
            break;
        }
        if behind.starts_with(b"PLTE") && !length.is_multiple_of(3) {
            return false;
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        rest = behind.get(length.saturating_add(8)..).unwrap_or_default();
    }
    true
}
