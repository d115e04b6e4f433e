//! Both sides of the limits of files that are read. That of archives is in `crates/weights/tests/files/hostile.rs`.

use std::fs;
use weights::TensorSet;

/// An .npy file of version 2, of one value, whose dictionary is filled up to a length.
fn npy(shape: &str, length: usize) -> Vec<u8> {
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}");
    assert!(header.len() < length);
    header.push_str(&" ".repeat(length - 1 - header.len()));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
    bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(1.5_f32.to_le_bytes());
    bytes
}

/// Reads it as the only tensor of a folder and of an archive, which must agree.
fn read(bytes: &[u8]) -> Result<Vec<usize>, String> {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.npy"), bytes).unwrap();
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("a.npz");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("a.npy", options).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap();
    let [a, b] = [folder.path(), &path].map(|path| match TensorSet::load(path) {
        Ok(set) => Ok(set.get("a").unwrap().shape().to_vec()),
        Err(error) => Err(error.to_string()),
    });
    assert_eq!(a.is_ok(), b.is_ok(), "{a:?} {b:?}");
    a
}

#[test]
fn a_header_may_be_65535_bytes_and_no_longer() {
    assert_eq!(read(&npy("1,", 65_535)), Ok(vec![1]));
    let said = read(&npy("1,", 65_536)).unwrap_err();
    assert!(said.contains("it claims 65536 bytes, more than 65535"), "{said}");
}

#[test]
fn an_array_may_have_64_dimensions_and_no_more() {
    assert_eq!(read(&npy(&"1,".repeat(64), 1024)), Ok(vec![1; 64]));
    let said = read(&npy(&"1,".repeat(65), 1024)).unwrap_err();
    assert!(said.contains("it has 65 dimensions, more than 64"), "{said}");
}

/// The beginning of a PNG of this many pixels, of a color type and bits a sample, and its end.
fn png(width: u32, height: u32, (color, bits): (u8, u8)) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], data: &[u8]| {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let checked = [name, data].concat();
        bytes.extend(&checked);
        bytes.extend(crc(&checked).to_be_bytes());
    };
    let sizes = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&sizes[..], &[bits, color, 0, 0, 0]].concat());
    chunk(b"IDAT", &[0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]);
    chunk(b"IEND", &[]);
    bytes
}

/// The check of a chunk (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
    let byte = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), step);
    !bytes.iter().fold(u32::MAX, byte)
}

#[test]
fn a_picture_may_have_as_many_pixels_as_pillow_lets_pass_and_as_many_bytes_as_are_lent() {
    let said = |picture: &[u8]| images::decode_bytes(picture, "a.png").unwrap_err().to_string();
    let (grey, rgba) = ((0, 8), (6, 16));
    // 178,956,970 pixels, and the next number that is ten rows; 7 * 2^27 bytes of samples, and one row more.
    let (most, more) = (said(&png(17_895_697, 10, grey)), said(&png(17_895_698, 10, grey)));
    assert!(more.contains("178956970"), "{more}");
    assert!(!most.contains("178956970"), "{most}");
    let (lent, beyond) = (said(&png(1 << 21, 56, rgba)), said(&png(1 << 21, 57, rgba)));
    assert!(beyond.contains("939524096"), "{beyond}");
    assert!(!lent.contains("939524096"), "{lent}");
    for none in [png(0, 10, grey), png(10, 0, grey)] {
        assert!(images::decode_bytes(&none, "a.png").is_err());
    }
}
