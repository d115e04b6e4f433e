//! A file's own text in sentences about it.

/// Characters of a file's own text that a sentence repeats.
const LONGEST_SHOWN: usize = 120;

/// A text of a file as part of a sentence: printable, and its beginning where it is long.
pub fn shown(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// A name without line breaks and other control characters, which no tensor has: messages stay one line.
pub(crate) fn printable(name: &str) -> String {
    let replaced = name.chars().map(|c| match c.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    });
    replaced.collect()
}
