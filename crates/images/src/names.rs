//! Names of files, many of them in little memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// Names between two marks.
const STRIDE: usize = 16;
/// What no name of a file has in it.
const END: char = '\0';

/// The names of files of one folder: a byte each beside their letters, and where each sixteenth begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    texts: String,
    marks: Vec<usize>,
    count: usize,
    /// Those that are no text.
    others: BTreeMap<usize, OsString>,
}

impl Names {
    /// These, in their order.
    pub(crate) fn of(names: &[OsString]) -> Names {
        let mut all = Names { count: names.len(), ..Names::default() };
        for (at, name) in names.iter().enumerate() {
            if at % STRIDE == 0 {
                all.marks.push(all.texts.len());
            }
            match name.to_str() {
                Some(text) => all.texts.push_str(text),
                None => drop(all.others.insert(at, name.clone())),
            }
            all.texts.push(END);
        }
        all.texts.shrink_to_fit();
        all
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// One of them.
    pub(crate) fn get(&self, at: usize) -> Cow<'_, OsStr> {
        if let Some(name) = self.others.get(&at) {
            return Cow::Borrowed(name);
        }
        let text = self.texts[self.marks[at / STRIDE]..].split(END).nth(at % STRIDE);
        Cow::Borrowed(OsStr::new(text.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_the_one_that_was_given_text_or_not() {
        for count in [0, 1, 15, 16, 17, 40] {
            let mut names: Vec<OsString> = (0..count).map(|at| format!("{at}-é.jpg").into()).collect();
            #[cfg(unix)]
            if let Some(name) = names.get_mut(16) {
                *name = std::os::unix::ffi::OsStringExt::from_vec(b"\x80.jpg".to_vec());
            }
            let all = Names::of(&names);
            assert_eq!(all.len(), count);
            let found: Vec<OsString> = (0..count).map(|at| all.get(at).into_owned()).collect();
            assert_eq!(found, names);
        }
    }
}
