//! `.safetensors` files: a header in JSON that says where each tensor is, then their bytes.

mod file;
mod folder;
mod header;
mod shard;

pub(crate) use file::OneFile;
pub(crate) use folder::Folder;
