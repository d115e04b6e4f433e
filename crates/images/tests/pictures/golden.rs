//! Photographs from JPEG to the network's input, against Pillow and torchvision from the same files.

use images::{Rgb8, decode, preprocess};
use testkit::golden::{Archive, data_dir};

#[test]
fn preprocessed_photographs_are_pillows_from_their_files_on() {
    let Some(data) = data_dir() else { return };
    let golden = Archive::open(data.join("golden/preprocess_uint8_hwc.npz"));
    let names = golden.names();
    assert_eq!(names.len(), 24);
    for name in names {
        let photograph = decode(data.join("data/images").join(&name)).unwrap();
        let expected = Rgb8::from_pixels(224, 224, golden.u8(&name).values).unwrap();
        let shown = preprocess(&photograph, 256, 224).unwrap();
        assert!(shown == expected, "{name}");
    }
}
