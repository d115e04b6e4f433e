//! The header of a `.safetensors` file.

use std::fmt;
use std::io::{self, Read};

use safetensors::tensor::{Metadata, TensorInfo};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::text::shown;

/// Longest header that is read: that of a ResNet152 has 100,000 bytes.
const LONGEST: u64 = 16 << 20;

/// What a header says, in the order of the names.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) tensors: Vec<Described>,
}

/// What a header says of a tensor.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) dtype: safetensors::Dtype,
    pub(super) shape: Vec<usize>,
    /// Where its bytes begin in the file.
    pub(super) begin: u64,
}

/// Reads and checks the header of a file of some length; or says what is wrong with it.
///
/// The library checks that tensors follow each other without gaps and that their sizes are those of their shapes; that
/// they end where the file ends, and have different names, is checked here.
pub(super) fn read(file: &mut dyn Read, length: u64) -> io::Result<Result<Header, String>> {
    let mut size = [0; 8];
    if length < 8 {
        return Ok(Err(format!("it ends after {length} bytes, within the length of its header")));
    }
    file.read_exact(&mut size)?;
    let size = u64::from_le_bytes(size);
    if size > length - 8 {
        return Ok(Err(format!("its header claims {size} bytes, and {} follow", length - 8)));
    }
    if size > LONGEST {
        return Ok(Err(format!("its header claims {size} bytes, more than {LONGEST}")));
    }
    let mut text = Vec::new();
    file.take(size).read_to_end(&mut text)?;
    Ok(understand(&text, length - 8 - size, 8 + size))
}

/// What a header means of a file that has so many bytes behind it, from `begin` on.
fn understand(text: &[u8], behind: u64, begin: u64) -> Result<Header, String> {
    let entries: Entries = serde_json::from_slice(text)
        .map_err(|error| format!("its header is no table: {}", shown(&error.to_string())))?;
    let mut tensors = entries.0;
    tensors.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(twice) = tensors.windows(2).find(|two| two[0].0 == two[1].0) {
        return Err(format!("its header has `{}` twice", shown(&twice[0].0)));
    }
    tensors.sort_by_key(|(_, info)| info.data_offsets);
    let checked = Metadata::new(None, tensors.clone()).map_err(|error| shown(&error.to_string()))?;
    let end = checked.data_len() as u64;
    if end != behind {
        return Err(format!("its tensors end after {end} bytes, and {behind} follow its header"));
    }
    let described = tensors.into_iter().map(|(name, TensorInfo { dtype, shape, data_offsets })| Described {
        name,
        dtype,
        shape,
        begin: begin + data_offsets.0 as u64,
    });
    let mut tensors: Vec<Described> = described.collect();
    tensors.sort_by(|one, other| one.name.cmp(&other.name));
    match tensors.is_empty() {
        true => Err("it holds no tensor".to_owned()),
        false => Ok(Header { tensors }),
    }
}

/// All entries but `__metadata__`, in the order of the file: also one whose name is there twice.
struct Entries(Vec<(String, TensorInfo)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "__metadata__" => drop(map.next_value::<IgnoredAny>()?),
                        _ => entries.push((name, map.next_value()?)),
                    }
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
