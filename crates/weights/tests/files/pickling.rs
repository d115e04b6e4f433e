//! Writes pickles and PyTorch's files of both formats, right and wrong ones, an opcode at a time.

use zip::CompressionMethod;

use crate::writing::npz;

/// What a pickle says of a tensor.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) name: &'static str,
    /// The storage's type, name and count of elements.
    pub(crate) storage: (&'static str, &'static str, u32),
    pub(crate) offset: i32,
    pub(crate) shape: Vec<i64>,
    pub(crate) strides: Vec<i64>,
}

impl Claim {
    /// Two rows of three singles in a storage of their own.
    pub(crate) fn plain() -> Claim {
        Claim { name: "a", storage: ("FloatStorage", "0", 6), offset: 0, shape: vec![2, 3], strides: vec![3, 1] }
    }

    fn pickled(&self) -> Vec<u8> {
        let (of, key, count) = self.storage;
        let mut bytes = text(self.name);
        bytes.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        bytes.extend(text("storage"));
        bytes.extend(format!("ctorch\n{of}\n").bytes());
        bytes.extend([text(key), text("cpu"), long(count.into()), b"tQ".to_vec()].concat());
        bytes.extend([&b"J"[..], &self.offset.to_le_bytes()].concat());
        for numbers in [&self.shape, &self.strides] {
            bytes.push(b'(');
            numbers.iter().for_each(|&number| bytes.extend(long(number)));
            bytes.push(b't');
        }
        bytes.extend(b"\x89NtR");
        bytes
    }
}

/// A text of a pickle.
pub(crate) fn text(text: &str) -> Vec<u8> {
    [b"X", &u32::try_from(text.len()).unwrap().to_le_bytes()[..], text.as_bytes()].concat()
}

fn long(number: i64) -> Vec<u8> {
    [&b"\x8a\x08"[..], &number.to_le_bytes()].concat()
}

/// The pickle of a state dict.
pub(crate) fn state_dict(claims: &[Claim]) -> Vec<u8> {
    let entries: Vec<u8> = claims.iter().flat_map(Claim::pickled).collect();
    [b"\x80\x02}(", &entries[..], b"u."].concat()
}

/// A list of texts, as a pickle.
pub(crate) fn list(keys: &[&str]) -> Vec<u8> {
    let keys: Vec<u8> = keys.iter().flat_map(|key| text(key)).collect();
    [b"\x80\x02](", &keys[..], b"e."].concat()
}

/// PyTorch's number, version and machine, before any pickle.
pub(crate) fn legacy_head() -> Vec<u8> {
    b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec()
}

/// A file of the format before 2020 around a pickle, with storages of singles.
pub(crate) fn legacy(pickle: &[u8], storages: &[(&str, &[f32])]) -> Vec<u8> {
    let keys: Vec<&str> = storages.iter().map(|(key, _)| *key).collect();
    let mut bytes = [&legacy_head(), pickle, &list(&keys)].concat();
    for (_, values) in storages {
        bytes.extend((values.len() as u64).to_le_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    bytes
}

/// An archive around a pickle, with storages of singles.
pub(crate) fn archive(method: CompressionMethod, pickle: &[u8], storages: &[(&str, &[f32])]) -> Vec<u8> {
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let named: Vec<(String, Vec<u8>)> =
        storages.iter().map(|(key, values)| (format!("net/data/{key}"), bytes(values))).collect();
    let members = [("net/data.pkl", pickle.to_vec())].into_iter();
    npz(method, members.chain(named.iter().map(|(name, bytes)| (name.as_str(), bytes.clone()))))
}
