//! Writes `.npy` files and `.npz` archives, right and wrong ones.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An `.npy` file of version 1 with any dictionary and any data.
pub(crate) fn npy(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(dictionary.len()).expect("a short dictionary");
    [b"\x93NUMPY\x01\x00", &length.to_le_bytes()[..], dictionary.as_bytes(), data].concat()
}

/// What NumPy writes in the header.
pub(crate) fn dictionary(descr: &str, fortran_order: bool, shape: &[usize]) -> String {
    let order = if fortran_order { "True" } else { "False" };
    let shape: String = shape.iter().map(|dimension| format!("{dimension}, ")).collect();
    format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({shape}), }}\n")
}

/// An `.npy` file of little-endian singles in C order.
pub(crate) fn singles(shape: &[usize], values: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    npy(&dictionary("<f4", false, shape), &data)
}

/// An archive with these members.
pub(crate) fn npz<'a>(method: CompressionMethod, members: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (member, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(member, options).expect("a new member");
        writer.write_all(&bytes).expect("memory to write to");
    }
    writer.finish().expect("memory to write to").into_inner()
}
