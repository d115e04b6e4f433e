//! What a file is by its first bytes, whatever it is called.

/// The formats that are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
}

/// How many bytes of a file tell its format.
pub(crate) const TELLING: usize = 32;

/// The formats that are decoded, as the end of a sentence.
pub(crate) const DECODED: &str = "a JPEG, PNG, WebP, GIF, BMP or TIFF";

/// Endings of the names that pictures of the formats have.
const ENDINGS: [&str; 11] = ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff"];

pub(crate) const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        }
    }

    /// The format by the first bytes.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            _ if bytes.starts_with(PNG_SIGNATURE) => Some(Self::Png),
            _ if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some(Self::WebP),
            _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Some(Self::Gif),
            // Two letters begin other files too: the size of a header of a known kind follows.
            _ if bytes.starts_with(b"BM") => match bytes.get(14..18) {
                Some(&[12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]) => Some(Self::Bmp),
                _ => None,
            },
            _ if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => Some(Self::Tiff),
            _ => None,
        }
    }
}

/// Whether a file is called like a picture that is decoded.
pub(crate) fn is_called_a_picture(ending: &str) -> bool {
    ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

/// The name of a format of pictures that is not decoded, by the first bytes.
pub(crate) fn other_picture(bytes: &[u8]) -> Option<&'static str> {
    let brand = if bytes.get(4..8) == Some(b"ftyp") { bytes.get(8..12) } else { None };
    match brand {
        Some(b"avif" | b"avis") => return Some("AVIF"),
        Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => return Some("HEIC"),
        _ => {}
    }
    let known: [(&[u8], &str); 10] = [
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"8BPS", "Photoshop"),
        (b"\x76\x2f\x31\x01", "OpenEXR"),
        (b"#?RADIANCE", "Radiance HDR"),
        (b"qoif", "QOI"),
        (b"\0\0\x01\0", "ICO"),
        (b"II+\0", "BigTIFF"),
    ];
    if let [b'P', b'1'..=b'7', white, ..] = bytes
        && white.is_ascii_whitespace()
    {
        return Some("Netpbm");
    }
    known.iter().find(|(first, _)| bytes.starts_with(first)).map(|&(_, name)| name)
}

/// What bytes are that are no picture of a decoded format, as the end of a sentence.
pub(crate) fn instead(bytes: &[u8]) -> String {
    match other_picture(bytes) {
        _ if bytes.is_empty() => "an empty file".to_owned(),
        Some(name) => format!("a file of the format {name}"),
        None => "the first bytes of none of them".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_begins_with_a_bitmaps_letters_is_no_bitmap() {
        assert_eq!(Format::of(b"BM25 is a ranking function, not a picture"), None);
        assert_eq!(Format::of(b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0"), Some(Format::Bmp));
        assert_eq!(Format::of(b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28"), None);
    }

    #[test]
    fn other_pictures_are_named() {
        for (bytes, name) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0"[..], "HEIC"),
            (b"\0\0\0\x20ftypavif\0\0\0\0", "AVIF"),
            (b"P6\n2 2\n255\n", "Netpbm"),
            (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
            (b"8BPS\0\x01", "Photoshop"),
        ] {
            assert_eq!((Format::of(bytes), other_picture(bytes)), (None, Some(name)));
            assert!(instead(bytes).ends_with(name));
        }
        assert_eq!(other_picture(b"\0\0\0\x18ftypmp42"), None);
        assert_eq!(instead(b""), "an empty file");
    }
}
