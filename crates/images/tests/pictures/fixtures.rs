//! The pictures beside `tests/data/make.py` and `tests/data/exact/make.py`, and what these say that Pillow makes of
//! them.

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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub(crate) fn cases(list: &str) -> Vec<Case> {
    cases_of("cases.json", list)
}

pub(crate) fn cases_of(file: &str, list: &str) -> Vec<Case> {
    let text = fs::read_to_string(path(file)).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let rows = all[list].as_array().unwrap();
    rows.iter().map(|row| Case(row.as_object().unwrap().clone().into_iter().collect())).collect()
}

pub(crate) fn picture(name: &str) -> Rgb8 {
    decode(path(name)).unwrap()
}

/// Fails unless the picture is that of the file, and names the first pixel that is not.
pub(crate) fn assert_same(actual: &Rgb8, expected: &str) {
    let wanted = picture(expected);
    assert_eq!((actual.width(), actual.height()), (wanted.width(), wanted.height()), "{expected}");
    for y in 0..wanted.height() {
        for x in 0..wanted.width() {
            assert_eq!(actual.pixel(x, y), wanted.pixel(x, y), "{expected}: column {x}, row {y}");
        }
    }
}

/// FNV-1a of 64 bits, as `tests/data/exact/make.py` computes it.
pub(crate) fn fnv(bytes: &[u8]) -> String {
    let digest = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, &byte| (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{digest:016x}")
}
