//! PyTorch's `.pth`, `.pt`, `.th` and `.bin`: a pickle that refers to storages, and the storages.
//!
//! Since 2020 (PyTorch 1.6) a zip archive, before that one stream. Both hold the same pickle.

mod archive;
mod folder;
mod legacy;
mod state;
mod views;

pub(crate) use archive::Archive;
pub(crate) use folder::Folder;
pub(crate) use legacy::Legacy;
