//! JPEGs against Pillow.

use crate::fixtures::{Difference, cases, picture};

#[test]
fn jpegs_differ_from_pillows() {
    for case in cases("jpeg") {
        let (ours, pillows) = (picture(&case["source"]), picture(&case["expected"]));
        let difference = Difference::of(ours.pixels(), pillows.pixels());
        println!("{} {difference:?}", &case["source"]);
    }
}
