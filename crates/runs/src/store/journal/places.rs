//! Where the records of images are, in sixteen bytes each.

use super::ImageDigest;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// The record of an image: its file among several, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    file: u32,
    record: u32,
}

impl Place {
    /// # Errors
    /// If one of the numbers is too large.
    pub(super) fn of(file: usize, record: usize) -> io::Result<Place> {
        let number = |number: usize| u32::try_from(number).map_err(io::Error::other);
        Ok(Place { file: number(file)?, record: number(record)? })
    }

    pub(super) fn file(self) -> usize {
        self.file as usize
    }

    pub(super) fn record(self) -> usize {
        self.record as usize
    }
}

/// Records by the digests of their images: found by the first eight bytes, and held against the whole one that stands in
/// the record.
#[derive(Debug, Default)]
pub(super) struct Places {
    of: HashMap<u64, Place>,
    /// Those of images whose first eight bytes are another one's, which nobody but who tries makes.
    alike: BTreeMap<ImageDigest, Place>,
}

impl Places {
    /// The place of an image; `digest` reads the one of a record.
    pub(super) fn get(
        &self,
        image: &ImageDigest,
        digest: impl FnOnce(Place) -> io::Result<ImageDigest>,
    ) -> Option<Place> {
        let place = self.of.get(&head(image)).copied()?;
        match digest(place) {
            Ok(there) if there == *image => Some(place),
            Ok(_) | Err(_) => self.alike.get(image).copied(),
        }
    }

    /// Adds the place of an image that has none.
    pub(super) fn insert(&mut self, image: &ImageDigest, place: Place) {
        match self.of.entry(head(image)) {
            Entry::Occupied(_) => {
                self.alike.insert(*image, place);
            }
            Entry::Vacant(empty) => {
                empty.insert(place);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.of.len() + self.alike.len()
    }
}

fn head(image: &ImageDigest) -> u64 {
    u64::from_le_bytes(image.first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_whose_digests_begin_alike_are_told_apart() {
        let image = |first: u8, last: u8| {
            let mut image = [first; 32];
            image[31] = last;
            image
        };
        let all = [image(1, 1), image(1, 2), image(1, 3), image(2, 2)];
        let mut places = Places::default();
        for (at, image) in all.iter().enumerate() {
            places.insert(image, Place::of(0, at).unwrap());
        }
        let digest = |place: Place| Ok(all[place.record()]);
        for (at, image) in all.iter().enumerate() {
            assert_eq!(places.get(image, digest), Some(Place::of(0, at).unwrap()));
        }
        assert_eq!((places.get(&image(1, 4), digest), places.get(&image(3, 3), digest)), (None, None));
        assert_eq!(places.len(), 4);
        // What cannot be read is nobody's.
        assert_eq!(places.get(&all[3], |_| Err(io::Error::other("gone"))), None);
    }
}
