//! The pictures beside `tests/data/make.py` and what it says that Pillow makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Index;
use std::path::{Path, PathBuf};

use images::{Rgb8, decode};
use serde_json::Value;

/// One row of a list in `cases.json`.
pub(crate) struct Case(BTreeMap<String, Value>);

impl Case {
    /// A number of the row.
    pub(crate) fn size(&self, key: &str) -> usize {
        usize::try_from(self.0[key].as_u64().unwrap()).unwrap()
    }
}

impl Index<&str> for Case {
    type Output = str;

    fn index(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap()
    }
}

pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

pub(crate) fn cases(list: &str) -> Vec<Case> {
    let text = fs::read_to_string(path("cases.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let rows = all[list].as_array().unwrap();
    rows.iter()
        .map(|row| Case(row.as_object().unwrap().clone().into_iter().collect()))
        .collect()
}

pub(crate) fn picture(name: &str) -> Rgb8 {
    decode(path(name)).unwrap()
}

/// Fails unless the picture is that of the file, and names the first pixel that is not.
pub(crate) fn assert_same(actual: &Rgb8, expected: &str) {
    let wanted = picture(expected);
    assert_eq!(
        (actual.width(), actual.height()),
        (wanted.width(), wanted.height()),
        "{expected}"
    );
    for y in 0..wanted.height() {
        for x in 0..wanted.width() {
            assert_eq!(
                actual.pixel(x, y),
                wanted.pixel(x, y),
                "{expected}: column {x}, row {y}"
            );
        }
    }
}

/// How far two pictures of the same size are apart.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The largest difference of two samples, in levels of 255.
    pub(crate) largest: u8,
    /// The mean absolute difference, in levels.
    pub(crate) mean: f64,
    /// The samples that differ, of 1.
    pub(crate) share: f64,
}

impl Difference {
    pub(crate) fn of(a: &[u8], b: &[u8]) -> Self {
        assert_eq!(a.len(), b.len());
        assert!(!a.is_empty());
        let differences: Vec<u8> = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).collect();
        let count = f64::from(u32::try_from(a.len()).unwrap());
        Self {
            largest: *differences.iter().max().unwrap(),
            mean: differences.iter().map(|&d| f64::from(d)).sum::<f64>() / count,
            share: differences
                .iter()
                .map(|&d| f64::from(u8::from(d > 0)))
                .sum::<f64>()
                / count,
        }
    }
}
