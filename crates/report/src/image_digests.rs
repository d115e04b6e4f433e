//! The digests of image files by name, of a million images in little memory.

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The BLAKE3 digest of a file.
type Digest = [u8; 32];

/// Names between two that are written out.
const STRIDE: usize = 16;

/// A map from names to digests, in the order of the names' bytes, as JSON the one of strings to hexadecimal digits.
///
/// A digest takes its 32 bytes. Names that stand beside each other begin alike, so of each but every sixteenth only what is
/// other than in the one before is kept: some ten bytes of those of a data set. A copy shares all of it.
///
/// ```
/// let digests = [("b.jpg".to_owned(), [2; 32]), ("a.jpg".to_owned(), [1; 32])];
/// let files: report::ImageDigests = digests.into_iter().collect();
/// assert_eq!((files.len(), files.get("b.jpg")), (2, Some((1, [2; 32]))));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ImageDigests {
    all: Arc<Packed>,
}

#[derive(Default, PartialEq, Eq)]
struct Packed {
    /// Of each name how many bytes it shares with the one before, how many follow, and these.
    names: Vec<u8>,
    /// Where every sixteenth begins.
    marks: Vec<usize>,
    digests: Vec<Digest>,
}

impl ImageDigests {
    /// How many names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.digests.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.digests.is_empty()
    }

    /// The place of a name among all, and its digest.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(usize, Digest)> {
        let begins = |mark: &usize| self.from(*mark).next().is_some_and(|first| *first <= *name);
        let block = self.all.marks.partition_point(begins).checked_sub(1)?;
        let within = self.from(self.all.marks[block]).take(STRIDE).position(|other| other == name)?;
        let at = block * STRIDE + within;
        Some((at, *self.all.digests.get(at)?))
    }

    /// All names with their digests, in order.
    pub fn iter(&self) -> impl Iterator<Item = (String, Digest)> + '_ {
        self.from(0).zip(self.all.digests.iter().copied())
    }

    /// The names from a byte on, which is one where a name is written out.
    fn from(&self, byte: usize) -> Unpacking<'_> {
        Unpacking { bytes: &self.all.names[byte..], name: Vec::new() }
    }
}

struct Unpacking<'a> {
    bytes: &'a [u8],
    name: Vec<u8>,
}

impl Iterator for Unpacking<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.bytes.is_empty() {
            return None;
        }
        let shared = number(&mut self.bytes)?;
        let length = number(&mut self.bytes)?;
        let (own, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        self.name.truncate(shared);
        self.name.extend(own);
        String::from_utf8(self.name.clone()).ok()
    }
}

/// A number in groups of seven bits, the last of which has its eighth clear.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(first & 0x7f) << shift;
        if first < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

impl Packed {
    /// Puts a name behind `last`, which is smaller.
    fn push(&mut self, last: &str, name: &str, digest: Digest) {
        let at_mark = self.digests.len().is_multiple_of(STRIDE);
        if at_mark {
            self.marks.push(self.names.len());
        }
        let alike = || last.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        let shared = if at_mark { 0 } else { alike() };
        push_number(&mut self.names, shared);
        push_number(&mut self.names, name.len() - shared);
        self.names.extend(&name.as_bytes()[shared..]);
        self.digests.push(digest);
    }
}

impl FromIterator<(String, Digest)> for ImageDigests {
    /// Names in order are packed as they come; of two alike the latter counts.
    fn from_iter<T: IntoIterator<Item = (String, Digest)>>(all: T) -> Self {
        let mut packed = Packed::default();
        let mut last = String::new();
        let mut all = all.into_iter();
        while let Some((name, digest)) = all.next() {
            if !packed.digests.is_empty() && name <= last {
                let before = ImageDigests { all: Arc::new(packed) };
                let rest = std::iter::once((name, digest)).chain(all);
                let sorted: BTreeMap<String, Digest> = before.iter().chain(rest).collect();
                return sorted.into_iter().collect();
            }
            packed.push(&last, &name, digest);
            last = name;
        }
        packed.names.shrink_to_fit();
        packed.digests.shrink_to_fit();
        ImageDigests { all: Arc::new(packed) }
    }
}

impl<const N: usize> From<[(String, Digest); N]> for ImageDigests {
    fn from(all: [(String, Digest); N]) -> Self {
        all.into_iter().collect()
    }
}

impl fmt::Debug for ImageDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, digest)| (name, hexadecimal(digest)))).finish()
    }
}

fn hexadecimal(digest: Digest) -> String {
    blake3::Hash::from_bytes(digest).to_hex().to_string()
}

impl Serialize for ImageDigests {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, digest) in self.iter() {
            map.serialize_entry(&name, &hexadecimal(digest))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ImageDigests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = ImageDigests;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names of images with the digests of their files")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImageDigests, A::Error> {
        let mut failed = None;
        let entries = std::iter::from_fn(|| {
            let entry = match map.next_entry::<String, String>() {
                Ok(entry) => entry?,
                Err(error) => {
                    failed = Some(error);
                    return None;
                }
            };
            let (name, digest) = entry;
            match blake3::Hash::from_hex(&digest) {
                Ok(hash) => Some((name, *hash.as_bytes())),
                Err(_) => {
                    failed = Some(A::Error::custom(format!("the digest of {name}: '{digest}'")));
                    None
                }
            }
        });
        let all = entries.collect();
        failed.map_or(Ok(all), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(at: usize) -> Digest {
        *blake3::hash(&at.to_le_bytes()).as_bytes()
    }

    #[test]
    fn every_name_has_its_digest_in_the_order_of_a_map_however_they_came() {
        for count in [0, 1, 2, 15, 16, 17, 33, 200] {
            // Beside each other and not, of letters of several bytes, and longer than a group of seven bits counts.
            let long = "x".repeat(300);
            let name = |at: usize| format!("{}/é{}_{at}.jpg", at % 3, &long[..(at * 37) % 300]);
            let expected: BTreeMap<String, Digest> = (0..count).map(|at| (name(at), digest(at))).collect();
            let came: ImageDigests = (0..count).map(|at| (name(at), digest(at))).collect();
            let sorted: ImageDigests = expected.clone().into_iter().collect();
            assert!(came == sorted);
            assert_eq!(came.iter().collect::<Vec<_>>(), expected.clone().into_iter().collect::<Vec<_>>());
            for (at, (name, digest)) in expected.iter().enumerate() {
                assert_eq!(came.get(name), Some((at, *digest)));
                assert_eq!(came.get(&format!("{name}!")), None);
            }
            assert_eq!((came.get(""), came.get("~"), came.len(), came.is_empty()), (None, None, count, count == 0));
            let as_text: BTreeMap<&String, String> = expected.iter().map(|(n, d)| (n, hexadecimal(*d))).collect();
            let text = serde_json::to_string_pretty(&came).unwrap();
            assert_eq!(text, serde_json::to_string_pretty(&as_text).unwrap());
            assert_eq!(serde_json::from_str::<ImageDigests>(&text).unwrap(), came);
        }
    }

    #[test]
    fn of_two_names_alike_the_latter_counts_and_what_is_no_digest_is_said() {
        let twice: ImageDigests = [("a", 1), ("b", 2), ("a", 3)].map(|(name, at)| (name.to_owned(), digest(at))).into();
        assert_eq!((twice.len(), twice.get("a")), (2, Some((0, digest(3)))));
        let said = serde_json::from_str::<ImageDigests>("{\"a\":\"0f\"}").unwrap_err().to_string();
        assert!(said.contains("the digest of a: '0f'"), "{said}");
        assert!(serde_json::from_str::<ImageDigests>("{\"a\":1}").is_err());
    }

    #[test]
    fn names_of_a_data_set_take_some_ten_bytes_each() {
        let name = |at: usize| format!("n{:08}/n{:08}_{}.JPEG", at / 1000, at / 1000, at % 1000 * 7);
        let all: ImageDigests = (0..20_000).map(|at| (name(at), digest(at))).collect();
        assert!(all.all.names.len() + 8 * all.all.marks.len() < 15 * all.len(), "{}", all.all.names.len());
    }
}
